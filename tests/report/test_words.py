from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.report import words

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("points", "text"),
    [(15, "+15"), (-10, f"{MINUS}10"), (0, "0"), (1200, "+1,200"), (-1200, f"{MINUS}1,200")],
)
def test_points_carry_their_sign_and_a_true_minus(points, text) -> None:
    assert words.signed(points) == text


@pytest.mark.parametrize(
    ("chance", "text"),
    [
        (0, "no chance"),
        (-5, "no chance"),
        (10_000, "certain"),
        (2_500, "1 in 4"),
        (2_700, "about 1 in 4"),
        (3_333, "about 1 in 3"),
        (5_000, "1 in 2"),
        (7_400, "about 3 in 4"),
        (120, "about 1 in 100"),
        (1, "about 1 in 1000"),
        (9_999, "about 999 in 1000"),
    ],
)
def test_a_chance_is_said_as_people_picture_it_and_about_only_where_it_is_not_exact(chance, text) -> None:
    assert words.odds(chance) == text


@given(st.integers(1, 9_999), st.integers(1, 9_999))
def test_a_greater_chance_is_never_said_to_be_a_smaller_one(one, other) -> None:
    low, high = (_said(words.odds(chance)) for chance in sorted((one, other)))
    assert low <= high


def _said(text: str) -> float:
    top, _, bottom = text.removeprefix("about ").partition(" in ")
    return int(top) / int(bottom)


@given(st.integers(500, 9_500))
def test_an_ordinary_chance_is_said_within_a_twentieth(chance) -> None:
    assert abs(_said(words.odds(chance)) - chance / 10_000) <= 0.05


@pytest.mark.parametrize(
    ("chance", "text"),
    [
        (10_000, "certain"),
        (9_999, "very likely"),
        (9_000, "very likely"),
        (8_999, "likely"),
        (6_000, "likely"),
        (5_000, "about as likely as not"),
        (3_999, "unlikely"),
        (999, "very unlikely"),
        (0, "very unlikely"),
        (-1, "very unlikely"),
    ],
)
def test_likelihood_has_six_words_and_certain_is_kept_for_the_certain(chance, text) -> None:
    assert words.likely(chance) == text


@pytest.mark.parametrize(
    ("chance", "text"), [(2_700, "27\xa0%"), (25, "0.25\xa0%"), (10_000, "100\xa0%"), (0, "0\xa0%")]
)
def test_a_logged_chance_is_printed_exactly(chance, text) -> None:
    assert words.percent(chance) == text


@pytest.mark.parametrize(
    ("part", "total", "text"),
    [
        (1, 1000, "under 1\xa0%"),
        (0, 1000, "0\xa0%"),
        (999, 1000, "over 99\xa0%"),
        (1000, 1000, "100\xa0%"),
        (1, 3, "33\xa0%"),
        (0, 0, "none"),
    ],
)
def test_a_share_never_rounds_something_to_nothing_or_to_all(part, total, text) -> None:
    assert words.share(part, total) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (None, "unknown"),
        (-1, "today"),
        (0, "today"),
        (1, "1\xa0day"),
        (59, "59\xa0days"),
        (60, "about 2\xa0months"),
        (420, "about 14\xa0months"),
        (730, "about 2\xa0years"),
    ],
)
def test_an_age_is_said_in_the_unit_people_would_use(days, text) -> None:
    assert words.duration(days) == text


@pytest.mark.parametrize(
    ("items", "text"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_a_list_reads_as_a_sentence(items, text) -> None:
    assert words.listed(items) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "no questions"), (1, "one question"), (2, "two questions"), (11, "11\xa0questions")],
)
def test_small_numbers_are_spelled_out(number, text) -> None:
    assert words.small(number, "question") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("free | disposable", "free or disposable"),
        (">= 250", "250 or more"),
        ("< 50", "under 50"),
        ("Employees >= 1,000 instead of < -2.5", "Employees 1,000 or more instead of under -2.5"),
        ("50 to 249", "50 to 249"),
        ("a|b <x>", "a|b <x>"),
    ],
)
def test_a_cell_of_a_scorecard_is_said_in_words(text, said) -> None:
    assert words.cell(text) == said


@pytest.mark.parametrize(
    ("iso", "text"),
    [
        ("2026-03-01T12:00:00+00:00", "1 March 2026, 12:00 UTC"),
        ("2026-03-01T12:00:00Z", "1 March 2026, 12:00 UTC"),
        ("2026-03-01T12:00:00", "1 March 2026, 12:00"),
        ("2026-03-01", "1 March 2026"),
        ("last week", "last week"),
    ],
)
def test_a_moment_is_a_day_people_read_and_other_text_stays(iso, text) -> None:
    assert words.moment(iso) == text


def test_long_text_is_cut_and_says_how_much_was_left_out() -> None:
    assert words.clip("x" * 400) == "x" * 400
    assert words.clip("x" * 1_405) == f"{'x' * 400}… (1,005\xa0more characters)"


@given(st.text())
def test_shown_text_has_no_character_that_acts(text) -> None:
    shown = words.visible(text)
    assert not any(ord(char) < 0x20 and char not in "\n\t" for char in shown)
    assert not any(0x7F <= ord(char) < 0xA0 or 0x202A <= ord(char) <= 0x202E for char in shown)
    shown.encode("utf-8")


@pytest.mark.parametrize("text", ["Zoë & Søn", "שלום", "مرحبا", "🙂👩🏽‍🚀", "a\nb\tc", "naïve\xa0x"])
def test_ordinary_text_of_any_language_is_left_alone(text) -> None:
    assert words.visible(text) == text


def test_escape_sequences_and_reordering_are_shown_instead_of_obeyed() -> None:
    assert words.visible("\x1b[2J\x00") == "\N{SYMBOL FOR ESCAPE}[2J\N{SYMBOL FOR NULL}"
    assert words.visible("\u202egnp.exe") == "\N{REPLACEMENT CHARACTER}gnp.exe"
