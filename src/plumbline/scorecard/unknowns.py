"""What the unknown signals could still change: the exact range of points.

An unknown signal may take any of its known bins, independently of everything else; a value that no bin names
(*unseen*) only when the card's mix has counted some. The completeness signal is held as it is, although an
answer would raise it: it orders a queue and should not make an answer look better than it is. Signals
derived from others by an expression count as signals of their own, so a range may be wider than what can
happen together, never narrower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.scorecard.arrays import total

if TYPE_CHECKING:
    from plumbline.domain.bands import Cutoffs
    from plumbline.scorecard.arrays import Ints
    from plumbline.scorecard.plan import Plan
    from plumbline.scorecard.state import State

#: Beyond any score.
_FAR: Final = 2**30


def ranges(plan: Plan, state: State) -> tuple[Ints, Ints]:
    """Exact lowest and highest points of each lead, whatever its unknown signals turn out to be."""
    low = [_ends(plan, state, place, "low") for place in range(len(plan.units))]
    high = [_ends(plan, state, place, "high") for place in range(len(plan.units))]
    base = np.int32(plan.card.base)
    return total(low, state.height) + base, total(high, state.height) + base


def _ends(plan: Plan, state: State, place: int, end: str) -> Ints:
    unit = plan.units[place]
    blocks = [plan.blocks[at] for at in unit.blocks]
    if all(state.unknown[axis] is None for block in blocks for axis in block.axes):
        return state.unit_points[place]
    cells = [state.cells[at] for at in unit.blocks]
    parts = (getattr(block, end)[cell] for block, cell in zip(blocks, cells, strict=True))
    return unit.clip(total(parts, state.height))


def band_limits(cutoffs: Cutoffs, points: Ints) -> tuple[Ints, Ints]:
    """Lowest points of each lead's band, and of the band above."""
    edges = np.array([-_FAR, cutoffs.c, cutoffs.b, cutoffs.a, _FAR], dtype=np.int32)
    band = np.searchsorted(edges[1:4], points, side="right")
    return edges[band], edges[band + 1]
