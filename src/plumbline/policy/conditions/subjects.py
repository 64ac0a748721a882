"""What a question is about, and which values answer it with yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.domain.words import Kind
from plumbline.policy.conditions.domains import (
    ALL_LABELS,
    ALL_RANKS,
    FLAGS,
    Labels,
    Ranges,
    between,
    exactly,
    one_of,
    rank,
)
from plumbline.policy.conditions.tree import (
    And,
    Between,
    Compare,
    Constant,
    In,
    IsNull,
    Like,
    Name,
    Node,
    Op,
    Or,
    kind_of,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.policy.conditions.domains import Values
    from plumbline.policy.conditions.tree import Value

_MIRRORED: Final[Mapping[Op, Op]] = {
    Op.EQ: Op.EQ,
    Op.NE: Op.NE,
    Op.LT: Op.GT,
    Op.LE: Op.GE,
    Op.GT: Op.LT,
    Op.GE: Op.LE,
}


def parts_of(node: Node) -> tuple[Node, ...]:
    """The parts of a connector; BETWEEN is two comparisons."""
    match node:
        case And(parts=parts) | Or(parts=parts):
            return parts
        case Between(operand=operand, low=low, high=high):
            return (Compare(Op.GE, operand, low), Compare(Op.LE, operand, high))
        case _:
            raise AssertionError(node)


def subject_of(node: Node) -> tuple[Node, Values]:  # noqa: PLR0911 - one line per kind of question
    """The value a question is about, and the values for which the answer is true."""
    match node:
        case Compare(op=op, left=left, right=Constant(value=value)):
            return left, _compared(op, value)
        case Compare(op=op, left=Constant(value=value), right=right):
            return right, _compared(_MIRRORED[op], value)
        case Compare(op=op, left=left, right=right):
            return _pair(op, left, right)
        case In(operand=operand, options=options):
            return operand, one_of([option.value for option in options])
        case IsNull(operand=operand):
            return operand, all_of(operand)
        case Like(operand=operand, pattern=pattern) if not set(pattern) & set("%_"):
            return operand, exactly(pattern)
        case _:
            return node, exactly(True)


def _compared(op: Op, value: Value) -> Values:
    """The values x for which ``x op value`` is true."""
    if op is Op.EQ:
        return exactly(value)
    if op is Op.NE:
        return exactly(value).complement()
    place = rank(value)
    if op in (Op.LT, Op.LE):
        return between(high=place if op is Op.LE else place - 1)
    return between(low=place if op is Op.GE else place + 1)


def _pair(op: Op, left: Node, right: Node) -> tuple[Node, Values]:
    """Two values compared: the subject is how they stand to each other, -1, 0 or 1."""
    if repr(right) < repr(left):
        left, right, op = right, left, _MIRRORED[op]
    return Compare(Op.EQ, left, right), _compared(op, 0.0)


def all_of(key: Node) -> Values:
    """Every value something can have, its own sign against itself included."""
    match key:
        case Compare(left=left, right=right):
            return between(0, 0) if left == right else between(-1, 1)
        case _ if kind_of(key) is Kind.TEXT:
            return ALL_LABELS
        case _:
            return FLAGS if kind_of(key) is Kind.FLAG else ALL_RANKS


def none_of(values: Values) -> Values:
    """No value, of the same sort."""
    return Labels(frozenset()) if isinstance(values, Labels) else Ranges(())


def name_nodes(key: Node) -> list[Name]:
    """The names something stands on."""
    return [part for part in walk(key) if isinstance(part, Name)]
