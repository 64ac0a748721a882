"""A column of numbers that is nearly all zeros is a column of numbers: its few amounts are what it is for."""

from __future__ import annotations

import polars as pl
import pytest

from plumbline.connectors.guess import guess_columns
from plumbline.connectors.looks import look_at
from plumbline.connectors.mapping import parse_mapping
from plumbline.connectors.starter import starter_policy
from plumbline.domain.words import Kind
from plumbline.library.columns import look_columns
from plumbline.policy import compile_policy

ZEROS = ["0"] * 990


@pytest.mark.parametrize(
    ("few", "kind"),
    [
        (["29.99", "142.5"] * 5, Kind.NUMBER),
        (["29,99", "1.142,50"] * 5, Kind.NUMBER),
        (["€ 12k"] * 10, Kind.NUMBER),
        (["7"], Kind.NUMBER),
        (["-1"], Kind.NUMBER),
        (["1"] * 10, Kind.FLAG),
        (["yes", "no"] * 5, Kind.FLAG),
        (["unclear"] * 10, Kind.FLAG),
        (["N/A", ""] * 5, Kind.FLAG),
    ],
)
def test_one_number_that_is_neither_0_nor_1_makes_a_column_of_numbers(few, kind) -> None:
    assert look_at(pl.Series("spend", ZEROS + few)).kind is kind


def test_a_stray_number_among_yes_and_no_makes_no_column_of_numbers() -> None:
    assert look_at(pl.Series("spend", ["yes", "no"] * 490 + ["7"] * 20)).kind is Kind.FLAG


def test_a_stray_number_does_not_cost_the_column_of_objections_its_place() -> None:
    cells = pl.DataFrame({"Profiling objection": [*ZEROS, "1", "2"]})
    assert guess_columns("leads", cells).columns == {"Profiling objection": "lead.objected"}


def test_amounts_that_no_sample_holds_are_read_and_none_is_unknown() -> None:
    """One in ten thousand; the column is judged from some thousand of its cells."""
    spend = ["0"] * 30_000
    spend[10_001:10_004] = ["29.99", "142.5", "7"]
    [column] = look_columns(pl.DataFrame({"spend": spend}))
    assert column.unreadable == 0
    assert column.values.sum() == pytest.approx(179.49)
    [flag] = look_columns(pl.DataFrame({"visit": ["0", "1"] * 15_000}))
    assert flag.values.dtype == pl.Boolean


def test_the_guessed_policy_scores_the_amounts_as_numbers() -> None:
    cells = {"Company": [f"c{n}" for n in range(1_000)], "Spend": ZEROS + ["29.99", "142.5"] * 5}
    found = guess_columns("leads", pl.DataFrame(cells))
    parse_mapping(found.to_yaml())
    policy, _ = compile_policy(starter_policy(found))
    assert {spec.source: spec.kind for spec in policy.signals}["extra.spend"] is Kind.NUMBER
