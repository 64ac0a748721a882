"""``backtest`` and ``learn`` with who was worked why, with promises, with costs, and with charts as files."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest

from helpers_cli import plumbline
from helpers_learning import POLICY, history


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    (folder / "policy.yaml").write_text(POLICY, "utf-8")
    history(900).write_parquet(folder / "past.parquet")
    return folder


def backtest(desk, *more: object, name: str = "past.parquet"):
    return plumbline("backtest", desk / name, "-p", desk / "policy.yaml", *more)


def chosen_of(rows: int, *, chance: str = "0.2", seed: int = 3) -> pl.DataFrame:
    """Two thirds pursued, some of the others drawn."""
    drawn = np.random.default_rng(seed).random(rows) < 0.2
    pursued = np.arange(rows) % 3 > 0
    return pl.DataFrame(
        {
            "Lead ID": [f"L{at:05d}" for at in range(rows)],
            "Pursued": ["yes" if each else "no" for each in pursued],
            "Drawn": ["yes" if each else "no" for each in drawn & ~pursued],
            "Chance": [None if one else chance for one in pursued],
        }
    )


def test_promises_costs_and_charts_come_with_a_backtest(desk) -> None:
    options = ("--missed", "0.25", "--wasted", "0.9", "--cost-missed", "40", "--capacity", "120")
    done = backtest(desk, *options, "--charts", desk / "charts", "--html", desk / "page.html", "--json")
    assert done.status == 0, done.err
    cuts = done.json["cuts"]
    assert cuts["low"]["value"] is not None
    assert sum(way["leads"] for way in cuts["ways"].values()) == done.json["newer"]
    assert cuts["cost"]["by_cost"] == pytest.approx(1 / 41)
    assert cuts["cost"]["chance"] >= cuts["cost"]["by_cost"]
    names = {file.name for file in (desk / "charts").iterdir()}
    assert {"lift.svg", "bands.svg", "reliability.svg"} < names
    assert any(name.startswith("term-") for name in names)
    for file in (desk / "charts").iterdir():
        picture = ET.fromstring(file.read_text("utf-8"))  # noqa: S314 - written a moment ago
        assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert "Where to cut" in (desk / "page.html").read_text("utf-8")
    assert "At most 25.0% of the good leads missed" in backtest(desk, *options).out


def test_what_cannot_be_certified_is_refused_and_everything_goes_to_a_person(desk) -> None:
    done = backtest(desk, "--missed", "0.01", "--json")
    low = done.json["cuts"]["low"]
    assert low["value"] is None
    assert low["refusal"] == "too_few_good_leads"
    assert low["needed"] > low["rows"]
    ways = done.json["cuts"]["ways"]
    assert ways["person"]["leads"] == done.json["newer"]
    assert "cannot be certified" in backtest(desk, "--missed", "0.01").out


def test_a_dearer_miss_moves_the_line_down_and_a_full_week_moves_it_up(desk) -> None:
    cheap = backtest(desk, "--cost-missed", "2", "--json").json["cuts"]["cost"]
    dear = backtest(desk, "--cost-missed", "50", "--json").json["cuts"]["cost"]
    full = backtest(desk, "--cost-missed", "50", "--capacity", "1", "--json").json["cuts"]["cost"]
    assert dear["chance"] < cheap["chance"] < full["chance"]
    assert full["turned_away"] > 0
    assert backtest(desk, "--capacity", "10").status == 2


def test_costs_without_weeks_or_without_enough_leads_are_refused_with_a_code(desk) -> None:
    history(900).drop("decided_at").write_parquet(desk / "untimed.parquet")
    none = backtest(desk, "--cost-missed", "4", "--capacity", "9", name="untimed.parquet")
    assert (none.status, "(no_weeks)" in none.err or "(no_chances)" in none.err) == (3, True)
    history(200).write_parquet(desk / "few.parquet")
    few = backtest(desk, "--cost-missed", "4", name="few.parquet")
    assert (few.status, "(no_chances)" in few.err) == (3, True)


def test_who_was_worked_why_sets_weights_and_is_held_against_the_card(desk) -> None:
    chosen_of(900).write_csv(desk / "chosen.csv")
    done = backtest(desk, "--chosen", desk / "chosen.csv", "--json")
    assert done.status == 0, done.err
    # A third was not pursued and of these a fifth drawn: the others have no outcome that counts.
    assert done.json["older"] + done.json["newer"] < 700
    assert done.json["mimicry"]["follows"] in {"demand", "not_known_yet"}
    assert backtest(desk, "--json").json["mimicry"] is None
    told = plumbline(
        "learn", desk / "past.parquet", "-p", desk / "policy.yaml", "-o", desk / "c.json",
        "--chosen", desk / "chosen.csv", "--json",
    )  # fmt: skip
    assert told.json["label_chances"] == "logged"


@pytest.mark.parametrize(
    ("chance", "code"), [("", "missing_propensity"), ("0.01", "small_propensity"), ("7", "small_propensity")]
)
def test_chances_that_are_missing_or_too_small_are_refused_with_a_code(desk, chance, code) -> None:
    chosen_of(900, chance=chance).write_csv(desk / "odd.csv")
    done = backtest(desk, "--chosen", desk / "odd.csv")
    assert done.status == 3
    assert f"[{code}]" in done.err


def test_a_cell_that_cannot_be_read_is_located(desk) -> None:
    odd = chosen_of(900).with_columns(Drawn=pl.lit("maybe"))
    odd.write_csv(desk / "odd.csv")
    done = backtest(desk, "--chosen", desk / "odd.csv")
    assert done.status == 3
    assert "row 1, column drawn: 'maybe'" in done.err


def test_a_column_of_chances_in_the_table_itself_does_the_same(desk) -> None:
    chance = pl.when(pl.int_range(900) % 2 == 0).then(1.0).otherwise(0.1)
    history(900).drop("weight").with_columns(label_chance=chance).write_parquet(desk / "own.parquet")
    assert backtest(desk, name="own.parquet").status == 0
    low = pl.lit(0.001).alias("label_chance")
    history(900).drop("weight").with_columns(low).write_parquet(desk / "low.parquet")
    assert "[small_propensity]" in backtest(desk, name="low.parquet").err
