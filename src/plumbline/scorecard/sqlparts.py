"""Small pieces of SQL, and how engines differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from plumbline.domain.words import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Dialect(StrEnum):
    """Engines that a card can be written for."""

    DUCKDB = "duckdb"
    POSTGRES = "postgres"
    SPARK = "spark"
    SNOWFLAKE = "snowflake"
    BIGQUERY = "bigquery"


#: No engine takes more arguments at once for certain.
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Engine:
    """How an engine differs. ``nan``: the name of its test for NaN; without one, NaN equals NaN there.

    ``minds_case``: whether it tells apart columns whose names differ in case only. ``doubles``: whether a
    number with an exponent is a double without being cast. ``keeps``: whether it must be told to work a step
    out once; PostgreSQL else writes each step into the next, and the query doubles with every one.
    """

    nan: str | None = None
    collation: str | None = None
    minds_case: bool = False
    doubles: bool = True
    keeps: bool = False

    def typed(self, value: exp.Expr, kind: Kind) -> exp.Expr:
        """A column as it is compared."""
        if kind is Kind.NUMBER:
            return exp.cast(value, exp.DType.DOUBLE)
        if kind is Kind.TEXT and self.collation:
            plain = exp.cast(value, exp.DType.TEXT)
            return exp.Collate(this=plain, expression=exp.to_identifier(self.collation, quoted=True))
        return exp.cast(value, exp.DType.TEXT) if kind is Kind.TEXT else value

    def is_nan(self, value: exp.Expr) -> exp.Expr:
        """Whether a double is not a number."""
        if self.nan:
            return exp.Anonymous(this=self.nan, expressions=[value])
        return exp.EQ(this=value, expression=exp.cast(text("NaN"), exp.DType.DOUBLE))

    def double(self, written: str) -> exp.Expr:
        """A number that is the same double as in the card."""
        if "." not in written and "e" not in written:
            return whole(int(written))
        literal = exp.Literal.number(written if "e" in written else f"{written}e0")
        negative = written.startswith("-")
        if negative:
            literal = exp.Neg(this=exp.Literal.number(str(literal.this).removeprefix("-")))
        return literal if self.doubles else exp.cast(literal, exp.DType.DOUBLE)


#: To add an engine: a line here, and the parity test where it runs.
DIALECTS: Final[Mapping[Dialect, Engine]] = {
    Dialect.DUCKDB: Engine(nan="ISNAN"),
    Dialect.POSTGRES: Engine(collation="C", minds_case=True, keeps=True),
    Dialect.SPARK: Engine(nan="ISNAN"),
    Dialect.SNOWFLAKE: Engine(minds_case=True, doubles=False),
    Dialect.BIGQUERY: Engine(nan="IS_NAN"),
}


def column(name: str) -> exp.Column:
    """A column by its exact name."""
    return exp.column(exp.to_identifier(name, quoted=True))


def whole(value: int) -> exp.Expr:
    """A whole number."""
    literal = exp.Literal.number(abs(value))
    return exp.Neg(this=literal) if value < 0 else literal


def text(value: str) -> exp.Expr:
    """A text."""
    return exp.Literal.string(value)


def case(
    whens: Sequence[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr, *, of: exp.Expr | None = None
) -> exp.Expr:
    """``CASE [of] WHEN .. THEN .. ELSE .. END``; only the last part where there is nothing to tell apart."""
    if not whens:
        return otherwise
    ifs = [exp.If(this=test, true=result) for test, result in whens]
    return exp.Case(this=of, ifs=ifs, default=otherwise).copy()


def added(parts: Sequence[exp.Expr]) -> exp.Expr:
    """A sum; 0 of nothing."""
    return reduce(lambda one, two: exp.Add(this=one, expression=two), parts) if parts else whole(0)


def joined(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Texts one after the other."""
    return reduce(lambda one, two: exp.DPipe(this=one, expression=two, safe=True), parts)


def as_text(value: exp.Expr) -> exp.Expr:
    """A number as text."""
    return exp.cast(value, exp.DType.TEXT)


def call(function: str, arguments: Sequence[exp.Expr]) -> exp.Expr:
    """A function by its name. None of our arguments is null, where engines would differ."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def signed(value: exp.Expr) -> exp.Expr:
    """A number with its sign."""
    minus = exp.LT(this=value, expression=whole(0))
    return joined([case([(minus, text("-"))], text("+")), as_text(exp.Abs(this=value))])


def greatest(parts: Sequence[exp.Expr]) -> exp.Expr:
    """The largest of some numbers."""
    chunks = [parts[at : at + _MOST] for at in range(0, len(parts), _MOST)]
    largest = [call("GREATEST", chunk) if len(chunk) > 1 else chunk[0] for chunk in chunks]
    return largest[0] if len(largest) == 1 else greatest(largest)


def stage(
    table: exp.Table,
    steps: Mapping[str, Sequence[exp.Expr]],
    result: Sequence[exp.Expr],
    *,
    keeps: bool,
) -> exp.Select:
    """A query in named steps, each over the one before; ``keeps`` as in an engine."""
    source: exp.Table = table
    query = exp.select(*result)
    for name, columns in steps.items():
        step = exp.select(*columns).from_(source)
        query = query.with_(name, as_=step, materialized=True if keeps else None, copy=False)
        source = exp.to_table(name)
    return query.from_(source)
