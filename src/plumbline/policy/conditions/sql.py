"""The tree as SQL for an engine, with the same answers as in Polars.

What is spelled out because engines differ:

- arithmetic is cast to double, so that whole-number columns do not divide as integers or overflow;
- a divisor is wrapped in NULLIF, because dividing by zero is an error in one engine and infinity in another;
- factors and divisors are bounded (see :class:`~plumbline.policy.conditions.tree.Bounded`);
- PostgreSQL compares text with ``COLLATE "C"``, so that a column with a case-insensitive collation does not
  change a policy;
- everything compound stands in parentheses, because precedence differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from sqlglot import exp

from plumbline.domain.words import Kind
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
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Dialect: TypeAlias = Literal["duckdb", "postgres"]


@dataclass(frozen=True, slots=True)
class _Engine:
    """How an engine differs. To add one: a line in ``_ENGINES``, and the parity test where it runs."""

    dialect: str
    collation: str | None = None


_ENGINES: Final[Mapping[str, _Engine]] = {
    "duckdb": _Engine("duckdb"),
    "postgres": _Engine("postgres", collation="C"),
}
_COMPARE: Final[Mapping[Op, type[exp.Binary]]] = {
    Op.EQ: exp.EQ,
    Op.NE: exp.NEQ,
    Op.LT: exp.LT,
    Op.LE: exp.LTE,
    Op.GT: exp.GT,
    Op.GE: exp.GTE,
}
_CALCULATE: Final[Mapping[Sum, type[exp.Binary]]] = {Sum.ADD: exp.Add, Sum.SUB: exp.Sub, Sum.MUL: exp.Mul}
_PLAIN: Final = (Name, Constant)


def to_sql(node: Node, dialect: Dialect) -> str:
    """A boolean (or number) expression over columns named like the names, quoted; NULL is unknown."""
    engine = _ENGINES[dialect]
    writer = _Writer(engine)
    rendered = writer.number(node) if kind_of(node) is Kind.NUMBER else writer.render(node)
    return rendered.sql(dialect=engine.dialect, identify=True)


@dataclass(frozen=True, slots=True)
class _Writer:
    engine: _Engine

    def render(self, node: Node) -> exp.Expr:  # noqa: PLR0911 - one line per kind of node
        match node:
            case Not(operand=operand):
                return exp.Not(this=self.inner(operand))
            case And(parts=parts):
                return _joined(exp.And, [self.inner(part) for part in parts])
            case Or(parts=parts):
                return _joined(exp.Or, [self.inner(part) for part in parts])
            case Compare(op=op, left=left, right=right):
                return _COMPARE[op](this=self.compared(left), expression=self.inner(right))
            case Between(operand=operand, low=low, high=high):
                return exp.Between(this=self.inner(operand), low=self.inner(low), high=self.inner(high))
            case In(operand=operand, options=options):
                return exp.In(this=self.compared(operand), expressions=[_constant(o) for o in options])
            case IsNull(operand=operand):
                return exp.Is(this=self.inner(operand), expression=exp.Null())
            case Like(operand=operand, pattern=pattern):
                return exp.Like(this=self.compared(operand), expression=exp.Literal.string(pattern))
            case _:
                return self.value(node)

    def value(self, node: Node) -> exp.Expr:
        match node:
            case Name(name=name):
                return exp.column(exp.to_identifier(name, quoted=True))
            case Constant():
                return _constant(node)
            case Bounded(operand=operand):
                return _bounded(self.number(operand))
            case Arithmetic(op=Sum.DIV, left=left, right=right):
                divisor = exp.Nullif(this=self.number(right), expression=exp.Literal.number(0))
                return exp.Div(this=self.number(left), expression=divisor, typed=True, safe=False)
            case Arithmetic(op=op, left=left, right=right):
                return _CALCULATE[op](this=self.number(left), expression=self.number(right))
            case _:
                raise AssertionError(node)

    def inner(self, node: Node) -> exp.Expr:
        """A part of something else, in parentheses unless it is a single word."""
        rendered = self.render(node)
        return rendered if isinstance(node, _PLAIN) else exp.Paren(this=rendered)

    def number(self, node: Node) -> exp.Expr:
        """An operand of arithmetic, as a double."""
        if isinstance(node, _PLAIN):
            return exp.Cast(this=self.value(node), to=exp.DataType.build("double"))
        return self.inner(node)

    def compared(self, node: Node) -> exp.Expr:
        """The left side of a comparison; text byte by byte."""
        rendered = self.inner(node)
        if self.engine.collation is None or kind_of(node) is not Kind.TEXT:
            return rendered
        collation = exp.to_identifier(self.engine.collation, quoted=True)
        return exp.Collate(this=rendered, expression=collation)


def _joined(connector: type[exp.Connector], parts: Sequence[exp.Expr]) -> exp.Expr:
    joined: exp.Expr
    joined, *rest = parts
    for part in rest:
        joined = connector(this=joined, expression=part)
    return joined


def _bounded(number: exp.Expr) -> exp.Expr:
    size = exp.Abs(this=number)
    tiny = exp.LT(this=size, expression=_number(SMALLEST))
    fits = exp.LTE(this=size.copy(), expression=_number(LARGEST))
    return exp.Case(
        ifs=[exp.If(this=tiny, true=exp.Literal.number(0)), exp.If(this=fits, true=number.copy())]
    )


def _constant(constant: Constant) -> exp.Expr:
    value = constant.value
    match value:
        case bool():
            return exp.Boolean(this=value)
        case date():
            return exp.Cast(this=exp.Literal.string(value.isoformat()), to=exp.DataType.build("date"))
        case str():
            return exp.Literal.string(value)
        case _:
            return _number(value)


def _number(value: float) -> exp.Expr:
    literal = exp.Literal.number(_digits(abs(value)))
    return exp.Paren(this=exp.Neg(this=literal)) if value < 0 else literal


def _digits(value: float) -> str:
    """The shortest spelling that every engine reads as this very double.

    Whole numbers are written plainly. A fraction without exponent is a decimal in DuckDB, whose conversion to
    double is exact for up to 15 digits only; with an exponent it is read as a double.
    """
    if value.is_integer():
        return str(int(value))
    text = repr(value)
    return text if "e" in text or len(text.replace(".", "")) <= 15 else f"{text}e0"
