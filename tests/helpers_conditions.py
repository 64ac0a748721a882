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
from plumbline.policy.conditions import names_of, to_polars, to_row, to_sql, to_text
from plumbline.policy.conditions.tree import (
    LARGEST,
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
    walk,
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
_HOT_TEXTS = ["GB", "gb", "GB ", "\u00e9", "e\u0301", "a_b", "aXb", ""]
_HOT_NUMBERS = [0.0, -0.0, 1.0, 50.0, 0.3, 0.1 + 0.2]
_HOT_DAYS = [date(2024, 2, 29), date(2024, 3, 1)]

numbers = (
    st.sampled_from(_HOT_NUMBERS)
    | st.sampled_from(_NUMBERS)
    | st.floats(-LARGEST, LARGEST)
    | st.integers(-5, 5).map(float)
)
texts = (
    st.sampled_from(_HOT_TEXTS)
    | st.sampled_from(_HOT_TEXTS)
    | st.sampled_from(_TEXTS)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
)
days = st.sampled_from(_HOT_DAYS) | st.sampled_from(_DAYS) | st.dates()
values: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.NUMBER: numbers,
    Kind.TEXT: texts,
    Kind.FLAG: st.booleans(),
    Kind.DATE: days,
}


def _literal_number(value: float) -> float:
    return 0.0 if abs(value) < SMALLEST else value


def constants(kind: Kind) -> st.SearchStrategy[Constant]:
    """Literals as the reader makes them: texts composed, no number too close to zero."""
    made: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.NUMBER: numbers.map(_literal_number),
        Kind.TEXT: texts.map(lambda text: unicodedata.normalize("NFC", text)),
    }
    return made.get(kind, values[kind]).map(lambda value: Constant(value, kind))


def names(kind: Kind) -> st.SearchStrategy[Name]:
    return st.sampled_from([Name(name, kind) for name, of in NAMES.items() if of is kind])


def _sums(depth: int) -> st.SearchStrategy[Node]:
    """At most 2^depth - 1 operations."""
    leaf = names(Kind.NUMBER) | names(Kind.NUMBER) | constants(Kind.NUMBER)
    if depth == 0:
        return leaf
    below = _sums(depth - 1)
    built = st.builds(Arithmetic, st.sampled_from(Sum), below, below)
    return leaf | built | built


_SUMS = _sums(3)


@st.composite
def _calculations(draw: st.DrawFn) -> Node:
    """A function rather than a chain of strategies, whose printed form would be enormous."""
    return bounded(draw(_SUMS))


calculations = _calculations()
#: What ``parse_value`` makes: a calculation as a whole is bounded too.
number_values = calculations.map(lambda node: Bounded(node) if isinstance(node, Arithmetic) else node)


def _values(kind: Kind) -> st.SearchStrategy[Node]:
    if kind is Kind.NUMBER:
        return names(kind) | names(kind) | constants(kind) | constants(kind) | calculations
    return names(kind) | names(kind) | constants(kind)


patterns = st.lists(
    st.sampled_from(["%", "_", "a", "b", "G", "B", "\u00e9", "\U0001f600", "\n", ".", "*", "'"]), max_size=6
).map("".join)


def _atoms() -> st.SearchStrategy[Node]:
    """Built once, not per draw: strategies made while drawing are ten times slower."""
    found: list[st.SearchStrategy[Node]] = [
        st.builds(Like, names(Kind.TEXT), patterns),
        names(Kind.FLAG),
        constants(Kind.FLAG),
    ]
    for kind in (*Kind, Kind.TEXT, Kind.TEXT):
        value, ordered = _values(kind), kind in (Kind.NUMBER, Kind.DATE)
        ops = st.sampled_from(Op if ordered else [Op.EQ, Op.NE])
        found += [st.builds(Compare, ops, value, value), st.builds(IsNull, value)]
        if ordered:
            found.append(st.builds(Between, value, value, value))
        if kind is not Kind.FLAG:
            options = st.lists(constants(kind), min_size=1, max_size=5).map(tuple)
            found.append(st.builds(In, value, options))
    return st.one_of(found)


_ATOMS = _atoms()


@st.composite
def _any_atom(draw: st.DrawFn) -> Node:
    return draw(_ATOMS)


atoms = _any_atom()
trees: st.SearchStrategy[Node] = st.recursive(
    atoms,
    lambda below: st.one_of(
        below.map(Not),
        st.lists(below, min_size=2, max_size=4).map(conjunction),
        st.lists(below, min_size=2, max_size=4).map(disjunction),
    ),
    max_leaves=8,
)

#: What reads the same in PostgreSQL: there 0.1 + 0.2 is a decimal, and ORDER a reserved word.
plain_trees = trees.filter(
    lambda tree: "order" not in names_of(tree) and not any(isinstance(n, Arithmetic) for n in walk(tree))
)


def _random_text(chance: Random) -> str:
    ranges = [(1, 0x80), (0x80, 0xD800), (0xE000, 0x2FFFF)]
    return "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(chance.randrange(9)))


def _random_number(chance: Random) -> float:
    return chance.uniform(-1, 1) * 10 ** chance.uniform(-20, 15)


_RANDOM: dict[Kind, tuple[list[Any], list[Any], Callable[[Random], Any]]] = {
    Kind.NUMBER: (_HOT_NUMBERS, _NUMBERS, _random_number),
    Kind.TEXT: (_HOT_TEXTS, _TEXTS, _random_text),
    Kind.FLAG: ([True, False], [True, False], lambda chance: chance.random() < 0.5),
    Kind.DATE: (_HOT_DAYS, _DAYS, lambda chance: date.fromordinal(chance.randrange(1, 3_000_000))),
}


def random_frame(seed: int, height: int = 12) -> pl.DataFrame:
    """Leads by lot: drawn one by one through Hypothesis they would use up its budget for an example."""
    chance = Random(seed)
    found = [{name: _random_value(kind, chance) for name, kind in NAMES.items()} for _ in range(height)]
    return pl.DataFrame(found, schema={name: TYPES[kind] for name, kind in NAMES.items()})


def _random_value(kind: Kind, chance: Random) -> Any:
    hot, pool, anything = _RANDOM[kind]
    (how,) = chance.choices(range(4), weights=[5, 3, 2, 2])
    return [chance.choice(hot), chance.choice(pool), anything(chance), None][how]


frames = st.builds(random_frame, st.integers(0, 2**32), st.integers(1, 12))

Answers = list[list[Any]]


def by_polars(questions: Sequence[Node], frame: pl.DataFrame) -> Answers:
    """One list per question, one answer per row."""
    answered = frame.select(to_polars(node).alias(str(i)) for i, node in enumerate(questions))
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
