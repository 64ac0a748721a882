"""What the linter may claim without looking at leads."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from helpers_conditions import by_rows, random_frame, trees
from plumbline.domain.words import Kind
from plumbline.policy.conditions import (
    Known,
    analysis,
    implies,
    never_true,
    parse_condition,
    subjects,
    to_row,
    to_text,
)
from plumbline.policy.conditions.tree import Node, Not, conjunction, disjunction

NAMES = {
    "x": Kind.NUMBER,
    "y": Kind.NUMBER,
    "text": Kind.TEXT,
    "p": Kind.FLAG,
    "q": Kind.FLAG,
    "day": Kind.DATE,
    "band": Kind.TEXT,
}
KNOWN = {
    "band": Known(among=frozenset("ABCD"), always=True),
    "x": Known(low=-10, high=100, always=True),
}


def tree(text: str) -> Node:
    condition, issues = parse_condition(text, NAMES)
    assert issues == []
    assert condition is not None
    return condition.tree


#: Every value that the conditions below can tell apart, so that asking all of them decides what is true.
GRID = {
    "x": [None, 0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0],
    "text": [None, "a", "b", "other"],
    "p": [None, True, False],
    "day": [None, date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3)],
}
LEADS = [dict(zip(GRID, lead, strict=True)) for lead in product(*GRID.values())]
ATOMS = """
x > 1 | x >= 1 | x < 2 | x <= 1 | x = 1 | x <> 2 | 2 > x | x BETWEEN 1 AND 2 | x NOT BETWEEN 2 AND 3
x IN (1, 2) | x IS NULL | text = 'a' | text <> 'b' | text IN ('a', 'b') | text NOT IN ('a') | text LIKE 'a'
text IS NULL | p | NOT p | p = TRUE | p IS NULL | day > DATE '2024-01-01' | day <= DATE '2024-01-02'
day = DATE '2024-01-02' | TRUE | FALSE
"""
small_trees = st.recursive(
    st.sampled_from([tree(text) for text in ATOMS.strip().replace("\n", "|").split("|")]),
    lambda below: st.one_of(
        below.map(Not),
        st.lists(below, min_size=2, max_size=3).map(conjunction),
        st.lists(below, min_size=2, max_size=3).map(disjunction),
    ),
    max_leaves=6,
)


def decided(node: Node) -> list[bool]:
    answer = to_row(node)
    return [answer(lead) is True for lead in LEADS]


def proofs_are_exact(one: Node, two: Node, proves=implies) -> None:
    assert never_true(one) is not any(decided(one)), to_text(one)
    holds = all(b for a, b in zip(decided(one), decided(two), strict=True) if a)
    assert proves(one, two) is holds, f"{to_text(one)} => {to_text(two)}"


@given(one=small_trees, two=small_trees)
def test_comparisons_with_literals_are_decided_exactly(one, two) -> None:
    """Not only sound: of these conditions everything that is so is also proven."""
    proofs_are_exact(one, two)
    proofs_are_exact(conjunction([one, two]), one)
    proofs_are_exact(one, disjunction([two, one]))


def _negative_control(proves) -> None:
    @settings(max_examples=300, database=None, phases=[Phase.generate], derandomize=True)
    @given(one=small_trees, two=small_trees)
    def law(one: Node, two: Node) -> None:
        proofs_are_exact(one, disjunction([two, Not(two)]), proves)
        proofs_are_exact(one, two, proves)

    with pytest.raises(AssertionError):
        law()


def test_a_proof_that_forgets_the_unknown_is_caught() -> None:
    _negative_control(lambda one, two: never_true(conjunction([one, Not(two)])))


def test_a_proof_that_mistakes_a_bound_is_caught(monkeypatch) -> None:
    exact = subjects._compared
    wrong = {subjects.Op.LE: subjects.Op.LT, subjects.Op.GE: subjects.Op.GT}
    monkeypatch.setattr(subjects, "_compared", lambda op, value: exact(wrong.get(op, op), value))
    _negative_control(implies)


@given(node=trees, other=trees, seed=st.integers(0, 2**32))
def test_what_is_proven_of_any_condition_holds_for_every_lead(node, other, seed) -> None:
    frame = random_frame(seed, 30)
    both, either = conjunction([node, other]), disjunction([node, other])
    for claim in (node, both, conjunction([node, Not(other)])):
        assert not never_true(claim) or True not in by_rows([claim], frame)[0]
    for one, two in ((node, other), (other, node), (either, both), (Not(node), other)):
        said = zip(*by_rows([one, two], frame), strict=True)
        assert not implies(one, two) or all(b for a, b in said if a)


@pytest.mark.parametrize(
    "text",
    [
        "x > 5 AND x < 5",
        "x >= 5 AND x < 5",
        "x > 5 AND x <= 5.000000000000001 AND x <> 5.000000000000001",
        "x BETWEEN 10 AND 5",
        "x IS NULL AND x > 1",
        "x IS NULL AND x + 1 > 1",
        "x + y > 3 AND x + y < 2",
        "x * 2 > 3 AND x * 2 <= 3",
        "x < y AND y < x",
        "x < y AND x = y",
        "x <> x",
        "text = 'a' AND text = 'b'",
        "text IN ('a', 'b') AND text NOT IN ('b', 'a', 'c')",
        "text LIKE 'x%' AND text IN ('y', 'z')",
        "text LIKE 'x%' AND NOT text LIKE 'x%'",
        "text LIKE 'x' AND text = 'y'",
        "p AND NOT p",
        "p = TRUE AND p = FALSE",
        "p = q AND p <> q",
        "day > DATE '2024-01-01' AND day < DATE '2024-01-02'",
        "(x > 5 OR text = 'a') AND x < 3 AND text <> 'a'",
        "NOT (p OR NOT p)",
        "1 > 2",
        "1 / 0 > 1",
        "FALSE AND p",
    ],
)
def test_a_contradiction_is_proven(text) -> None:
    assert never_true(tree(text))
    assert implies(tree(text), tree("FALSE"))


@pytest.mark.parametrize(
    "text",
    [
        "x < y AND y < 3 AND x > 3",
        "text LIKE 'x%' AND text LIKE 'y%'",
        "x + 1 > 5 AND x < 3",
        "x / 0 > 1",
        "x * x < 0",
    ],
)
def test_a_contradiction_outside_the_fragment_is_left_unproven(text) -> None:
    """The documented limits: silence here is allowed, a wrong claim is not."""
    assert not never_true(tree(text))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("x > 5", "x >= 5"),
        ("x > 5 AND text = 'a'", "x > 3"),
        ("text = 'a'", "text IN ('a', 'b')"),
        ("text = 'a' OR text = 'b'", "text IN ('a', 'b')"),
        ("text IN ('xa', 'xb')", "text LIKE 'x%'"),
        ("x = 5", "x IS NOT NULL"),
        ("x < y", "y > x"),
        ("x < y", "x <> y AND x IS NOT NULL"),
        ("x IS NOT NULL AND y IS NOT NULL", "x < y OR x >= y"),
        ("x IS NOT NULL AND y IS NOT NULL", "x + y < 1 OR x + y >= 1"),
        ("text IS NOT NULL", "text LIKE 'a%' OR text NOT LIKE 'a%'"),
        ("x BETWEEN 3 AND 5", "x > 2 AND NOT x > 6"),
        ("TRUE", "x IS NULL OR x > 1 OR x <= 1"),
    ],
)
def test_an_implication_is_proven(one, two) -> None:
    assert implies(tree(one), tree(two))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("x >= 5", "x > 5"),
        ("TRUE", "p OR NOT p"),
        ("TRUE", "x < 1 OR x >= 1"),
        ("text <> 'a'", "text <> 'b'"),
        ("x IS NOT NULL AND y IS NOT NULL", "x / y < 1 OR x / y >= 1"),
        ("p OR q", "p"),
    ],
)
def test_what_is_not_so_is_not_claimed(one, two) -> None:
    assert not implies(tree(one), tree(two))


def test_what_is_known_of_a_name_helps_the_proof() -> None:
    for text in ("band = 'E'", "band IS NULL", "x > 100", "x < -10", "x IS NULL", "band LIKE 'E%'"):
        assert never_true(tree(text), KNOWN)
        assert not never_true(tree(text))
    assert implies(tree("TRUE"), tree("band IN ('A', 'B') OR band = 'C' OR band = 'D'"), KNOWN)
    assert implies(tree("band NOT IN ('A', 'B')"), tree("band IN ('C', 'D')"), KNOWN)
    assert not implies(tree("TRUE"), tree("band IN ('A', 'B', 'C')"), KNOWN)
    assert not never_true(tree("x > 99.5 AND band = 'A'"), KNOWN)


def test_a_search_that_takes_too_long_claims_nothing(monkeypatch) -> None:
    provable = tree("(x > 5 OR y > 5) AND (x < 5 OR y < 5) AND x = 5 AND y = 5")
    assert never_true(provable)
    monkeypatch.setattr(analysis, "MAX_STEPS", 1)
    assert not never_true(provable)
