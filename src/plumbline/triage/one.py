"""One lead, read cell by cell in Python: a column of one costs as much to ask about as one of ten thousand.

Only what reads alike beyond doubt is read here. Any other cell leaves its whole lead to ``cells``, which says
what reading means; a property test holds the two together.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from plumbline.domain.words import Kind
from plumbline.triage.parse import FALSE, FIRST_YEAR, ISO_MOMENT, LARGEST, LAST_YEAR, NUMBER, TRUE, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    #: The value of a trimmed cell; None leaves it to ``parse``.
    Read = Callable[[str], Any]

#: Characters that have been themselves in every version of Unicode: composed, with one lower case.
PLAIN: Final = "[\t\n\r -~\xa1-\u024f\u2010-\u2027\u20ac]*"
_IS_PLAIN: Final = re.compile(PLAIN).fullmatch
_NUMBER: Final = re.compile(NUMBER)
_MOMENT: Final = re.compile(ISO_MOMENT)
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


def reader(rule: Rule) -> Read:
    """How the trimmed cells of a column are read. Not for text."""
    if rule.kind is Kind.NUMBER:
        return _number
    if rule.kind is Kind.FLAG:
        return _flag
    return _iso_date if rule.date_format is None else _declared_date(rule.date_format)


def read_one(
    received: pl.DataFrame, readers: Sequence[Read | None], words: frozenset[str]
) -> tuple[dict[str, Any], list[Blank]] | None:
    """The typed cells of the only row and its blanks, or None where it takes more than this.

    ``readers`` has one per column after ``row``, and None for text; ``words`` stand for blank.
    """
    cells = received.row(0, named=True)
    del cells["row"]
    if not _IS_PLAIN("".join(filter(None, cells.values()))):
        return None
    typed: dict[str, Any] = dict.fromkeys(cells)
    texts: list[Blank] = []
    others: list[Blank] = []
    for (column, cell), read in zip(cells.items(), readers, strict=True):
        if cell is None:
            continue
        text = cell.strip()
        is_blank = text.lower() in words
        value = (None if is_blank else text) if read is None else read(text)
        if (value is None) is not is_blank:  # no value, or a value that is also a word for blank
            return None
        typed[column] = value
        if is_blank:
            (texts if read is None else others).append((column, text, 1))
    return typed, [*((column, "", 1) for column, cell in cells.items() if cell is None), *texts, *others]


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    number = None if match is None else float(match[1] + match[2].replace(",", ""))
    return number if number is not None and abs(number) <= LARGEST else None


def _flag(text: str) -> bool | None:
    word = text.lower()
    return word in TRUE if word in TRUE or word in FALSE else None


def _iso_date(text: str) -> date | None:
    match = _MOMENT.fullmatch(text)
    return None if match is None else _day(int(text[:4]), int(text[5:7]), int(text[8:10]))


def _declared_date(date_format: str) -> Read:
    """Formats of digits in fixed places; with any other directive, dates are left to ``parse``."""
    parts = _DIRECTIVE.findall(date_format)
    if sorted(part for part in parts if part in ("%Y", "%m", "%d")) != ["%Y", "%d", "%m"]:
        return _nothing
    if any(part.startswith("%") and part not in _DIGITS for part in parts):
        return _nothing
    fullmatch = re.compile("".join(_DIGITS.get(part) or re.escape(part) for part in parts)).fullmatch

    def read(text: str) -> date | None:
        match = fullmatch(text)
        return None if match is None else _day(*map(int, match.group("year", "month", "day")))

    return read


def _nothing(_text: str) -> None:
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None
