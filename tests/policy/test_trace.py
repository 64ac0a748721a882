"""What a person is told about each rule, and which one nearly fired."""

from __future__ import annotations

import pytest

from helpers_policy import compiled, rule, small
from plumbline.domain.words import RuleOutcome
from plumbline.policy import nearly_fired, trace


def policy_with(*conditions):
    return compiled(small(rules=[rule(when) | {"id": f"r{at}"} for at, when in enumerate(conditions)]))


def told(when, values, **options):
    return trace(values, policy_with(when), **options)[0]


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"size": 10}, RuleOutcome.HIT),
        ({"size": 1}, RuleOutcome.MISS),
        ({"size": None}, RuleOutcome.UNKNOWN),
        ({}, RuleOutcome.UNKNOWN),
    ],
)
def test_a_rule_hits_misses_or_is_open(values, outcome):
    assert told("size > 5", values).outcome is outcome


def test_a_value_that_cannot_be_read_is_an_error_also_below_a_derived_signal():
    assert told("size > 5", {}, unreadable=["size"]).outcome is RuleOutcome.ERROR
    assert told("large", {}, unreadable=["size"]).outcome is RuleOutcome.ERROR
    assert told("tier = 'x'", {}, unreadable=["size"]).outcome is RuleOutcome.UNKNOWN


def test_the_part_that_kept_a_rule_out_is_told_in_words():
    found = told("size > 5 AND tier = 'gold' AND band = 'A'", {"size": 9, "tier": "gold", "band": "C"})
    assert found.kept_out_by == ("Band is A",)
    assert found.near
    assert found.condition == "Size is above 5 and Tier is gold and Band is A"


def test_a_part_that_is_not_known_is_told_apart():
    found = told("size > 5 AND tier = 'gold'", {"tier": "gold"})
    assert (found.kept_out_by, found.unknown, found.near) == (
        ("Size is above 5",),
        ("Size is above 5",),
        True,
    )


def test_a_rule_of_one_part_is_never_near():
    assert not told("size > 5", {"size": 1}).near


def test_a_rule_that_fired_was_kept_out_by_nothing():
    found = told("size > 5 AND tier = 'gold'", {"size": 9, "tier": "gold"})
    assert (found.kept_out_by, found.near) == ((), False)


def test_levels_and_points_are_known_from_the_scores():
    values = {"points.fit": 25, "points.intent": 5, "points.readiness": 0}
    found = told("fit_level = 'high' AND intent = 5 AND readiness_level = 'low'", values)
    assert found.outcome is RuleOutcome.HIT


def test_nearest_are_the_rules_with_the_fewest_unmet_parts():
    policy = policy_with(
        "size > 5 AND tier = 'gold' AND band = 'A'",
        "size > 5 AND tier = 'gold'",
        "size > 500 AND tier = 'gold' AND band = 'A'",
        "size < 20",
    )
    traces = trace({"size": 9, "tier": "iron", "band": "C"}, policy)
    assert [one.rule for one in nearly_fired(traces)] == ["r1"]
    traces = trace({"size": 9, "tier": "gold", "band": "C"}, policy)
    assert [one.rule for one in nearly_fired(traces)] == ["r0"]


def test_without_rules_nothing_is_told():
    assert trace({"size": 1}, policy_with()) == ()
    assert nearly_fired(()) == ()
