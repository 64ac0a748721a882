# ruff: noqa: E501 - the policy below reads better with one signal a line
"""Normal forms and flags as signals: worked out where a policy wants them, alike alone and among others."""

import subprocess
import sys
from datetime import UTC, datetime

import polars as pl
import pytest

from plumbline.qualify import compile_bundle
from plumbline.qualify.path import qualify, requalify
from plumbline.triage import Seen
from plumbline.triage.wanted import DERIVABLE

AS_OF = datetime(2026, 3, 1, 9, tzinfo=UTC)
KEY = bytes(range(32))
MESSAGE = "We are the leading supplier of search engine optimisation and would like to talk."

HEAD = """
policy: derived
purpose: prioritise
qualified_lead: {outcome: opportunity_accepted, within: 90 days}
fields:
  contact.email: {purposes: [prioritise], basis: legitimate-interests}
  contact.name: {purposes: [prioritise], basis: legitimate-interests}
  contact.phone: {purposes: [prioritise], basis: legitimate-interests}
  contact.title: {purposes: [prioritise], basis: legitimate-interests}
  account.name: {purposes: [prioritise], basis: not-personal}
  account.website: {purposes: [prioritise], basis: not-personal}
  account.country: {purposes: [prioritise], basis: not-personal}
  account.region: {purposes: [prioritise], basis: not-personal}
  account.industry: {purposes: [prioritise], basis: not-personal}
  account.employees: {purposes: [prioritise], basis: not-personal}
  lead.message: {purposes: [prioritise], basis: legitimate-interests}
  lead.created_at: {purposes: [prioritise], basis: not-personal}
  lead.source: {purposes: [prioritise], basis: not-personal}
"""
SIGNALS = """
signals:
  company: {dimension: fit, from: triage.company, kind: text, label: Company, purposes: [prioritise], basis: not-personal}
  domain: {dimension: fit, from: triage.domain, kind: text, label: Domain, purposes: [prioritise], basis: legitimate-interests}
  phone: {dimension: fit, from: triage.phone, kind: text, label: Phone, purposes: [prioritise], basis: legitimate-interests}
  country: {dimension: fit, from: triage.country, kind: text, label: Country, purposes: [prioritise], basis: not-personal}
  region: {dimension: fit, from: triage.region, kind: text, label: Region, purposes: [prioritise], basis: not-personal}
  industry: {dimension: fit, from: triage.industry, kind: text, label: Industry, purposes: [prioritise], basis: not-personal}
  size: {dimension: fit, from: triage.size_band, kind: text, label: Size, purposes: [prioritise], basis: not-personal}
  seniority: {dimension: fit, from: triage.seniority, kind: text, label: Seniority, purposes: [prioritise], basis: legitimate-interests}
  function: {dimension: fit, from: triage.function, kind: text, label: Function, purposes: [prioritise], basis: legitimate-interests}
  flags: {dimension: intent, from: triage.flags, kind: text, label: Flags, purposes: [prioritise], basis: legitimate-interests}
  suspicious: {dimension: intent, from: triage.suspicious, kind: number, label: Suspicious things, purposes: [prioritise], basis: legitimate-interests}
  waiting: {dimension: readiness, from: lead.created_at, measure: age_days, kind: number, label: Days waiting, purposes: [prioritise], basis: not-personal}
scorecard:
  size: {"51-200 | 201-500": 15, other: 0}
  industry: {Manufacturing: 10, other: 0}
  country: {DE | AT | CH: 10, other: 0}
  seniority: {executive | director: 15, other: 0}
  function: {purchasing: 5, other: 0}
  suspicious: {"< 1": 0, ">= 1": -10}
"""
TAIL = """
bands: {A: 40, B: 20, C: 0}
grid: {fit: {high: 20, medium: 0}, intent: {high: 1, medium: 0}, readiness: {high: 1, medium: 0}}
routes: {A: fast_track, B: queue, C: queue, D: nurture}
owners: {review: revops, fast_track: seniors, queue: reps, nurture: marketing, objection: privacy}
unknowns: {material: 0.25, then: ask}
rules:
  - {id: copied, when: "flags LIKE '%copied_message%'", propose: disqualify, because: The same message from several people., if_unknown: miss}
draws: {audit: 0.15, explore: 0, holdout: 0, blind: 0, probe: 0}
examples:
  - {why: a German manufacturer is fast, lead: {country: DE, industry: Manufacturing, size: 51-200, seniority: executive}, expect: {band: A}}
"""
PLAIN = """
signals:
  tier: {dimension: fit, from: account.tier, kind: text, label: Tier, purposes: [prioritise], basis: not-personal}
  waiting: {dimension: readiness, from: lead.created_at, measure: age_days, kind: number, label: Days waiting, purposes: [prioritise], basis: not-personal}
scorecard:
  tier: {strategic: 50, other: 0}
"""


def bundle_of(signals):
    tail = TAIL if "flags" in signals else TAIL.replace("flags LIKE '%copied_message%'", "tier = 'x'")
    if "country" not in signals:
        tail = tail.replace(
            "{country: DE, industry: Manufacturing, size: 51-200, seniority: executive}", "{tier: strategic}"
        )
    bundle, issues = compile_bundle(HEAD + signals + tail, draw_key=KEY)
    assert bundle is not None, issues
    return bundle


