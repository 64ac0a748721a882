from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_report import EMPTY_RUN, RUN
from plumbline.qualify.summary import draw_count


def test_counts_that_reconcile_leave_no_gap() -> None:
    assert RUN.gaps() == ()
    assert EMPTY_RUN.gaps() == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"read": 9_241}, "9,241 rows read, but accepted + rejected is 9,240"),
        ({"duplicates": 95}, "9,198 rows accepted, but decided + duplicates is 9,197"),
        ({"issues": ()}, "42 rows rejected, but rejected by code is 0"),
        ({"routes": RUN.routes[1:]}, "9,102 leads decided, but leads with a route is 8,491"),
        ({"unscored": 6}, "9,102 leads decided, but leads with a band + unscored is 9,101"),
        ({"grid": RUN.grid[1:]}, "9,095 leads with a band, but leads in the grid is 9,055"),
    ],
)
def test_every_sum_that_does_not_hold_is_named(changes, said) -> None:
    assert said in replace(RUN, **changes).gaps()


def test_the_expected_number_of_draws_follows_from_the_logged_chances() -> None:
    line = draw_count("audit", chances={1_500: 1_000, 500: 400}, drawn=170)
    assert (line.frame, line.expected) == (1_400, 170)
    assert line.lowest < 170 < line.highest
    assert line.usual


def test_a_lottery_that_draws_far_too_few_is_unusual() -> None:
    assert not draw_count("audit", chances={1_500: 1_000}, drawn=90).usual


@given(st.dictionaries(st.integers(0, 10_000), st.integers(0, 10_000), max_size=4))
def test_the_usual_range_stays_inside_the_frame_and_around_the_expected(chances) -> None:
    line = draw_count("x", chances=chances, drawn=0)
    assert 0 <= line.lowest <= line.expected <= line.highest <= line.frame


@pytest.mark.parametrize(("chance", "all_or_none"), [(0, 0), (10_000, 500)])
def test_a_certain_draw_has_no_range(chance, all_or_none) -> None:
    line = draw_count("x", chances={chance: 500}, drawn=all_or_none)
    assert (line.lowest, line.highest, line.usual) == (all_or_none, all_or_none, True)
