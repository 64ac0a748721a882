from __future__ import annotations

import polars as pl
import pytest

from helpers_main_path import KEY, POLICY
from helpers_runs import leads, recorded_run
from plumbline.domain.errors import UnknownLeadError
from plumbline.engines.recorded import RecordedRun
from plumbline.engines.replay import rerun
from plumbline.ledger.parts import OWN
from plumbline.qualify import compile_bundle
from plumbline.qualify.replay import Cause
from plumbline.store import LedgerFile, RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> RecordedRun:
    return recorded_run(tmp_path_factory.mktemp("run"), leads(60))


def ledger(run: RecordedRun) -> LedgerFile:
    return LedgerFile(run.folder.path / "ledger.sqlite", create=False)


def changed(run: RecordedRun, old: str, new: str):
    assert old in POLICY
    other, issues = compile_bundle(POLICY.replace(old, new), draw_key=KEY)
    assert other is not None, issues
    return run.weighed(other)


def test_every_recorded_decision_replays_to_the_same_bytes(run) -> None:
    with ledger(run) as book:
        for lead in run.folder.scan().select("lead.id").head(12).collect()["lead.id"]:
            assert run.replay(lead, book).same


def test_a_replay_under_another_policy_names_the_rule(run) -> None:
    with ledger(run) as book:
        replayed = run.replay(
            "L0", book, changed(run, "owner: enterprise, because: A named", "because: A named")
        )
    assert replayed.causes == (Cause.RULE,)
    assert {difference.column for difference in replayed.differences} == {"owner"}


def test_a_changed_byte_in_a_part_is_a_difference_of_data(tmp_path) -> None:
    run = recorded_run(tmp_path, leads(20))
    part = run.folder.read_part(0)
    edited = part.with_columns(
        pl.when(pl.col("lead.id") == "L3")
        .then(pl.lit("899"))
        .otherwise("in.account.employees")
        .alias("in.account.employees")
    )
    edited.write_parquet(tmp_path / "decisions" / "part-00000.parquet")
    with ledger(run) as book:
        replayed = run.replay("L3", book)
    assert not replayed.same
    assert Cause.DATA in replayed.causes


def test_a_lead_that_is_not_there_is_said_not_to_be_there(run) -> None:
    with pytest.raises(UnknownLeadError):
        run.record("nobody")
    with pytest.raises(UnknownLeadError):
        run.proofs("nobody")


def test_the_proof_of_a_decision_holds_its_body(run) -> None:
    (proof,) = run.proofs("L7")
    assert proof["values"]["lead.id"] == "L7"


def test_the_same_policy_weighed_anew_is_the_same_bundle(run) -> None:
    other, _ = compile_bundle(POLICY, draw_key=KEY)
    assert run.weighed(other).hash == run.bundle.hash


def test_the_same_policy_moves_nobody(run) -> None:
    found = rerun(run.folder, run.bundle, run.bundle, as_of=run.as_of)
    assert (found.leads, found.moved, found.flows, found.causes) == (60, 0, (), ())


def test_a_changed_policy_says_who_moves_where_and_why(run) -> None:
    new = changed(
        run,
        "routes: {A: fast_track, B: queue, C: queue, D: nurture}",
        "routes: {A: fast_track, B: queue, C: nurture, D: nurture}",
    )
    found = rerun(run.folder, run.bundle, new, as_of=run.as_of)
    assert found.moved > 0
    assert [flow[:2] for flow in found.flows] == [("queue", "nurture")]
    assert found.causes == (("other cut-offs, routes, owners or actions", found.moved),)
    before, after = found.owners["marketing"]
    assert after > before


def test_a_changed_rule_and_changed_points_are_named_as_causes(run) -> None:
    new = changed(run, "tier = 'strategic'", "tier = 'gold'")
    found = rerun(run.folder, run.bundle, new, as_of=run.as_of)
    assert dict(found.causes)["rule named: hit, now miss"] == 6
    points = changed(run, "now: 20", "now: 60")
    found = rerun(run.folder, run.bundle, points, as_of=run.as_of)
    assert any(cause.startswith("Timeframe: +20 points, now +60") for cause, _ in found.causes)


def test_a_rerun_of_everything_counts_every_move(run) -> None:
    """Negative control: leads counted by hand from both decisions."""
    new = changed(run, "bands: {A: 50, B: 25, C: 0}", "bands: {A: 30, B: 10, C: -20}")
    found = rerun(run.folder, run.bundle, new, as_of=run.as_of)
    was = RunFolder(run.folder.path).scan().drop(OWN).select("route", "points").collect()
    assert (
        sum(count for _, _, count in found.bands)
        == was.filter(
            pl.col("points").is_between(-20, -1)
            | pl.col("points").is_between(10, 24)
            | pl.col("points").is_between(30, 49)
        ).height
    )
