"""One tree, four engines, one answer: row by row, unknown included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import psycopg
import pytest
from hypothesis import Phase, given, settings

from helpers_conditions import (
    PLAIN,
    DuckDb,
    Postgres,
    by_polars,
    by_rows,
    by_stream,
    by_text,
    random_frame,
    random_numbers,
    random_trees,
    seeds,
)
from plumbline.policy.conditions import rows, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from plumbline.policy.conditions import Node

pytest_plugins = ["helpers_postgres"]


def agree(questions: Sequence[Node], frame: pl.DataFrame, engines: dict[str, Any]) -> None:
    """Each engine answers as Polars does."""
    expected = by_polars(questions, frame)
    for engine, answer in engines.items():
        for question, wanted, got in zip(questions, expected, answer(questions, frame), strict=True):
            differing = [row for row, (a, b) in enumerate(zip(wanted, got, strict=True)) if a != b]
            assert not differing, f"{engine} differs on {to_text(question)}: {frame[differing].to_dicts()}"


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckDb]:
    with duckdb.connect() as connection:
        yield DuckDb(connection)


@pytest.fixture(scope="module")
def pg(postgres: str) -> Iterator[Postgres]:
    with psycopg.connect(postgres, autocommit=True) as connection:
        yield Postgres(connection)


@given(seed=seeds)
def test_closures_and_duckdb_answer_as_polars_does(duck, seed) -> None:
    engines = {"closures": by_rows, "DuckDB": duck, "streaming": by_stream}
    agree(random_trees(seed), random_frame(seed), engines)


@pytest.mark.postgres
@given(seed=seeds)
def test_postgresql_answers_as_polars_does(pg, seed) -> None:
    agree(random_trees(seed), random_frame(seed), {"PostgreSQL": pg})


@pytest.mark.postgres
@given(seed=seeds)
def test_calculated_numbers_are_the_same_doubles_everywhere(duck, pg, seed) -> None:
    engines = {"closures": by_rows, "DuckDB": duck, "PostgreSQL": pg, "streaming": by_stream}
    agree(random_numbers(seed), random_frame(seed), engines)


@pytest.mark.postgres
@given(seed=seeds)
def test_the_text_of_a_condition_means_in_sql_what_it_means_here(pg, seed) -> None:
    """Precedence above all: the text goes to PostgreSQL as a person wrote it, with the fewest parentheses."""
    questions = random_trees(seed, **PLAIN)
    agree(questions, random_frame(seed), {"PostgreSQL reading the text": by_text(pg)})


def _two_valued(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown counts as false, as in most programming languages."""
    original = rows._where_known
    monkeypatch.setattr(rows, "_where_known", lambda *parts: lambda row: bool(original(*parts)(row)))


def _careless_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_not", lambda operand: lambda row: not operand(row))


def _case_blind(monkeypatch: pytest.MonkeyPatch) -> None:
    def same(left: Any, right: Any) -> bool:
        return left == right or str(left).casefold() == str(right).casefold()

    monkeypatch.setitem(rows._COMPARE, operator_name("="), same)


def _zero_for_division_by_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    divide = operator_name("/")
    monkeypatch.setitem(rows._CALCULATE, divide, lambda left, right: left / right if right else 0.0)


def _unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_bounded", lambda number: number)


def _greedy_underscore(monkeypatch: pytest.MonkeyPatch) -> None:
    """``_`` may stand for nothing."""
    matcher = rows.matcher
    monkeypatch.setattr(
        rows,
        "matcher",
        lambda pattern: lambda text: matcher(pattern)(text) or matcher(pattern.replace("_", ""))(text),
    )


def operator_name(sign: str) -> Any:
    return next(op for op in [*rows.Op, *rows.Sum] if op == sign)


@pytest.mark.parametrize(
    "breakage",
    [_two_valued, _careless_not, _case_blind, _zero_for_division_by_zero, _unbounded, _greedy_underscore],
)
def test_the_parity_test_catches_a_rendering_with_another_meaning(monkeypatch, breakage) -> None:
    """The negative control of the tests above."""
    breakage(monkeypatch)

    @settings(database=None, phases=[Phase.generate])
    @given(seed=seeds)
    def law(seed: int) -> None:
        questions = [*random_trees(seed), *random_numbers(seed)]
        agree(questions, random_frame(seed), {"broken closures": by_rows})

    with pytest.raises(AssertionError, match="broken closures differs"):
        law()
