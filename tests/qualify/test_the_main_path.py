from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given

from helpers_main_path import AS_OF, KEY, POLICY, batches, bundle, events, received
from plumbline.ledger.canonical import canonical_rows
from plumbline.qualify import compile_bundle, qualify, requalify
from plumbline.qualify.examples import example_issues, run_examples
from plumbline.qualify.record import decisions_of, inputs_of, record
from plumbline.qualify.replay import Cause, replay
from plumbline.signals import event_state

BUNDLE = bundle()
GOOD = {
    "contact.email": "anna@acme.example",
    "account.employees": "1,200",
    "account.industry": "Construction",
    "extra.timeframe": "now",
    "lead.created_at": "2026-02-01",
}


def run(frame: pl.DataFrame, **rest: object) -> pl.DataFrame:
    return record(qualify(frame, bundle=BUNDLE, as_of=AS_OF, **rest))


@given(batches())
def test_the_same_leads_give_the_same_bytes_whatever_the_batch(frame: pl.DataFrame) -> None:
    together = canonical_rows(run(frame)).to_list()
    apart, seen = [], None
    for at in range(frame.height):
        qualified = qualify(frame.slice(at, 1), bundle=BUNDLE, as_of=AS_OF, seen=seen)
        seen = qualified.seen
        apart += canonical_rows(record(qualified)).to_list()
    assert apart == together


@given(batches())
def test_a_recorded_lead_is_decided_again_to_the_same_bytes(frame: pl.DataFrame) -> None:
    recorded = run(frame)
    again = requalify(inputs_of(recorded), bundle=BUNDLE, as_of=AS_OF).drop("row")
    assert canonical_rows(again).to_list() == canonical_rows(decisions_of(recorded)).to_list()


def test_events_are_part_of_what_replays() -> None:
    table = events(("L0", "demo", "2026-02-20T10:00:00Z"), ("L9", "demo", "2026-02-20T10:00:00Z"))
    state = event_state(table, BUNDLE.policy.signals, as_of=AS_OF)
    recorded = run(received([GOOD, GOOD | {"contact.email": "b@b.example"}]), events=state)
    assert recorded["points.term.demos"].to_list() == [20, 0]
    assert recorded["in.context.events.count:demos"].to_list() == ["1.0", "0.0"]
    again = requalify(inputs_of(recorded), bundle=BUNDLE, as_of=AS_OF).drop("row")
    assert canonical_rows(again).to_list() == canonical_rows(decisions_of(recorded)).to_list()


def test_a_batch_without_leads_is_no_accident() -> None:
    assert run(received([]).clear()).height == 0


def test_an_objection_ends_profiling_even_when_it_cannot_be_read() -> None:
    frame = received([GOOD | {"lead.objected": word} for word in ("yes", "perhaps", "no")])
    recorded = run(
        frame.with_columns(pl.Series("contact.email", ["a@a.example", "b@b.example", "c@c.example"]))
    )
    assert recorded["owner"].to_list()[:2] == ["privacy", "privacy"]
    scores = recorded.select("^(points|pi|draw).*$", "band", "question")
    assert all(value is None for row in scores.head(2).rows() for value in row)
    assert recorded["points"].to_list()[2] is not None


def replayed(recorded: pl.DataFrame, policy: str = POLICY, *, intact: bool = True):
    other, _ = compile_bundle(policy, draw_key=KEY)
    versions = BUNDLE.versions()
    return replay(recorded, bundle=other, as_of=AS_OF, versions=versions, intact=intact)


def test_a_replay_without_change_finds_the_same_bytes() -> None:
    assert replayed(run(received([GOOD]))).same


@pytest.mark.parametrize(
    ("old", "new", "causes"),
    [
        ("bands: {A: 50", "bands: {A: 95", (Cause.RULE,)),
        (
            "owner: enterprise, because: A named account.",
            "owner: legal, because: A named account.",
            (Cause.RULE,),
        ),
        ('">= 250": 20', '">= 250": 19', (Cause.RULE, Cause.SCORECARD)),
    ],
)
def test_a_difference_names_what_changed(old: str, new: str, causes: tuple[Cause, ...]) -> None:
    recorded = run(received([GOOD | {"account.tier": "strategic"}]))
    result = replayed(recorded, POLICY.replace(old, new))
    assert not result.same
    assert result.causes == causes
    assert result.differences


def test_a_stored_row_that_was_changed_is_a_difference_of_data() -> None:
    recorded = run(received([GOOD])).with_columns(pl.lit("9").alias("in.account.employees"))
    result = replayed(recorded, intact=False)
    assert result.causes == (Cause.DATA,)


def test_a_difference_that_nothing_explains_is_the_code() -> None:
    recorded = run(received([GOOD])).with_columns(pl.col("points") + 1)
    assert replayed(recorded).causes == (Cause.CODE,)


def test_examples_are_carried_out_and_a_failing_one_is_a_problem() -> None:
    assert all(result.passed for result in run_examples(BUNDLE))
    wrong = bundle(POLICY.replace("expect: {route: fast_track, band: A}", "expect: {route: nurture}"))
    (issue,) = example_issues(wrong)
    assert issue.code == "example_fails"
    assert "'nurture'" in issue.message
    assert issue.path == "examples.1"
