"""Conditions that turn a missing value into an answer, against law 2.

``x IS NULL`` is the one question that is never unknown. Where it decides against a lead, a missing field
would do what only a known one may do. The walk keeps track of whether a part counts for or against the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.policy.conditions.tree import IsNull, Name, Not, children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.policy.conditions import Node
    from plumbline.policy.draft import Draft


def asks_for_missing(draft: Draft, name: str) -> bool:
    """Whether a derived signal asks, directly or further down, if something is missing."""
    trees = [draft.derived[below].tree for below in draft.stands_on([name]) if below in draft.derived]
    return any(True for tree in trees for _ in _null_questions(draft, tree, above=frozenset()))


def holds_because_missing(draft: Draft, tree: Node) -> bool:
    """Whether a missing value can help the condition to be true."""
    return any(_null_questions(draft, tree, above=frozenset()))


def fails_because_missing(draft: Draft, tree: Node) -> bool:
    """Whether a missing value can make the condition false rather than unknown."""
    return not all(_null_questions(draft, tree, above=frozenset()))


def _null_questions(
    draft: Draft, node: Node, *, above: frozenset[str], towards: bool = True
) -> Iterator[bool]:
    """For every IS NULL below: whether a missing value makes the whole true (or false)."""
    match node:
        case IsNull():
            yield towards
        case Not(operand=operand):
            yield from _null_questions(draft, operand, above=above, towards=not towards)
        case Name(name=name) if name in draft.derived and name not in above:
            yield from _null_questions(draft, draft.derived[name].tree, above=above | {name}, towards=towards)
        case _:
            for child in children(node):
                yield from _null_questions(draft, child, above=above, towards=towards)