LEADS = {
    "contact.name": ["Anna Schmidt", "kjxhfd", "Cäcilie Weiß", "Dora Ng", None],
    "contact.email": ["anna@mueller-bau.de", "b@gmai.com", "c@acme.co.uk", "d@gmail.com", None],
    "contact.phone": ["030 1234567", "4.42079E+11", "+44 20 7946 1234", None, None],
    "contact.title": ["Geschäftsführerin", "Einkäufer", "VP Sales", "Manager", None],
    "account.name": ["Müller Bau GmbH", "ACME, Inc.", "株式会社トヨタ", "x" * 500, None],
    "account.website": ["http://www.mueller-bau.de/x", None, None, "linkedin.com/in/d", None],
    "account.country": ["Deutschland", "USA", "Atlantis", "ألمانيا", None],
    "account.region": ["Bayern", "WA", None, None, None],
    "account.industry": ["Maschinenbau", "Select", "COMPUTER_SOFTWARE", None, None],
    "account.employees": ["51-200", "-5", "1e308", "250", None],
    "lead.message": [MESSAGE, MESSAGE, MESSAGE, "short", None],
    "lead.created_at": ["2026-02-01T10:00:00", "1899-01-01", "2999-01-01", "2026-02-01", None],
    "lead.source": ["Web"] * 5,
}


def received():
    rows = pl.DataFrame({"row": range(1, 6), "lead.id": [f"l{at}" for at in range(1, 6)]})
    return rows.hstack([pl.Series(name, cells, dtype=pl.String) for name, cells in LEADS.items()])


def test_normal_forms_become_signals():
    signals = qualify(received(), bundle=bundle_of(SIGNALS), as_of=AS_OF).signals
    assert signals["company"].to_list() == ["Müller Bau", "ACME", "トヨタ", "x" * 500, None]
    assert signals["domain"].to_list() == ["mueller-bau.de", None, "acme.co.uk", None, None]
    assert signals["phone"].to_list() == ["+49301234567", None, "+442079461234", None, None]
    assert signals["country"].to_list() == ["DE", "US", None, "DE", None]
    assert signals["region"].to_list() == ["DE-BY", "US-WA", None, None, None]
    assert signals["industry"].to_list() == [
        "Manufacturing",
        None,
        "Information and communication",
        None,
        None,
    ]
    assert signals["size"].to_list() == ["51-200", None, None, "201-500", None]
    assert signals["seniority"].to_list() == ["executive", "professional", "vp", "manager", None]
    assert signals["function"].to_list() == ["general management", "purchasing", "sales", None, None]


def test_flags_are_told_by_their_codes_and_counted():
    signals = qualify(received(), bundle=bundle_of(SIGNALS), as_of=AS_OF).signals
    assert signals["flags"].to_list() == [
        "none",
        "gibberish_name lookalike_domain",
        "copied_message",
        "repeated_letters",
        "none",
    ]
    assert signals["suspicious"].to_list() == [0, 2, 1, 1, 0]


def test_a_flag_rejects_nobody():
    done = qualify(received(), bundle=bundle_of(SIGNALS), as_of=AS_OF)
    assert done.decisions.height == 5
    assert done.triaged.rejected.height == 0


def test_what_no_signal_names_is_not_worked_out():
    done = qualify(received(), bundle=bundle_of(PLAIN), as_of=AS_OF)
    assert DERIVABLE.isdisjoint(done.triaged.clean.columns)
    wanted = qualify(received(), bundle=bundle_of(SIGNALS), as_of=AS_OF)
    assert DERIVABLE.issubset(wanted.triaged.clean.columns)


def test_only_what_is_wanted_is_loaded():
    code = "import plumbline.qualify.path, sys; print([m for m in ('phonenumbers', 'publicsuffixlist') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def in_batches(bundle, sizes):
    seen, parts, start = Seen(), [], 0
    for size in sizes:
        done = qualify(received().slice(start, size), bundle=bundle, as_of=AS_OF, seen=seen)
        seen, start = done.seen, start + size
        parts.append(done.decisions)
    return pl.concat(parts)


@pytest.mark.parametrize("sizes", [(5,), (1, 1, 1, 1, 1), (2, 3), (4, 1)])
def test_one_lead_and_many_are_decided_alike(sizes):
    bundle = bundle_of(SIGNALS)
    whole = qualify(received(), bundle=bundle, as_of=AS_OF).decisions
    assert in_batches(bundle, sizes).rows() == whole.rows()


def test_a_decision_with_flags_of_other_rows_replays_alone():
    bundle = bundle_of(SIGNALS)
    done = qualify(received(), bundle=bundle, as_of=AS_OF)
    alone = pl.concat([requalify(done.inputs.slice(at, 1), bundle=bundle, as_of=AS_OF) for at in range(5)])
    assert alone.rows() == done.decisions.rows()


def test_without_the_stored_context_the_replay_would_differ():
    bundle = bundle_of(SIGNALS)
    done = qualify(received(), bundle=bundle, as_of=AS_OF)
    forgetful = done.inputs.drop("context.flags")
    alone = pl.concat([requalify(forgetful.slice(at, 1), bundle=bundle, as_of=AS_OF) for at in range(5)])
    assert alone.rows() != done.decisions.rows()


def test_another_edition_of_a_list_is_another_version(monkeypatch):
    before = bundle_of(SIGNALS).versions()["cells"]
    plain = bundle_of(PLAIN).versions()["cells"]
    monkeypatch.setattr("plumbline.qualify.bundle.lists_hash", lambda: "other")
    assert bundle_of(SIGNALS).versions()["cells"] != before
    assert bundle_of(PLAIN).versions()["cells"] == plain


def test_a_policy_must_name_the_purposes_of_every_field_below_a_flag():
    text = HEAD.replace("  contact.phone: {purposes: [prioritise], basis: legitimate-interests}\n", "")
    bundle, issues = compile_bundle(text + SIGNALS + TAIL, draw_key=KEY)
    assert bundle is None
    assert any("contact.phone" in issue.message for issue in issues)
