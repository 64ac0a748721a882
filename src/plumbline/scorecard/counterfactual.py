"""The smallest change of a lead that would put it into another band.

Fewest signals first, then the least overshoot in points, then the order of signals and bins in the card.
Exact: the points of a lead are a sum over units (see ``plan``), so it is enough to know, unit by unit, which
sums can be had with how many changes, and the best way to each.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from plumbline.scorecard.lead import codes_of_one, state_of
from plumbline.scorecard.plan import plan_of
from plumbline.scorecard.unknowns import band_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from plumbline.domain.bands import Cutoffs
    from plumbline.domain.words import Band
    from plumbline.scorecard.model import Scorecard
    from plumbline.scorecard.plan import Block, Plan, Unit

#: A way: pairs of signal position and new bin, in the order of signals.
_Way = tuple[tuple[int, int], ...]
#: Number of changes and points to the best way there.
_Ways = dict[tuple[int, int], _Way]


@dataclass(frozen=True, slots=True)
class Change:
    """One signal that would have to be different, in the words of the card."""

    signal: str
    label: str
    now: str
    then: str

    def __str__(self) -> str:
        return f"{self.label} {self.then} instead of {self.now}"


@dataclass(frozen=True, slots=True)
class Flip:
    """A smallest set of changes, with the points and the band it leads to."""

    band: Band
    points: int
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        return f"{' and '.join(map(str, self.changes))}: {self.points} points, band {self.band}"


@dataclass(frozen=True, slots=True)
class Flips:
    """The way up and the way down. Where there is none, ``no_up`` or ``no_down`` says why."""

    up: Flip | None
    down: Flip | None
    no_up: str = ""
    no_down: str = ""


def counterfactuals(
    lead: Mapping[str, object],
    card: Scorecard,
    cutoffs: Cutoffs,
    *,
    changeable: Collection[str] | None = None,
) -> Flips:
    """The smallest changes that lift one lead out of its band, and that drop it.

    ``lead``: signal to value, ``None`` for unknown. ``changeable``: signals that may differ, by default all
    but completeness; each may take any of its known bins, also one that is unknown now. A way up may pass
    over a band when that takes fewer changes.
    """
    plan = plan_of(card, cutoffs, ())
    state = state_of(lead, plan)
    codes, points = codes_of_one(state), int(state.points[0])
    free = _free(card, changeable)
    units = [_unit_ways(plan, unit, codes, free) for unit in plan.units]
    low, high = (int(limit[0]) for limit in band_limits(cutoffs, state.points))
    up = None if points >= cutoffs.a else _best(plan, units, lambda total: total - high)
    down = None if points < cutoffs.c else _best(plan, units, lambda total: low - 1 - total)
    most, least = (plan.card.base + sum(pick(p for _, p in unit) for unit in units) for pick in (max, min))
    return Flips(
        up=_flip(plan, codes, up),
        down=_flip(plan, codes, down),
        no_up="" if up else _no_up(points, cutoffs, most, high),
        no_down="" if down else _no_down(points, cutoffs, least, low),
    )


def _free(card: Scorecard, changeable: Collection[str] | None) -> set[int]:
    return {
        at
        for at, signal in enumerate(card.signals)
        if (not signal.completeness if changeable is None else signal.name in changeable)
    }


def _no_up(points: int, cutoffs: Cutoffs, most: int, high: int) -> str:
    if points >= cutoffs.a:
        return "It is in the best band already."
    return f"Whatever changes, it reaches {most} points at most; the next band begins at {high}."


def _no_down(points: int, cutoffs: Cutoffs, least: int, low: int) -> str:
    if points < cutoffs.c:
        return "It is in the lowest band already."
    return f"Whatever changes, it keeps {least} points at least; its band begins at {low}."


def _best(plan: Plan, units: list[_Ways], overshoot: Callable[[int], int]) -> tuple[int, _Way] | None:
    """The total and the way of the smallest change whose overshoot is not negative."""
    fewest = _fewest(plan, units, overshoot)
    if fewest is None:
        return None
    start: _Ways = {(0, plan.card.base): ()}
    ways = reduce(lambda so_far, unit: _joined(so_far, unit, fewest), units, start)
    hits = [
        (overshoot(total), way, total)
        for (count, total), way in ways.items()
        if count == fewest and overshoot(total) >= 0
    ]
    _, way, total = min(hits)
    return total, way


def _fewest(plan: Plan, units: list[_Ways], overshoot: Callable[[int], int]) -> int | None:
    """How few changes can be enough: what each number of changes can reach at best, unit after unit."""
    best = {0: plan.card.base}
    for unit in units:
        reached: dict[int, list[int]] = {}
        for (count, points), (so_far, total) in product(unit, best.items()):
            reached.setdefault(count + so_far, []).append(total + points)
        best = {count: max(totals, key=overshoot) for count, totals in reached.items()}
    return min((count for count, total in best.items() if overshoot(total) >= 0), default=None)


def _joined(one: _Ways, two: _Ways, most: int) -> _Ways:
    """Ways through both, with at most so many changes."""
    found: _Ways = {}
    for ((count, points), way), ((more, further), detour) in product(one.items(), two.items()):
        if count + more <= most:
            _keep(found, (count + more, points + further), tuple(sorted(way + detour)))
    return found


def _keep(ways: _Ways, key: tuple[int, int], way: _Way) -> None:
    if key not in ways or way < ways[key]:
        ways[key] = way


def _unit_ways(plan: Plan, unit: Unit, codes: list[int], free: set[int]) -> _Ways:
    sums: _Ways = {(0, 0): ()}
    for at in unit.blocks:
        sums = _joined(sums, _block_ways(plan, plan.blocks[at], codes, free), len(codes))
    ways: _Ways = {}
    for (count, total), way in sums.items():
        _keep(ways, (count, int(unit.clip(np.array([total], dtype=np.int32))[0])), way)
    return ways


def _block_ways(plan: Plan, block: Block, codes: list[int], free: set[int]) -> _Ways:
    ways: _Ways = {}
    for bins in product(*(_choices(plan, axis, codes[axis], free) for axis in block.axes)):
        way = tuple((axis, bin_) for axis, bin_ in zip(block.axes, bins, strict=True) if bin_ != codes[axis])
        cell = sum(bin_ * stride for bin_, stride in zip(bins, block.strides, strict=True))
        _keep(ways, (len(way), int(block.points[cell])), way)
    return ways


def _choices(plan: Plan, axis: int, now: int, free: set[int]) -> set[int]:
    """The bins a signal may be in: where it is, and any known one."""
    return {now, *(range(1, plan.card.signals[axis].unseen) if axis in free else ())}


def _flip(plan: Plan, codes: list[int], found: tuple[int, _Way] | None) -> Flip | None:
    if found is None:
        return None
    total, way = found
    changes = [
        Change(signal.name, signal.label, signal.bin_label(codes[at]), signal.bin_label(bin_))
        for at, bin_ in way
        for signal in [plan.card.signals[at]]
    ]
    return Flip(plan.cutoffs.band(total), total, tuple(changes))
