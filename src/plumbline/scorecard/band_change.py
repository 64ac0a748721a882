"""The chance that a lead's band is another once its unknown signals are known.

Unknown signals are drawn independently from the card's mix (``plan`` says how counts become weights). Leads
that know the same are worked out once: their distribution of points is built unit by unit, for many leads at
a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.scorecard.arrays import distinct, runs, total
from plumbline.scorecard.chances import (
    Spread,
    Spreads,
    certain,
    clipped,
    fitted,
    gathered,
    nothing_unknown,
    ten_thousandths,
)
from plumbline.scorecard.model import MISSING
from plumbline.scorecard.unknowns import band_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from plumbline.scorecard.arrays import Codes, Longs
    from plumbline.scorecard.plan import Block, Plan
    from plumbline.scorecard.state import State

#: Numbers in a table of distributions: enough leads at a time to be fast, few enough to stay small (8 MB).
_CELLS: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class _Loose:
    """A unit that some lead knows only in part. ``states``: 0 for known, else a number for what is known."""

    unit: int
    states: Longs


def band_change(plan: Plan, state: State) -> NDArray[np.int16]:
    """Chance per lead, in ten-thousandths, halves rounded up."""
    chances = np.zeros(state.height, dtype=np.int16)
    loose = list(_loose(plan, state))
    if loose:  # and then some lead lacks something
        rows = np.flatnonzero(np.any([part.states != 0 for part in loose], axis=0))
        chances[rows] = _chances(plan, state, loose, rows)
    return chances


def _chances(plan: Plan, state: State, loose: list[_Loose], rows: Codes) -> Longs:
    """Chances of the leads in ``rows``, each of which lacks something."""
    parts = [state.unit_points[part.unit][rows] * (part.states[rows] != 0) for part in loose]
    known = state.points[rows] - total(parts, len(rows))
    low, high = band_limits(plan.cutoffs, state.points[rows])
    examples, which = distinct([part.states[rows] for part in loose], len(rows))
    order, chunks = _chunks(_reach(plan, loose, rows[examples]))
    rank = np.argsort(order)[which]
    chances = np.zeros(len(rows), dtype=np.int64)
    for first, last in chunks:
        spreads, place = _spreads(plan, state, loose, rows[examples[order[first:last]]])
        mine = np.flatnonzero((rank >= first) & (rank < last))
        at = place[rank[mine] - first]
        chances[mine] = ten_thousandths(*spreads.outside(at, (low - known)[mine], (high - known)[mine]))
    return chances


def _reach(plan: Plan, loose: list[_Loose], leads: Codes) -> Longs:
    """How many different points each lead could have at most."""
    reach = np.ones(len(leads), dtype=np.int64)
    for part in loose:
        reach += plan.units[part.unit].reach * (part.states[leads] != 0)
    return reach


def _chunks(reach: Longs) -> tuple[Codes, list[tuple[int, int]]]:
    """Leads in order of reach, cut so that each piece has a table of modest size."""
    order = np.argsort(reach, kind="stable")
    chunks, first = [], 0
    while first < len(order):
        most = first + max(1, _CELLS // int(reach[order[first]]))
        widest = int(reach[order[min(most, len(order)) - 1]])
        last = min(most, len(order), first + max(1, _CELLS // widest))
        chunks.append((first, last))
        first = last
    return order, chunks


def _spreads(plan: Plan, state: State, loose: list[_Loose], leads: Codes) -> tuple[Spreads, Codes]:
    """Distributions of what some leads do not know, and which of them belongs to each lead."""
    spreads, place = nothing_unknown(), np.zeros(len(leads), dtype=np.intp)
    for part in loose:
        states = part.states[leads]
        examples, which = distinct([states, place], len(leads))  # in order of states
        choices = [
            (count, _unit_spread(plan, state, part, int(leads[examples[first]])))
            for first, count in zip(*runs(states[examples]), strict=True)
        ]
        spreads, place = spreads.plus(place[examples], choices), which
    return spreads, place


def _loose(plan: Plan, state: State) -> Iterator[_Loose]:
    for place, unit in enumerate(plan.units):
        blocks = [
            at for at in unit.blocks if any(state.unknown[axis] is not None for axis in plan.blocks[at].axes)
        ]
        if blocks:
            yield _Loose(place, _states(plan, state, place, blocks))


def _states(plan: Plan, state: State, place: int, blocks: list[int]) -> Longs:
    lacking = [_lacking(plan.blocks[at], state) for at in blocks]
    cells = [np.where(lacks, state.cells[at] + 1, 0) for at, lacks in zip(blocks, lacking, strict=True)]
    if plan.units[place].cap is None:
        return cells[0]
    # What a cap does to the unknown part depends on the sum of the known part.
    lost = [state.block_points[at] * lacks for at, lacks in zip(blocks, lacking, strict=True)]
    any_lacks = np.any(lacking, axis=0)
    known = np.where(any_lacks, state.unit_sums[place] - total(lost, state.height), 0)
    _, which = distinct([known, *cells], state.height)
    return np.where(any_lacks, which + 1, 0)


def _lacking(block: Block, state: State) -> NDArray[np.bool_]:
    """Which leads lack a signal of a block."""
    unknown = [state.unknown[axis] for axis in block.axes]
    lacking: NDArray[np.bool_] = np.any([lacks for lacks in unknown if lacks is not None], axis=0)
    return lacking


def _unit_spread(plan: Plan, state: State, part: _Loose, lead: int) -> Spread:
    """Distribution of a unit's points, given what one lead knows of it."""
    if part.states[lead] == 0:
        return certain(0)
    blocks = [plan.blocks[at] for at in plan.units[part.unit].blocks]
    codes = tuple(tuple(int(state.codes[axis][lead]) for axis in block.axes) for block in blocks)
    return spread_of(plan, part.unit, codes)


@lru_cache(maxsize=4096)
def spread_of(plan: Plan, place: int, codes: tuple[tuple[int, ...], ...]) -> Spread:
    """Distribution of a unit's points, given the bin of each signal of each of its blocks."""
    unit = plan.units[place]
    spread = certain(0)
    for at, known in zip(unit.blocks, codes, strict=True):
        spread = spread.plus(_block_spread(plan, plan.blocks[at], known))
    return clipped(spread, unit.clip).light()


def _block_spread(plan: Plan, block: Block, codes: tuple[int, ...]) -> Spread:
    weights = fitted([_axis_weights(plan, axis, code) for axis, code in zip(block.axes, codes, strict=True)])
    bins = [np.flatnonzero(each) for each in weights]
    joint = reduce(np.multiply.outer, [each[held] for each, held in zip(weights, bins, strict=True)])
    points = block.points.reshape(block.lengths)[np.ix_(*bins)]
    return gathered(points.ravel(), joint.ravel())


def _axis_weights(plan: Plan, axis: int, code: int) -> Longs:
    """How likely each bin is: certain when known."""
    if code == MISSING and plan.open[axis]:
        return plan.weights[axis]
    weights = np.zeros_like(plan.weights[axis])
    weights[code] = 1
    return weights
