"""What the language refuses, with which code, and that it says so however hostile the text."""

from __future__ import annotations

import inspect
import sys
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.domain.words import Kind
from plumbline.policy.conditions import Code, parse_condition, parse_value
from plumbline.policy.conditions.codes import EXPLANATIONS
from plumbline.policy.conditions.limits import MAX_NESTING, MAX_NODES

NAMES = {
    "employees": Kind.NUMBER,
    "revenue": Kind.NUMBER,
    "country": Kind.TEXT,
    "title": Kind.TEXT,
    "student": Kind.FLAG,
    "created": Kind.DATE,
    "row": Kind.NUMBER,
}


def codes(text: str) -> list[str]:
    condition, issues = parse_condition(text, NAMES)
    assert condition is None
    assert issues
    return [issue.code for issue in issues]


REFUSED = [
    ("1=1; drop table leads", Code.SYNTAX),
    ("TRUE; TRUE", Code.SYNTAX),
    ("employees > 1 -- and more", Code.COMMENT),
    ("employees /* hm */ > 1", Code.COMMENT),
    ("/*+ hint */ student", Code.COMMENT),
    ("-- student", Code.SYNTAX),
    ("pg_sleep(10)", Code.FUNCTION),
    ("pg_sleep(10) = 1", Code.FUNCTION),
    ("read_csv('/etc/passwd')", Code.FUNCTION),
    ("lower(country) = 'gb'", Code.FUNCTION),
    ("coalesce(employees, 0) > 1", Code.FUNCTION),
    ("employees > abs(revenue)", Code.FUNCTION),
    ("CURRENT_DATE > created", Code.FUNCTION),
    ("DATE('2024-01-01') < created", Code.FUNCTION),
    ("employees IN (SELECT 1)", Code.SUBQUERY),
    ("employees > (SELECT max(employees) FROM leads)", Code.SUBQUERY),
    ("EXISTS (SELECT 1 FROM leads)", Code.SUBQUERY),
    ("SELECT 1", Code.SUBQUERY),
    ("DROP TABLE leads", Code.SUBQUERY),
    ("TRUE UNION SELECT password FROM users", Code.SUBQUERY),
    ("CAST(employees AS TEXT) = '1'", Code.CAST),
    ("employees::text = '1'", Code.CAST),
    ("TRY_CAST(country AS INT) > 1", Code.CAST),
    ("TIMESTAMP '2024-01-01 10:00:00' < created", Code.CAST),
    ("CAST('2024-01-01' AS DATE) < created", Code.CAST),
    ("employees = NULL", Code.NULL_LITERAL),
    ("country IN ('GB', NULL)", Code.NULL_LITERAL),
    ("employees BETWEEN NULL AND 5", Code.NULL_LITERAL),
    ("NULL", Code.NULL_LITERAL),
    ("NULL AND student", Code.NULL_LITERAL),
    ("emplyees > 5", Code.UNKNOWN_NAME),
    ("account.employees > 5", Code.UNKNOWN_NAME),
    ("a.b.c.d = 5", Code.UNKNOWN_NAME),
    ('"Employees" > 5', Code.UNKNOWN_NAME),
    ("еmployees > 5", Code.UNKNOWN_NAME),  # a Cyrillic letter  # noqa: RUF001
    ("country = “GB”", Code.NOT_SUPPORTED),
    ("country = ’GB’", Code.NOT_SUPPORTED),  # noqa: RUF001
    ("employees = '5'", Code.TYPE),
    ("country = 5", Code.TYPE),
    ("created > '2024-01-01'", Code.TYPE),
    ("country > 'GB'", Code.TYPE),
    ("country BETWEEN 'A' AND 'B'", Code.TYPE),
    ("student > FALSE", Code.TYPE),
    ("student = 1", Code.TYPE),
    ("student IN (TRUE)", Code.TYPE),
    ("employees", Code.TYPE),
    ("5", Code.TYPE),
    ("'text'", Code.TYPE),
    ("NOT employees", Code.TYPE),
    ("employees AND student", Code.TYPE),
    ("(employees > 1) = student", Code.TYPE),
    ("1 < employees < 5", Code.TYPE),
    ("country + 'x' = 'GBx'", Code.TYPE),
    ("student + 1 > 1", Code.TYPE),
    ("employees IN (1, 'GB')", Code.TYPE),
    ("employees LIKE '1%'", Code.TYPE),
    ("'GB' LIKE 'G%'", Code.TYPE),
    ("(employees > 1) IS NULL", Code.TYPE),
    ("created = DATE '2024-02-30'", Code.DATE),
    ("created = DATE '2024-2-3'", Code.DATE),
    ("created = DATE 'today'", Code.DATE),
    ("created = DATE '２０２４-01-01'", Code.DATE),  # noqa: RUF001
    ("employees > 1e16", Code.NUMBER_RANGE),
    ("employees > 1e400", Code.NUMBER_RANGE),
    ("employees > -1e16", Code.NUMBER_RANGE),
    ("employees > 1e-16", Code.NUMBER_RANGE),
    ("title LIKE 'a\\%'", Code.LIKE),
    ("title LIKE country", Code.LIKE),
    ("title LIKE 'a!%' ESCAPE '!'", Code.LIKE),
    (f"title LIKE '{'a' * 201}'", Code.LIKE),
    ("titel LIKE 'a%'", Code.UNKNOWN_NAME),
    ("row(1) > 2", Code.FUNCTION),
    ("title ILIKE 'a%'", Code.NOT_SUPPORTED),
    ("title SIMILAR TO 'a%'", Code.NOT_SUPPORTED),
    ("title RLIKE 'a'", Code.NOT_SUPPORTED),
    ("title LIKE ANY ('a', 'b')", Code.LIKE),
    ("country || 'x' = 'GBx'", Code.NOT_SUPPORTED),
    ("country = 'a' 'b'", Code.SYNTAX),
    ("country = N'GB'", Code.NOT_SUPPORTED),
    ("country COLLATE nocase = 'GB'", Code.NOT_SUPPORTED),
    ("employees % 2 = 0", Code.NOT_SUPPORTED),
    ("employees DIV 2 = 0", Code.NOT_SUPPORTED),
    ("employees & 1 = 1", Code.NOT_SUPPORTED),
    ("employees <=> 5", Code.NOT_SUPPORTED),
    ("employees IS DISTINCT FROM 5", Code.NOT_SUPPORTED),
    ("student IS TRUE", Code.NOT_SUPPORTED),
    ("student IS NOT FALSE", Code.NOT_SUPPORTED),
    ("employees IN (revenue, 1)", Code.NOT_SUPPORTED),
    ("employees IN (1 + 1)", Code.NOT_SUPPORTED),
    ("country IN country", Code.NOT_SUPPORTED),
    ("employees = ANY(1)", Code.NOT_SUPPORTED),
    ("employees = (1, 2)", Code.NOT_SUPPORTED),
    ("employees BETWEEN SYMMETRIC 5 AND 1", Code.NOT_SUPPORTED),
    ("CASE WHEN student THEN TRUE ELSE FALSE END", Code.NOT_SUPPORTED),
    ("created > created + INTERVAL '1' DAY", Code.NOT_SUPPORTED),
    ("employees = ?", Code.NOT_SUPPORTED),
    ("employees = :limit", Code.NOT_SUPPORTED),
    ("employees = @limit", Code.NOT_SUPPORTED),
    ("{{ employees }} > 1", Code.NOT_SUPPORTED),
    ("employees = [1]", Code.NOT_SUPPORTED),
    ("*", Code.NOT_SUPPORTED),
    ("employees AT TIME ZONE 'UTC' = 1", Code.NOT_SUPPORTED),
    ("country IN ()", Code.SYNTAX),
    ("", Code.SYNTAX),
    (" \n\t ", Code.SYNTAX),
    ("employees >", Code.SYNTAX),
    ("employees > 1 AND", Code.SYNTAX),
    ("(employees > 1", Code.SYNTAX),
    ("employees > 1)", Code.SYNTAX),
    ("employees > 1,000", Code.SYNTAX),
    ("employees employees", Code.SYNTAX),
    ("country = 'GB", Code.SYNTAX),
    ('country = "GB', Code.SYNTAX),
    ("country = `GB`", Code.NOT_SUPPORTED),
    ("employees ≥ 5", Code.NOT_SUPPORTED),
    ("employees > 0x1F", Code.SYNTAX),
    ("employees > 1e51.", Code.SYNTAX),
    ("ELSE MERGE student SEQUENCE VIEW FROM LIKE", Code.SYNTAX),  # the parser itself breaks on this
    ("employees > 1 LIMIT 5", Code.SYNTAX),
    ("employees > 1 AS big", Code.SYNTAX),
    ("student\0", Code.SYNTAX),
    ("country = '\0'", Code.SYNTAX),
    ("country = '\ud800'", Code.SYNTAX),
    ("student AND " * 3000 + "student", Code.TOO_LARGE),
    ("x" * 1_000_000, Code.TOO_LARGE),
    ("(" * 5_000, Code.TOO_LARGE),
    ("(" * 40 + "student" + ")" * 40, Code.TOO_LARGE),
    ("NOT " * 40 + "student", Code.TOO_LARGE),
    ("employees > " + "- " * 40 + "1", Code.TOO_LARGE),
    ("f(" * 40 + "1" + ")" * 40, Code.TOO_LARGE),
    ("[" * 40 + "1" + "]" * 40, Code.TOO_LARGE),
    ("CASE WHEN " * 40 + "student" + " THEN student END" * 40, Code.TOO_LARGE),
    (" OR ".join(["student"] * (MAX_NODES + 1)), Code.TOO_LARGE),
    ("employees" + " + 1" * 9 + " > 1", Code.TOO_LARGE),
]


