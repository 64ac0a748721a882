"""Points, reasons, ranges and questions of many leads at once: table lookups and whole-number sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.domain.words import Band, Dimension
from plumbline.scorecard.arrays import distinct, total
from plumbline.scorecard.band_change import band_change
from plumbline.scorecard.one import score_one
from plumbline.scorecard.plan import TERM, plan_of
from plumbline.scorecard.question import questions
from plumbline.scorecard.state import State
from plumbline.scorecard.unknowns import ranges

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from plumbline.domain.bands import Cutoffs
    from plumbline.scorecard.arrays import Ints
    from plumbline.scorecard.model import Scorecard
    from plumbline.scorecard.plan import Plan

__all__ = ["TERM", "score"]

_BANDS: Final = pl.Series([Band.D.value, Band.C.value, Band.B.value, Band.A.value])


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
    if signals.height == 1:
        return score_one(plan, signals)
    state = State.of(plan, signals)
    low, high = ranges(plan, state)
    columns = [
        pl.Series("points", state.points),
        *_dimensions(plan, state),
        *_terms(plan, state),
        pl.Series("points_min", low),
        pl.Series("points_max", high),
        _BANDS[_bands(cutoffs, state.points)].alias("band"),
        pl.Series("band_change", band_change(plan, state)),
        _names(plan)[questions(plan, state)].alias("question"),
        _missing(plan, state),
    ]
    return pl.DataFrame(columns)


def _dimensions(plan: Plan, state: State) -> Iterator[pl.Series]:
    for dimension in Dimension:
        parts = [
            points for about, points in zip(plan.speaks, state.unit_points, strict=True) if about is dimension
        ]
        yield pl.Series(f"points.{dimension}", total(parts, state.height))


def _terms(plan: Plan, state: State) -> Iterator[pl.Series]:
    for table, points in zip(plan.tables, state.term_points, strict=True):
        yield pl.Series(TERM + table.term.id, points)
    for unit, sums, held in zip(plan.units, state.unit_sums, state.unit_points, strict=True):
        if unit.cap is not None:
            yield pl.Series(TERM + unit.cap.term, (held - sums).astype(np.int16))


def _bands(cutoffs: Cutoffs, points: Ints) -> NDArray[np.intp]:
    return np.searchsorted(np.array([cutoffs.c, cutoffs.b, cutoffs.a]), points, side="right")


def _names(plan: Plan) -> pl.Series:
    """Names of the signals, and null last, where position -1 leads."""
    return pl.Series([*(signal.name for signal in plan.card.signals), None], dtype=pl.String)


def _missing(plan: Plan, state: State) -> pl.Series:
    """Names of the unknown signals. Few combinations occur, so each list is made once."""
    lacks = [(at, rows) for at, rows in enumerate(state.unknown) if rows is not None]
    examples, which = distinct([rows.view(np.int8) for _, rows in lacks], state.height)
    names = [[plan.card.signals[at].name for at, rows in lacks if rows[example]] for example in examples]
    joined = pl.Series("missing", [",".join(each) for each in names], dtype=pl.String)
    return joined.str.extract_all("[^,]+")[which]  # thousands of lists are slow to hand over one by one
