"""Arithmetic of working hours: when a promise that is given in hours or days of work falls due. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

_DAY: Final = timedelta(days=1)
_NONE: Final = timedelta(0)
_ALWAYS: Final = (time(0), time.max)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a team works: from ``start`` to ``end`` by the clock on the wall, on ``days`` (Monday is 0).

    An hour of work is an hour that passes, so a night in which the clocks change is worth what it lasts.
    Nobody's absence stops the clock: the promise was given by the team.
    """

    start: time
    end: time
    days: frozenset[int]
    zone: ZoneInfo

    @classmethod
    def of(cls, hours: Sequence[str], days: Sequence[int], zone: ZoneInfo) -> Self:
        """As a team keeps them, such as ``["09:00", "17:30"]``; whole days, all week, where nothing is said.

        Raises:
            ValueError: The times are none, or the first is not before the second; a day is not 0 to 6.
        """
        start, end = (time.fromisoformat(text) for text in hours) if hours else _ALWAYS
        if start >= end or start.tzinfo or end.tzinfo:
            raise ValueError(f"{start:%H:%M} to {end:%H:%M} is no working day.")
        if not set(days) <= set(range(7)):
            raise ValueError("Days are numbers from 0, Monday, to 6, Sunday.")
        return cls(start, end, frozenset(days or range(7)), zone)

    def later(self, moment: datetime, work: timedelta) -> datetime:
        """The moment at which ``work`` has passed in working hours, in UTC."""
        left = work
        for begins, ends in self._stretches(moment):
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        raise AssertionError("A week has a working day.")

    def days_later(self, moment: datetime, count: int) -> datetime:
        """The end of the ``count``-th working day after the day of ``moment``, in UTC."""
        day = moment.astimezone(self.zone).date()
        while count:
            day += _DAY
            count -= day.weekday() in self.days
        return self._at(day, self.end)

    def month_later(self, moment: datetime) -> datetime:
        """The end of the same day of the next month, in UTC.

        The month's last day where it has no such day; the next working day where nobody works then. That is
        how data-protection authorities count the month in which a right is answered.
        """
        day = next_month(moment.astimezone(self.zone).date())
        while day.weekday() not in self.days:
            day += _DAY
        return self._at(day, self.end)

    def between(self, first: datetime, last: datetime) -> timedelta:
        """How much working time lies between two moments; nothing where the second is not later."""
        passed = _NONE
        for begins, ends in self._stretches(first):
            if begins >= last:
                break
            passed += min(ends, last) - begins
        return passed

    def _stretches(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working stretches after a moment, in order, for ever; the first may have begun. In UTC."""
        day, now = moment.astimezone(self.zone).date(), moment.astimezone(UTC)
        while True:
            if day.weekday() in self.days:
                begins, ends = self._at(day, self.start), self._at(day, self.end)
                if ends > now:
                    yield max(begins, now), ends
            day += _DAY

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


def next_month(day: date) -> date:
    """The same day of the next month, or its last day."""
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))
