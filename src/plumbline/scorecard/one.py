"""A lone lead scored in plain numbers: arrays of one entry cost as much as long ones.

``evaluate`` says what the columns are; a property test holds the two together.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.domain.words import Dimension
from plumbline.scorecard.band_change import spread_of
from plumbline.scorecard.chances import Spreads, nothing_unknown, ten_thousandths
from plumbline.scorecard.codes import codes_of
from plumbline.scorecard.model import MISSING
from plumbline.scorecard.plan import TERM, Plan
from plumbline.scorecard.question import worth

if TYPE_CHECKING:
    from plumbline.domain.bands import Cutoffs
    from plumbline.scorecard.model import Scorecard

    #: A unit and the bins of its signals, block by block.
    Part = tuple[int, tuple[tuple[int, ...], ...]]

_ONLY: Final = np.zeros(1, dtype=np.intp)
#: Beyond any score.
_FAR: Final = 2**30


@dataclass(frozen=True, slots=True, eq=False)
class _Lead:
    """Bins per signal, cells and points per block, points per unit before and after its cap; see ``State``.

    ``limits``: the lowest points of the lead's band and of the band above.
    """

    plan: Plan
    codes: list[int]
    unknown: list[int]
    cells: list[int]
    blocks: list[int]
    sums: list[int]
    units: list[int]
    points: int
    limits: tuple[int, int]

    @classmethod
    def of(cls, plan: Plan, codes: list[int]) -> _Lead:
        cells = [block.cells(codes) for block in plan.blocks]
        blocks = [block.points.item(cell) for block, cell in zip(plan.blocks, cells, strict=True)]
        sums = [sum(blocks[at] for at in unit.blocks) for unit in plan.units]
        units = [unit.held(points) for unit, points in zip(plan.units, sums, strict=True)]
        points = plan.card.base + sum(units)
        unknown = [at for at, code in enumerate(codes) if code == MISSING and plan.open[at]]
        return cls(plan, codes, unknown, cells, blocks, sums, units, points, _limits(plan.cutoffs, points))

    def end(self, name: str) -> int:
        """The lowest or highest points that the unknown signals leave open."""
        ends = [
            getattr(block, name).item(cell) for block, cell in zip(self.plan.blocks, self.cells, strict=True)
        ]
        return self.plan.card.base + sum(
            unit.held(sum(ends[at] for at in unit.blocks)) for unit in self.plan.units
        )

    def terms(self) -> list[int]:
        """The points of each term, then what each cap takes away."""
        terms = [table.points.item(table.cells(self.codes)) for table in self.plan.tables]
        clipped = zip(self.plan.units, self.sums, self.units, strict=True)
        return [*terms, *(held - points for unit, points, held in clipped if unit.cap is not None)]

    def dimension(self, about: Dimension) -> int:
        """The points of a dimension."""
        return sum(
            points for speaks, points in zip(self.plan.speaks, self.units, strict=True) if speaks is about
        )

    def band_change(self) -> int:
        """The chance of another band, in ten-thousandths."""
        places = sorted({self.plan.places[signal][1] for signal in self.unknown})
        if not places:
            return 0
        known = self.points - sum(self.units[place] for place in places)
        spreads = _doubt(self.plan, tuple(self._part(place) for place in places))
        low, high = (np.array([limit - known]) for limit in self.limits)
        return int(ten_thousandths(*spreads.outside(_ONLY, low, high)).item())

    def _part(self, place: int) -> Part:
        blocks = (self.plan.blocks[at] for at in self.plan.units[place].blocks)
        return place, tuple(tuple(self.codes[axis] for axis in block.axes) for block in blocks)

    def question(self) -> str | None:
        """The signal to ask for."""
        worths = [(self._worth(signal), -signal) for signal in self.plan.askable if signal in self.unknown]
        most, signal = max(worths, default=(0, 0))
        return self.plan.card.signals[-signal].name if most > 0 else None

    def _worth(self, signal: int) -> int:
        at, place = self.plan.places[signal]
        block, unit = self.plan.blocks[at], self.plan.units[place]
        stride = block.strides[block.axes.index(signal)]
        others, rest = self.points - self.units[place], self.sums[place] - self.blocks[at]
        low, high = self.limits
        points = [
            others + unit.held(rest + block.points.item(self.cells[at] + code * stride))
            for code, _ in self.plan.bins[signal]
        ]
        answers = zip(points, self.plan.bins[signal], strict=True)
        changed = sum(weight for reached, (_, weight) in answers if not low <= reached < high)
        return worth(self.plan, signal, changed, max(points) - min(points))


def score_one(plan: Plan, signals: pl.DataFrame) -> pl.DataFrame:
    """The columns of ``evaluate.score`` for the only row."""
    lead = _Lead.of(plan, [code.item() for code in codes_of(signals, plan.card.signals, plan.coders)])
    schema = score_columns(plan.card)
    values = (
        lead.points,
        *(lead.dimension(dimension) for dimension in Dimension),
        *lead.terms(),
        lead.end("low"),
        lead.end("high"),
        plan.cutoffs.band(lead.points).value,
        lead.band_change(),
        lead.question(),
        [plan.card.signals[at].name for at in lead.unknown],
    )
    return pl.from_dicts([dict(zip(schema, values, strict=True))], schema=schema)


@lru_cache(maxsize=32)
def score_columns(card: Scorecard) -> pl.Schema:
    """The columns that ``score`` gives for a card."""
    terms = (*(term.id for term in card.terms), *(cap.term for cap in card.caps))
    return pl.Schema(
        {
            **dict.fromkeys(("points", *(f"points.{dimension}" for dimension in Dimension)), pl.Int32()),
            **{TERM + name: pl.Int16() for name in terms},
            **dict.fromkeys(("points_min", "points_max"), pl.Int32()),
            "band": pl.String(),
            "band_change": pl.Int16(),
            "question": pl.String(),
            "missing": pl.List(pl.String),
        }
    )


def _limits(cutoffs: Cutoffs, points: int) -> tuple[int, int]:
    edges = (-_FAR, cutoffs.c, cutoffs.b, cutoffs.a, _FAR)
    at = bisect_right(edges, points, 1, 4)
    return edges[at - 1], edges[at]


@lru_cache(maxsize=1024)
def _doubt(plan: Plan, parts: tuple[Part, ...]) -> Spreads:
    """The distribution of what is not known, in one row. In a warm process the same gaps come again."""
    spreads = nothing_unknown()
    for place, codes in parts:
        spreads = spreads.plus(_ONLY, [(1, spread_of(plan, place, codes))])
    return spreads
