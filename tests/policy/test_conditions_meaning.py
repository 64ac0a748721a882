"""What a condition means, in tables a person can check; the parity tests carry it to every engine."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_conditions import TYPES, by_polars, by_rows, random_frame, trees
from plumbline.domain.words import Kind
from plumbline.policy.conditions import (
    conjuncts,
    kind_of,
    parse_condition,
    parse_value,
    to_polars,
    to_row,
)
from plumbline.policy.conditions.like import matcher
from plumbline.policy.conditions.tree import And, Name, conjunction

NAMES = {
    "x": Kind.NUMBER,
    "y": Kind.NUMBER,
    "text": Kind.TEXT,
    "p": Kind.FLAG,
    "q": Kind.FLAG,
    "day": Kind.DATE,
}


def tree(text: str):
    condition, issues = parse_condition(text, NAMES)
    assert issues == []
    assert condition is not None
    return condition.tree


def answer(condition: str, /, **lead: object) -> object:
    """By closure and by Polars, which must agree; names not given are unknown."""
    node = tree(condition)
    frame = pl.DataFrame(
        [{name: lead.get(name) for name in NAMES}], schema={name: TYPES[kind] for name, kind in NAMES.items()}
    )
    by_row = to_row(node)(lead)
    assert by_polars([node], frame) == [[by_row]]
    return by_row


T, F, U = True, False, None


@pytest.mark.parametrize(
    ("p", "q", "both", "either"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, F, F, F),
        (F, T, F, T),
        (F, U, F, U),
        (U, U, U, U),
        (U, T, U, T),
        (U, F, F, U),
    ],
)
def test_and_and_or_are_those_of_three_values(p, q, both, either) -> None:
    assert answer("p AND q", p=p, q=q) is both
    assert answer("p OR q", p=p, q=q) is either


@pytest.mark.parametrize(("p", "negated"), [(T, F), (F, T), (U, U)])
def test_not_leaves_the_unknown_unknown(p, negated) -> None:
    assert answer("NOT p", p=p) is negated


@pytest.mark.parametrize(
    ("text", "lead", "expected"),
    [
        ("x > 5", {}, U),
        ("x = x", {}, U),
        ("x <> 5", {}, U),
        ("x IN (1, 2)", {}, U),
        ("x NOT IN (1, 2)", {}, U),
        ("text NOT LIKE 'a%'", {}, U),
        ("x BETWEEN 1 AND 5", {}, U),
        ("x BETWEEN y AND 5", {"x": 9.0}, F),
        ("x BETWEEN y AND 5", {"x": 3.0}, U),
        ("x IS NULL", {}, T),
        ("x IS NOT NULL", {}, F),
        ("x + 1 IS NULL", {}, T),
        ("x / y IS NULL", {"x": 1.0, "y": 0.0}, T),
        ("x / y > 0", {"x": 1.0, "y": 0.0}, U),
        ("x / y > 0", {"x": 1.0, "y": -0.0}, U),
        ("1 / 3 > 0", {}, T),
        ("1 / 0 IS NULL", {}, T),
        ("x = 0", {"x": -0.0}, T),
        ("x IN (0, 1)", {"x": -0.0}, T),
        ("-x = 0", {"x": 0.0}, T),
        ("x + y = 0.3", {"x": 0.1, "y": 0.2}, F),
        ("x + y = 0.30000000000000004", {"x": 0.1, "y": 0.2}, T),
        ("x - y - 1 = 1", {"x": 5.0, "y": 3.0}, T),
        ("x - (y - 1) = 3", {"x": 5.0, "y": 3.0}, T),
        ("x + y * 2 = 11", {"x": 5.0, "y": 3.0}, T),
        ("-x + 6 = 1", {"x": 5.0}, T),
        ("x / 2 / 5 = 0.5", {"x": 5.0}, T),
        ("x * 1e15 * 1e15 > 0", {"x": 1e-20}, F),  # closer to zero than 1e-15 counts as zero in a product
        ("x > 0", {"x": 1e-20}, T),
        ("text = 'GB'", {"text": "gb"}, F),
        ("text = 'GB'", {"text": "GB "}, F),
        ("text = ''", {"text": ""}, T),
        ("text = ''", {}, U),
        ("text = 'it''s'", {"text": "it's"}, T),
        ("text = 'cafe\u0301'", {"text": "caf\u00e9"}, T),  # literals are composed, as received text is
        ("text LIKE '_'", {"text": "\U0001f600"}, T),
        ("text LIKE '_'", {"text": "e\u0301"}, F),
        ("text LIKE 'a%'", {"text": "a\nb"}, T),
        ("text LIKE 'A%'", {"text": "ab"}, F),
        ("text LIKE '%'", {"text": ""}, T),
        ("text LIKE '%.%'", {"text": "ab"}, F),
        ("day > DATE '2024-02-29'", {"day": date(2024, 3, 1)}, T),
        ("day BETWEEN DATE '2024-02-29' AND DATE '2024-03-01'", {"day": date(2024, 3, 1)}, T),
        ("day IN (DATE '2024-02-29')", {"day": date(2024, 2, 29)}, T),
        ("p = TRUE", {"p": F}, F),
        ("p = q", {"p": F, "q": F}, T),
        ("p <> q", {"p": F}, U),
        ("p OR NOT p", {}, U),
        ("p OR q AND p", {"p": T, "q": F}, T),
        ("(p OR q) AND q", {"p": T, "q": F}, F),
        ("NOT p AND q", {"p": T, "q": F}, F),
        ("NOT x = 5 OR p", {"x": 5.0, "p": T}, T),
        ("x BETWEEN 1 AND 5 AND p", {"x": 3.0, "p": F}, F),
        ("TRUE", {}, T),
        ("NOT TRUE", {}, F),
    ],
)
def test_a_condition_answers(text, lead, expected) -> None:
    assert answer(text, **lead) is expected


def test_spellings_that_mean_the_same_give_one_tree() -> None:
    for one, other in [
        ("x <> 5", "x != 5"),
        ("x IS NOT NULL", "NOT x IS NULL"),
        ("x NOT IN (1)", "NOT (x IN (1))"),
        ("p AND (q AND p)", "(p AND q) AND p"),
        ("p or Q_ IS NULL".replace("Q_", "q"), "(p) OR (q is null)"),
        ('"x" > 5', "x>5.0"),
        ("x > -5", "x > - 5"),
        ("x > 500", "x > 5e2"),
    ]:
        assert tree(one) == tree(other)


def test_a_declared_name_wins_over_what_sql_makes_of_the_word() -> None:
    words = ["current_date", "row", "interval", "case", "left", "all", "select", "end", "date", "group"]
    for word in words:
        condition, issues = parse_condition(f"{word} > 5 AND NOT {word} = 7", {word: Kind.NUMBER})
        assert issues == []
        assert condition is not None
        assert condition.fields == (word,)


def test_a_name_spelled_like_an_operator_is_reached_in_quotes() -> None:
    condition, _ = parse_condition('"like" > 5 AND "and" < 3', {"like": Kind.NUMBER, "and": Kind.NUMBER})
    assert condition is not None
    assert condition.fields == ("like", "and")


def test_fields_are_listed_once_in_order_of_appearance() -> None:
    condition, _ = parse_condition("y > 1 AND (x < y OR text = 'a') AND y IS NULL", NAMES)
    assert condition is not None
    assert condition.fields == ("y", "x", "text")
    assert condition.text == "y > 1 AND (x < y OR text = 'a') AND y IS NULL"


def test_conjuncts_are_the_parts_that_must_all_hold() -> None:
    parts = conjuncts(tree("x > 1 AND (p OR q) AND (text = 'a' AND y < 2)"))
    assert parts == tuple(tree(t) for t in ["x > 1", "p OR q", "text = 'a'", "y < 2"])
    assert conjuncts(tree("p OR q")) == (tree("p OR q"),)


@given(node=trees, seed=st.integers(0, 2**32))
def test_a_condition_is_true_where_all_its_conjuncts_are(node, seed) -> None:
    frame = random_frame(seed)
    parts = by_rows(conjuncts(node), frame)
    assert by_rows([node], frame)[0] == [
        F if F in said else U if U in said else T for said in zip(*parts, strict=True)
    ]


@pytest.mark.parametrize("text", ["TRUE", "NOT TRUE", "1 / 0 > 1", "1 < 2 AND 'a' <> 'b'"])
def test_a_condition_without_names_answers_for_every_row(text) -> None:
    node = tree(text)
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0]})
    expected = [to_row(node)({})] * 3
    assert frame.select(to_polars(node).alias("is"))["is"].to_list() == expected
    assert frame.lazy().with_columns(to_polars(node).alias("is")).collect()["is"].to_list() == expected
    assert frame.clear().select(to_polars(node).alias("is")).schema["is"] == pl.Boolean


def test_whole_number_columns_answer_as_doubles_do() -> None:
    """Points are Int32: neither overflow nor whole-number division may show."""
    frame = pl.DataFrame({"x": [1, 2_000_000_000, None], "y": [2, 2, 2]}, schema_overrides={"x": pl.Int32})
    for text in ["x / y > 0.4", "x * y > 3000000000", "x IN (1, 2.5)", "x BETWEEN 0.5 AND 1.5", "x >= 1.5"]:
        node = tree(text)
        doubles = frame.cast({"x": pl.Float64, "y": pl.Float64})
        assert by_polars([node], frame) == by_polars([node], doubles) == by_rows([node], frame)


@pytest.mark.parametrize("height", [1, 2, 50])
def test_a_quotient_does_not_depend_on_the_height_of_the_frame(height) -> None:
    frame = pl.DataFrame({"x": [3.0] * height, "y": [1e15] * height}).with_columns(z=pl.lit(1e15))
    names = {"x": Kind.NUMBER, "y": Kind.NUMBER, "z": Kind.NUMBER}
    for text in ["x / 1e15", "x / y", "x / z", "3 / 1e15", "x / (z * 1)"]:
        made, _ = parse_value(text, names, Kind.NUMBER)
        assert made is not None
        assert by_polars([made.tree], frame) == [[3.0 / 1e15] * height]
    control = frame.select(pl.col("x") / 1e15).to_series().to_list()
    assert (control == [3.0 / 1e15] * height) is (height == 1)  # what Polars does by itself


def test_an_expression_makes_a_number_or_a_flag() -> None:
    number, _ = parse_value("(x + y) / 2", NAMES, Kind.NUMBER)
    flag, _ = parse_value("x > 5 AND p", NAMES, Kind.FLAG)
    assert number is not None
    assert flag is not None
    assert (number.kind, number.fields) == (Kind.NUMBER, ("x", "y"))
    assert to_row(number.tree)({"x": 1.0, "y": 2.0}) == 1.5
    assert to_row(number.tree)({"x": 1.0}) is None
    assert (flag.kind, kind_of(flag.tree)) == (Kind.FLAG, Kind.FLAG)


def test_a_calculated_number_stays_within_the_range_of_numbers() -> None:
    made, _ = parse_value("x * x", NAMES, Kind.NUMBER)
    assert made is not None
    for value, expected in [(1e7, 1e14), (1e8, None), (1e-8, 0.0), (1e-7, 1e-14)]:
        assert to_row(made.tree)({"x": value}) == pytest.approx(expected, rel=1e-15) if expected else True
        assert by_polars([made.tree], pl.DataFrame({"x": [value]})) == [[to_row(made.tree)({"x": value})]]
    assert to_row(made.tree)({"x": 1e8}) is None
    assert to_row(made.tree)({"x": 1e-8}) == 0.0


def _like(text: str, pattern: str) -> bool:
    """LIKE by definition, one character at a time."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(text[i:], pattern[1:]) for i in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and _like(text[1:], pattern[1:])


