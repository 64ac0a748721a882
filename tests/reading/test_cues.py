"""The cue file: its linter, its language, its refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plumbline.reading.cuelint import lint_cues
from plumbline.reading.cues import InvalidCuesError, default_cues, load_cues
from plumbline.reading.patterns import PatternError, parse_pattern
from plumbline.reading.spelling import spelling_table

SMALL = """
version: t
spelling: {words: {pls: please}, slips: budget, never: budgets}
words: {see: [see, look at]}
scopes:
  negated: {where: clause, reach: 5, markers: "(not|no)"}
confidence: {request: &c {strong: 1, fair: 1, weak: 1, conflict: 1, default: 1}, need: *c, urgency: *c, timeline: *c, budget: *c, authority: *c, competitor: *c, not_a_buyer: *c, data_rights: *c}
cues:
  - {id: a, says: {request: demo}, patterns: "<see> ~2 it", examples: "Can we see it?", not: "It rains."}
"""  # noqa: E501


def test_the_shipped_file_has_no_issue():
    assert [str(issue) for issue in lint_cues(default_cues()) if issue.severity == "error"] == []


def test_every_shipped_cue_has_patterns_that_can_be_found():
    assert all(pattern.anchors for cue in default_cues().cues for pattern in cue.patterns)


def test_an_example_that_does_not_fire_and_one_that_should_not_are_found():
    file = load_cues(SMALL)
    assert lint_cues(file) == []
    cue = replace(file.cues[0], examples=("It rains.",), counterexamples=("Can we see it?",))
    assert [issue.code for issue in lint_cues(replace(file, cues=(cue,)))] == [
        "cue_example",
        "cue_counterexample",
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("request: demo", "request: dance", "cue_says"),
        ("request: demo", "mood: good", "cue_says"),
        ("<see> ~2 it", "(see", "cue_pattern"),
        ("<see> ~2 it", "<nothing>", "cue_pattern"),
        ("<see> ~2 it", "~3", "cue_pattern"),
        ("<see> ~2 it", "see)", "cue_pattern"),
        ("patterns: ", "pattern: ", "cue_unknown_key"),
        ("id: a,", "", "cue_id"),
        ("id: a,", "id: a, weight: 9,", "cue_value"),
        ("id: a,", "id: a, unless: [sunny],", "cue_scope"),
        ("where: clause", "where: moon", "cue_scope"),
        ("version: t", "version: t\nfoo: 1", "cue_unknown_key"),
        ("strong: 1, ", "", "cue_confidence"),
        ("cues:", "cues: [", "cue_yaml"),
    ],
)
def test_a_broken_file_is_refused_with_every_problem_named(old, new, code):
    with pytest.raises(InvalidCuesError) as caught:
        load_cues(SMALL.replace(old, new, 1))
    assert code in {issue.code for issue in caught.value.issues}


def test_a_list_is_no_cue_file():
    with pytest.raises(InvalidCuesError):
        load_cues("- a")
    with pytest.raises(InvalidCuesError):
        load_cues("#" * 1_000_001)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("budget ~2 approved", " the budget is now approved ", True),
        ("budget ~1 approved", " the budget is really now approved ", False),
        ("sign (off|up)?", " we sign ", True),
        ("^ stop $", " stop ", True),
        ("^ stop", " please stop ", False),
        ("approv* it", " approves it ", True),
        ("# users", " 40 users ", True),
        ("(see|look (at|into)) it", " look into it ", True),
        ("資料", " 資 料 を ", True),
    ],
)
def test_patterns_fit_as_they_read(pattern, text, fits):
    assert bool(parse_pattern(pattern, {}, frozenset()).regex.search(text)) is fits


def test_a_bracket_too_deep_is_refused():
    with pytest.raises(PatternError):
        parse_pattern("(a (b (c (d (e x)))))", {}, frozenset())


def test_slips_of_one_letter_are_read_but_other_words_are_not():
    table = spelling_table({"slips": "budget quote", "never": "quite", "words": {"pls": "please"}})
    assert table["budgit"] == table["budgte"] == "budget"
    assert table["pls"] == "please"
    assert "quite" not in table
    assert "budget" not in table