@pytest.mark.parametrize(("text", "code"), REFUSED, ids=lambda value: repr(value)[:50])
def test_is_refused_with_its_code(text, code) -> None:
    assert code in codes(text)


def test_every_code_is_met_by_a_case_above_and_explained() -> None:
    assert {code for _, code in REFUSED} == set(Code) == set(EXPLANATIONS)


def test_all_problems_of_a_condition_are_reported_at_once() -> None:
    found = codes(
        "lower(contry) = 'x' AND pg_sleep(10) = 1 AND emplyees > 'a' AND employees = NULL "
        "OR revenue = '5' OR title LIKE 'a\\' OR created = DATE '2024-13-01' OR employees::int = 1e99"
    )
    expected = [Code.FUNCTION] * 2 + [Code.UNKNOWN_NAME] * 2
    expected += [Code.NULL_LITERAL, Code.TYPE, Code.LIKE, Code.DATE, Code.CAST, Code.NUMBER_RANGE]
    assert sorted(found) == sorted(expected)


def test_one_problem_met_twice_is_reported_once() -> None:
    assert codes("emplyees > 5 OR emplyees < 2") == [Code.UNKNOWN_NAME]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("emplyees > 5", "Did you mean employees?"),
        ("COUNTRY = 'GB'", "Did you mean country?"),
        ("account.employees > 5", "declare one with this field as its from"),
        ("zzz > 5", "Declare it under signals"),
        ("country = “GB”", "straight quotation marks"),
        ("lower(country) = 'gb'", "country IN ('GB', 'gb')"),
        ("created > '2024-01-01'", "DATE '2024-12-31'"),
        ("employees = '5'", "without quotes"),
        ("now() > created", "age_days"),
        ("employees > 1,000", "character 14"),
        ("employees ≥ 5", "Write >="),
        ("student && student", "Write AND"),
        ("employees = NULL", "IS NULL"),
    ],
)
def test_the_message_says_what_to_write_instead(text, hint) -> None:
    _, issues = parse_condition(text, NAMES)
    assert hint in issues[0].message


