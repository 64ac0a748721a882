"""Cut-offs with a guarantee, from costs and from capacity; and an honest "cannot be certified".

``certified_low``: below it at most a share ``missed`` of the good leads, with confidence 1 - ``doubt``, in
samples like the one at hand. ``certified_high``: from it on at most a share ``wasted`` of the leads are bad.
What lies between goes to a person. Exact binomial walks (learn then test, arXiv 2110.01052; RCPS 2101.02703).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, exp, lgamma, log, log1p, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

_HALVINGS: Final = 60


class Refusal(StrEnum):
    """Why there is no cut-off."""

    TOO_FEW = "too_few_good_leads"
    NOT_MET = "guarantee_not_met"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A cut-off, or why there is none. ``needed``: good leads (for waste: pursued ones) it takes at least."""

    value: float | None
    refusal: Refusal | None
    rows: int
    needed: int

    def __str__(self) -> str:
        if self.value is not None:
            return f"{self.value:g}"
        return f"cannot be certified: {self.rows} leads, at least {self.needed} are needed"


def binomial_cdf(hits: int, of: int, share: float) -> float:
    """The chance of at most so many hits."""
    if hits < 0:
        return 0.0
    if hits >= of or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    terms = [
        lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * log(share) + (of - k) * log1p(-share)
        for k in range(hits + 1)
    ]
    largest = max(terms)
    return min(1.0, exp(largest) * sum(exp(term - largest) for term in terms))


def clopper_pearson(hits: int, of: int, doubt: float = 0.05) -> tuple[float, float]:
    """The exact two-sided interval of a share (Clopper and Pearson, 1934)."""
    if of == 0:
        return 0.0, 1.0
    low = 0.0 if hits == 0 else _where(lambda p: 1 - binomial_cdf(hits - 1, of, p) >= doubt / 2)
    high = 1.0 if hits == of else _where(lambda p: binomial_cdf(hits, of, p) <= doubt / 2)
    return low, high


