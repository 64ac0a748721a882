"""The SQL that leaves the house, and why each of its oddities is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import psycopg
import pytest

import helpers_postgres
from plumbline.domain.words import Kind
from plumbline.policy.conditions import conjuncts, parse_condition, parse_value, to_row, to_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.policy.conditions import Node

pytest_plugins = ["helpers_postgres"]

NAMES = {"x": Kind.NUMBER, "y": Kind.NUMBER, "text": Kind.TEXT, "p": Kind.FLAG, "day": Kind.DATE}


def tree(text: str, names: dict[str, Kind] = NAMES) -> Node:
    condition, issues = parse_condition(text, names)
    assert issues == []
    assert condition is not None
    return condition.tree


@pytest.fixture(scope="module")
def pg(postgres: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("text", "duck", "postgres_sql"),
    [
        ("x >= 250", '"x" >= 250', '"x" >= 250'),
        ("x >= -0.5", '"x" >= (-0.5)', '"x" >= (-0.5)'),
        ("x = 0.30000000000000004", '"x" = 0.30000000000000004e0', '"x" = 0.30000000000000004e0'),
        ("text = 'it''s'", "\"text\" = 'it''s'", "\"text\" COLLATE \"C\" = 'it''s'"),
        ("text NOT IN ('a')", "NOT (\"text\" IN ('a'))", 'NOT ("text" COLLATE "C" IN (\'a\'))'),
        ("text LIKE 'a%'", "\"text\" LIKE 'a%'", '"text" COLLATE "C" LIKE \'a%\''),
        ("p AND NOT p OR x IS NULL", '("p" AND (NOT "p")) OR ("x" IS NULL)', None),
        ("day > DATE '2024-02-29'", "\"day\" > CAST('2024-02-29' AS DATE)", None),
        (
            "x + y > 1",
            '(CAST("x" AS DOUBLE) + CAST("y" AS DOUBLE)) > 1',
            '(CAST("x" AS DOUBLE PRECISION) + CAST("y" AS DOUBLE PRECISION)) > 1',
        ),
        ("1 / 3 > 0", "(CAST(1 AS DOUBLE) / NULLIF(CAST(3 AS DOUBLE), 0)) > 0", None),
    ],
)
def test_a_condition_is_written_as_sql(text, duck, postgres_sql) -> None:
    assert to_sql(tree(text), "duckdb") == duck
    same = duck.replace("DOUBLE", "DOUBLE PRECISION")
    assert to_sql(tree(text), "postgres") == (postgres_sql or same)


@pytest.mark.postgres
def test_an_expression_is_a_double(pg) -> None:
    for text in ["x", "1", "0.1", "x + y", "x / 3"]:
        made, _ = parse_value(text, NAMES, Kind.NUMBER)
        assert made is not None
        sql = f"SELECT pg_typeof({to_sql(made.tree, 'postgres')})::text FROM (VALUES (1, 2)) AS lead(x, y)"
        assert pg.execute(sql).fetchone() == ("double precision",)


@pytest.mark.postgres
def test_a_case_blind_column_does_not_change_the_policy(pg) -> None:
    pg.execute("CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    pg.execute("CREATE TEMP TABLE blind_leads (text text COLLATE blind)")
    pg.execute("INSERT INTO blind_leads VALUES ('GB'), ('gb')")
    for text in ["text = 'GB'", "text IN ('GB')", "text LIKE 'G%'", "NOT text <> 'GB'", "'GB' = text"]:
        asked = f"SELECT {to_sql(tree(text), 'postgres')} FROM blind_leads"
        assert pg.execute(asked).fetchall() == [(True,), (False,)]
    assert pg.execute("SELECT text = 'GB' FROM blind_leads").fetchall() == [
        (True,),
        (True,),
    ]  # without our care


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("text", "raw", "why"),
    [
        ("x / y > 0", "x / y > 0", "division by zero"),
        ("x * x * 0 = 0", "x * x * 0 = 0", "out of range: underflow"),
        ("1 / (x * x) > 0", "1 / (x * x) > 0", "out of range: underflow"),
    ],
)
def test_no_number_stops_the_query(pg, text, raw, why) -> None:
    lead = {"x": 1e-200, "y": 0.0}
    values = "(VALUES (1e-200::float8, 0::float8)) AS lead(x, y)"
    (answer,) = pg.execute(f"SELECT {to_sql(tree(text), 'postgres')} FROM {values}").fetchone()
    assert answer is to_row(tree(text))(lead)
    with pytest.raises(psycopg.DataError, match=why):
        pg.execute(f"SELECT {raw} FROM {values}")


@pytest.mark.postgres
def test_whole_number_and_decimal_columns_answer_as_doubles_do(pg) -> None:
    lead = {"x": 1.0, "y": 2_000_000_000.0}
    for types in (("integer", "integer"), ("numeric", "numeric"), ("smallint", "bigint"), ("real", "float8")):
        values = f"(VALUES (1::{types[0]}, 2000000000::{types[1]})) AS lead(x, y)"
        for text in ["x / y > 0", "y + y > y", "y * y > 1", "x / 2 = 0.5", "x = 1", "y IN (1.5, 2e9)"]:
            (answer,) = pg.execute(f"SELECT {to_sql(tree(text), 'postgres')} FROM {values}").fetchone()
            assert answer is to_row(tree(text))(lead) is True
            (answer,) = duckdb.execute(f"SELECT {to_sql(tree(text), 'duckdb')} FROM {values}").fetchone()
            assert answer is True


def test_a_strange_name_stays_a_name() -> None:
    names = {'a"; DROP TABLE leads; --': Kind.FLAG, "order": Kind.FLAG, "Größe %": Kind.FLAG}
    text = '"a""; DROP TABLE leads; --" AND "order" AND "Größe %"'
    node = tree(text, names)
    assert to_sql(node, "duckdb") == to_sql(node, "postgres") == text
    columns = ", ".join(f"TRUE AS {to_sql(part, 'duckdb')}" for part in conjuncts(node))
    assert duckdb.execute(f"SELECT {to_sql(node, 'duckdb')} FROM (SELECT {columns})").fetchone() == (True,)


def test_hundreds_of_parts_can_be_rendered() -> None:
    node = tree(" AND ".join(f"x <> {i}" for i in range(160)))
    for dialect in ("duckdb", "postgres"):
        assert to_sql(node, dialect).count("<>") == 160
    answer = duckdb.execute(f"SELECT {to_sql(node, 'duckdb')} FROM (SELECT 7.0 AS x)").fetchone()
    assert answer == (to_row(node)({"x": 7.0}),) == (False,)


def test_a_missing_server_is_skipped_or_fails_where_it_is_required(monkeypatch) -> None:
    monkeypatch.setenv("PLUMBLINE_REQUIRE_POSTGRES", "1")
    with pytest.raises(pytest.fail.Exception, match="not here"):
        helpers_postgres._missing("it is not here")
    monkeypatch.delenv("PLUMBLINE_REQUIRE_POSTGRES")
    with pytest.raises(pytest.skip.Exception, match="not here"):
        helpers_postgres._missing("it is not here")
