"""Where to cut: with a guarantee on what is missed and wasted, or from what errors cost and a week holds.

Never from F1. What cannot be certified is said to be so, and then everything between goes to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.assurance.calibration import LEAST
from plumbline.assurance.thresholds import (
    CutOff,
    Threshold,
    Verdict,
    certified_high,
    certified_low,
    certified_low_weighted,
    cutoff,
    three_way,
)
from plumbline.learning.judged import Share, Wanted
from plumbline.learning.metrics import chance
from plumbline.learning.words import CannotLearnError, Code, Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.learning.bins import Codes, Floats

_DAYS: Final = 7.0
_SEED: Final = 11


@dataclass(frozen=True, slots=True, eq=False)
class Judgeable:
    """Leads with outcomes as cut-offs see them.

    ``judged``: leads with outcomes that the chances stand on. ``span``: interval of each chance, where there
    is one.
    """

    points: Floats
    odds: Floats
    label: Floats
    weight: Floats
    judged: int
    span: tuple[Floats, Floats] | None = None


@dataclass(frozen=True, slots=True)
class Cuts:
    """``low``: below it a lead need not be pursued; ``high``: from it on it may be without a person.

    ``ways``: what the three-way rule does with these leads, and the good ones among them; on the leads that
    the cut-offs were found on, so a little too kind. ``points``: where ``cost`` lies on the scorecard.
    """

    wanted: Wanted
    low: Threshold | None = None
    high: Threshold | None = None
    ways: Mapping[Verdict, Share] | None = None
    cost: CutOff | None = None
    points: int | None = None


def cuts(leads: Judgeable, wanted: Wanted, days: float | None) -> Cuts:
    """Cut-offs on the newest leads. ``days`` is how long they took to come in; ``None`` where nobody knows.

    ``CannotLearnError`` where costs are told and chances or weeks are not to be had.
    """
    low = high = ways = cost = points = None
    if wanted.certified:
        low, high = _certified(leads, wanted)
        ways = _ways(leads, low, high)
    if wanted.costed:
        cost = _costed(leads, wanted, days)
        at = leads.points[chance(leads.odds) >= cost.chance]
        points = round(float(at.min())) if at.size else None
    return Cuts(wanted, low, high, ways, cost, points)


def _certified(leads: Judgeable, wanted: Wanted) -> tuple[Threshold | None, Threshold | None]:
    """Both promises hold at once with confidence 1 - doubt: each gets half of it where there are two."""
    both = wanted.missed is not None and wanted.wasted is not None
    doubt = wanted.doubt / 2 if both else wanted.doubt
    low = high = None
    if wanted.missed is not None:
        even = np.ptp(leads.weight) <= 1e-9 * leads.weight.max()
        low = (
            certified_low(leads.points, leads.label, missed=wanted.missed, doubt=doubt)
            if even
            else certified_low_weighted(
                leads.points, leads.label, leads.weight, missed=wanted.missed, doubt=doubt
            )
        )
    if wanted.wasted is not None:
        kept = thinned(leads.weight)
        high = certified_high(leads.points[kept], leads.label[kept], wasted=wanted.wasted, doubt=doubt)
    return low, high


def thinned(weight: Floats, seed: int = _SEED) -> Codes:
    """Rows kept with a chance in proportion to their weights: what is left was drawn with equal chance."""
    drawn = np.random.default_rng(seed).random(weight.size)
    return np.flatnonzero(drawn * weight.max(initial=0.0) < weight)


def _ways(leads: Judgeable, low: Threshold | None, high: Threshold | None) -> dict[Verdict, Share]:
    """The three-way rule on every lead. A promise that nobody asked for binds nobody."""
    below = 0.0 if low is None else _as_chance(leads, low)
    above = 1.0 if high is None else _as_chance(leads, high)
    said = chance(leads.odds)
    ends = zip(*leads.span, strict=True) if leads.span else [None] * said.size
    found = np.array(
        [three_way(float(each), below, above, span=span) for each, span in zip(said, ends, strict=True)]
    )
    return {
        verdict: Share(str(verdict), "of these leads are good", int(leads.label[here].sum()), int(here.sum()))
        for verdict in Verdict
        for here in (found == verdict,)
    }


def _as_chance(leads: Judgeable, edge: Threshold) -> float | None:
    """The chance of the leads that stand on a cut-off: chances rise with points."""
    if edge.value is None:
        return None
    return float(chance(leads.odds[leads.points == edge.value]).min())


def _costed(leads: Judgeable, wanted: Wanted, days: float | None) -> CutOff:
    if leads.judged < LEAST:
        note = Note(Code.NO_CHANCES, f"They stand on {leads.judged} leads, at least {LEAST} are needed.")
        raise CannotLearnError(note)
    if days is None and wanted.capacity is not None:
        raise CannotLearnError(Note(Code.NO_WEEKS, ""))
    return cutoff(
        chance(leads.odds),
        weeks=(days or _DAYS) / _DAYS,
        missed_costs=wanted.missed_costs or 0.0,
        wasted_costs=1.0 if wanted.wasted_costs is None else wanted.wasted_costs,
        capacity=wanted.capacity,
    )
