"""Points as RevOps writes them become a card, or all problems at once."""

from __future__ import annotations

import math
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.domain.bands import Cutoffs
from plumbline.domain.issues import Severity
from plumbline.domain.signals import COMPLETENESS, SignalSpec
from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard import Cap, score, written
from plumbline.scorecard.problems import EXPLANATIONS, Problem

SPECS = {
    "employees": SignalSpec("employees", Kind.NUMBER, "Employees", Dimension.FIT, "account.employees"),
    "email_kind": SignalSpec("email_kind", Kind.TEXT, "E-mail", Dimension.FIT, "triage.email_kind"),
    "demo": SignalSpec("demo", Kind.FLAG, "Demo", Dimension.INTENT, expr="1 = 1"),
    "filled": SignalSpec("filled", Kind.NUMBER, "Filled", Dimension.READINESS, COMPLETENESS),
    "since": SignalSpec("since", Kind.DATE, "Since", Dimension.INTENT, "lead.created_at"),
    "aloof": SignalSpec("aloof", Kind.FLAG, "Aloof", None, "lead.objected"),
}


def problems(points, **more) -> list[tuple[str, str]]:
    card, issues = written(points, SPECS, name="card", **more)
    assert (card is None) is any(issue.severity is Severity.ERROR for issue in issues)
    return [(issue.code.removeprefix("scorecard_"), issue.path) for issue in issues]


def scored(points, values) -> list[int]:
    """The points that values of the one signal in ``points`` get."""
    (name,) = points
    card, issues = written(points, SPECS, name="card")
    assert card is not None, issues
    dtype = {Kind.NUMBER: pl.Float64, Kind.TEXT: pl.String, Kind.FLAG: pl.Boolean}[SPECS[name].kind]
    frame = pl.DataFrame({name: pl.Series(values, dtype=dtype)})
    return score(frame, card, Cutoffs(3, 2, 1))["points"].to_list()


def test_a_whole_card() -> None:
    points = {
        "employees": {"< 50": -10, "50 to 249": 5, ">= 250": 15},
        "email_kind": {"business": 10, "free | disposable": -10, "other": 1, "missing": 0},
        "demo": {True: 5, False: -1},
    }
    card, issues = written(
        points, SPECS, caps=[Cap("firm", ("employees", "email_kind"), -12, 12)], name="all"
    )
    assert issues == []
    assert card is not None
    assert [term.points for term in card.terms] == [(0, -10, 5, 15, 0), (0, 10, -10, 1), (0, -1, 5, 0)]
    assert [signal.labels for signal in card.signals][1] == ("business", "free | disposable")
    assert card.signals[0].cuts == (50.0, 250.0)


@pytest.mark.parametrize(
    ("bins", "values", "points"),
    [
        (
            {"< 50": 1, "50 to 249": 2, ">= 250": 3},
            [-1, 49.9, 50, 249, 249.9, 250, None],
            [1, 1, 2, 2, 2, 3, 0],
        ),
        ({"< 50": 1, "50 to 250": 2, ">= 250": 3}, [49, 50, 249.9, 250], [1, 2, 2, 3]),
        ({"0.5 to 1": 1, ">= 1": 2}, [0.4, 0.5, 0.99, 1], [0, 1, 1, 2]),
        ({"0.5 to 0.9": 1, "1.0 to 2.0": 2, "> 2": 3}, [0.5, 0.95, 1, 2, 2.01], [1, 1, 2, 2, 3]),
        ({"<= 10": 1, "> 10": 2}, [10, math.nextafter(10, 11)], [1, 2]),
        ({"<= 10": 1, "11 to 20": 2, ">= 21": 3}, [10, 10.5, 11, 20.5, 21], [1, 1, 2, 2, 3]),
        ({"0": 1, "> 0": 2}, [-1, 0, 5e-324, 3], [0, 1, 2, 2]),
        ({"0": 1, "1 to 4": 2, ">= 5": 3}, [0, 0.5, 1, 4, 5], [1, 1, 2, 2, 3]),
        ({0: 9, "< 50": 1, ">= 50": 2, 500: 7}, [0, 1, 50, 500, 501], [9, 1, 2, 7, 2]),
        ({"0 to 49": 1, "50 to 100": 2, "other": -3}, [-1, 0, 100, 100.9, 101], [-3, 1, 2, 2, -3]),
        ({"-5 to -1": 1, ">= 0": 2}, [-6, -5, -0.5, 0], [0, 1, 1, 2]),
        ({">= 7": 2}, [6, 7], [0, 2]),
        ({"0": 1, "> 0": 2, "other": 5}, [-1, 0], [5, 1]),
        ({"> 3": 2}, [3, 3.1], [0, 2]),
        ({"<= 7": 2}, [7, 7.1], [2, 0]),
        ({"< 7": 2}, [6.9, 7], [2, 0]),
    ],
)
def test_numbers_fall_into_the_bin_that_is_written(bins, values, points: list[int]) -> None:
    assert scored({"employees": bins}, values) == points


