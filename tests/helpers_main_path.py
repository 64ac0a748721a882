# ruff: noqa: E501 - the policy below reads better with one signal a line
"""A small world for the main path: a policy, leads as a form would send them, a bundle."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from hypothesis import strategies as st

from plumbline.qualify import Bundle, compile_bundle

AS_OF = datetime(2026, 3, 1, 9, tzinfo=UTC)
KEY = bytes(range(32))

POLICY = """
policy: small
purpose: prioritise
qualified_lead: {outcome: opportunity_accepted, within: 90 days}
fields:
  contact.email: {purposes: [prioritise], basis: legitimate-interests}
signals:
  employees: {dimension: fit, from: account.employees, kind: number, label: Employees, purposes: [prioritise], basis: not-personal, ask: How many people work for you?}
  industry: {dimension: fit, from: account.industry, kind: text, label: Industry, purposes: [prioritise], basis: not-personal, ask: What do you do?}
  email_kind: {dimension: fit, from: triage.email_kind, kind: text, label: Kind of address, purposes: [prioritise], basis: legitimate-interests}
  tier: {dimension: fit, from: account.tier, kind: text, label: Tier, purposes: [prioritise], basis: not-personal}
  demos: {dimension: intent, from: event.demo, measure: count, window: 90 days, kind: number, label: Demos asked for, purposes: [prioritise], basis: legitimate-interests}
  timeframe: {dimension: readiness, from: extra.timeframe, kind: text, label: Timeframe, purposes: [prioritise], basis: legitimate-interests, ask: When do you want to start?}
  waiting: {dimension: readiness, from: lead.created_at, measure: age_days, kind: number, label: Days waiting, purposes: [prioritise], basis: not-personal}
  large_and_soon: {dimension: readiness, expr: "employees >= 250 AND timeframe = 'now'", kind: flag, label: Large and soon, purposes: [prioritise], basis: legitimate-interests}
scorecard:
  employees: {"< 50": -10, "50 to 249": 5, ">= 250": 20}
  industry: {Construction | Energy: 15, Software: -15, other: 0}
  email_kind: {business: 5, free | disposable: -5, other: 0}
  demos: {"< 1": 0, "1 to 2": 20, ">= 3": 25}
  timeframe: {now: 20, later: -10, other: 0}
  large_and_soon: {"yes": 5, "no": 0}
caps:
  size: {signals: [employees, industry], max: 30, min: -20}
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
draws: {audit: 0.15, explore: 0.05, holdout: 0.1, blind: 0.2, probe: 0.01}
examples:
  - {why: a named account reaches a person, lead: {tier: strategic}, expect: {route: review, owner: enterprise, rules: [named]}}
  - {why: a large builder who asks for a demo is called, lead: {employees: 300, industry: Construction, demos: 1, timeframe: now}, expect: {route: fast_track, band: A}}
"""

FIELDS = {
    "contact.email": ["anna@acme.example", "joe@gmail.com", "not an address", None],
    "account.employees": ["12", "1,200", "25000", "many", "Select", None],
    "account.industry": ["Construction", "Energy", "Software", "N/A", None],
    "account.tier": ["strategic", None],
    "extra.timeframe": ["now", "later", "some day", "-", None],
    "lead.created_at": ["2026-02-01", "2026-02-30", None],
    "lead.objected": ["yes", "no", "perhaps", None],
}


def bundle(policy: str = POLICY) -> Bundle:
    made, issues = compile_bundle(policy, draw_key=KEY)
    assert made is not None, issues
    return made


def received(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    """Rows of text as an intake delivers them; fields left out are empty."""
    schema = {"lead.id": pl.String, **dict.fromkeys(FIELDS, pl.String)}
    frame = pl.DataFrame([{"lead.id": f"L{at}", **row} for at, row in enumerate(rows)], schema=schema)
    return frame.select(pl.Series("row", range(1, len(rows) + 1), dtype=pl.Int64), pl.all())


def rows() -> st.SearchStrategy[dict[str, str | None]]:
    return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in FIELDS.items()})


def batches(largest: int = 8) -> st.SearchStrategy[pl.DataFrame]:
    return st.lists(rows(), min_size=1, max_size=largest).map(received)


def events(*marks: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(marks, schema=dict.fromkeys(("lead.id", "kind", "at"), pl.String), orient="row")