def test_the_depth_that_is_allowed_does_not_depend_on_who_calls() -> None:
    """A parser that runs out of stack for some callers only would make a policy valid in one place alone."""
    text = "(student OR " * MAX_NESTING + "student" + ")" * MAX_NESTING

    def deep(levels: int) -> bool:
        return deep(levels - 1) if levels else parse_condition(text, NAMES)[0] is not None

    assert deep(0)
    assert deep(sys.getrecursionlimit() // 4)


def test_a_stack_that_runs_out_is_an_issue(request) -> None:
    text = "(student OR " * MAX_NESTING + "student" + ")" * MAX_NESTING
    request.addfinalizer(partial(sys.setrecursionlimit, sys.getrecursionlimit()))
    sys.setrecursionlimit(len(inspect.stack(0)) + 150)
    assert codes(text) == [Code.TOO_LARGE]


_SOUP = """
AND OR NOT IN IS NULL LIKE BETWEEN TRUE DATE CASE WHEN END SELECT FROM INTERVAL ANY EXISTS CAST AS WITH UNNEST
LATERAL OVER FILTER :: -> || <= 'a' 1 1e5 '2024-01-01' -- ( ) [ ] { } , ; = < > ! + - * / % . : ? @ # $
& | ^ ~ ' " ` \\
"""
words = st.sampled_from([*NAMES, *_SOUP.split()])


@given(
    st.one_of(
        st.text(), st.lists(words, max_size=15).map(" ".join), st.lists(words, max_size=15).map("".join)
    )
)
def test_no_text_raises_and_each_gives_a_condition_or_issues(text) -> None:
    for parse in (lambda: parse_condition(text, NAMES), lambda: parse_value(text, NAMES, Kind.NUMBER)):
        made, issues = parse()
        assert (made is None) == bool(issues)
        assert all(issue.code in EXPLANATIONS and issue.message for issue in issues)


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.DATE])
def test_expressions_of_text_and_date_are_refused(kind) -> None:
    made, issues = parse_value("country", NAMES, kind)
    assert made is None
    assert [issue.code for issue in issues] == [Code.TYPE]


def test_an_expression_of_the_wrong_kind_is_refused() -> None:
    for text, kind in [
        ("employees > 1", Kind.NUMBER),
        ("employees + 1", Kind.FLAG),
        ("country", Kind.NUMBER),
    ]:
        made, issues = parse_value(text, NAMES, kind)
        assert made is None
        assert [issue.code for issue in issues] == [Code.TYPE]
