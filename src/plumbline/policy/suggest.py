"""What is suggested for each lead: the next action, who acts, and up to two questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plumbline.domain.words import Route
from plumbline.policy.compiled import Suggestion
from plumbline.policy.leads import HIT
from plumbline.policy.plan import SUGGESTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.policy.compiled import Rule
    from plumbline.policy.leads import Leads
    from plumbline.policy.plan import Plan
    from plumbline.policy.ways import Ways

_CODE = {word: at for at, word in enumerate(SUGGESTIONS)}


def suggested(
    plan: Plan, ways: Ways, route: NDArray[np.int32], applies: NDArray[np.uint8]
) -> NDArray[np.intp]:
    """The code of the action of each lead; written from the weakest claim to the strongest."""
    action = np.full(len(route), _CODE[Suggestion.CALL], dtype=np.intp)
    action[route == Route.NURTURE] = _CODE[Suggestion.NURTURE]
    for part, answer in reversed(list(zip(plan.policy.actions, applies, strict=True))):
        # A meeting is for leads somebody works; the partner team takes its leads from anywhere.
        reach = Route.QUEUE if part.word is Suggestion.MEETING else Route.NURTURE
        action[(answer == HIT) & (route >= reach)] = _CODE[part.word]
    action[ways.asks.any(axis=0)] = _CODE[Suggestion.ASK]
    action[route == Route.REVIEW] = _CODE[Suggestion.REVIEW]
    _by_rules(plan, ways, route, action)
    action[ways.proposed] = _CODE[Suggestion.PROPOSE_DISQUALIFY]
    return action


def _by_rules(plan: Plan, ways: Ways, route: NDArray[np.int32], action: NDArray[np.intp]) -> None:
    """What rules name, the first rule last so that it stands. A review by another rule keeps the lead."""
    for rule, hit in reversed(list(zip(plan.policy.rules, ways.hit, strict=True))):
        if rule.action is not None:
            has_a_say = route == rule.route if rule.route else route != Route.REVIEW
            action[hit & has_a_say] = _CODE[rule.action]


def owner_codes(
    plan: Plan, ways: Ways, route: NDArray[np.int32], action: NDArray[np.intp]
) -> tuple[list[str | None], NDArray[np.intp]]:
    """Names of owners, and which of them each lead has: the rule's, else the action's, else the route's."""
    policy = plan.policy
    names: list[str | None] = [policy.owners.get(way.word) for way in Route]
    codes = (route - 1).astype(np.intp)
    for part in policy.actions:
        if part.owner is not None:
            codes[action == _CODE[part.word]] = len(names)
            names.append(part.owner)
    for rule, hit in reversed(list(zip(policy.rules, ways.hit, strict=True))):
        if rule.owner is not None:
            codes[hit & _owns(rule, route)] = len(names)
            names.append(rule.owner)
    return names, codes


def _owns(rule: Rule, route: NDArray[np.int32]) -> NDArray[np.bool_]:
    """A rule without a route names the owner wherever the lead goes; one with a route, only there."""
    return route == rule.route if rule.route else np.ones(len(route), dtype=np.bool_)


def question_pairs(plan: Plan, ways: Ways, leads: Leads) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Numbers in ``policy.asks`` of the first and second question per lead; -1 is none."""
    first = np.full(leads.height, -1, dtype=np.intp)
    second = first.copy()
    rows = np.flatnonzero(ways.asks.any(axis=0)) if len(ways.asks) else first[:0]
    if len(rows):
        asks = ways.asks[:, rows].copy()
        first[rows] = _best(plan, ways, leads, rows, asks)
        asks[first[rows], np.arange(len(rows))] = False
        second[rows] = np.where(asks.any(axis=0), asks.argmax(axis=0), -1)
    return first, second


def _best(
    plan: Plan, ways: Ways, leads: Leads, rows: NDArray[np.intp], asks: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """The question that moves most where the band is unsure, else the policy's first."""
    best = asks.argmax(axis=0)
    numbers = {name: at for at, name in enumerate(plan.policy.asks)}
    asked = leads.values("question")
    moves_most = np.array([numbers.get(asked[row], -1) for row in rows.tolist()], dtype=np.intp)
    can_ask = (moves_most >= 0) & ways.unsure[rows] & asks[moves_most, np.arange(len(rows))]
    return np.where(can_ask, moves_most, best)