def _where(holds: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return (low + high) / 2


def needed_for(share: float, doubt: float = 0.05) -> int:
    """How many it takes before anything can be certified: 29 for a tenth, 59 for a twentieth."""
    return ceil(log(doubt) / log1p(-share))


def certified_low(points: Floats, label: Floats, *, missed: float, doubt: float = 0.05) -> Threshold:
    """The largest cut-off below which at most ``missed`` of the good leads lie, with confidence 1 - doubt.

    The risk rises with the cut-off, so one exact walk over the good leads is enough. For rows that were drawn
    with equal chance; with others use ``certified_low_weighted``.
    """
    good = np.sort(points[label == 1])
    needed = needed_for(missed, doubt)
    if good.size < needed:
        return Threshold(None, Refusal.TOO_FEW, good.size, needed)
    allowed = -1
    while binomial_cdf(allowed + 1, good.size, missed) <= doubt:
        allowed += 1
    return Threshold(float(good[allowed]), None, good.size, needed)


def certified_low_weighted(
    points: Floats, label: Floats, weight: Floats, *, missed: float, doubt: float = 0.05
) -> Threshold:
    """The same for rows drawn with unequal chances (weight is 1 / chance), by a bet that grows with evidence.

    Walks upward and stops at the first cut-off that its wealth does not carry. How much is staked depends on
    the weights alone, never on the points.
    """
    good = label == 1
    value, share = points[good], weight[good] / max(float(weight[good].max(initial=0.0)), 1e-12)
    needed = needed_for(missed, doubt)
    if value.size < needed:
        return Threshold(None, Refusal.TOO_FEW, value.size, needed)
    spread = float((share**2).sum()) * missed * (1 - missed)
    stake = min(0.9 / (1 - missed), sqrt(2 * log(1 / doubt) / spread))
    kept = np.log1p(stake * missed * share).sum()
    order = np.argsort(value, kind="stable")
    turn = np.log1p(stake * (missed - 1) * share[order]) - np.log1p(stake * missed * share[order])
    wealth = kept + np.concatenate([[0.0], np.cumsum(turn)])
    # Below a cut-off equal to a good lead's points lie all good leads with fewer points.
    cuts = value[order]
    below = np.searchsorted(cuts, cuts, side="left")
    fails = np.flatnonzero(wealth[below] < log(1 / doubt))
    last = int(fails[0]) - 1 if fails.size else cuts.size - 1
    if last < 0:
        return Threshold(None, Refusal.NOT_MET, value.size, needed)
    return Threshold(float(cuts[last]), None, value.size, needed)


def certified_high(points: Floats, label: Floats, *, wasted: float, doubt: float = 0.05) -> Threshold:
    """The smallest cut-off from which on at most ``wasted`` of the leads are bad, with confidence 1 - doubt.

    Walks down from the first place where anything could be certified, in steps that the points alone decide,
    and stops at the first that fails: so all steps together err with chance ``doubt``.
    """
    order = np.argsort(-points, kind="stable")
    value, bad = points[order], np.cumsum(label[order] == 0)
    needed = needed_for(wasted, doubt)
    if points.size < needed:
        return Threshold(None, Refusal.TOO_FEW, points.size, needed)
    ends = np.flatnonzero(np.append(np.diff(value) != 0, True))
    step = max(1, points.size // 50)
    found, reached = None, 0
    for end in ends:
        if end + 1 < max(needed, reached):
            continue
        if binomial_cdf(int(bad[end]), int(end) + 1, wasted) > doubt:
            break
        found, reached = float(value[end]), int(end) + 1 + step
    refusal = None if found is not None else Refusal.NOT_MET
    return Threshold(found, refusal, points.size, needed)


@dataclass(frozen=True, slots=True)
class CutOff:
    """The chance from which on a lead is worth a call, and what decided it.

    ``by_cost``: where a call pays. ``by_capacity``: where the week is full. ``turned_away``: leads a week
    that would pay and find nobody free; ``missed``: good ones among them, by their chances.
    """

    chance: float
    by_cost: float
    by_capacity: float
    turned_away: float
    missed: float


def cutoff(
    chance: Floats, *, weeks: float, missed_costs: float, wasted_costs: float, capacity: float | None = None
) -> CutOff:
    """A cut-off from what errors cost and what a week can hold; never from F1.

    Args:
        chance: calibrated chances of the leads of a past period.
        weeks: the length of that period.
        missed_costs: what a good lead is worth that nobody calls, in any unit.
        wasted_costs: what a call costs that leads to nothing, in the same unit.
        capacity: leads that can be worked in a week; none is no limit.
    """
    if missed_costs <= 0 or wasted_costs < 0 or weeks <= 0:
        raise ValueError("costs and weeks must be above 0")
    by_cost = wasted_costs / (missed_costs + wasted_costs)
    worth = np.sort(chance[chance >= by_cost])[::-1]
    room = worth.size if capacity is None else int(capacity * weeks)
    by_capacity = 0.0 if room >= worth.size else float(worth[room - 1]) if room > 0 else 1.0
    away = worth[room:]
    return CutOff(
        max(by_cost, by_capacity), by_cost, by_capacity, away.size / weeks, float(away.sum()) / weeks
    )


class Verdict(StrEnum):
    """What becomes of a lead under two cut-offs."""

    PURSUE = "pursue"
    PERSON = "person"
    NOT_PURSUE = "not_pursue"


def three_way(
    chance: float, low: float | None, high: float | None, *, span: tuple[float, float] | None = None
) -> Verdict:
    """Pursue, not pursue, or a person: without cut-offs, or where ``span`` reaches over one of them."""
    if low is None or high is None or low > high:
        return Verdict.PERSON
    ends = span or (chance, chance)
    if min(ends) >= high:
        return Verdict.PURSUE
    return Verdict.NOT_PURSUE if max(ends) < low else Verdict.PERSON
