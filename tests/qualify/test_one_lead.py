# ruff: noqa: E501 - a policy reads better with one signal a line
"""A lone lead takes its values through the main path, a batch its columns: one decision, to the last byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_main_path import AS_OF, FIELDS, bundle, events, received
from plumbline.policy import leads
from plumbline.qualify import path, qualify, requalify
from plumbline.qualify.path import signals_of
from plumbline.scorecard import one as score_of_one
from plumbline.signals import event_state
from plumbline.signals import one as signals_of_one

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY = """
policy: every-turn
purpose: prioritise
qualified_lead: {outcome: opportunity_accepted, within: 90 days}
fields:
  contact.email: {purposes: [prioritise], basis: legitimate-interests}
signals:
  employees: {dimension: fit, from: account.employees, kind: number, max_age: 20 days, label: Employees, purposes: [prioritise], basis: not-personal, ask: How many people work for you?}
  industry: {dimension: fit, from: account.industry, kind: text, label: Industry, purposes: [prioritise], basis: not-personal, ask: What do you do?}
  email_kind: {dimension: fit, from: triage.email_kind, kind: text, label: Kind of address, purposes: [prioritise], basis: legitimate-interests}
  shared: {dimension: fit, from: triage.shares_email, kind: flag, label: Address seen before, purposes: [prioritise], basis: legitimate-interests}
  tier: {dimension: fit, from: account.tier, kind: text, label: Tier, purposes: [prioritise], basis: not-personal}
  demos: {dimension: intent, from: event.demo, measure: decayed_count, half_life: 7 days, window: 90 days, kind: number, label: Demos asked for, purposes: [prioritise], basis: legitimate-interests}
  since_demo: {dimension: intent, from: event.demo, measure: days_since, kind: number, label: Days since a demo, purposes: [prioritise], basis: legitimate-interests}
  timeframe: {dimension: readiness, from: extra.timeframe, kind: text, label: Timeframe, purposes: [prioritise], basis: legitimate-interests, ask: When do you want to start?}
  waiting: {dimension: readiness, from: lead.created_at, measure: age_days, kind: number, label: Days waiting, purposes: [prioritise], basis: not-personal}
  seats: {dimension: fit, expr: "employees / 4 + 1", kind: number, label: Seats, purposes: [prioritise], basis: not-personal}
  large_and_soon: {dimension: readiness, expr: "seats >= 60 AND timeframe = 'now'", kind: flag, label: Large and soon, purposes: [prioritise], basis: legitimate-interests}
  filled: {dimension: readiness, from: signals.completeness, kind: number, label: Questions answered, purposes: [prioritise], basis: legitimate-interests}
base_points: 3
scorecard:
  employees: {"< 50": -10, "50 to 249": 5, ">= 250": 20}
  industry: {Construction | Energy: 15, Software: -15, other: 0}
  email_kind: {business: 5, free | disposable: -5, other: 0}
  shared: {"yes": -1, "no": 0}
  demos: {"< 1": 0, "1 to 2": 20, ">= 3": 25}
  since_demo: {"< 3": 2, ">= 3": 0}
  timeframe: {now: 20, later: -10, other: 0}
  waiting: {"< 7": 2, "7 to 30": 0, ">= 31": -4}
  seats: {"< 10": -1, ">= 10": 1}
  large_and_soon: {"yes": 5, "no": 0}
  filled: {"< 50": -3, ">= 50": 3}
caps:
  size: {signals: [employees, industry, seats], max: 30, min: -20}
bands: {A: 50, B: 25, C: 0}
grid: {fit: {high: 20, medium: 0}, intent: {high: 20, medium: 1}, readiness: {high: 15, medium: 0}}
routes: {A: fast_track, B: queue, C: queue, D: nurture}
owners: {review: revops, fast_track: seniors, queue: reps, nurture: marketing, objection: privacy}
unknowns: {material: 0.25, then: ask}
rules:
  - {id: named, when: "tier = 'strategic'", route: review, owner: enterprise, because: A named account., if_unknown: miss}
  - {id: huge, when: "employees >= 10000 AND industry = 'Energy'", route: review, because: Too large for a form., if_unknown: ask}
  - {id: hobby, when: "email_kind = 'free' AND band = 'D'", propose: disqualify, because: Nothing speaks for a company., if_unknown: miss}
  - {id: asked, when: "demos >= 1 AND employees >= 50", route: fast_track, because: They asked for a demo., if_unknown: review}
  - {id: fits, when: "fit_level = 'high' AND readiness > 10 AND points > 20", route: fast_track, action: meeting, because: It fits.}
