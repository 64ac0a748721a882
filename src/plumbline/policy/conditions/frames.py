"""The tree as a Polars expression: any number of rows at once."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.words import Kind
from plumbline.policy.conditions.like import segments
from plumbline.policy.conditions.rows import to_row
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
    kind_of,
    names_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_TYPES: Final[Mapping[Kind, pl.DataType]] = {
    Kind.NUMBER: pl.Float64(),
    Kind.TEXT: pl.String(),
    Kind.FLAG: pl.Boolean(),
    Kind.DATE: pl.Date(),
}
_COMPARE: Final[Mapping[Op, Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
}


def _divided(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """IEEE division; unknown by zero.

    Polars divides a column by a scalar as a product with the reciprocal, which for some numbers is off in the
    last digit, and only in frames of more than one row (pola-rs/polars#20038). Adding zero times the left
    side makes the divisor a column, so that one lead and many get the same number.
    """
    return pl.when(right != 0.0).then(left / (right + left * 0.0))


_CALCULATE: Final[Mapping[Sum, Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    Sum.ADD: operator.add,
    Sum.SUB: operator.sub,
    Sum.MUL: operator.mul,
    Sum.DIV: _divided,
}


def to_polars(node: Node) -> pl.Expr:
    """An expression over columns named like the names; null is unknown. One value per row, always.

    Names are identifiers (the policy file sees to it): Polars reads ``^...$`` and ``*`` as patterns.
    """
    if names_of(node):
        return _render(node)
    answer = to_row(node)({})  # a lone literal would give one row, whatever the height of the frame
    return pl.repeat(answer, pl.len(), dtype=_TYPES[kind_of(node)])


def _render(node: Node) -> pl.Expr:  # noqa: PLR0911 - one line per kind of node
    match node:
        case Not(operand=operand):
            return ~_render(operand)
        case And(parts=parts):
            return _joined(operator.and_, [_render(part) for part in parts])
        case Or(parts=parts):
            return _joined(operator.or_, [_render(part) for part in parts])
        case Compare(op=op, left=left, right=right):
            return _COMPARE[op](_render(left), _render(right))
        case Between(operand=operand, low=low, high=high):
            value = _render(operand)
            return (value >= _render(low)) & (value <= _render(high))
        case In(operand=operand, options=options):
            return _render(operand).is_in([option.value for option in options])
        case IsNull(operand=operand):
            return _render(operand).is_null()
        case Like(operand=operand, pattern=pattern):
            return _like(_render(operand), pattern)
        case _:
            return _value(node)


def _value(node: Node) -> pl.Expr:
    match node:
        case Name(name=name, kind=kind):
            column = pl.col(name)
            return column.cast(pl.Float64) if kind is Kind.NUMBER else column
        case Constant(value=value, kind=kind):
            return pl.lit(value, dtype=_TYPES[kind])
        case Bounded(operand=operand):
            return _bounded(_render(operand))
        case Arithmetic() if not names_of(node):
            return pl.lit(to_row(node)({}), dtype=pl.Float64)
        case Arithmetic(op=op, left=left, right=right):
            return _CALCULATE[op](_render(left), _render(right))
        case _:
            raise AssertionError(node)


def _bounded(number: pl.Expr) -> pl.Expr:
    size = number.abs()
    return pl.when(size < SMALLEST).then(0.0).when(size <= LARGEST).then(number)


def _like(text: pl.Expr, pattern: str) -> pl.Expr:
    """Patterns of one plain piece avoid regular expressions, which are slower."""
    pieces = segments(pattern)
    if not any("_" in piece for piece in pieces):
        match pieces:
            case [whole]:
                return text == whole
            case ["", *inner, ""] if len(inner) == 1:
                return text.str.contains(inner[0], literal=True)
            case [start, ""]:
                return text.str.starts_with(start)
            case ["", end]:
                return text.str.ends_with(end)
            case _:
                pass
    return text.str.contains("^(?s:" + ".*".join(map(_pattern, pieces)) + ")$")


def _pattern(piece: str) -> str:
    return ".".join(pl.escape_regex(plain) for plain in piece.split("_"))


def _joined(join: Callable[[pl.Expr, pl.Expr], pl.Expr], parts: Sequence[pl.Expr]) -> pl.Expr:
    """A balanced tree: hundreds of parts must not become hundreds of levels."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(_joined(join, parts[:middle]), _joined(join, parts[middle:]))
