"""How long until an outcome is known: Aalen-Johansen curves, horizons per segment, rates."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.assurance.words import State
from plumbline.domain.intervals import Z95

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from plumbline.assurance.outcomes import Outcomes

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

OPEN, GOOD, CLOSED = 0, 1, 2
#: A curve has matured when it reached this share of its value after a year.
_REACHED: Final = 0.95
_YEAR: Final = 365.0
#: A horizon read from fewer good leads is no horizon.
_FEWEST: Final = 20
ALL: Final = "all leads"


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of leads that became good within ``days``, as an Aalen-Johansen estimate.

    Leads still open count as long as they were seen; leads refused cannot become good any more.
    """

    days: Floats
    share: Floats
    se: Floats
    leads: int
    good: int
    longest: float

    def at(self, day: float) -> tuple[float, float, float]:
        """Share within so many days with its 95 % interval (log-log scale)."""
        place = int(np.searchsorted(self.days, day, side="right")) - 1
        share, se = (float(self.share[place]), float(self.se[place])) if place >= 0 else (0.0, 0.0)
        if not 0 < share < 1 or se == 0:
            # No variance was seen, which so few leads do not rule out (Clopper-Pearson at the ends).
            edge = 1 - 0.025 ** (1 / max(self.leads, 1))
            return share, max(0.0, share - edge), min(1.0, share + edge)
        half = Z95 * se / (share * abs(log(share)))
        return share, share ** exp(half), share ** exp(-half)

    def reaches(self, share: float, limit: float = _YEAR) -> float | None:
        """First day on which the curve has this share of its value at ``limit``; None of nothing."""
        end = self.at(limit)[0]
        if end <= 0:
            return None
        return float(self.days[int(np.argmax(self.share >= share * end - 1e-12))])


def curve(after: Floats, kind: Ints) -> Curve:
    """The Aalen-Johansen curve of becoming good, refusal competing; with no refusals it is Kaplan-Meier's.

    Args:
        after: days until the event, or until the end of observation.
        kind: ``GOOD``, ``CLOSED`` or ``OPEN`` (not known yet).

    The variance is Marubini and Valsecchi's (1995), the delta method on the Greenwood terms.
    """
    days, place = np.unique(np.maximum(after, 0.0), return_inverse=True)
    every = np.bincount(place, minlength=days.size)
    at_risk = (after.size - np.concatenate([[0], np.cumsum(every)[:-1]])).astype(np.float64)
    good = _counted(place, kind == GOOD, days.size)
    gone = _counted(place, kind != OPEN, days.size)
    left = np.cumprod(1 - gone / at_risk)
    before = np.concatenate([[1.0], left[:-1]])
    share = np.cumsum(before * good / at_risk)
    se = np.sqrt(np.maximum(_variance(share, before, good, gone, at_risk), 0.0))
    return Curve(days, share, se, after.size, int(good.sum()), float(after.max(initial=0.0)))


def _counted(place: NDArray[np.intp], which: NDArray[np.bool_], size: int) -> Floats:
    return np.bincount(place[which], minlength=size).astype(np.float64)


def _variance(share: Floats, before: Floats, good: Floats, gone: Floats, at_risk: Floats) -> Floats:
    hazard = gone / np.maximum(at_risk * (at_risk - gone), 1.0)
    step = before * good / at_risk**2
    own = before**2 * good * (at_risk - good) / at_risk**3
    sums = [np.cumsum(part) for part in (hazard, hazard * share, hazard * share**2, own, step, step * share)]
    spread = share**2 * sums[0] - 2 * share * sums[1] + sums[2]
    variance: Floats = spread + sums[3] - 2 * (share * sums[4] - sums[5])
    return variance


def events_of(leads: pl.DataFrame) -> tuple[Floats, Ints]:
    """Days and kind of what ended the wait for each lead of an ``Outcomes`` frame."""
    good, closed, seen = (leads[name].to_numpy() for name in ("good_after", "closed_after", "seen"))
    good = np.where(np.isnan(good), np.inf, good)
    closed = np.where(np.isnan(closed), np.inf, closed)
    kind = np.where(np.isfinite(good), GOOD, np.where(np.isfinite(closed), CLOSED, OPEN))
    return np.where(kind == GOOD, good, np.where(kind == CLOSED, closed, np.maximum(seen, 0.0))), kind


@dataclass(frozen=True, slots=True)
class Horizon:
    """When the leads of a segment are mature: ``days`` after the decision. None: too few to say.

    ``share`` becomes good within the definition's days, between ``low`` and ``high``; ``beyond`` is the share
    of the good ones that come later than the definition allows. ``borrowed``: read from all leads, because
    the segment has too few good ones of its own.
    """

    segment: str
    leads: int
    good: int
    days: float | None
    share: float
    low: float
    high: float
    beyond: float
    borrowed: bool = False


