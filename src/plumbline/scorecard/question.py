"""The one question whose answer moves most, lead by lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.scorecard.unknowns import band_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.scorecard.arrays import Codes, Ints, Longs
    from plumbline.scorecard.plan import Plan
    from plumbline.scorecard.state import State

#: Chances as whole numbers fine enough to tell any two of them apart.
_FINE: Final = 40
_FAR: Final = 2**30


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """What one signal's answers would do to the leads in ``rows``."""

    rows: Codes
    chance: Longs
    reach: Longs


def questions(plan: Plan, state: State) -> Codes:
    """Position of the signal to ask for, -1 for none.

    The unknown askable signal whose answer alone changes the band with the highest chance; ties by the range
    of points that its answers span, then by order in the card. A signal whose answers change nothing is not
    asked.
    """
    best = np.full(state.height, -1, dtype=np.intp)
    chance = np.zeros(state.height, dtype=np.int64)
    reach = np.zeros(state.height, dtype=np.int64)
    low, high = band_limits(plan.cutoffs, state.points)
    for signal in plan.askable:
        lacks = state.unknown[signal]
        if lacks is None:
            continue
        answers = _answers(plan, state, signal, (np.flatnonzero(lacks), low, high))
        rows = answers.rows
        further = (answers.chance == chance[rows]) & (answers.reach > reach[rows])
        better = (answers.chance > chance[rows]) | further
        best[rows[better]] = signal
        chance[rows[better]] = answers.chance[better]
        reach[rows[better]] = answers.reach[better]
    return best


def _answers(plan: Plan, state: State, signal: int, leads: tuple[Codes, Ints, Ints]) -> _Answers:
    """Try every bin. ``leads``: the rows that lack the signal, and everybody's limits of the present band."""
    rows = leads[0]
    low, high = leads[1][rows], leads[2][rows]
    changed = np.zeros(len(rows), dtype=np.int64)
    least, most = np.full((2, len(rows)), [[_FAR], [-_FAR]], dtype=np.int64)
    for points, weight in _points_if_known(plan, state, signal, rows):
        changed += weight * ((points < low) | (points >= high))
        least = np.minimum(least, points)
        most = np.maximum(most, points)
    whole = int(plan.weights[signal].sum())
    return _Answers(rows, (changed << _FINE) // whole, most - least)


def _points_if_known(plan: Plan, state: State, signal: int, rows: Codes) -> Iterator[tuple[Ints, int]]:
    """The points that leads would have for each bin that a signal may take, with the bin's weight."""
    at = next(at for at, block in enumerate(plan.blocks) if signal in block.axes)
    place = next(place for place, unit in enumerate(plan.units) if at in unit.blocks)
    block, unit = plan.blocks[at], plan.units[place]
    stride = block.strides[block.axes.index(signal)]
    cells = state.cells[at][rows]
    others = state.points[rows] - state.unit_points[place][rows]
    rest = state.unit_sums[place][rows] - state.block_points[at][rows]
    for code in np.flatnonzero(plan.weights[signal]).tolist():
        yield others + unit.clip(rest + block.points[cells + code * stride]), int(plan.weights[signal][code])
