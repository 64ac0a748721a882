"""Text that is no policy: each case has a code and a line, and costs no more than its length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_policy import STARTER, compiled, issues_of
from plumbline.policy import compile_policy
from plumbline.policy.source import MAX_BYTES, MAX_DEPTH, MAX_NODES, Source, read_source, rewrite

STARTER_TEXT = STARTER.read_text(encoding="utf-8")
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "empty_file", 1),
        ("# only a comment\n\n", "empty_file", 1),
        ("- a\n- b\n", "not_a_mapping", 1),
        ("just words\n", "not_a_mapping", 1),
        ("policy:\n\tx: 1\n", "yaml_syntax", 2),
        ("policy: [1,\n", "yaml_syntax", 2),
        ("a: 1\n b: 2\n", "yaml_syntax", 2),
        (BOMB, "yaml_anchor", 1),
        ("policy: !!python/object:os.system x\n", "yaml_tag", 1),
        ("%YAML 1.1\n---\npolicy: x\n", "yaml_version", 2),
        ("policy: x\n---\npolicy: y\n", "second_document", 2),
        ("? [a, b]\n: 1\n", "yaml_key", 1),
        ("policy: x\nabout: y\npolicy: z\n", "duplicate_key", 3),
        ("a: " + "[" * (MAX_DEPTH + 1), "too_deep", 1),
        ("policy: x\0\n", "yaml_syntax", 0),
    ],
)
def test_text_that_is_no_policy_is_named_with_code_and_line(text, code, line):
    policy, issues = compile_policy(text)
    assert policy is None
    assert (code, line) in [(issue.code, issue.line) for issue in issues]


def test_a_million_open_brackets_stop_at_the_depth_limit():
    assert [issue.code for issue in issues_of("a: " + "[" * 900_000)] == ["too_deep"]


def test_a_file_beyond_a_megabyte_is_not_parsed():
    assert [issue.code for issue in issues_of("a: " + "x" * MAX_BYTES)] == ["file_too_large"]


def test_more_nodes_than_any_policy_needs_are_refused():
    rules = "".join(f"  - {{id: r{at}, when: points > {at}, route: queue}}\n" for at in range(5_000))
    codes = [issue.code for issue in issues_of("policy: x\nrules:\n" + rules)]
    assert codes == ["too_many_nodes"]
    assert MAX_NODES < 5_000 * 7


def test_five_hundred_and_one_rules_are_too_many():
    rules = "".join(f"  - {{id: r{at}, when: points > {at}, route: queue}}\n" for at in range(501))
    found = [(issue.code, issue.path) for issue in issues_of("policy: x\nrules:\n" + rules)]
    assert ("too_many", "rules") in found


def test_every_duplicate_key_is_reported_at_once():
    issues = read_source("a: 1\na: 2\nb: {c: 1, c: 2}\n")[1]
    assert [(issue.path, issue.line) for issue in issues] == [("a", 2), ("b.c", 3)]


def test_norway_is_no_boolean_and_a_quoted_number_is_text():
    data = _source(
        "a: NO\nb: 'true'\nc: yes\nd: true\ne: 0x1F\nf: 1e3\ng: ~\nh: 012\ni: .inf\nj: 2024-01-01\n"
    ).data
    assert data == {
        "a": "NO", "b": "true", "c": "yes", "d": True, "e": "0x1F",
        "f": 1000.0, "g": None, "h": 12, "i": ".inf", "j": "2024-01-01",
    }  # fmt: skip


def test_keys_stay_text_whatever_they_look_like():
    assert _source("{50: 1, true: 2, null: 3}").data == {"50": 1, "true": 2, "null": 3}


def test_a_place_that_is_not_there_has_the_line_of_the_nearest_place_above():
    source = _source("a:\n  b:\n    - c: 1\n    - d: 2\n")
    assert source.line(("a", "b", 1, "missing")) == 4
    assert source.line(("a", "x")) == 1
    assert source.line(("nowhere",)) == 1


def test_rewriting_keeps_comments_and_changes_one_value():
    changed = rewrite(STARTER_TEXT, ("draws", "audit"), 0.25)
    assert "# Who we sell to and what we do with them." in changed
    assert "# 20 points double the odds" in changed
    assert compiled(changed).draws["audit"] == 2_500
    assert compiled(rewrite(STARTER_TEXT, ("draws", "audit"), 0.15)).hash == compiled(STARTER_TEXT).hash


def test_rewriting_a_place_that_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        rewrite(STARTER_TEXT, ("nowhere", "audit"), 1)


@given(st.text(max_size=200))
def test_no_text_whatever_makes_the_compiler_fail(text):
    policy, issues = compile_policy(text)
    assert policy is None
    assert issues


@given(st.data())
def test_a_damaged_policy_is_a_list_of_issues_or_still_a_policy(data):
    at = data.draw(st.integers(0, len(STARTER_TEXT) - 1))
    length = data.draw(st.integers(0, 40))
    patch = data.draw(st.text(alphabet="{}[]:,'\"\n\t -&*!#ab1", max_size=8))
    policy, issues = compile_policy(STARTER_TEXT[:at] + patch + STARTER_TEXT[at + length :])
    assert policy is not None or issues


def _source(text: str) -> Source:
    source, issues = read_source(text)
    assert source is not None
    assert not issues
    return source
