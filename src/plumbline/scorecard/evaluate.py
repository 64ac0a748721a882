"""Points, reasons, ranges and questions of many leads at once: table lookups and whole-number sums."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import polars as pl

from plumbline.domain.words import Band, Dimension
from plumbline.scorecard.arrays import distinct, total
from plumbline.scorecard.band_change import band_change
from plumbline.scorecard.plan import plan_of
from plumbline.scorecard.question import questions
from plumbline.scorecard.state import State
from plumbline.scorecard.unknowns import ranges

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from plumbline.domain.bands import Cutoffs
    from plumbline.scorecard.arrays import Codes, Ints
    from plumbline.scorecard.model import Scorecard
    from plumbline.scorecard.plan import Plan

    #: One entry per lead.
    Column: TypeAlias = NDArray[Any] | pl.Series | list[Any]

_BANDS: Final = (Band.D.value, Band.C.value, Band.B.value, Band.A.value)
#: Before the name of a term, and of a clip (``cap:<group>``), in the columns of a scores frame.
TERM: Final = "points.term."


def score(
    signals: pl.DataFrame, card: Scorecard, cutoffs: Cutoffs, *, askable: Sequence[str] = ()
) -> pl.DataFrame:
    """Score leads, row by row in the order of ``signals``.

    ``signals`` holds a column per signal of the card (numbers, text or flags; null is unknown). Columns of
    the result: ``points`` and ``points.<dimension>`` (Int32); ``points.term.<term>`` and
    ``points.term.cap:<group>`` (Int16), which with the base add up to ``points``; ``points_min``,
    ``points_max`` (Int32); ``band``; ``band_change`` (Int16, ten-thousandths); ``question`` (the best of the
    ``askable`` signals, or null); ``missing`` (names of the unknown signals). ``SignalsMismatchError`` when
    a column is absent or unfit.
    """
    plan = plan_of(card, cutoffs, tuple(askable))
    state = State.of(plan, signals)
    low, high = ranges(plan, state)
    columns: dict[str, Column] = {
        "points": state.points,
        **dict(_dimensions(plan, state)),
        **dict(_terms(plan, state)),
        "points_min": low,
        "points_max": high,
        "band": _words(_BANDS, _bands(cutoffs, state.points)),
        "band_change": band_change(plan, state),
        "question": _words((*(signal.name for signal in card.signals), None), questions(plan, state)),
        "missing": _missing(plan, state),
    }
    if state.height == 1:
        return pl.from_dicts([{name: _only(column) for name, column in columns.items()}], _schema(plan))
    return pl.DataFrame([pl.Series(name, column) for name, column in columns.items()])


@lru_cache(maxsize=32)
def _schema(plan: Plan) -> pl.Schema:
    """The columns of the result; terms and chances are small numbers."""
    caps = [unit.cap.term for unit in plan.units if unit.cap is not None]
    return pl.Schema(
        {
            **dict.fromkeys(("points", *(f"points.{dimension}" for dimension in Dimension)), pl.Int32()),
            **dict.fromkeys((TERM + name for name in (*(t.term.id for t in plan.tables), *caps)), pl.Int16()),
            **dict.fromkeys(("points_min", "points_max"), pl.Int32()),
            "band": pl.String(),
            "band_change": pl.Int16(),
            "question": pl.String(),
            "missing": pl.List(pl.String),
        }
    )


def _only(column: Column) -> Any:  # noqa: ANN401 - a number, a word or a list of words
    """The value of the only lead."""
    return column.item() if isinstance(column, np.ndarray) else column[0]


def _dimensions(plan: Plan, state: State) -> Iterator[tuple[str, Ints]]:
    speaks = [plan.tables[plan.blocks[unit.blocks[0]].terms[0]].term.dimension for unit in plan.units]
    for dimension in Dimension:
        parts = [
            points for about, points in zip(speaks, state.unit_points, strict=True) if about is dimension
        ]
        yield f"points.{dimension}", total(parts, state.height)


def _terms(plan: Plan, state: State) -> Iterator[tuple[str, NDArray[np.int16]]]:
    for table, points in zip(plan.tables, state.term_points, strict=True):
        yield TERM + table.term.id, points
    for unit, sums, held in zip(plan.units, state.unit_sums, state.unit_points, strict=True):
        if unit.cap is not None:
            yield TERM + unit.cap.term, (held - sums).astype(np.int16)


def _bands(cutoffs: Cutoffs, points: Ints) -> Codes:
    return np.searchsorted(np.array([cutoffs.c, cutoffs.b, cutoffs.a]), points, side="right")


def _words(table: Sequence[str | None], places: Codes) -> pl.Series | list[str | None]:
    """The word at each place; -1 is the last."""
    if len(places) == 1:
        return [table[places.item()]]
    return pl.Series(table, dtype=pl.String)[places]


def _missing(plan: Plan, state: State) -> pl.Series | list[list[str]]:
    """Names of the unknown signals. Few combinations occur, so each list is made once."""
    lacks = [(at, rows) for at, rows in enumerate(state.unknown) if rows is not None]
    examples, which = distinct([rows.view(np.int8) for _, rows in lacks], state.height)
    names = [[plan.card.signals[at].name for at, rows in lacks if rows[example]] for example in examples]
    if state.height == 1:
        return names
    joined = pl.Series("missing", [",".join(each) for each in names], dtype=pl.String)
    return joined.str.extract_all("[^,]+")[which]  # thousands of lists are slow to hand over one by one
