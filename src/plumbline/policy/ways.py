"""Which way each lead goes: the route, and what decided it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plumbline.domain.words import Route
from plumbline.policy.doubt import hanging
from plumbline.policy.leads import ERROR, HIT, UNKNOWN
from plumbline.policy.plan import BANDS, NO_BAND
from plumbline.policy.scalars import PER
from plumbline.policy.schema import IfUnknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.policy.leads import Leads
    from plumbline.policy.plan import Plan

    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ways:
    """One entry per lead.

    ``weight`` holds route and deciding candidate in one number (``Candidates.weight``). ``hit`` and ``open``
    have a row per rule; ``open`` marks rules left open that would have mattered
    and that the policy does not treat as missed. ``unsure`` marks leads whose
    band may well change. ``hangs`` marks leads with a rule that missed, and mattered, only because unknown
    signals count nothing. ``asks`` has a row per signal of ``policy.asks``: it could be asked.
    """

    weight: NDArray[np.int32]
    hit: Flags
    open: Flags
    error: Flags
    unsure: Flags
    hangs: Flags
    asks: Flags
    proposed: Flags


def find_ways(plan: Plan, leads: Leads, outcomes: NDArray[np.uint8]) -> Ways:
    """Combine the band, the rules and the unknowns; the route with most human attention wins."""
    hit, error = outcomes == HIT, outcomes == ERROR
    proposed = (hit & plan.proposes).any(axis=0)
    weight = _definite(plan, leads, hit, error)
    so_far = weight // plan.candidates.count
    open_ = _would_matter(plan, (outcomes == UNKNOWN) & plan.heeds, so_far, proposed)
    hangs = _would_matter(plan, hanging(plan.doubts, leads, outcomes) & plan.heeds, so_far, proposed)
    unsure = _unsure(plan, leads)
    asks = _askable(plan, leads, open_, unsure)
    review = _for_review(plan, open_, unsure, asks)
    return Ways(
        np.maximum(weight, review), hit, open_, error, unsure, np.asarray(hangs.any(axis=0)), asks, proposed
    )


def _definite(plan: Plan, leads: Leads, hit: Flags, error: Flags) -> NDArray[np.int32]:
    """What is certain: the band's route, those of rules that fired, and a person for rules in error."""
    weight = plan.band_weight[_band_codes(leads)]
    if hit.any():
        weight = np.maximum(weight, np.where(hit, plan.hit_weight, 0).max(axis=0))
    return np.maximum(weight, _review_by(plan, error, plan.candidates.error))


def _band_codes(leads: Leads) -> NDArray[np.intp]:
    codes = {band.value: at for at, band in enumerate(BANDS)}
    return np.array([codes.get(band, NO_BAND) for band in leads.values("band")], dtype=np.intp)


def _review_by(plan: Plan, which: Flags, first: int) -> NDArray[np.int32]:
    """The weight of REVIEW by the first rule of those marked; 0 where none is."""
    if not which.any():
        return np.zeros(which.shape[1], dtype=np.int32)
    heaviest = plan.candidates.weight(Route.REVIEW, first)
    return np.where(which.any(axis=0), heaviest - which.argmax(axis=0), 0).astype(np.int32)


def _would_matter(plan: Plan, which: Flags, route: NDArray[np.int32], proposed: Flags) -> Flags:
    """Those of the rules marked that could have changed the decision, had they fired."""
    if not which.any():
        return which
    return which & (plan.matters_at[:, route] | (plan.proposes & ~proposed))


def _unsure(plan: Plan, leads: Leads) -> Flags:
    """Leads whose band may well change. A change nobody computed counts as certain."""
    change = leads.filled("band_change", PER)
    return (change >= plan.policy.unknowns.material) & (change > 0)


def _askable(plan: Plan, leads: Leads, open_: Flags, unsure: Flags) -> Flags:
    """Per question: whether its answer is missing and would settle an open rule or the band."""
    policy = plan.policy
    asks = np.zeros((len(policy.asks), leads.height), dtype=np.bool_)
    if not (unsure.any() or open_.any()):
        return asks
    left_open = _marked(open_)
    for at, name in enumerate(policy.asks):
        if not leads.lacks(name):
            continue
        wanted = unsure.copy() if name in plan.band_asks else np.zeros_like(unsure)
        for rule in left_open:
            if name in policy.rules[rule].reads:
                wanted |= open_[rule]
        asks[at] = wanted & leads.missing(name)
    return asks


def _marked(which: Flags) -> list[int]:
    """The rules marked for any lead."""
    marked: list[int] = np.flatnonzero(which.any(axis=1)).tolist()
    return marked


def _for_review(plan: Plan, open_: Flags, unsure: Flags, asks: Flags) -> NDArray[np.int32]:
    """The weight of REVIEW where something is open and the policy, or want of a question, needs a person."""
    policy, candidates = plan.policy, plan.candidates
    review = np.zeros_like(open_)
    for at in _marked(open_):
        rule = policy.rules[at]
        settles = [ask for ask, name in enumerate(policy.asks) if name in rule.reads]
        asked = asks[settles].any(axis=0) if rule.if_unknown is IfUnknown.ASK else False
        review[at] = open_[at] & ~np.asarray(asked)
    weight = _review_by(plan, review, candidates.unknown)
    if unsure.any():
        settles = [at for at, name in enumerate(policy.asks) if name in plan.band_asks]
        alone = unsure if policy.unknowns.review else unsure & ~asks[settles].any(axis=0)
        by_band = candidates.weight(Route.REVIEW, candidates.unknowns)
        weight = np.maximum(weight, np.where(alone, by_band, 0).astype(np.int32))
    return weight