@given(text=st.text("ab\n_%", max_size=8), pattern=st.text("ab\n_%", max_size=6))
def test_like_matches_by_its_definition(text, pattern) -> None:
    assert matcher(pattern)(text) is _like(text, pattern)


def test_like_does_not_slow_down_on_patterns_made_to_slow_it_down() -> None:
    """Backtracking would take longer than the universe has."""
    assert matcher("%a" * 60 + "%b")("a" * 5_000) is False
    condition, _ = parse_condition(f"text LIKE '{'%_a' * 60}'", NAMES)
    assert condition is not None
    assert by_polars([condition.tree], pl.DataFrame({"text": ["ba" * 2_000 + "b"]})) == [[False]]


def test_hundreds_of_parts_are_no_trouble_for_any_engine() -> None:
    parts = [tree(f"x <> {i} OR text = '{i}'") for i in range(80)]
    frame = pl.DataFrame({"x": [5.0, 500.0, None], "text": ["5", None, "x"]})
    node = conjunction(parts)
    assert isinstance(node, And)
    assert by_polars([node], frame) == by_rows([node], frame)


def test_trees_are_values() -> None:
    assert Name("x", Kind.NUMBER) == Name("x", Kind.NUMBER)
    assert len({tree("x > 5"), tree("x  >  5.0"), tree("x > 6")}) == 2
    with pytest.raises(AttributeError):
        tree("x > 5").op = "<"
