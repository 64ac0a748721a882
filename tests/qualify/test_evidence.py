from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from hypothesis import given

from helpers_main_path import AS_OF, batches, bundle, received
from plumbline.domain.words import Kind
from plumbline.qualify import qualify
from plumbline.qualify.evidence import changeable, packet
from plumbline.qualify.path import decide_signals, signals_of
from plumbline.qualify.record import inputs_of, record
from plumbline.scorecard.counterfactual import counterfactuals

BUNDLE = bundle()
GOOD = {
    "contact.email": "anna@acme.example",
    "account.employees": "1,200",
    "account.industry": "Construction",
    "lead.created_at": "2026-02-01",
}


def packets(frame: pl.DataFrame):
    records = record(qualify(frame, bundle=BUNDLE, as_of=AS_OF))
    return [packet(records[at], bundle=BUNDLE, as_of=AS_OF, plumbline="0") for at in range(records.height)]


@given(batches())
def test_every_decision_has_a_packet_that_says_what_the_decision_says(frame: pl.DataFrame) -> None:
    decisions = qualify(frame, bundle=BUNDLE, as_of=AS_OF).decisions
    for made, row in zip(packets(frame), decisions.iter_rows(named=True), strict=True):
        assert made.lead_id == row["lead.id"]
        assert made.decision.route == row["route"]
        assert made.decision.owner == row["owner"]
        if made.score is None:
            assert row["reason"] == "OBJECTION"
            assert (made.unknowns, made.rules, made.up, made.down) == ((), (), None, None)
        else:
            assert made.score.base + sum(reason.points for reason in made.score.reasons) == row["points"]
            assert {unknown.signal for unknown in made.unknowns} == set(row["missing"])
            assert [line.outcome[0] for line in made.rules] == [
                {"h": "h", "-": "m", "?": "u", "!": "e"}[letter] for letter in row["rules"]
            ]


def test_facts_show_what_came_in_beside_what_was_understood() -> None:
    (made,) = packets(received([GOOD | {"extra.timeframe": "-", "account.industry": None}]))
    facts = {fact.field: fact for fact in made.facts}
    assert (facts["account.employees"].received, facts["account.employees"].value) == ("1,200", "1,200")
    assert facts["extra.timeframe"].note == "blank"
    assert facts["account.industry"].note == "missing"
    assert facts["contact.email"].personal
    assert facts["contact.email"].used
    assert facts["account.employees"].age_days == 28


def test_an_unreadable_value_is_said_to_be_unreadable() -> None:
    (made,) = packets(received([GOOD | {"account.employees": "many", "account.industry": "Energy"}]))
    facts = {fact.field: fact for fact in made.facts}
    assert facts["account.employees"].note == "unreadable"
    assert {line.rule: line.outcome for line in made.rules}["huge"] == "error"


VALUES = {
    "employees": {"< 50": 10.0, "50 to 249": 100.0, ">= 250": 300.0},
    "industry": {
        "Construction or Energy": "Energy",
        "Construction | Energy": "Energy",
        "Software": "Software",
    },
    "email_kind": {"business": "business", "free or disposable": "free", "free | disposable": "free"},
    "demos": {"< 1": 0.0, "1 to 2": 1.0, ">= 3": 4.0},
    "timeframe": {"now": "now", "later": "later"},
}


def applied(signals: pl.DataFrame, changes) -> pl.DataFrame:
    """The signals with a stated change made, and everything that follows from it."""
    kinds = {spec.name: spec.kind for spec in BUNDLE.policy.signals}
    for change in changes:
        value = VALUES[change.signal][change.then]
        dtype = pl.Float64 if kinds[change.signal] is Kind.NUMBER else pl.String
        signals = signals.with_columns(pl.lit(value, dtype=dtype).alias(change.signal))
    return BUNDLE.assembler.derive(signals)


@given(batches(largest=4))
def test_a_stated_change_moves_the_band_when_it_comes_true(frame: pl.DataFrame) -> None:
    records = record(qualify(frame, bundle=BUNDLE, as_of=AS_OF))
    scored = records.filter(pl.col("points").is_not_null())
    for at in range(scored.height):
        inputs = inputs_of(scored[at])
        signals = signals_of(inputs, bundle=BUNDLE, as_of=AS_OF)
        lead = signals.row(0, named=True)
        flips = counterfactuals(lead, BUNDLE.card, BUNDLE.policy.bands, changeable=changeable(BUNDLE))
        for flip in filter(None, (flips.up, flips.down)):
            assert after(applied(signals, flip.changes), scored[at]) == (flip.band.value, flip.points)


def after(signals: pl.DataFrame, row: pl.DataFrame) -> tuple[str, int]:
    leads = row.select(
        "lead.id",
        row=pl.col("in.row"),
        **{
            "triage.email_kind": pl.lit(None, dtype=pl.String),
            "triage.email_domain": pl.lit(None, dtype=pl.String),
            "triage.unreadable": pl.lit([], dtype=pl.List(pl.String)),
        },
    )
    (decision,) = decide_signals(signals, leads, BUNDLE).iter_rows(named=True)
    return decision["band"], decision["points"]


def test_signals_that_make_others_are_not_offered_as_a_change() -> None:
    assert changeable(BUNDLE) == ["industry", "email_kind", "demos"]


def test_offering_them_would_state_changes_that_do_not_hold() -> None:
    """The negative control of the rule above: large_and_soon follows employees and timeframe."""
    frame = received([GOOD | {"account.employees": "12", "extra.timeframe": "now"}])
    signals = signals_of(
        inputs_of(record(qualify(frame, bundle=BUNDLE, as_of=AS_OF))), bundle=BUNDLE, as_of=AS_OF
    )
    lead = signals.row(0, named=True)
    flip = counterfactuals(lead, BUNDLE.card, BUNDLE.policy.bands, changeable=["employees"]).up
    assert flip is not None
    scored = record(qualify(frame, bundle=BUNDLE, as_of=AS_OF))
    assert after(applied(signals, flip.changes), scored)[1] != flip.points


def test_packets_are_plain_data() -> None:
    (made,) = packets(received([GOOD]))
    assert dataclasses.asdict(made)["versions"]["policy"] == "small"
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.lead_id = "other"  # type: ignore[misc]
