from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.app.hours import Hours

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = Hours.of(["09:00", "17:30"], [0, 1, 2, 3, 4], LONDON)
NIGHT = Hours.of(["00:00", "08:00"], range(7), LONDON)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("asked", "hours", "due"),
    [
        ("2026-03-03 10:00", 4, "2026-03-03 14:00"),
        ("2026-03-03 16:30", 2, "2026-03-04 10:00"),
        ("2026-03-06 17:00", 1, "2026-03-09 09:30"),  # Friday evening to Monday
        ("2026-03-07 12:00", 1, "2026-03-09 10:00"),  # on a Saturday
        ("2026-03-03 07:00", 8.5, "2026-03-03 17:30"),  # a whole day ends with the day, not on the next
        ("2026-03-06 09:00", 17, "2026-03-09 17:30"),
        ("2026-03-27 16:30", 2, "2026-03-30 10:00"),  # the clocks go forward on that Sunday
        ("2026-10-23 16:30", 2, "2026-10-26 10:00"),  # and back on that one
    ],
)
def test_hours_of_work_pass_only_while_the_team_works(asked, hours, due) -> None:
    assert OFFICE.later(london(asked), timedelta(hours=hours)) == london(due)


def test_a_night_in_which_the_clocks_change_is_worth_what_it_lasts() -> None:
    shift = timedelta(hours=8)
    assert NIGHT.between(london("2026-03-28 00:00"), london("2026-03-28 08:00")) == shift
    assert NIGHT.between(london("2026-03-29 00:00"), london("2026-03-29 08:00")) == timedelta(hours=7)
    assert NIGHT.between(london("2026-10-25 00:00"), london("2026-10-25 08:00")) == timedelta(hours=9)
    assert NIGHT.later(london("2026-03-29 00:00"), shift) == london("2026-03-30 01:00")


def test_the_same_promise_is_due_elsewhere_at_another_moment() -> None:
    there = Hours.of(["09:00", "17:30"], [0, 1, 2, 3, 4], NEW_YORK)
    asked = datetime(2026, 3, 3, 10, tzinfo=UTC)
    assert there.later(asked, timedelta(hours=1)) == datetime(2026, 3, 3, 15, tzinfo=UTC)
    assert OFFICE.later(asked, timedelta(hours=1)) == datetime(2026, 3, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "days", "due"),
    [
        ("2026-03-02 10:00", 5, "2026-03-09 17:30"),
        ("2026-03-06 23:00", 1, "2026-03-09 17:30"),
        ("2026-03-08 10:00", 5, "2026-03-13 17:30"),  # asked on a Sunday: Monday is the first day
    ],
)
def test_working_days_end_with_the_day(asked, days, due) -> None:
    assert OFFICE.days_later(london(asked), days) == london(due)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-03-02 10:00", "2026-04-02 17:30"),
        ("2026-01-31 10:00", "2026-03-02 17:30"),  # 28 February is a Saturday
        ("2026-04-17 10:00", "2026-05-18 17:30"),  # 17 May is a Sunday
        ("2026-12-10 10:00", "2027-01-11 17:30"),  # 10 January is a Sunday, in the next year
        ("2024-01-31 10:00", "2024-02-29 17:30"),
    ],
)
def test_a_month_ends_on_its_day_or_the_next_one_on_which_somebody_works(asked, due) -> None:
    assert OFFICE.month_later(london(asked)) == london(due)


def test_a_team_that_says_nothing_works_always() -> None:
    always = Hours.of([], [], LONDON)
    due = always.later(london("2026-03-07 12:00"), timedelta(hours=24))
    assert abs(due - london("2026-03-08 12:00")) < timedelta(seconds=1)


@pytest.mark.parametrize("hours", [["17:00", "09:00"], ["09:00", "09:00"], ["9", "x"], ["09:00"]])
def test_hours_that_are_none_are_refused(hours) -> None:
    with pytest.raises(ValueError):
        Hours.of(hours, [0], LONDON)


def test_days_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="Monday"):
        Hours.of(["09:00", "17:00"], [7], LONDON)


@given(
    asked=st.datetimes(timezones=st.just(UTC)).map(
        lambda when: when.replace(year=2025 + when.year % 3, day=1)
    ),
    minutes=st.integers(0, 20_000),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    zone=st.sampled_from([LONDON, NEW_YORK, ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Apia")]),
)
def test_what_lies_between_is_what_was_added(asked, minutes, days, zone) -> None:
    team = Hours(time(8, 30), time(17), days, zone)
    due = team.later(asked, timedelta(minutes=minutes))
    assert team.between(asked, due) == timedelta(minutes=minutes)
    assert due >= asked
    assert minutes == 0 or due.astimezone(zone).weekday() in days