@dataclass(frozen=True, slots=True)
class Horizons:
    """The horizons of all segments as of one day. ``version`` changes whenever any of it does.

    Labels made under one version keep it: a new quarter makes new horizons and never rewrites old labels.
    """

    as_of: str
    outcome: str
    within: int
    segments: tuple[Horizon, ...]
    version: str

    def of(self, segment: str) -> Horizon:
        """The horizon of a segment; that of all leads where the segment is not known."""
        return next((one for one in self.segments if one.segment == segment), self.segments[0])


def horizons(outcomes: Outcomes, segments: pl.Series | None = None) -> Horizons:
    """Horizons of all leads, and of each segment (a text per lead of ``outcomes.leads``)."""
    leads, within = outcomes.leads, outcomes.definition.within
    whole = _horizon(ALL, leads, within)
    parts = [] if segments is None else leads.with_columns(segments.alias("#")).partition_by("#")
    named = sorted((str(part["#"][0]), part) for part in parts if part["#"][0] is not None)
    found = [whole, *(_borrow(_horizon(name, part, within), whole) for name, part in named)]
    content = {
        "as_of": outcomes.as_of.isoformat(),
        "outcome": outcomes.definition.outcome,
        "within": within,
        "segments": [asdict(one) for one in found],
    }
    version = sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    return Horizons(outcomes.as_of.isoformat(), outcomes.definition.outcome, within, tuple(found), version)


def _horizon(name: str, leads: pl.DataFrame, within: int) -> Horizon:
    found = curve(*events_of(leads))
    share, low, high = found.at(within)
    end = found.at(_YEAR)[0]
    enough = found.good >= _FEWEST
    # Within the definition's days is what counts: what comes later is no outcome by it.
    days = found.reaches(_REACHED, min(_YEAR, within)) if enough else None
    return Horizon(name, found.leads, found.good, days, share, low, high, 1 - share / end if end > 0 else 0.0)


def _borrow(own: Horizon, whole: Horizon) -> Horizon:
    if own.days is not None:
        return own
    return Horizon(
        own.segment, own.leads, own.good, whole.days, own.share, own.low, own.high, own.beyond, True
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of leads that became good, with everything it needs to be read (law 11)."""

    share: float | None
    low: float
    high: float
    leads: int
    maturity: str

    def __str__(self) -> str:
        """Like ``0.13 (0.11 to 0.15) of 812 leads, mature``."""
        if self.share is None:
            return f"not known: {self.leads} leads, {self.maturity}"
        return f"{self.share:.2f} ({self.low:.2f} to {self.high:.2f}) of {self.leads} leads, {self.maturity}"


MATURE: Final = "mature"
IMMATURE: Final = "immature: estimated"


def good_rate(outcomes: Outcomes, horizon: float | None, *, immature: bool = False) -> Rate:
    """The share of leads that become good in the definition's days, by the curve. Unworked leads say nothing.

    Only leads older than the horizon count, unless ``immature`` asks for the younger ones alone: the two are
    never mixed, and the rate says which it is.
    """
    within = outcomes.definition.within
    least = within if horizon is None else horizon
    old = pl.col("seen") >= least
    leads = outcomes.leads.filter((~old if immature else old) & (pl.col("state") != State.UNWORKED.value))
    word = IMMATURE if immature else MATURE
    if leads.is_empty():
        return Rate(None, 0.0, 1.0, 0, word)
    found = curve(*events_of(leads))
    share, low, high = found.at(within)
    return Rate(share, low, high, leads.height, word)


def censoring_weights(outcomes: Outcomes) -> Floats:
    """For each lead, 1 over the chance that its outcome could be seen by now; 0 where it is not known.

    Inverse probability of censoring: leads whose outcome came early stand for those of their age that are
    still open. Without them a training set of young leads would hold mostly quick refusals.
    """
    after, kind = events_of(outcomes.leads)
    within = float(outcomes.definition.within)
    seen = np.maximum(outcomes.leads["seen"].to_numpy(), 0.0)
    known = outcomes.leads["label"].is_not_null().to_numpy()
    needed = np.where(kind == OPEN, within, np.minimum(after, within))
    # Observation ends with the calendar alone, so a lead's end is known whether or not it was reached.
    ends = np.sort(seen)
    visible = (ends.size - np.searchsorted(ends, needed, side="left")) / max(ends.size, 1)
    floor = 1 / max(sqrt(ends.size), 1.0)
    weights: Floats = np.where(known, 1 / np.maximum(visible, floor), 0.0)
    return weights
