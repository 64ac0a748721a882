"""Every rule for one lead, in words: what it said, and what kept out the rules that nearly fired."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from plumbline.domain.words import RuleOutcome
from plumbline.policy.conditions import conjuncts, in_words, to_row
from plumbline.policy.leads import results_of
from plumbline.policy.names import RESULT_LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from plumbline.policy.compiled import CompiledPolicy, Rule

    Answer = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """What one rule said of one lead.

    ``kept_out_by`` holds, in words, the parts of the condition that are not met; ``unknown`` those of them
    that cannot be answered. ``near`` marks a rule of several parts that only one part kept from firing.
    """

    rule: str
    outcome: RuleOutcome
    condition: str
    because: str
    kept_out_by: tuple[str, ...]
    unknown: tuple[str, ...]
    near: bool


def trace(
    values: Mapping[str, Any], policy: CompiledPolicy, *, unreadable: Collection[str] = ()
) -> tuple[RuleTrace, ...]:
    """Every rule for one lead, in policy order.

    Args:
        values: signals and scores of the lead, named like the columns ``decide`` reads; a name that is not
            there is unknown.
        policy: the policy that decided.
        unreadable: signals that were received but could not be read.
    """
    named = {**values, **results_of(values, policy)}
    return tuple(asked.of(named, unreadable) for asked in _prepared(policy))


def nearly_fired(traces: Collection[RuleTrace]) -> tuple[RuleTrace, ...]:
    """The rules that came closest without firing: those with the fewest unmet parts, if any was met."""
    missed = [one for one in traces if one.outcome is not RuleOutcome.HIT and one.kept_out_by]
    fewest = min((len(one.kept_out_by) for one in missed), default=0)
    return tuple(one for one in missed if one.near or (len(one.kept_out_by) == fewest and fewest > 1))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A rule with its condition taken apart at its top-level ANDs."""

    rule: Rule
    whole: Answer
    condition: str
    parts: tuple[tuple[str, Answer], ...]

    def of(self, values: Mapping[str, Any], unreadable: Collection[str]) -> RuleTrace:
        answers = [(words, answer(values)) for words, answer in self.parts]
        unmet = tuple(words for words, answer in answers if answer is not True)
        return RuleTrace(
            rule=self.rule.id,
            outcome=self._outcome(values, unreadable),
            condition=self.condition,
            because=self.rule.because,
            kept_out_by=unmet,
            unknown=tuple(words for words, answer in answers if answer is None),
            near=len(unmet) == 1 and len(answers) > 1,
        )

    def _outcome(self, values: Mapping[str, Any], unreadable: Collection[str]) -> RuleOutcome:
        answer = self.whole(values)
        if answer is None:
            failed = any(name in unreadable for name in self.rule.reads)
            return RuleOutcome.ERROR if failed else RuleOutcome.UNKNOWN
        return RuleOutcome.HIT if answer else RuleOutcome.MISS


@lru_cache(maxsize=64)
def _prepared(policy: CompiledPolicy) -> tuple[_Prepared, ...]:
    labels = RESULT_LABELS | {spec.name: spec.label for spec in policy.signals}
    return tuple(_prepare(rule, labels) for rule in policy.rules)


def _prepare(rule: Rule, labels: Mapping[str, str]) -> _Prepared:
    tree = rule.condition.tree
    parts = tuple((in_words(part, labels), to_row(part)) for part in conjuncts(tree))
    return _Prepared(rule, to_row(tree), in_words(tree, labels), parts)
