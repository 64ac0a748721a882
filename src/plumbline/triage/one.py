"""One lead, read cell by cell in Python: a column of one costs as much to ask about as one of ten thousand.

Only what reads alike beyond doubt is read here. Any other cell leaves its whole lead to ``cells``, which says
what reading means; a property test holds the two together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from plumbline.domain.rowcodes import RowCode
from plumbline.domain.words import Kind
from plumbline.triage.parse import FALSE, FIRST_YEAR, ISO_MOMENT, LARGEST, LAST_YEAR, NUMBER, TRUE, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    #: The value of a trimmed cell, or why there is none; None leaves the cell to ``parse``.
    Read = Callable[[str], Any]

#: Characters that have been themselves in every version of Unicode: composed, with one lower case.
PLAIN: Final = "[\t\n\r -~\xa1-\u024f\u2010-\u2027\u20ac]*"
_IS_PLAIN: Final = re.compile(PLAIN).fullmatch
_NUMBER: Final = re.compile(NUMBER)
_MOMENT: Final = re.compile(ISO_MOMENT)
_DIGIT: Final = re.compile(r"\d")
_DIRECTIVE: Final = re.compile("%.?|[^%]+")
_DIGITS: Final = {
    "%Y": r"(?P<year>\d{4})",
    "%m": r"(?P<month>\d{2})",
    "%d": r"(?P<day>\d{2})",
    "%H": r"(?:[01]\d|2[0-3])",
    "%M": r"[0-5]\d",
    "%S": r"[0-5]\d",
}
#: A word that stood for blank: column, word, rows.
Blank = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class OneRead:
    """The typed cells of a row, its blank words, and what could not be read: column, cell, why."""

    typed: dict[str, Any]
    words: list[Blank]
    bad: list[tuple[str, str, RowCode]] = field(default_factory=list)


def reader(rule: Rule) -> Read:
    """How the trimmed cells of a column are read. Not for text."""
    if rule.kind is Kind.NUMBER:
        return _number
    if rule.kind is Kind.FLAG:
        return _flag
    return _iso_date if rule.date_format is None else _declared_date(rule.date_format)


def read_one(received: pl.DataFrame, readers: Sequence[Read | None], words: frozenset[str]) -> OneRead | None:
    """Read the only row, or give None where it takes more than this.

    ``readers`` has one per column after ``row``, and None for text; ``words`` stand for blank.
    """
    cells = received.row(0, named=True)
    del cells["row"]
    if not _IS_PLAIN("".join(filter(None, cells.values()))):
        return None
    empty = [(column, "", 1) for column, cell in cells.items() if cell is None]
    found = OneRead(dict.fromkeys(cells), empty)
    others: list[Blank] = []
    for (column, cell), read in zip(cells.items(), readers, strict=True):
        if cell is None:
            continue
        text = cell.strip()
        is_blank = text.lower() in words
        if read is None:
            found.typed[column] = None if is_blank else text
            if is_blank:
                found.words.append((column, text, 1))
            continue
        value = read(text)
        is_bad = isinstance(value, RowCode)
        if value is None or (is_blank and not is_bad):  # a word for blank may not be a value too
            return None
        if is_blank:
            others.append((column, text, 1))
        elif is_bad:
            found.bad.append((column, cell, value))
        else:
            found.typed[column] = value
    found.words.extend(others)
    return found


def _number(text: str) -> float | RowCode | None:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None if _is_float(text) else RowCode.NOT_A_NUMBER
    number = float(match[1] + match[2].replace(",", ""))
    return number if abs(number) <= LARGEST else RowCode.NUMBER_RANGE


def _is_float(text: str) -> bool:
    """Whether anything takes a text for a number; Python takes more than Polars does."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _flag(text: str) -> bool | RowCode:
    word = text.lower()
    return word in TRUE if word in TRUE or word in FALSE else RowCode.NOT_A_FLAG


def _iso_date(text: str) -> date | RowCode | None:
    if _MOMENT.fullmatch(text) is None:
        return _no_date(text)
    return _day(int(text[:4]), int(text[5:7]), int(text[8:10]))


def _declared_date(date_format: str) -> Read:
    """Formats of digits in fixed places; with any other directive, dates are left to ``parse``."""
    parts = _DIRECTIVE.findall(date_format)
    if sorted(part for part in parts if part in ("%Y", "%m", "%d")) != ["%Y", "%d", "%m"]:
        return _left
    if any(part.startswith("%") and part not in _DIGITS for part in parts):
        return _left
    fullmatch = re.compile("".join(_DIGITS.get(part) or re.escape(part) for part in parts)).fullmatch

    def read(text: str) -> date | RowCode | None:
        match = fullmatch(text)
        return _no_date(text) if match is None else _day(*map(int, match.group("year", "month", "day")))

    return read


def _left(_text: str) -> None:
    return None


def _no_date(text: str) -> RowCode | None:
    """A text without a digit is no date in any format; others may be one in another spelling."""
    return None if _DIGIT.search(text) else RowCode.NOT_A_DATE


def _day(year: int, month: int, day: int) -> date | RowCode:
    try:
        read = date(year, month, day)
    except ValueError:
        return RowCode.NOT_A_DATE
    return read if FIRST_YEAR <= year <= LAST_YEAR else RowCode.DATE_RANGE