def test_text_is_compared_letter_by_letter() -> None:
    bins = {"business": 1, "free | disposable": 2, "other": 3}
    assert scored({"email_kind": bins}, ["business", "disposable", "Business", "", None]) == [1, 2, 3, 3, 0]


@pytest.mark.parametrize("bins", [{"yes": 5, "no": -1}, {True: 5, False: -1}, {"True": 5, "false": -1}])
def test_flags_may_come_as_words_or_as_yaml_booleans(bins) -> None:
    assert scored({"demo": bins}, [True, False, None]) == [5, -1, 0]


def test_a_flag_needs_only_the_side_that_counts() -> None:
    assert scored({"demo": {"yes": 5}}, [True, False, None]) == [5, 0, 0]


@pytest.mark.parametrize(
    ("points", "found"),
    [
        ({"employes": {"< 5": 1}}, [("unknown_signal", "scorecard.employes")]),
        ({"since": {"> 5": 1}}, [("date_signal", "scorecard.since")]),
        ({"aloof": {"yes": 1}}, [("no_dimension", "scorecard.aloof")]),
        ({"demo": {}}, [("no_bins", "scorecard.demo")]),
        ({"employees": {"other": 1}}, [("no_bins", "scorecard.employees")]),
        ({"demo": {"yes": 1.5}}, [("points", "scorecard.demo.yes")]),
        ({"demo": {"yes": True}}, [("points", "scorecard.demo.yes")]),
        ({"demo": {"yes": 5000}}, [("points", "scorecard.demo.yes")]),
        ({"demo": {"maybe": 1}}, [("bin_unreadable", "scorecard.demo.maybe")]),
        ({"demo": {"yes": 1, True: 1}}, [("bin_twice", "scorecard.demo.yes")]),
        ({"demo": {"yes": 1, "missing": -1}}, [("missing_points", "scorecard.demo.missing")]),
        ({"employees": {"few": 1}}, [("bin_unreadable", "scorecard.employees.few")]),
        ({"employees": {"5 - 9": 1}}, [("bin_unreadable", "scorecard.employees.5 - 9")]),
        ({"employees": {"0": 1, "0.0": 1, "> 0": 1}}, [("bins_overlap", "scorecard.employees")]),
        ({"employees": {"9 to 5": 1}}, [("bin_unreadable", "scorecard.employees.9 to 5")]),
        ({"employees": {"< 50": 1, ">= 60": 1}}, [("bins_gap", "scorecard.employees")]),
        ({"employees": {"< 50": 1, "> 50": 1}}, [("bins_gap", "scorecard.employees")]),
        ({"employees": {"< 50": 1, "51 to 60": 1, ">= 62": 2}}, [("bins_gap", "scorecard.employees")] * 2),
        ({"employees": {"<= 50": 1, ">= 50": 1}}, [("bins_overlap", "scorecard.employees")]),
        ({"employees": {"< 50": 1, "40 to 60": 1, "> 60": 2}}, [("bins_overlap", "scorecard.employees")]),
        ({"employees": {"< 50": 1, "< 60": 1, ">= 60": 2}}, [("bins_overlap", "scorecard.employees")]),
        ({"employees": {"< 50": 1, ">= 50": 1, "7": 1, "7.0": 2}}, [("bins_overlap", "scorecard.employees")]),
        ({"employees": {"5 to 9": 1, ">= 10": 1}}, [("bins_open", "scorecard.employees.5 to 9")]),
        ({"employees": {"< 5": 1, "5 to 9": 1}}, [("bins_open", "scorecard.employees.5 to 9")]),
        ({"employees": {"0 to 9": 1, ">= 10": 1}}, []),
        ({"email_kind": {"a | b": 1, "b": 2}}, [("label_twice", "scorecard.email_kind.b")]),
        ({"email_kind": {"a | ": 1}}, [("bin_unreadable", "scorecard.email_kind.a |")]),
        ({"email_kind": {"a | other": 1}}, [("bin_unreadable", "scorecard.email_kind.a | other")]),
        ({}, [("no_terms", "terms")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(points, found) -> None:
    assert problems(points) == found


def test_all_problems_come_at_once() -> None:
    points = {
        "employes": {"< 5": 1},
        "employees": {"< 50": "ten", ">= 50": 1},
        "demo": {"perhaps": 1, "missing": 2},
    }
    caps = [Cap("web", ("demo", "nobody"), 2, None), Cap("web", ("demo",))]
    assert problems(points, caps=caps) == [
        ("unknown_signal", "scorecard.employes"),
        ("points", "scorecard.employees.< 50"),
        ("missing_points", "scorecard.demo.missing"),
        ("bin_unreadable", "scorecard.demo.perhaps"),
        ("name", "caps.web"),
        ("cap", "caps"),
        ("cap", "caps.web"),
        ("cap", "caps.web"),
        ("cap", "caps.web"),
    ]


def test_messages_say_what_to_write() -> None:
    _, issues = written({"employes": {"< 5": 1}, "employees": {"< 50": 1, "60 to 99": 2}}, SPECS, name="card")
    assert [issue.message for issue in issues] == [
        "'employes' is not a declared signal; did you mean 'employees'?",
        "nothing covers the numbers between '< 50' and '60 to 99'",
        "numbers above '60 to 99' get 0 points; write '>= ...', or `other` to say so",
    ]


def test_only_completeness_may_give_points_to_missing() -> None:
    assert scored({"filled": {"< 50": -5, ">= 50": 5, "missing": -7}}, [None, 49, 50]) == [-7, -5, 5]


def test_a_cap_across_dimensions_is_refused() -> None:
    points = {"demo": {"yes": 1}, "email_kind": {"a": 1}}
    assert problems(points, caps=[Cap("mixed", ("demo", "email_kind"), max=3)]) == [("cap", "caps.mixed")]


@given(st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=6, unique=True), st.integers(0, 3))
def test_bins_cut_anywhere_cover_every_number_once(edges: list[int], places: int) -> None:
    edges.sort()
    text = [f"{edge / 10**places:.{places}f}" for edge in edges]
    unit = Fraction(1, 10**places)
    last = [f"{float(Fraction(edge, 10**places) - unit):.{places}f}" for edge in edges[1:]]
    bins = [
        f"< {text[0]}",
        *(f"{low} to {high}" for low, high in zip(text, last, strict=False)),
        f">= {text[-1]}",
    ]
    values = [float(t) for t in text]
    around = [v for value in values for v in (math.nextafter(value, -math.inf), value)]
    points = scored({"employees": {bin_: at for at, bin_ in enumerate(bins)}}, around)
    assert points == [at + side for at in range(len(edges)) for side in (0, 1)]


def test_every_code_is_explained() -> None:
    assert set(EXPLANATIONS) == set(Problem)
    assert all(code.value.startswith("scorecard_") for code in Problem)
