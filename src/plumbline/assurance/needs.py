"""How many outcomes there are, how many are needed for what, and when they will be there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil, sqrt
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from plumbline.domain.intervals import Z95

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.assurance.outcomes import Outcomes

#: Weeks of the past from which the coming ones are foretold.
_WEEKS: Final = 26
#: The order that a first card reaches on data of this kind, for which precision is planned.
_TYPICAL: Final = 0.75
#: The half width of its interval that is planned for.
_WANTED: Final = 0.05


@dataclass(frozen=True, slots=True)
class Need:
    """One step of what can be done, by the rarer kind of outcome and by all known outcomes."""

    what: str
    rarer: int
    known: int


#: In the order in which a history grows into them. The first three are rules of learning, measured on real
#: histories; the bar of 40 and 40 is also the least that any product of the field asks for.
STEPS: Final = (
    Need("A learned card is blended with the written one", 20, 80),
    Need("A learned card may take the lead, if it proves better on later leads", 40, 80),
    Need("Points become probabilities", 40, 200),
    Need("Probabilities are shown with their interval for each lead", 40, 1_000),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step with what is there, and from when to when the rest will have come; None where nobody can say."""

    need: Need
    reached: bool
    earliest: datetime | None
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Supply:
    """Known outcomes, and how fast new ones come: per week, with a 95 % interval; None without times."""

    good: int
    bad: int
    per_week: tuple[float, float, float] | None
    known_per_week: tuple[float, float, float] | None
    steps: tuple[Step, ...]
    half_width: float | None

    @property
    def rarer(self) -> int:
        """Outcomes of the rarer kind."""
        return min(self.good, self.bad)


def supply(outcomes: Outcomes) -> Supply:
    """What there is, and when there will be enough."""
    leads = outcomes.leads
    good, bad = int((leads["label"] == 1).sum()), int((leads["label"] == 0).sum())
    rarer = 1 if good <= bad else 0
    rates = _rates(outcomes, rarer)
    share = min(good, bad) / max(good + bad, 1)
    needs = (*STEPS, precision_need(_WANTED, share))
    steps = tuple(_step(need, min(good, bad), good + bad, rates, outcomes.as_of) for need in needs)
    width = half_width(good, bad) if min(good, bad) else None
    return Supply(good, bad, rates and rates[0], rates and rates[1], steps, width)


def half_width(good: int, bad: int, area: float = _TYPICAL) -> float:
    """Half of the 95 % interval of an AUC on so many outcomes (Hanley and McNeil 1982)."""
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (good - 1) * (one - area**2) + (bad - 1) * (two - area**2)
    return Z95 * sqrt(variance / (good * bad))


def precision_need(wanted: float, share: float) -> Need:
    """Outcomes that give an AUC to ``wanted`` at this share of the rarer kind; a fifth is tested on."""
    share = min(max(share, 0.01), 0.5)
    rarer = 5
    while half_width(rarer, ceil(rarer * (1 - share) / share)) > wanted:
        rarer = ceil(rarer * 1.05)
    total = ceil(rarer / share)
    return Need(
        f"The order's quality is known to ±{wanted:.2f} on leads it has not seen", 5 * rarer, 5 * total
    )


def _rates(
    outcomes: Outcomes, rarer: int
) -> tuple[tuple[float, float, float], tuple[float, float, float]] | None:
    """New known outcomes a week, of the rarer kind and of all, in the last half year that has them."""
    within = outcomes.definition.within
    known = outcomes.leads.filter(pl.col("label").is_not_null())
    if not known.height or not known["decided_at"].null_count() < known.height:
        return None
    # A good one is known when it is reported, a bad one when it is refused or its time is up.
    after = pl.coalesce("good_after", pl.min_horizontal("closed_after", pl.lit(float(within))))
    at = pl.col("decided_at") + (after * 86_400_000_000).cast(pl.Int64).cast(pl.Duration("us"))
    times = known.select("label", at=at)
    start = outcomes.as_of - timedelta(weeks=_WEEKS)
    recent = times.filter(pl.col("at") > start)
    first = cast("datetime", times["at"].min())
    weeks = min(_WEEKS, max(1.0, (outcomes.as_of - first).days / 7))
    return _poisson(int((recent["label"] == rarer).sum()), weeks), _poisson(recent.height, weeks)


def _poisson(count: int, weeks: float) -> tuple[float, float, float]:
    """A rate with its 95 % interval (square-root transform, which holds from a few events on)."""
    root = sqrt(count + 0.375)
    low, high = max(0.0, root - Z95 / 2) ** 2 - 0.375, (root + Z95 / 2) ** 2
    return count / weeks, max(0.0, low) / weeks, high / weeks


def _step(
    need: Need,
    rarer: int,
    known: int,
    rates: tuple[tuple[float, float, float], tuple[float, float, float]] | None,
    as_of: datetime,
) -> Step:
    gaps = (need.rarer - rarer, need.known - known)
    if max(gaps) <= 0:
        return Step(need, True, None, None)
    if rates is None:
        return Step(need, False, None, None)
    soon = max(_weeks(gap, rate[2]) for gap, rate in zip(gaps, rates, strict=True))
    late = max(_weeks(gap, rate[1]) for gap, rate in zip(gaps, rates, strict=True))
    return Step(need, False, _date(as_of, soon), _date(as_of, late))


def _weeks(gap: int, rate: float) -> float:
    if gap <= 0:
        return 0.0
    return gap / rate if rate > 0 else float("inf")


def _date(as_of: datetime, weeks: float) -> datetime | None:
    """The day so many weeks from now; further away than ten years is never."""
    return as_of + timedelta(weeks=weeks) if weeks <= 520 else None