actions:
  ask: {needs: [timeframe, employees, industry]}
  meeting: {bands: [A], when: "industry = 'Energy'"}
  partner: {when: "tier = 'strategic'", owner: partners}
  nurture: {bands: [D]}
draws: {audit: 0.5, explore: 0.5, holdout: 0.5, blind: 0.5, probe: 0.01}
examples:
  - {why: a named account reaches a person, lead: {tier: strategic}, expect: {route: review}}
"""
BUNDLE = bundle(POLICY)
SPECS = BUNDLE.policy.signals
VALUES = FIELDS | {
    "contact.email": [*FIELDS["contact.email"], "info@acme.example", "ö@acme.example"],
    "account.employees": [*FIELDS["account.employees"], " 300 ", "51-200", "٣"],
    "account.industry": [*FIELDS["account.industry"], " Energy\n", "Größe", "e\u0301nergie"],
    "lead.created_at": [*FIELDS["lead.created_at"], "2026-02-27T08:00:00Z", "2026-03-02", "2026-03-09"],
}


@st.composite
def batches(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leads, and what they did."""
    row = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})
    frame = received(draw(st.lists(row, min_size=3, max_size=6)))
    marks = st.tuples(
        st.sampled_from(frame["lead.id"].to_list()),
        st.just("demo"),
        st.dates(AS_OF.date().replace(day=1, month=1), AS_OF.date()).map("{}T10:00:00Z".format),
    )
    return frame, events(*draw(st.lists(marks, max_size=4)))


def alike(frame: pl.DataFrame, marks: pl.DataFrame | None) -> bool:
    """Whether each lead is decided alone, from what was kept of it, as it was in its batch."""
    state = None if marks is None else event_state(marks, SPECS, as_of=AS_OF)
    qualified = qualify(frame, bundle=BUNDLE, as_of=AS_OF, events=state)
    apart = [qualified.inputs[at] for at in range(qualified.inputs.height)]
    signals = pl.concat(signals_of(one, bundle=BUNDLE, as_of=AS_OF) for one in apart)
    decisions = pl.concat(requalify(one, bundle=BUNDLE, as_of=AS_OF) for one in apart)
    # As text, so that -0.0 is not 0.0 and nothing is close enough.
    return written(signals) == written(qualified.signals) and written(decisions) == written(
        qualified.decisions
    )


def written(frame: pl.DataFrame) -> str:
    return repr((frame.schema, frame.rows()))


@given(batches())
def test_a_lead_is_decided_alone_as_it_is_in_a_batch(batch) -> None:
    assert alike(*batch)
    assert alike(batch[0], None)


PLAIN = {
    "contact.email": "anna@acme.example",
    "account.employees": "1,200",
    "account.industry": "Energy",
    "lead.created_at": "2026-02-20",
}
#: Two of them are profiled, so that the batch goes by columns.
LEADS = received(
    [
        PLAIN,
        {"contact.email": "joe@gmail.com", "account.employees": "many"},
        PLAIN | {"contact.email": "ann@acme.example", "lead.objected": "yes"},
    ]
)


@pytest.mark.parametrize(
    ("part", "name", "wrong"),
    [
        (signals_of_one, "_direct", lambda *_: None),
        (signals_of_one.OneLead, "_completeness", lambda *_: 0.0),
        (score_of_one._Lead, "band_change", lambda _: 1),
        (leads.One, "missing", lambda *_: pl.Series([False]).to_numpy()),
        (leads.One, "filled", lambda *_: pl.Series([0]).to_numpy()),
        (path, "_of_one", lambda _: [pl.Series("account", ["x"]), pl.Series("objected", [False])]),
    ],
)
def test_the_check_hears_a_lone_lead_that_goes_its_own_way(
    part: object, name: str, wrong: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alike(LEADS, None)
    monkeypatch.setattr(part, name, wrong)
    assert not alike(LEADS, None)


def test_the_check_hears_a_condition_that_is_asked_otherwise_of_a_lone_lead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = leads.One.ask
    monkeypatch.setattr(leads.One, "ask", lambda self, questions: 1 - (honest(self, questions) == leads.HIT))
    assert not alike(LEADS, None)


def test_what_comes_with_the_decision_has_the_same_columns_alone_and_in_a_batch() -> None:
    together = qualify(LEADS, bundle=BUNDLE, as_of=AS_OF)
    alone = qualify(LEADS[:1], bundle=BUNDLE, as_of=AS_OF)
    for part in ("decisions", "inputs", "duplicates", "signals"):
        assert getattr(alone, part).schema == getattr(together, part).schema
    assert alone.triaged.clean.schema == together.triaged.clean.schema
    assert written(alone.decisions) == written(together.decisions[:1])
