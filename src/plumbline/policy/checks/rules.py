"""Can every rule fire, does it do something, and does it leave missing data alone?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.domain.signals import COMPLETENESS, Measure
from plumbline.domain.words import Band, Kind, Level, Route
from plumbline.policy.checks.missing import fails_because_missing, holds_because_missing
from plumbline.policy.codes import Code
from plumbline.policy.compiled import OBJECTION
from plumbline.policy.conditions import Known, implies, never_true
from plumbline.policy.names import RESULTS
from plumbline.policy.schema import IfUnknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.domain.issues import Issue
    from plumbline.policy.conditions import Condition
    from plumbline.policy.draft import Draft
    from plumbline.policy.schema import RulePart

_LEVELS: Final = frozenset(level.value for level in Level)
_BANDS: Final = frozenset(band.value for band in Band)
#: With more rules only equal conditions are compared: all pairs would take longer than anybody waits.
MAX_PROVEN: Final = 150
#: Ids that decisions use for other deciders.
_TAKEN: Final = frozenset({"unknowns", "explore", OBJECTION})


def ids(draft: Draft) -> Iterator[Issue]:
    """Each rule has an id of its own."""
    first: dict[str, int] = {}
    for at, rule in enumerate(draft.file.rules):
        if rule.id in first:
            line = draft.error(Code.DUPLICATE_RULE, "", "rules", first[rule.id]).line
            message = f"'{rule.id}' is the id of the rule on line {line} already"
            yield draft.error(Code.DUPLICATE_RULE, message, "rules", at, "id")
        if rule.id in _TAKEN:
            message = f"'{rule.id}' means something else in decisions"
            yield draft.error(Code.RESERVED_NAME, message, "rules", at, "id")
        first.setdefault(rule.id, at)


def effects(draft: Draft) -> Iterator[Issue]:
    """A rule does something."""
    for at, rule in enumerate(draft.file.rules):
        if not (rule.route or rule.owner or rule.action or rule.propose):
            message = "write a route, an owner, an action or a proposal"
            yield draft.error(Code.RULE_WITHOUT_EFFECT, message, "rules", at)


def known_of(draft: Draft) -> dict[str, Known]:
    """What is certain about names: results are always there, counts and ages are never negative."""
    known = {name: Known(always=True) for name in RESULTS}
    known["band"] = Known(among=_BANDS, always=True)
    known |= {name: Known(among=_LEVELS, always=True) for name in RESULTS if name.endswith("_level")}
    for name, spec in draft.specs.items():
        if spec.source == COMPLETENESS:
            known[name] = Known(low=0, high=100, always=True)
        elif spec.measure is not Measure.VALUE and spec.kind is Kind.NUMBER:
            known[name] = Known(low=0)
    return known


def never_fire(draft: Draft) -> Iterator[Issue]:
    """A condition that no lead can meet."""
    known = known_of(draft)
    for at, condition in enumerate(draft.rules):
        if condition and never_true(condition.tree, known):
            yield draft.error(Code.RULE_NEVER_FIRES, "no lead can meet this condition", "rules", at, "when")


def shadowed(draft: Draft) -> Iterator[Issue]:
    """A rule that adds nothing to what another one already does."""
    known = known_of(draft)
    prove = len(draft.rules) <= MAX_PROVEN
    for at, rule in enumerate(draft.file.rules):
        by = [
            other.id
            for number, other in enumerate(draft.file.rules)
            if number != at
            and _covers(other, rule, earlier=number < at)
            and _implied(draft.rules[at], draft.rules[number], known, prove=prove)
        ]
        if by:
            message = f"whenever it fires, '{by[0]}' does as much already"
            yield draft.warning(Code.RULE_SHADOWED, message, "rules", at)


def _covers(other: RulePart, rule: RulePart, *, earlier: bool) -> bool:
    """Whether another rule leaves nothing to this one where both fire; of equals the first counts."""
    if not earlier:
        return _reach(other) > _reach(rule) and not (rule.owner or rule.action or rule.propose)
    named_first = other.route == rule.route
    owner = rule.owner is None or (other.owner is not None and named_first)
    action = rule.action is None or (other.action is not None and named_first)
    proposes = rule.propose is None or other.propose is not None
    return _reach(other) >= _reach(rule) and owner and action and proposes


def _reach(rule: RulePart) -> Route:
    if rule.propose:
        return Route.REVIEW
    return Route.of(rule.route) if rule.route else Route.NURTURE


def _implied(one: Condition | None, other: Condition | None, known: dict[str, Known], *, prove: bool) -> bool:
    """Proofs are dear: a condition on other names can hardly follow, so it is not tried."""
    if one is None or other is None or not set(other.fields) <= set(one.fields):
        return False
    return one.tree == other.tree or (prove and implies(one.tree, other.tree, known))


def missing(draft: Draft) -> Iterator[Issue]:
    """Unknown is not bad (law 2): no field lowers a route by being missing, none rejects."""
    for at, (rule, condition) in enumerate(zip(draft.file.rules, draft.rules, strict=True)):
        if condition is None:
            continue
        if _raises(rule) and fails_because_missing(draft, condition.tree):
            message = (
                "IS NOT NULL makes a missing field lower the route unseen; leave it out, "
                "then the rule is unknown and if_unknown says what happens"
            )
            yield draft.error(Code.RULE_HIDES_MISSING, message, "rules", at, "when")
        if rule.propose and holds_because_missing(draft, condition.tree):
            message = "a missing field helps to propose a disqualification; unknown is not bad"
            yield draft.error(Code.RULE_HIDES_MISSING, message, "rules", at, "when")


def _raises(rule: RulePart) -> bool:
    return rule.propose is None and _reach(rule) > Route.NURTURE


def questions(draft: Draft) -> Iterator[Issue]:
    """A rule that asks when it is unknown has something to ask."""
    for at, (rule, condition) in enumerate(zip(draft.file.rules, draft.rules, strict=True)):
        if rule.if_unknown is not IfUnknown.ASK or condition is None:
            continue
        reads = draft.stands_on(condition.fields)
        if not any(draft.specs[name].ask for name in reads if name in draft.specs):
            message = "no signal it reads has a question ('ask'), so a person looks instead"
            yield draft.warning(Code.NOTHING_TO_ASK, message, "rules", at, "if_unknown")
