"""A batch of leads on its way through a card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plumbline.scorecard.arrays import total
from plumbline.scorecard.codes import codes_of
from plumbline.scorecard.model import MISSING

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from plumbline.scorecard.arrays import Codes, Ints
    from plumbline.scorecard.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Arrays with one entry per lead: per signal, per term, per block, per unit (before and after its cap).

    ``unknown``: per signal, which leads lack it; ``None`` where none does.
    """

    height: int
    codes: list[Codes]
    unknown: list[NDArray[np.bool_] | None]
    term_points: list[NDArray[np.int16]]
    cells: list[Codes]
    block_points: list[Ints]
    unit_sums: list[Ints]
    unit_points: list[Ints]
    points: Ints

    @classmethod
    def of(cls, plan: Plan, signals: pl.DataFrame) -> State:
        """Look up and add; whole numbers throughout."""
        height = signals.height
        codes = codes_of(signals, plan.card.signals, plan.coders)
        term_points = [table.points[table.cells(codes)] for table in plan.tables]
        block_points = [total((term_points[at] for at in block.terms), height) for block in plan.blocks]
        unit_sums = [total((block_points[at] for at in unit.blocks), height) for unit in plan.units]
        unit_points = [unit.clip(sums) for unit, sums in zip(plan.units, unit_sums, strict=True)]
        return cls(
            height=height,
            codes=codes,
            unknown=_unknown(plan, codes),
            term_points=term_points,
            cells=[block.cells(codes) for block in plan.blocks],
            block_points=block_points,
            unit_sums=unit_sums,
            unit_points=unit_points,
            points=total(unit_points, height) + np.int32(plan.card.base),
        )


def _unknown(plan: Plan, codes: list[Codes]) -> list[NDArray[np.bool_] | None]:
    lacks = [code == MISSING if open_ else None for code, open_ in zip(codes, plan.open, strict=True)]
    return [lack if lack is not None and lack.any() else None for lack in lacks]
