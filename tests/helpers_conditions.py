"""Random conditions, random leads, and four ways to answer: what the parity tests stand on."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
from hypothesis import strategies as st

from plumbline.domain.words import Kind
from plumbline.policy.conditions import to_polars, to_row, to_sql, to_text
from plumbline.policy.conditions.tree import (
    SMALLEST,
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
    Sum,
    bounded,
    conjunction,
    disjunction,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb
    import psycopg

NAMES: dict[str, Kind] = {
    "employees": Kind.NUMBER,
    "revenue": Kind.NUMBER,
    "order": Kind.NUMBER,
    "country": Kind.TEXT,
    "title": Kind.TEXT,
    "student": Kind.FLAG,
    "partner": Kind.FLAG,
    "created": Kind.DATE,
    "seen": Kind.DATE,
}
TYPES = {Kind.NUMBER: pl.Float64, Kind.TEXT: pl.String, Kind.FLAG: pl.Boolean, Kind.DATE: pl.Date}
SQL_TYPES = {Kind.NUMBER: "double precision", Kind.TEXT: "text", Kind.FLAG: "boolean", Kind.DATE: "date"}

_NUMBERS = [
    *(0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 49.0, 50.0, 250.0, 1e15, -1e15, 999999999999999.9),
    *(0.1, 0.2, 0.3, 0.1 + 0.2, 1 / 3, 2 / 3, 123456789.12345679, 1e-15, 1.1e-15),
    *(5e-324, 2.2250738585072014e-308, 1e-300, -1e-300, 9.99e-16),
]
_TEXTS = [
    *("", "GB", "gb", "Gb", " GB", "GB ", "G", "B", "ab", "aXb", "a%b", "a_b", "%", "_", "%%", "a"),
    *("'", "''", '"', "\\", "a\\b", "\\%", "\\_", "it's", "NULL", "null", "1", "true"),
    *("\u00e9", "e\u0301", "\u00df", "SS", "ss", "\u0130", "i", "\ufb01", "fi", "\u1e9e"),
    *("\U0001f600", "a\U0001f600b", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u0905\u0902"),
    *("\n", "a\nb", "a\r\nb", "\t", "\u2028", "a.b", "a*b", "[a]", "(a", "^a$", "a|b", "$"),
]
_DAYS = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(1, 1, 1), date(9999, 12, 31)]

#: Few enough to meet each other often: a comparison of random texts is nearly always false.
_HOT_TEXTS = ["GB", "GB", "gb", "GB ", "\u00e9", "e\u0301", "a_b", "aXb", ""]
_HOT_NUMBERS = [0.0, -0.0, 1.0, 50.0, 0.3, 0.1 + 0.2]
_HOT_DAYS = [date(2024, 2, 29), date(2024, 3, 1)]

_HOT_PATTERNS = ["_", "__", "G_", "_b", "a_b", "a_%b", "GB_", "%_", "G%", "%B", "%b%", "%", ""]
_PATTERN_PIECES = ["%", "_", "a", "b", "G", "B", "\u00e9", "\U0001f600", "\n", ".", "*", "'"]
_ORDERED = (Kind.NUMBER, Kind.DATE)


def _any_text(chance: Random) -> str:
    ranges = [(1, 0x80), (0x80, 0xD800), (0xE000, 0x2FFFF)]
    return "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(chance.randrange(9)))


_POOLS: dict[Kind, tuple[list[Any], list[Any], Callable[[Random], Any]]] = {
    Kind.NUMBER: (
        _HOT_NUMBERS,
        _NUMBERS,
        lambda chance: chance.uniform(-1, 1) * 10 ** chance.uniform(-20, 15),
    ),
    Kind.TEXT: (_HOT_TEXTS, _TEXTS, _any_text),
    Kind.FLAG: ([True, False], [True, False], lambda chance: chance.random() < 0.5),
    Kind.DATE: (_HOT_DAYS, _DAYS, lambda chance: date.fromordinal(chance.randrange(1, 3_000_000))),
}


def _value(kind: Kind, chance: Random) -> Any:
    hot, pool, anything = _POOLS[kind]
    (how,) = chance.choices(range(3), weights=[5, 3, 2])
    return anything(chance) if how == 2 else chance.choice([hot, pool][how])


def random_frame(seed: int, height: int = 12) -> pl.DataFrame:
    """Leads by lot, one value in six unknown."""
    chance = Random(seed)
    found = [
        {name: _value(kind, chance) if chance.random() > 1 / 6 else None for name, kind in NAMES.items()}
        for _ in range(height)
    ]
    return pl.DataFrame(found, schema={name: TYPES[kind] for name, kind in NAMES.items()})


class TreeMaker:
    """Conditions by lot, as the reader would make them: literals composed and in range, sums bounded.

    By lot and not by Hypothesis' own strategies, which made few calculations and hundred times fewer trees.
    """

    def __init__(self, seed: int, names: Sequence[str] = tuple(NAMES), *, calculates: bool = True) -> None:
        self.chance = Random(seed)
        self.names = names
        self.calculates = calculates

    def tree(self, leaves: int) -> Node:
        """A condition of so many questions."""
        if self.chance.random() < 0.2:
            return Not(self.tree(leaves))
        if leaves <= 1:
            return self.atom()
        first = self.chance.randrange(1, leaves)
        join = self.chance.choice([conjunction, disjunction])
        return join([self.tree(first), self.tree(leaves - first)])

    def atom(self) -> Node:
        kind = self.chance.choice([Kind.NUMBER, Kind.NUMBER, Kind.TEXT, Kind.TEXT, Kind.FLAG, Kind.DATE])
        makers = [self.compare, self.compare, self.compare, self.is_null]
        makers += [self.between] * (kind in _ORDERED) + [self.among] * (kind is not Kind.FLAG)
        makers += [self.like] * 2 * (kind is Kind.TEXT) + [self.flag] * 2 * (kind is Kind.FLAG)
        return self.chance.choice(makers)(kind)

    def compare(self, kind: Kind) -> Node:
        op = self.chance.choice([*Op] if kind in _ORDERED else [Op.EQ, Op.NE])
        return Compare(op, self.value(kind), self.value(kind))

    def between(self, kind: Kind) -> Node:
        return Between(self.value(kind), self.value(kind), self.value(kind))

    def among(self, kind: Kind) -> Node:
        options = [self.constant(kind) for _ in range(self.chance.randrange(1, 6))]
        return In(self.value(kind), tuple(options))

    def is_null(self, kind: Kind) -> Node:
        return IsNull(self.value(kind))

    def like(self, _kind: Kind) -> Node:
        pieces = self.chance.choices(_PATTERN_PIECES, k=self.chance.randrange(6))
        pattern = self.chance.choice([*_HOT_PATTERNS, "".join(pieces)])
        return Like(self.name(Kind.TEXT), pattern)

    def flag(self, kind: Kind) -> Node:
        return self.name(kind) if self.chance.random() < 0.8 else self.constant(kind)

    def value(self, kind: Kind) -> Node:
        if kind is Kind.NUMBER and self.calculates and self.chance.random() < 0.4:
            return bounded(self.calculation(self.chance.randrange(1, 4)))
        return self.name(kind) if self.chance.random() < 0.7 else self.constant(kind)

    def calculation(self, depth: int) -> Node:
        """At most 2^depth - 1 operations."""
        if depth == 0 or self.chance.random() < 0.3:
            leaf = self.name if self.chance.random() < 0.7 else self.constant
            return leaf(Kind.NUMBER)
        left, right = self.calculation(depth - 1), self.calculation(depth - 1)
        return Arithmetic(self.chance.choice([*Sum, Sum.DIV]), left, right)

    def number(self) -> Node:
        """What ``parse_value`` makes: a calculation as a whole is bounded too."""
        made = bounded(self.calculation(self.chance.randrange(4)))
        return Bounded(made) if isinstance(made, Arithmetic) else made

    def name(self, kind: Kind) -> Name:
        return Name(self.chance.choice([name for name in self.names if NAMES[name] is kind]), kind)

    def constant(self, kind: Kind) -> Constant:
        value = _value(kind, self.chance)
        if kind is Kind.TEXT:
            value = unicodedata.normalize("NFC", value)
        if kind is Kind.NUMBER and abs(value) < SMALLEST:
            value = 0.0
        return Constant(value, kind)


def random_trees(seed: int, count: int = 20, leaves: int = 4, **how: Any) -> list[Node]:
    maker = TreeMaker(seed, **how)
    return [maker.tree(1 + i % leaves) for i in range(count)]


def random_numbers(seed: int, count: int = 6) -> list[Node]:
    maker = TreeMaker(seed)
    return [maker.number() for _ in range(count)]


#: What reads the same in PostgreSQL: there 0.1 + 0.2 is a decimal, and ORDER a reserved word.
PLAIN = {"names": [name for name in NAMES if name != "order"], "calculates": False}

seeds = st.integers(0, 2**32)
frames = st.builds(random_frame, seeds)
trees = st.builds(lambda seed, leaves: TreeMaker(seed).tree(leaves), seeds, st.integers(1, 8))
number_values = st.builds(lambda seed: TreeMaker(seed).number(), seeds)

Answers = list[list[Any]]


def by_polars(questions: Sequence[Node], frame: pl.DataFrame) -> Answers:
    """One list per question, one answer per row."""
    answered = frame.select(to_polars(node).alias(str(i)) for i, node in enumerate(questions))
    return [answered[str(i)].to_list() for i in range(len(questions))]


def by_stream(questions: Sequence[Node], frame: pl.DataFrame) -> Answers:
    """Through Polars' optimiser and its streaming engine, as large runs go."""
    asked = [to_polars(node).alias(str(i)) for i, node in enumerate(questions)]
    answered = frame.lazy().select(asked).collect(engine="streaming")
    return [answered[str(i)].to_list() for i in range(len(questions))]


