"""Law 6: a field is used only for its purposes, checked over the full lineage when the policy is compiled."""

from __future__ import annotations

import copy
import json

import pytest

from helpers_policy import STARTER, errors_of, issues_of, small, text_of
from plumbline.policy.lineage import Step
from plumbline.policy.source import read_source

STARTER_DATA = read_source(STARTER.read_text(encoding="utf-8"))[0].data


def chained():
    """Four steps from a rule to a received field: rule, derived, derived, signal, derived field, field."""
    data = small()
    for name, expr in (("business", "mail = 'business'"), ("serious", "business AND size > 10")):
        data["signals"][name] = {"expr": expr, "kind": "flag", "purposes": ["prioritise"]}
    data["rules"].append({"id": "serious-one", "when": "serious", "route": "queue"})
    return data


POLICIES = {"starter": STARTER_DATA, "small": small(), "chained": chained()}
#: Every place of a policy that permits its purpose.
PERMISSIONS = [
    (policy, section, name)
    for policy, data in POLICIES.items()
    for section in ("signals", "fields")
    for name, part in data[section].items()
    if data["purpose"] in part["purposes"]
]


def revoked(policy: str, section: str, name: str) -> dict:
    """The policy with one permission taken away; another purpose stays, so that the list is not empty."""
    data = copy.deepcopy(POLICIES[policy])
    kept = [one for one in data[section][name]["purposes"] if one != data["purpose"]]
    data[section][name]["purposes"] = kept or ["audit"]
    return data


@pytest.mark.parametrize(("policy", "section", "name"), PERMISSIONS)
def test_each_permission_that_is_taken_away_stops_the_policy(policy, section, name):
    refusals = refused(revoked(policy, section, name))
    assert [issue.path for issue in refusals] == [f"{section}.{name}.purposes"]
    assert f"'{name}'" in refusals[0].message
    assert " -> " in refusals[0].message
    assert f"-> {name}" in refusals[0].message


@pytest.mark.parametrize(("policy", "section", "name"), PERMISSIONS)
def test_the_mutation_test_fails_when_the_walk_stops_early(policy, section, name, monkeypatch):
    """Negative control: a look at what a use names directly lets the permissions below slip through."""
    monkeypatch.setattr("plumbline.policy.lineage._next", lambda draft, step: iter(()))
    direct = {
        *POLICIES[policy]["scorecard"],
        *(word for rule in POLICIES[policy]["rules"] for word in rule["when"].split()),
        *(word for word in json.dumps(POLICIES[policy].get("actions", {})).replace('"', " ").split()),
    }
    caught = bool(refused(revoked(policy, section, name)))
    assert caught == (section == "signals" and name in direct)


def test_the_walk_reaches_below_what_is_named_directly():
    """What the negative control relies on: some permissions can only be found further down."""
    assert {("chained", "signals", "business"), ("chained", "fields", "contact.email")} <= set(PERMISSIONS)


def test_the_message_names_the_whole_path_from_use_to_field():
    data = revoked("chained", "fields", "contact.email")
    del data["scorecard"]["mail"]
    data["rules"] = [one for one in data["rules"] if one["id"] != "spam"]
    wanted = "rule serious-one -> serious -> business -> mail -> triage.email_kind -> contact.email"
    assert wanted in refused(data)[0].message


def test_a_field_below_a_derived_one_must_be_declared():
    assert "field_not_declared" in errors_of(small(fields=None))


def test_a_signal_taking_a_field_as_it_is_does_not_speak_for_signals_made_from_it():
    data = small(fields=None)
    data["signals"]["address"] = {"from": "contact.email", "purposes": ["prioritise"], "basis": "consent"}
    assert "field_not_declared" in errors_of(data)


def test_a_signal_that_nothing_uses_needs_no_permission():
    data = small()
    data["signals"]["town"] = {"from": "account.city", "purposes": ["train"]}
    assert errors_of(data) == set()


def test_another_purpose_of_the_policy_needs_other_permissions():
    assert "purpose_not_allowed" in errors_of(small(purpose="route"))


def test_a_use_is_told_once_however_often_it_occurs():
    data = revoked("small", "signals", "size")
    data["rules"] += [{"id": f"more{at}", "when": f"size > {at}", "route": "queue"} for at in range(5)]
    assert len(refused(data)) == 1
    assert "more)" in refused(data)[0].message


def test_a_step_knows_its_path():
    assert Step("size", is_signal=True, path=("rule r", "size")).path[-1] == "size"


def refused(data):
    return [issue for issue in issues_of(text_of(data)) if issue.code == "purpose_not_allowed"]
