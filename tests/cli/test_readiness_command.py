from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from helpers_cli import plumbline
from plumbline.cli.exits import Exit

FIRST = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def crm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readiness") / "crm"
    assert plumbline("simulate", "--leads", 1200, "--weeks", 40, "--seed", 3, "--out", folder).status == 0
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """An export with a target column that nothing foretells."""
    rng, path = np.random.default_rng(2), tmp_path_factory.mktemp("plain") / "leads.csv"
    pl.DataFrame(
        {
            "Created": [(FIRST + timedelta(hours=n)).strftime("%Y-%m-%d %H:%M:%S") for n in range(3000)],
            "Size": rng.random(3000),
            "Status": rng.choice(["Won", "Lost", "Open"], 3000),
        }
    ).write_csv(path)
    return path


def of(crm, *more):
    files = (
        "--policy",
        crm / "policy.yaml",
        "--mapping",
        crm / "mapping.yaml",
        "--outcomes",
        crm / "outcomes.csv",
    )
    return plumbline("readiness", crm / "leads.csv", *files, "--touches", crm / "touches.csv", *more)


def test_a_history_that_can_be_learned_from_ends_with_zero(crm, tmp_path) -> None:
    page = tmp_path / "deep" / "report.html"
    done = of(crm, "--changes", crm / "history.csv", "--events", crm / "events.csv", "--html", page)
    assert done.status == Exit.OK, done.err
    assert "Ready." in done.out
    assert "Seven checks" in done.out
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_json_is_the_whole_report(crm) -> None:
    done = of(crm, "--json")
    assert done.json["conclusion"] == "ready"
    assert [check["id"] for check in done.json["checks"]] == [
        "lead_definition", "crm_hygiene", "source_tracking", "lifecycle_stages", "disqualification_reasons",
        "sales_feedback", "routing_impact",
    ]  # fmt: skip
    assert [area["id"] for area in done.json["areas"]] == [
        "clarity", "data", "feedback", "explainability", "workflow",
    ]  # fmt: skip
    assert json.loads(done.out)["supply"]["good"] > 20


def test_nothing_to_learn_and_not_yet_end_with_one(plain) -> None:
    done = plumbline("readiness", plain, "--target", "Status=Won", "--open", "Open", "--created", "Created")
    assert done.status == Exit.FOUND
    assert "Nothing to learn." in done.out
    assert plumbline("readiness", plain, "--target", "Status=Won", "--quiet").out == ""


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        (("--target", "Status"), Exit.USAGE, "write COLUMN=VALUE"),
        (("--open", "Open"), Exit.USAGE, "says nothing without --target"),
        (("--target", "Statu=Won"), Exit.UNUSABLE, "[missing_column]"),
        (("--target", "Status=Gained"), Exit.UNUSABLE, "[outcomes]"),
        (
            ("--target", "Status=Won", "--created", "Size", "--source", "Where"),
            Exit.UNUSABLE,
            "[missing_column]",
        ),
        ((), Exit.UNUSABLE, "[outcomes]"),
        (("--target", "Status=Won", "--reviews", "no.csv"), Exit.UNUSABLE, "[missing_file]"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line_with_a_code(plain, more, status, code) -> None:
    done = plumbline("readiness", plain, *more)
    assert done.status == status
    assert code in " ".join(done.err.split())
    assert "Traceback" not in done.err