def by_rows(questions: Sequence[Node], frame: pl.DataFrame) -> Answers:
    rows_ = frame.to_dicts()
    return [[answer(row) for row in rows_] for answer in map(to_row, questions)]


@dataclass
class DuckDb:
    connection: duckdb.DuckDBPyConnection

    def __call__(self, questions: Sequence[Node], frame: pl.DataFrame) -> Answers:
        columns = ", ".join(f'unnest(?::{_duck(kind)}[]) AS "{name}"' for name, kind in NAMES.items())
        numbered = "unnest(range(?)) AS row_number"
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE leads AS SELECT {columns}, {numbered}",
            [*(frame[name].to_list() for name in NAMES), frame.height],
        )
        asked = ", ".join(to_sql(node, "duckdb") for node in questions)
        found = self.connection.execute(f"SELECT {asked} FROM leads ORDER BY row_number").fetchall()
        return [list(answers) for answers in zip(*found, strict=True)]


def _duck(kind: Kind) -> str:
    return {"double precision": "DOUBLE", "text": "VARCHAR"}.get(SQL_TYPES[kind], SQL_TYPES[kind])


@dataclass
class Postgres:
    connection: psycopg.Connection[Any]

    def __call__(self, questions: Sequence[Node], frame: pl.DataFrame) -> Answers:
        return self.ask([to_sql(node, "postgres") for node in questions], frame)

    def ask(self, questions: Sequence[str], frame: pl.DataFrame) -> Answers:
        quoted = ", ".join(f'"{name}"' for name in NAMES)
        arrays = ", ".join(f"%s::{SQL_TYPES[kind]}[]" for kind in NAMES.values())
        with self.connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS leads")
            cursor.execute(
                f"CREATE TEMP TABLE leads AS SELECT * FROM unnest({arrays}) "
                f"WITH ORDINALITY AS lead({quoted}, row_number)",
                [frame[name].to_list() for name in NAMES],
            )
            cursor.execute(f"SELECT {', '.join(questions)} FROM leads ORDER BY row_number".encode())
            return [list(answers) for answers in zip(*cursor.fetchall(), strict=True)]


def by_text(postgres: Postgres) -> Callable[[Sequence[Node], pl.DataFrame], Answers]:
    """An engine that reads a condition as it is written in the policy."""
    return lambda questions, frame: postgres.ask([to_text(node) for node in questions], frame)
