"""The tree as a Python closure: one lead in microseconds."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from plumbline.domain.words import Kind
from plumbline.policy.conditions.like import matcher
from plumbline.policy.conditions.tree import (
    LARGEST,
    SMALLEST,
    And,
    Arithmetic,
    Between,
    Bounded,
    Compare,
    Constant,
    In,
    IsNull,
    Like,
    Name,
    Node,
    Not,
    Op,
    Or,
    Sum,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Row: TypeAlias = Mapping[str, object]
    Answer: TypeAlias = Callable[[Row], bool | float | None]

_COMPARE: Final[Mapping[Op, Callable[[Any, Any], bool]]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
}
_CALCULATE: Final[Mapping[Sum, Callable[[float, float], float | None]]] = {
    Sum.ADD: operator.add,
    Sum.SUB: operator.sub,
    Sum.MUL: operator.mul,
    Sum.DIV: lambda left, right: left / right if right else None,
}


def to_row(node: Node) -> Answer:
    """A function of one row: true, false or a number; ``None`` is unknown, as is a name not in the row."""
    return _compile(node)


def _compile(node: Node) -> Callable[[Row], Any]:  # noqa: PLR0911 - one line per kind of node
    match node:
        case Not(operand=operand):
            return _not(_compile(operand))
        case And(parts=parts):
            return _chain([_compile(part) for part in parts], decisive=False)
        case Or(parts=parts):
            return _chain([_compile(part) for part in parts], decisive=True)
        case Compare(op=op, left=left, right=right):
            return _compare(_COMPARE[op], left, right)
        case Between(operand=operand, low=low, high=high):
            return _compile(And((Compare(Op.GE, operand, low), Compare(Op.LE, operand, high))))
        case In(operand=operand, options=options):
            return _where_known(operand, frozenset(option.value for option in options).__contains__)
        case IsNull(operand=operand):
            value = _compile(operand)
            return lambda row: value(row) is None
        case Like(operand=operand, pattern=pattern):
            return _where_known(operand, matcher(pattern))
        case _:
            return _value(node)


def _value(node: Node) -> Callable[[Row], Any]:
    match node:
        case Name(name=name, kind=kind):
            return _number(name) if kind is Kind.NUMBER else lambda row: row.get(name)
        case Constant(value=value):
            return lambda _row: value
        case Bounded(operand=operand):
            return _bounded(_compile(operand))
        case Arithmetic(op=op, left=left, right=right):
            return _calculate(_CALCULATE[op], _compile(left), _compile(right))
        case _:
            raise AssertionError(node)


def _number(name: str) -> Callable[[Row], float | None]:
    """Points are whole numbers in Python; all arithmetic is in doubles."""

    def read(row: Row) -> float | None:
        value: Any = row.get(name)
        return None if value is None else float(value)

    return read


def _not(operand: Callable[[Row], bool | None]) -> Callable[[Row], bool | None]:
    def negated(row: Row) -> bool | None:
        answer = operand(row)
        return None if answer is None else not answer

    return negated


def _chain(parts: Sequence[Callable[[Row], bool | None]], *, decisive: bool) -> Callable[[Row], bool | None]:
    """AND is decided by one false part, OR by one true part; otherwise one unknown part leaves it unknown."""

    def joined(row: Row) -> bool | None:
        answer: bool | None = not decisive
        for part in parts:
            said = part(row)
            if said is decisive:
                return decisive
            if said is None:
                answer = None
        return answer

    return joined


def _compare(test: Callable[[Any, Any], bool], left: Node, right: Node) -> Callable[[Row], bool | None]:
    if isinstance(right, Constant):
        return _where_known(left, lambda value, against=right.value: test(value, against))  # type: ignore[misc]
    one, other = _compile(left), _compile(right)

    def compared(row: Row) -> bool | None:
        first, second = one(row), other(row)
        return None if first is None or second is None else test(first, second)

    return compared


def _where_known(operand: Node, test: Callable[[Any], bool]) -> Callable[[Row], bool | None]:
    value = _compile(operand)

    def answer(row: Row) -> bool | None:
        known = value(row)
        return None if known is None else test(known)

    return answer


def _calculate(
    operation: Callable[[float, float], float | None],
    left: Callable[[Row], float | None],
    right: Callable[[Row], float | None],
) -> Callable[[Row], float | None]:
    def calculated(row: Row) -> float | None:
        one, other = left(row), right(row)
        return None if one is None or other is None else operation(one, other)

    return calculated


def _bounded(number: Callable[[Row], float | None]) -> Callable[[Row], float | None]:
    def within(row: Row) -> float | None:
        value = number(row)
        if value is None or not abs(value) <= LARGEST:
            return None
        return 0.0 if abs(value) < SMALLEST else value

    return within
