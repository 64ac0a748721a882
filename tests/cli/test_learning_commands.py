"""``learn``, ``backtest``, ``scorecard sql``: for people, for machines, in silence; refusals with codes."""

from __future__ import annotations

import json

import duckdb
import polars as pl
import pytest

from helpers_cli import plumbline
from helpers_learning import POLICY, history
from plumbline.scorecard import Provenance, load


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    (folder / "policy.yaml").write_text(POLICY, "utf-8")
    history(900).write_parquet(folder / "past.parquet")
    history(900, signal=0.0).write_parquet(folder / "noise.parquet")
    return folder


def learn(desk, name: str, *more: str, out: str = "card.json"):
    return plumbline("learn", desk / name, "-p", desk / "policy.yaml", "-o", desk / out, *more)


def test_learn_writes_an_ordinary_scorecard_and_says_how_good_it_is(desk) -> None:
    done = learn(desk, "past.parquet")
    assert done.status == 0, done.err
    assert "may replace the written one" in done.out
    assert "AUC of the written scorecard" in done.out
    card = load((desk / "card.json").read_bytes())
    assert card.provenance is Provenance.LEARNED
    assert len(card.manifest["policy"]) == 64
    assert card.manifest["definition"] == "won within 90 days"


def test_learn_tells_machines_the_same(desk) -> None:
    told = learn(desk, "past.parquet", "--json").json
    assert told["promoted"] is True
    assert told["figures"]["auc_gain"]["low"] > -0.01
    assert set(told["bands"]) == {"A", "B", "C"}


def test_what_is_not_promoted_ends_with_one_and_a_code(desk) -> None:
    done = learn(desk, "noise.parquet", "--json", out="noise.json")
    assert done.status == 1
    assert done.json["code"] in {"no_lift", "not_better_than_written"}
    quiet = learn(desk, "noise.parquet", "--quiet", out="noise.json")
    assert (quiet.status, quiet.out, quiet.err) == (1, "", "")
    assert "stays in charge" in learn(desk, "noise.parquet", out="noise.json").out


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (pl.lit(1, pl.Int8).alias("label"), "one_class"),
        (pl.lit(None, pl.Int8).alias("label"), "no_labels"),
        ((pl.col("label") == 1).alias("demo"), "signal_tells_outcome"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_with_a_code_and_leaves_no_card(desk, change, code) -> None:
    history(400).with_columns(change).write_parquet(desk / "bad.parquet")
    done = learn(desk, "bad.parquet", out="bad.json")
    assert done.status == 3
    assert f"({code})" in done.err
    assert "[cannot_learn]" in done.err
    assert not (desk / "bad.json").exists()


def test_a_column_of_the_wrong_kind_is_told_not_crashed_on(desk) -> None:
    history(200).with_columns(pl.lit("many").alias("employees")).write_parquet(desk / "kind.parquet")
    done = learn(desk, "kind.parquet", out="kind.json")
    assert (done.status, "[unreadable_file]" in done.err) == (3, True)


def test_an_outcome_file_that_matches_no_lead_is_refused(desk) -> None:
    (desk / "leads.csv").write_text(
        "id,created,Employees\n" + "".join(f"{at},2025-01-{at:02d},{at}\n" for at in range(1, 29))
    )
    (desk / "mapping.yaml").write_text(
        "columns: {id: lead.id, created: lead.created_at, Employees: account.employees}\n"
    )
    (desk / "outcomes.csv").write_text("lead.id,outcome,at\nnobody,won,2025-02-01T00:00:00Z\n")
    done = plumbline(
        "learn", desk / "leads.csv", "-p", desk / "policy.yaml", "-m", desk / "mapping.yaml",
        "--outcomes", desk / "outcomes.csv", "-o", desk / "none.json", "--as-of", "2026-01-01",
    )  # fmt: skip
    assert done.status == 3, done.out
    assert "(no_labels)" in done.err or "(one_class)" in done.err


def test_backtest_shows_the_card_beside_what_anybody_would_try(desk) -> None:
    done = plumbline("backtest", desk / "past.parquet", "-p", desk / "policy.yaml", "--html", desk / "b.html")
    assert done.status == 0, done.err
    for name in ("Arrival order", "Logistic regression", "Naive Bayes, as in Odoo", "Written scorecard"):
        assert name in done.out
    page = (desk / "b.html").read_text("utf-8")
    assert page.count("<svg") >= 4
    assert "<script" not in page
    told = plumbline("backtest", desk / "past.parquet", "-p", desk / "policy.yaml", "--json").json
    assert [share["name"] for share in told["errors"]] == ["Missed", "Left behind", "Wasted", "Let through"]
    assert told["missed"][0]["reasons"]


def test_a_card_is_never_judged_on_what_it_was_learned_from(desk) -> None:
    assert learn(desk, "past.parquet").status == 0
    done = plumbline(
        "backtest", desk / "past.parquet", "-p", desk / "policy.yaml", "--card", desk / "card.json"
    )
    assert done.status == 3
    assert "(nothing_later)" in done.err


def test_a_card_of_another_policy_is_said_to_be_one(desk) -> None:
    assert learn(desk, "past.parquet").status == 0
    later = history(1_800, seed=5).tail(400)
    later.write_parquet(desk / "later.parquet")
    other = desk / "other.yaml"
    other.write_text(POLICY.replace("A: 30", "A: 31"), "utf-8")
    done = plumbline("backtest", desk / "later.parquet", "-p", other, "--card", desk / "card.json")
    assert done.status == 0, done.err
    assert "[other_policy]" in done.err


def test_a_learned_card_as_sql_runs_with_its_bands(desk) -> None:
    assert learn(desk, "past.parquet").status == 0
    done = plumbline(
        "scorecard", "sql", desk / "card.json", "-d", "duckdb", "-p", desk / "policy.yaml", "--key", "lead.id"
    )
    assert done.status == 0
    with duckdb.connect() as connection:
        connection.register("signals", pl.read_parquet(desk / "past.parquet").to_arrow())
        got = connection.sql(done.out.rstrip(";\n")).pl()
    assert got.height == 900
    assert set(got["band"]) <= set("ABCD")
    assert plumbline("scorecard", "sql", desk / "policy.yaml", "-d", "duckdb", "--table", "a b").status == 2
    assert json.loads((desk / "card.json").read_text("utf-8"))["provenance"] == "learned"
