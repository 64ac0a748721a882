from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from helpers_simulate import small_truth, small_world
from plumbline.simulate import FaultKind
from plumbline.simulate.export import export
from plumbline.simulate.faults import EXPLANATIONS
from plumbline.simulate.latents import WEIGHTS
from plumbline.simulate.settings import Response

if TYPE_CHECKING:
    import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "simulator.md").read_text(encoding="utf-8")


def test_its_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 1
    exec(compile(blocks[0], "simulator.md", "exec"), {})  # noqa: S102 - the page's own code
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"arrival_order \d+ of \d+", first)
    assert re.fullmatch(r"demos_first \d+ of \d+", second)


def test_it_names_every_fault_in_the_words_of_the_code() -> None:
    for kind in FaultKind:
        assert f"| `{kind}` | {EXPLANATIONS[kind].does} | {EXPLANATIONS[kind].notice} |" in PAGE


def test_its_figures_are_those_of_the_code() -> None:
    assert f"weights {WEIGHTS[0]}, {WEIGHTS[1]} and {WEIGHTS[2]}" in PAGE
    assert f"{Response().floor:.0%}".replace("%", " %") in PAGE
    assert f"{len(export(small_world()).columns)} columns" in PAGE
    chance = small_truth().leads["p_qualify"]
    assert chance.quantile(0.5) < 0.05
    assert 0.70 < chance.quantile(0.99) < 0.88
    accepted = small_truth().outcomes.filter(pl.col("outcome") == "opportunity_accepted")
    created = small_world().market.visible.leads.select(pl.col("Lead ID").alias("lead.id"), "Created")
    both = accepted.join(created, on="lead.id")
    days = (
        both["at"].str.to_datetime("%Y-%m-%dT%H:%M:%SZ") - both["Created"].str.to_datetime()
    ).dt.total_days()
    assert 0.015 < (days > 90).mean() < 0.07
