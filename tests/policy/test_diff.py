"""What a person is told about the difference between two policies."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers_policy import STARTER, compiled, rule, small
from plumbline.policy import ChangeKind, diff
from plumbline.policy.source import rewrite

TEXT = STARTER.read_text(encoding="utf-8")


@functools.cache
def starter():
    return compiled(TEXT)


def words(before, after):
    return [change.words for change in diff(compiled(before), compiled(after))]


def edit(before, after):
    assert before in TEXT
    return TEXT.replace(before, after, 1)


def test_a_policy_does_not_differ_from_itself():
    assert diff(compiled(TEXT), compiled(TEXT)) == ()


def test_comments_layout_and_spelling_are_no_differences():
    other = "# new\n" + edit("demo_requests >= 0.9 AND", "demo_requests>=0.9  and").replace(
        "90 days", "90 Days"
    )
    assert words(TEXT, other) == []


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("A: 60", "A: 55", "Lowest points of band A: 60 → 55."),
        ("audit: 0.15", "audit: 0.2", "Draw audit: 15 % → 20 %."),
        ('">= 250": 15', '">= 250": 20', "Points of 'employees', >= 250: +15 → +20."),
        ("max_age: 365 days", "max_age: 180 days", "Signal 'employees', max age: 365 days → 180 days."),
        ("owner: dublin-reps", "owner: cork-reps", "Rule 'ireland', owner: dublin-reps → cork-reps."),
        ("nurture: marketing", "nurture: sdr", "Owner of nurture: marketing → sdr."),
        ("B: queue", "B: fast_track", "Route of band B: queue → fast_track."),
        ("material: 0.25", "material: 0.3", "Unknown fields material: 25 % → 30 %."),
        ("high: 20", "high: 25", "Level of fit, high: 20 → 25."),
        ("attempts: 3", "attempts: 4", "Qualified lead negative needs, attempts: 3 → 4."),
        ("lead: 24 months", "lead: 12 months", "Retention of lead: 720 days → 360 days."),
        ("max: 35", "max: 40", "Cap 'web', max: 35 → 40."),
        ("    label: Employees\n", "", "Signal 'employees', label: Employees → not set."),
        ("needs: [employees, timeline, industry]", "needs: [timeline]",
         "Action ask, needs: employees, timeline, industry → timeline."),
        ("    label: Industry\n", "    label: Industry\n    max_age: 90 days\n",
         "Signal 'industry', max age: not set → 90 days."),
        ("route: recommend", "route: approve", "Autonomy of route: recommend → approve."),
    ],
)  # fmt: skip
def test_a_change_reads_as_a_sentence(before, after, sentence):
    assert words(TEXT, edit(before, after)) == [sentence]


def test_rules_that_come_and_go_are_told_with_what_they_do():
    new = small()
    new["rules"] = [new["rules"][1], rule("size > 5", route="review", because="Big.") | {"id": "big"}]
    changes = diff(compiled(small()), compiled(new))
    assert [(change.kind, change.path) for change in changes] == [
        (ChangeKind.REMOVED, "rules.strategic"),
        (ChangeKind.ADDED, "rules.big"),
    ]
    assert "tier = 'strategic'" in changes[0].words
    assert "size > 5, route review, because Big." in changes[1].words


def test_rules_in_another_order_are_told():
    new = small()
    new["rules"].reverse()
    assert words(small(), new) == ["Rules: another order, from 'spam' on."]


def test_a_rule_that_moves_because_another_comes_in_is_not_reordered():
    new = small()
    new["rules"].insert(0, rule("size > 5") | {"id": "first"})
    assert [change.kind for change in diff(compiled(small()), compiled(new))] == [ChangeKind.ADDED]


def test_examples_with_the_same_words_are_told_apart():
    new = small()
    new["examples"] = [*new["examples"], *new["examples"]]
    changes = diff(compiled(small()), compiled(new))
    assert [change.path for change in changes] == ["examples.Strategic goes to a person. (2)"]


def test_no_policy_yet_and_no_policy_any_more():
    policy = compiled(small())
    assert [change.kind for change in diff(None, policy)] == [ChangeKind.ADDED]
    assert [change.kind for change in diff(policy, None)] == [ChangeKind.REMOVED]
    assert diff(None, None) == ()


EDITS = [
    (("bands", "A"), 61),
    (("draws", "blind"), 0.5),
    (("rules", 0, "owner"), "somebody"),
    (("rules", 3, "if_unknown"), "review"),
    (("signals", "country", "label"), "Land"),
    (("scorecard", "country", "other"), 1),
    (("about",), "Something else."),
    (("purpose",), "prioritise"),
    (("draws", "audit"), 0.150),
    (("caps", "web", "max"), 34),
    (("examples", 0, "why"), "Another reason."),
    (("actions", "meeting", "bands"), ["A", "B"]),
]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(EDITS), max_size=3, unique_by=lambda edit: edit[0]))
def test_policies_differ_in_words_exactly_when_their_hashes_differ(edits):
    text = TEXT
    for path, value in edits:
        text = rewrite(text, path, value)
    old, new = starter(), compiled(text)
    assert (diff(old, new) == ()) == (old.hash == new.hash)
    assert len(diff(old, new)) == len(diff(new, old))
