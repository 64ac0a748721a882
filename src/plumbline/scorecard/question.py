"""The one question whose answer moves most, lead by lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from plumbline.scorecard.unknowns import band_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.scorecard.arrays import Codes, Ints, Longs
    from plumbline.scorecard.plan import Plan
    from plumbline.scorecard.state import State

#: Bits for a chance, enough to tell any two apart (weights stay near 2**18), and for a range of points.
_CHANCE: Final = 40
_REACH: Final = 22
_FAR: Final = 2**30
Number = TypeVar("Number", int, "Longs")


def questions(plan: Plan, state: State) -> Codes:
    """Position of the signal to ask for, -1 for none.

    The unknown askable signal whose answer alone changes the band with the highest chance; ties by the range
    of points that its answers span, then by order in the card. A signal whose answers change nothing is not
    asked.
    """
    best = np.full(state.height, -1, dtype=np.intp)
    most = np.zeros(state.height, dtype=np.int64)
    limits = band_limits(plan.cutoffs, state.points)
    for signal in plan.askable:
        if (lacks := state.unknown[signal]) is not None:
            rows = np.flatnonzero(lacks)
            worth = _worth(plan, state, signal, rows, (limits[0][rows], limits[1][rows]))
            better = worth > most[rows]
            best[rows[better]] = signal
            most[rows[better]] = worth[better]
    return best


def _worth(plan: Plan, state: State, signal: int, rows: Codes, limits: tuple[Ints, Ints]) -> Longs:
    """Try every bin of a signal on the leads that lack it: chance of another band, then range of points."""
    changed = np.zeros(len(rows), dtype=np.int64)
    least = np.full(len(rows), _FAR, dtype=np.int64)
    most = -least
    for points, weight in points_if_known(plan, state, signal, rows):
        changed += weight * ((points < limits[0]) | (points >= limits[1]))
        least = np.minimum(least, points)
        most = np.maximum(most, points)
    return worth(plan, signal, changed, most - least)


def worth(plan: Plan, signal: int, changed: Number, reach: Number) -> Number:
    """What asking is worth: the chance of another band before the range of points that answers span.

    ``changed``: the weight of the answers that change the band.
    """
    chance = (changed << _CHANCE) // sum(weight for _, weight in plan.bins[signal])
    return (chance << _REACH) + reach


def points_if_known(plan: Plan, state: State, signal: int, rows: Codes) -> Iterator[tuple[Ints, int]]:
    """The points that leads would have for each bin that a signal may take, with the bin's weight."""
    at, place = plan.places[signal]
    block, unit = plan.blocks[at], plan.units[place]
    stride = block.strides[block.axes.index(signal)]
    cells = state.cells[at][rows]
    others = state.points[rows] - state.unit_points[place][rows]
    rest = state.unit_sums[place][rows] - state.block_points[at][rows]
    for code, weight in plan.bins[signal]:
        yield others + unit.clip(rest + block.points[cells + code * stride]), weight
