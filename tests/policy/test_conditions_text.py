"""A tree written out: in its own language, which reads back, and in words."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from helpers_conditions import NAMES, number_values, trees
from plumbline.domain.words import Kind
from plumbline.policy.conditions import in_words, names_of, parse_condition, parse_value, spelling, to_text
from plumbline.policy.conditions.limits import MAX_ARITHMETIC, MAX_NODES
from plumbline.policy.conditions.tree import Arithmetic, walk

LABELS = {"employees": "Employees", "country": "Country", "title": "Title", "student": "Student"}


def _fits(node) -> bool:
    sums = sum(isinstance(part, Arithmetic) for part in walk(node))
    return sums <= MAX_ARITHMETIC and len(list(walk(node))) <= MAX_NODES


@given(node=trees)
def test_a_condition_reads_back_as_the_tree_it_was_written_from(node) -> None:
    assume(_fits(node))
    condition, issues = parse_condition(to_text(node), NAMES)
    assert issues == []
    assert condition is not None
    assert condition.tree == node
    assert condition.fields == names_of(node)


@given(node=number_values)
def test_an_expression_reads_back_as_the_tree_it_was_written_from(node) -> None:
    assume(_fits(node))
    made, issues = parse_value(to_text(node), NAMES, Kind.NUMBER)
    assert issues == []
    assert made is not None
    assert made.tree == node


def test_the_round_trip_notices_lost_parentheses(monkeypatch) -> None:
    monkeypatch.setattr(spelling, "_part", to_text)
    node = parse_condition("student AND (partner OR employees > 1)", NAMES)[0].tree
    assert parse_condition(to_text(node), NAMES)[0].tree != node


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("((employees>=250.0))", "employees >= 250"),
        ("employees != .5", "employees <> 0.5"),
        ("country not in ('a','b')", "NOT country IN ('a', 'b')"),
        (
            "(student and partner) or not (partner or student)",
            "(student AND partner) OR NOT (partner OR student)",
        ),
        ("employees - (revenue - 1) > -5", "employees - (revenue - 1) > -5"),
        ("(employees * 2) / 3 = 1", "employees * 2 / 3 = 1"),
        ('"order" > 1e14', "order > 100000000000000"),
        ("title like 'it''s%'", "title LIKE 'it''s%'"),
        ("created = date '2024-02-29'", "created = DATE '2024-02-29'"),
    ],
)
def test_one_condition_has_one_spelling(text, spelled) -> None:
    assert to_text(parse_condition(text, NAMES)[0].tree) == spelled


def test_a_name_that_is_no_plain_word_is_quoted() -> None:
    names = {"Großkunde": Kind.FLAG, "like": Kind.FLAG, 'a"b': Kind.FLAG}
    node = parse_condition('Großkunde AND "like" AND "a""b"', names)[0].tree
    assert to_text(node) == '"Großkunde" AND "like" AND "a""b"'
    assert parse_condition(to_text(node), names)[0].tree == node


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("employees >= 250 AND country = 'GB'", "Employees is at least 250 and Country is GB"),
        ("employees < 50 OR employees > 100000", "Employees is below 50 or Employees is above 100,000"),
        ("employees <= 0.5", "Employees is at most 0.5"),
        (
            "employees <> 5 AND (student OR partner)",
            "Employees is not 5 and (Student is yes or partner is yes)",
        ),
        ("NOT student", "Student is no"),
        ("student = FALSE", "Student is no"),
        ("country IN ('GB')", "Country is GB"),
        ("country IN ('GB', 'US', 'New Zealand')", "Country is GB, US or “New Zealand”"),
        ("country NOT IN ('GB', 'US')", "Country is none of GB and US"),
        ("country NOT IN ('GB')", "Country is not GB"),
        ("country = ''", "Country is “”"),
        ("employees BETWEEN 10 AND 50", "Employees is between 10 and 50"),
        ("employees NOT BETWEEN 10 AND 50", "Employees is not between 10 and 50"),
        ("country IS NULL", "Country is not known"),
        ("country IS NOT NULL", "Country is known"),
        ("title LIKE '%director%'", "Title contains “director”"),
        ("title NOT LIKE '%director%'", "Title does not contain “director”"),
        ("title LIKE 'VP%'", "Title starts with “VP”"),
        ("title NOT LIKE 'VP%'", "Title does not start with “VP”"),
        ("title LIKE '%Sales'", "Title ends with “Sales”"),
        ("title NOT LIKE '%Sales'", "Title does not end with “Sales”"),
        ("title LIKE 'CEO'", "Title is CEO"),
        ("title NOT LIKE 'CEO'", "Title is not CEO"),
        ("title LIKE 'V_%P'", "Title looks like “V_%P”"),
        ("title NOT LIKE 'V_'", "Title does not look like “V_”"),
        ("created >= DATE '2024-02-29'", "created is on or after 2024-02-29"),
        ("created < DATE '2024-02-29'", "created is before 2024-02-29"),
        ("created = seen", "created is seen"),
        ("NOT (employees > 1 AND student)", "it is not so that (Employees is above 1 and Student is yes)"),
        ("revenue / employees > 1000", "revenue divided by Employees is above 1000"),
        ("(revenue + 1) * 2 > 3", "(revenue plus 1) times 2 is above 3"),
        ("revenue - 1 > -3", "revenue minus 1 is above -3"),
        ("NOT employees > 5", "Employees is at most 5"),
        ("NOT country = 'GB'", "Country is not GB"),
        ("NOT created < DATE '2024-02-29'", "created is on or after 2024-02-29"),
        ("NOT NOT (student AND partner)", "Student is yes and partner is yes"),
        ("TRUE", "always"),
        ("NOT TRUE", "it is not so that (always)"),
        ("FALSE OR student", "never or Student is yes"),
    ],
)
def test_a_condition_is_said_as_a_person_would(text, said) -> None:
    assert in_words(parse_condition(text, NAMES)[0].tree, LABELS) == said


def test_a_calculation_is_said_too() -> None:
    made, _ = parse_value("(employees + 1) / revenue", NAMES, Kind.NUMBER)
    assert in_words(made.tree, LABELS) == "(Employees plus 1) divided by revenue"


@given(node=trees)
def test_every_condition_can_be_said(node) -> None:
    assert in_words(node, LABELS)
