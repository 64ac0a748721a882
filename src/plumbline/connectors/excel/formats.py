"""Number formats of cells: which of them show dates, and what a stored number then means."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final


class When(StrEnum):
    """What a number in a cell stands for when its format shows a moment."""

    DATE = "date"
    MOMENT = "moment"
    TIME = "time"


#: Formats that need no text of their own (ECMA-376, 18.8.30); elapsed times (45 to 47) stay numbers.
BUILT_IN: Final = {
    **dict.fromkeys(range(14, 18), When.DATE),
    **dict.fromkeys(range(18, 22), When.TIME),
    22: When.MOMENT,
    **dict.fromkeys(range(27, 32), When.DATE),
    **dict.fromkeys((32, 33), When.TIME),
    **dict.fromkeys((34, 35, 36), When.DATE),
    **dict.fromkeys(range(50, 59), When.DATE),
}
#: What stands in a format without being a sign of a date: quoted and escaped text, colours, padding.
_NO_SIGN: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P', re.IGNORECASE)
_ELAPSED: Final = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_LAST_SERIAL: Final = 2_958_465  # 31 December 9999
#: The day that Excel believes in and no calendar has: 29 February 1900.
_NO_DAY: Final = 60


def when_of(code: str) -> When | None:
    """What a format shows; None for numbers and text."""
    if _ELAPSED.search(code):
        return None
    signs = set(_NO_SIGN.sub("", code.split(";", maxsplit=1)[0]).lower())
    day, hour = bool(signs & set("yd")), bool(signs & set("hs"))
    if "m" in signs and not hour:
        day = True
    if day:
        return When.MOMENT if hour else When.DATE
    return When.TIME if hour else None


def moment_text(number: float, when: When, *, from_1904: bool) -> str | None:
    """A stored number as ISO text: a date, a date with its time, or a time; None when it is no moment."""
    if not 0 <= number <= _LAST_SERIAL + 1:
        return None
    if when is When.TIME and number < 1:
        return (_start(from_1904=True) + timedelta(seconds=round(number * 86400))).strftime("%H:%M:%S")
    if not from_1904 and _NO_DAY <= number < _NO_DAY + 1:
        return "1900-02-29"
    day = number + 1 if not from_1904 and number < _NO_DAY else number
    moment = _start(from_1904=from_1904) + timedelta(seconds=round(day * 86400))
    # A date's format hides a time; the time is there all the same.
    whole = moment.hour == moment.minute == moment.second == 0
    return moment.strftime("%Y-%m-%d" if whole else "%Y-%m-%dT%H:%M:%S")


def _start(*, from_1904: bool) -> datetime:
    return datetime(1904, 1, 1, tzinfo=UTC) if from_1904 else datetime(1899, 12, 30, tzinfo=UTC)
