"""A history as people have it: files, and everything that can be wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from plumbline.assurance.leakage import Leak
from plumbline.assurance.readiness import Answer, Conclusion, assess
from plumbline.assurance.reports import OutcomesError
from plumbline.connectors.errors import MissingColumnError
from plumbline.domain.errors import InvalidPolicyError, NoLeadsError
from plumbline.library.history import HistoryFiles, gather
from plumbline.library.target import Target
from plumbline.simulate import Settings, simulate, write

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
ROWS = 600


def table(rows: int = ROWS, *, gain: float = 1.5, rate: float = 0.3, seed: int = 1) -> pl.DataFrame:
    """An export with a target: two columns that foretell it, one that does not, a source and a date."""
    rng = np.random.default_rng(seed)
    good = rng.random(rows) < rate
    return pl.DataFrame(
        {
            "Lead ID": [f"L{n}" for n in range(rows)],
            "Created": [(FIRST + timedelta(hours=8 * n)).strftime("%Y-%m-%d %H:%M:%S") for n in range(rows)],
            "Employees": (40 + 15 * rng.standard_normal(rows) + 15 * gain * good).round(2),
            "Industry": np.where(
                rng.random(rows) < 0.2 + 0.25 * gain * good, "Energy", rng.choice(["Retail", "IT"], rows)
            ),
            "Colour": rng.choice(["red", "blue"], rows),
            "Lead Source": rng.choice(["Web", "Fair", "Partner"], rows),
            "Won": np.where(good, "yes", "no"),
        }
    )


def judged(frame: pl.DataFrame, folder: Path, target: str = "Won=yes", **more):
    path = folder / "leads.csv"
    frame.write_csv(path)
    files = HistoryFiles(path, target=Target.parse(target, more.pop("open_", None)), **more)
    return assess(gather(files, now=NOW))


def flagged(report) -> set[str]:
    return {line.name for line in report.signals if line.leak.flagged}


def test_a_sound_export_with_a_target_is_ready_and_no_column_is_accused(tmp_path) -> None:
    told = judged(table(), tmp_path)
    assert told.conclusion is Conclusion.READY
    assert flagged(told) == set()
    assert told.as_of.startswith("2025-07-19")
    assert {line.name for line in told.signals if line.candidate} == {
        "Employees",
        "Industry",
        "Colour",
        "Lead Source",
    }


def test_an_export_of_noise_teaches_nothing(tmp_path) -> None:
    told = judged(table(4000, gain=0.0), tmp_path)
    assert told.conclusion is Conclusion.NOTHING
    assert "0.50 is chance" in told.blocking[-1]


def test_one_class_only_is_a_clear_no(tmp_path) -> None:
    told = judged(table().with_columns(pl.lit("yes").alias("Won")), tmp_path)
    assert told.conclusion is Conclusion.NOT_YET
    assert "All 600 known outcomes are good" in told.blocking[0]


def test_ten_good_leads_are_too_few_and_it_says_when_there_will_be_enough(tmp_path) -> None:
    few = table().with_columns(
        pl.when(pl.int_range(pl.len()) % 60 == 0).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("Won")
    )
    told = judged(few, tmp_path)
    assert told.conclusion is Conclusion.NOT_YET
    assert "Only 10 leads are known to be good" in told.blocking[0]
    assert told.supply.steps[0].earliest is not None
    assert "written card" in told.statement


def test_a_field_that_is_the_target_is_a_leak_and_the_rest_is_judged_without_it(tmp_path) -> None:
    copied = table().with_columns(pl.when(pl.col("Won") == "yes").then(1200).otherwise(0).alias("Amount"))
    told = judged(copied, tmp_path)
    assert {line.name: line.leak.verdict for line in told.signals}["Amount"] is Leak.LEAK
    assert told.lift.auc.value < 0.95
    assert told.conclusion is Conclusion.READY


def test_only_a_leaking_column_is_nothing_to_learn_from(tmp_path) -> None:
    told = judged(table().select("Lead ID", "Created", "Won", pl.col("Won").alias("Copy")), tmp_path)
    assert told.conclusion is Conclusion.NOT_YET
    assert any("No column is left" in reason for reason in told.blocking)


def test_constant_empty_and_endless_columns_do_no_harm(tmp_path) -> None:
    odd = table().with_columns(
        pl.lit("same").alias("Constant"),
        pl.lit(None, pl.String).alias("Empty"),
        pl.format("category {}", pl.int_range(pl.len())).alias("Endless"),
        pl.format("c{}", pl.int_range(pl.len()) // 2).alias("Pairs"),
    )
    told = judged(odd, tmp_path)
    names = {line.name for line in told.signals}
    assert "Empty" not in names
    assert {"Constant", "Endless"} <= names
    assert not {line.name for line in told.signals if line.candidate} & {"Constant", "Endless", "Empty"}
    assert told.conclusion is Conclusion.READY


def test_ten_thousand_categories_are_judged_in_no_time(tmp_path) -> None:
    wide = table(20_000).with_columns(pl.format("c{}", pl.int_range(pl.len()) // 2).alias("Many"))
    told = judged(wide, tmp_path)
    many = next(line for line in told.signals if line.name == "Many")
    assert many.reliability.usefulness.low < 0.5 < many.reliability.usefulness.high


def test_dates_in_the_future_do_not_move_the_day_of_the_export(tmp_path) -> None:
    odd = table().with_columns(
        pl.when(pl.int_range(pl.len()) == 3)
        .then(pl.lit("2099-01-01 00:00:00"))
        .otherwise("Created")
        .alias("Created")
    )
    assert judged(odd, tmp_path).as_of.startswith("2025-07-19")


def test_values_not_decided_yet_are_open_and_not_bad(tmp_path) -> None:
    mixed = table().with_columns(
        pl.when(pl.int_range(pl.len()) % 4 == 0).then(pl.lit("Open")).otherwise("Won").alias("Won")
    )
    told = judged(mixed, tmp_path, open_="open")
    assert told.states["censored"] == ROWS // 4
    assert judged(mixed, tmp_path).states["censored"] == 0


def test_a_target_that_is_not_there_is_named_with_what_is(tmp_path) -> None:
    with pytest.raises(MissingColumnError, match="did you mean 'Won'"):
        judged(table(), tmp_path, target="Wonn=yes")
    with pytest.raises(OutcomesError, match="the column holds no, yes"):
        judged(table(), tmp_path, target="Won=maybe")
    with pytest.raises(ValueError, match="COLUMN=VALUE"):
        Target.parse("Won")


def test_times_that_cannot_be_read_are_refused_and_running_numbers_give_an_order(tmp_path) -> None:
    with pytest.raises(MissingColumnError, match="running number"):
        judged(table(), tmp_path, created="Colour")
    numbered = table().with_columns(pl.int_range(pl.len(), 0, -1).alias("No")).drop("Created")
    told = judged(numbered, tmp_path, created="No")
    assert told.conclusion is Conclusion.READY
    assert told.supply.per_week is None
    unordered = judged(numbered.drop("No"), tmp_path)
    assert any("order of the rows" in note for note in unordered.notes)


def test_young_leads_that_look_bad_are_pointed_out(tmp_path) -> None:
    late = pl.int_range(pl.len()) >= ROWS * 9 // 10
    young = table().with_columns(pl.when(late).then(pl.lit("no")).otherwise("Won").alias("Won"))
    assert any("too young" in note for note in judged(young, tmp_path).notes)
    assert not any("too young" in note for note in judged(table(), tmp_path).notes)


def test_a_file_without_leads_or_without_any_word_on_outcomes_is_refused(tmp_path) -> None:
    with pytest.raises(NoLeadsError):
        judged(table().head(0), tmp_path)
    table().write_csv(tmp_path / "leads.csv")
    with pytest.raises(OutcomesError, match="--target"):
        gather(HistoryFiles(tmp_path / "leads.csv"), now=NOW)


# The simulated company: a policy, reports, attempts, changes of fields.


@pytest.fixture(scope="module")
def crm(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("crm")
    write(simulate(Settings(leads=2000, weeks=40), seed=3), folder)
    return folder


def given(crm: Path, **more) -> HistoryFiles:
    files = {
        "leads": crm / "leads.csv", "policy": crm / "policy.yaml", "mapping": crm / "mapping.yaml",
        "outcomes": crm / "outcomes.csv", "touches": crm / "touches.csv", "events": crm / "events.csv",
        "changes": crm / "history.csv", "routes": crm / "routes.csv",
    }  # fmt: skip
    return HistoryFiles(**(files | more))


@pytest.fixture(scope="module")
def told(crm):
    return assess(gather(given(crm), now=NOW))


def test_a_whole_history_answers_all_checks(told) -> None:
    assert told.conclusion is Conclusion.READY
    assert all(check.answer is not Answer.NOT_KNOWN for check in told.checks)
    assert len(told.checks) == 7
    assert len(told.areas) == 5
    assert 60 < told.horizons.segments[0].days < 90
    assert told.maturing[-1][1] > 0.1
    assert told.rate.maturity == "mature"
    assert told.young_rate.maturity.startswith("immature")


def test_signals_that_reps_fill_in_later_may_be_used_only_as_they_were(told) -> None:
    verdicts = {line.name: line.leak.verdict for line in told.signals}
    assert verdicts["budget"] is verdicts["crew_size"] is Leak.AS_OF
    assert verdicts["source"] is verdicts["industry"] is verdicts["page_views"] is Leak.CLEAN
    assert verdicts["Lead Status"] is Leak.LEAK
    assert next(line for line in told.signals if line.name == "budget").candidate


def test_without_changes_the_same_signals_are_worth_more_than_they_are(crm, told) -> None:
    blind = assess(gather(given(crm, changes=None), now=NOW))
    assert any("No history of changes" in note for note in blind.notes)

    def worth(report) -> float:
        later = ("budget", "crew_size", "timeframe")
        return sum(line.reliability.usefulness.value for line in report.signals if line.name in later)

    assert worth(blind) > worth(told) + 0.05


def test_two_readers_are_compared_and_so_are_reps(crm, tmp_path) -> None:
    ids = pl.read_csv(crm / "leads.csv")["Lead ID"].head(60)
    rng = np.random.default_rng(1)
    verdict = rng.random(60) < 0.4
    second = np.where(rng.random(60) < 0.9, verdict, ~verdict)
    pl.concat(
        pl.DataFrame({"lead.id": ids, "reviewer": name, "verdict": said})
        for name, said in (("Ann", verdict), ("Ben", second))
    ).write_csv(tmp_path / "reviews.csv")
    found = assess(gather(given(crm, reviews=tmp_path / "reviews.csv"), now=NOW))
    assert found.reviewed[0].names == ("Ann", "Ben")
    assert found.reviewed[0].raters.leads == 60
    clarity = next(area for area in found.areas if area.id == "clarity")
    assert "agree on" in clarity.because or clarity.answer is Answer.READY
    assert len(found.reps) >= 2


def altered(crm: Path, folder: Path, change) -> Path:
    path = folder / "outcomes.csv"
    change(pl.read_csv(crm / "outcomes.csv", infer_schema=False)).write_csv(path)
    return path


def test_outcomes_of_other_leads_are_a_clear_no(crm, tmp_path) -> None:
    lost = altered(
        crm, tmp_path, lambda all_: all_.with_columns(pl.format("X{}", "lead.id").alias("lead.id"))
    )
    told = assess(gather(given(crm, outcomes=lost), now=NOW))
    assert told.outcome_issues["orphan_outcome"] == pl.read_csv(lost).height
    assert told.conclusion is Conclusion.NOT_YET
    hygiene = next(check for check in told.checks if check.id == "crm_hygiene")
    assert hygiene.answer is not Answer.READY


def test_two_definitions_in_one_file_block_learning(crm, tmp_path) -> None:
    def only_late(rows: pl.DataFrame) -> pl.DataFrame:
        early = (pl.col("at") < "2025-06-01") & pl.col("outcome").is_in(["opportunity_accepted", "won"])
        return rows.filter(~early)

    told = assess(gather(given(crm, outcomes=altered(crm, tmp_path, only_late)), now=NOW))
    assert any("Two definitions" in reason for reason in told.blocking)
    assert told.conclusion is Conclusion.NOT_YET


def test_contradictions_are_counted_and_left_out(crm, tmp_path) -> None:
    def torn(rows: pl.DataFrame) -> pl.DataFrame:
        good = rows.filter(pl.col("outcome") == "opportunity_accepted")
        return pl.concat([rows, good.with_columns(pl.lit("rejected").alias("outcome"))])

    told = assess(gather(given(crm, outcomes=altered(crm, tmp_path, torn)), now=NOW))
    assert told.outcome_issues["contradictory_outcomes"] > 100
    assert told.supply.good == 0
    assert next(check for check in told.checks if check.id == "lead_definition").answer is not Answer.READY


def test_a_table_of_another_kind_and_a_policy_with_problems_are_refused(crm, tmp_path) -> None:
    with pytest.raises(MissingColumnError, match="no table of outcomes"):
        gather(given(crm, outcomes=crm / "events.csv"), now=NOW)
    (tmp_path / "policy.yaml").write_text("policy: x\n", "utf-8")
    with pytest.raises(InvalidPolicyError):
        gather(given(crm, policy=tmp_path / "policy.yaml"), now=NOW)
