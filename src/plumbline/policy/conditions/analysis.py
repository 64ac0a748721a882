"""What can be proven about conditions without looking at leads.

Sound: what is claimed holds for every lead. Silence proves nothing. Contradictions are found between

- comparisons, BETWEEN, IN, IS NULL and flags on one signal, or on one and the same calculation;
- a LIKE and the finite list of texts that other parts leave; a LIKE and its own negation;
- two signals compared with each other, when the comparisons name the same two;

through any nesting of AND, OR and NOT with their three values. Not found: that ``a < b`` and ``b < c`` rule
out ``c < a``, that two LIKE patterns exclude each other, anything that needs solving for a name
(``x + 1 > 5`` against ``x < 3``), and what takes more than a fixed number of steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from plumbline.domain.words import Kind
from plumbline.policy.conditions.domains import Labels, Ranges, Values, between, exactly, rank
from plumbline.policy.conditions.like import matcher
from plumbline.policy.conditions.rows import to_row
from plumbline.policy.conditions.subjects import all_of, name_nodes, none_of, parts_of, subject_of
from plumbline.policy.conditions.tree import (
    And,
    Arithmetic,
    Between,
    Bounded,
    IsNull,
    Like,
    Name,
    Node,
    Not,
    Or,
    Sum,
    names_of,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


#: A search that takes more steps proves nothing. A step settles one combination of OR branches.
MAX_STEPS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """What is certain about a name: its possible texts, its range, that it is ``always`` known."""

    among: frozenset[str] | None = None
    low: float | None = None
    high: float | None = None
    always: bool = False


def never_true(node: Node, known: Mapping[str, Known] | None = None) -> bool:
    """Whether it is proven that the condition is true for no lead. False means: not proven."""
    return not _Search(known or {}).may_hold(_Goal(node))


def implies(one: Node, other: Node, known: Mapping[str, Known] | None = None) -> bool:
    """Whether it is proven that wherever the one is true, the other is true. False means: not proven."""
    return not _Search(known or {}).may_hold(_Goal(one), _Goal(other, positive=False, or_unknown=True))


@dataclass(frozen=True, slots=True)
class _Goal:
    """A demand: the node is true (or, not ``positive``, false), or perhaps unknown."""

    node: Node
    positive: bool = True
    or_unknown: bool = False

    def of(self, node: Node) -> _Goal:
        return _Goal(node, self.positive, self.or_unknown)


@dataclass(frozen=True, slots=True)
class _Domain:
    """What a value may still be."""

    values: Values
    null: bool

    def meet(self, other: _Domain) -> _Domain:
        return _Domain(_meet(self.values, other.values), self.null and other.null)

    @property
    def is_empty(self) -> bool:
        return self.values.is_empty and not self.null


#: What is left for each value the condition asks about: a name, a calculation, a pair of names, a LIKE.
_State: TypeAlias = "dict[Node, _Domain]"


def _meet(one: Values, other: Values) -> Values:
    if isinstance(one, Ranges) and isinstance(other, Ranges):
        return one.meet(other)
    if isinstance(one, Labels) and isinstance(other, Labels):
        return one.meet(other)
    raise AssertionError((one, other))


class _Search:
    """Looks for one way in which all goals could be met."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self.known = known

    def may_hold(self, *goals: _Goal) -> bool:
        """Branches over the ORs one by one, so that a contradiction found early ends many of them."""
        waiting: list[tuple[list[_Goal], _State]] = [(list(goals), {})]
        for _ in range(MAX_STEPS):
            if not waiting:
                return False
            goals_left, state = waiting.pop()
            choices = self.settle(goals_left, state)
            if choices is None:
                continue
            if not choices:
                return True
            first, *rest = choices
            waiting += [([first.of(part), *rest], dict(state)) for part in parts_of(first.node)]
        return True

    def settle(self, goals: list[_Goal], state: _State) -> list[_Goal] | None:
        """Meets what can be met in one way only. Gives the choices left, or ``None`` at a contradiction."""
        choices = []
        while goals:
            goal = goals.pop()
            match goal.node:
                case Not(operand=operand):
                    goals.append(_Goal(operand, not goal.positive, goal.or_unknown))
                case And() | Or() | Between() if isinstance(goal.node, Or) is goal.positive:
                    choices.append(goal)
                case And() | Or() | Between():
                    goals += [goal.of(part) for part in parts_of(goal.node)]
                case _ if not self.demand(goal, state):
                    return None
        return choices if self.fits_together(state) else None

    def demand(self, goal: _Goal, state: _State) -> bool:
        """Narrows the state by one demand; false when nothing is left."""
        if not names_of(goal.node):
            answer = to_row(goal.node)({})
            return goal.or_unknown if answer is None else bool(answer) is goal.positive
        key, values = subject_of(goal.node)
        if isinstance(goal.node, IsNull):
            demanded = _Domain(none_of(values), null=True) if goal.positive else _Domain(values, null=False)
        else:
            demanded = _Domain(values if goal.positive else values.complement(), goal.or_unknown)
        return self.narrow(key, demanded, state)

    def narrow(self, key: Node, demanded: _Domain, state: _State) -> bool:
        """What is calculated from names is known only where the names are."""
        left = state.get(key, self.possible(key)).meet(demanded)
        state[key] = left
        if isinstance(key, Name) or left.null:
            return not left.is_empty
        known = (self.narrow(name, _Domain(all_of(name), null=False), state) for name in name_nodes(key))
        return not left.is_empty and all(known)

    def fits_together(self, state: _State) -> bool:
        """Whether what is left for calculations, pairs and patterns agrees with the names."""
        names = {name for key in state for name in name_nodes(key)}
        return all(self.left(name, state) for name in names) and not any(
            left.values.is_empty and not isinstance(key, Name) and self.must_be_known(key, state)
            for key, left in state.items()
        )

    def left(self, name: Name, state: _State) -> bool:
        """Whether a name still has a value: of a short list of texts, those the patterns allow."""
        domain = state.get(name, self.possible(name))
        if domain.null or not isinstance(domain.values, Labels) or domain.values.others:
            return not domain.is_empty
        patterns = [
            (key, state[key].values) for key in state if isinstance(key, Like) and key.operand == name
        ]
        return any(all(_allows(*pattern, text) for pattern in patterns) for text in domain.values.labels)

    def must_be_known(self, key: Node, state: _State) -> bool:
        """Without divisions and bounds a calculation is known wherever its names are."""
        if any(isinstance(part, Bounded) or _divides(part) for part in walk(key)):
            return False
        return not any(state.get(name, self.possible(name)).null for name in name_nodes(key))

    def possible(self, key: Node) -> _Domain:
        """What a value may be before anything is demanded."""
        if not isinstance(key, Name):
            return _Domain(all_of(key), null=True)
        known = self.known.get(key.name, Known())
        values: Values = all_of(key)
        if key.kind is Kind.TEXT and known.among is not None:
            values = Labels(known.among)
        if key.kind is Kind.NUMBER:
            values = _meet(values, _span(known))
        return _Domain(values, null=not known.always)


def _span(known: Known) -> Ranges:
    low = between() if known.low is None else between(low=rank(known.low))
    return low if known.high is None else low.meet(between(high=rank(known.high)))


def _allows(like: Like, answers: Values, text: str) -> bool:
    return not _meet(answers, exactly(matcher(like.pattern)(text))).is_empty


def _divides(node: Node) -> bool:
    return isinstance(node, Arithmetic) and node.op is Sum.DIV
