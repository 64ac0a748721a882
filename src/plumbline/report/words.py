"""Numbers and short phrases as a person writes them: one place, so that every door says the same."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUS: Final = "\N{MINUS SIGN}"
ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"
#: Keeps "27 %" and "15 points" on one line.
HARD_SPACE: Final = "\N{NO-BREAK SPACE}"
CERTAIN: Final = 10_000

_SMALL: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
#: Chances a person can picture: numerator and denominator.
_PICTURED: Final = (
    *((1, of) for of in (1000, 500, 200, 100, 50, 30, 20, 10, 7, 5, 4)),
    *((3, 10), (1, 3), (2, 5), (1, 2), (3, 5), (2, 3), (7, 10), (3, 4), (4, 5)),
    *((9, 10), (19, 20), (99, 100), (999, 1000)),
)
_LIKELY: Final = (
    (CERTAIN, "certain"),
    (9_000, "very likely"),
    (6_000, "likely"),
    (4_000, "about as likely as not"),
    (1_000, "unlikely"),
    (0, "very unlikely"),
)
_AT_LEAST: Final = re.compile(r"(?<!\S)>= ?(-?\d[\d.,]*)")
_UNDER: Final = re.compile(r"(?<!\S)< ?(-?\d[\d.,]*)")
#: Characters that make text read in another order than it is stored: shown, never obeyed.
_REORDERING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def whole(number: int) -> str:
    """A whole number with thousands separated and a true minus sign: ``-1,200``."""
    return f"{number:,}".replace("-", MINUS)


def signed(points: int) -> str:
    """Points that are added or taken: ``+15``, ``-10`` with a true minus sign, ``0``."""
    return f"+{whole(points)}" if points > 0 else whole(points)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: ``1 lead``, ``2,000 leads``."""
    word = noun if abs(number) == 1 else plural or f"{noun}s"
    return f"{whole(number)}{HARD_SPACE}{word}"


def small(number: int, noun: str, plural: str | None = None) -> str:
    """The same with the number spelled out up to ten: ``two questions``."""
    if not 0 <= number < len(_SMALL):
        return count(number, noun, plural)
    return f"{_SMALL[number]} {noun if number == 1 else plural or f'{noun}s'}"


def percent(chance: int) -> str:
    """A chance per 10,000, exactly: ``27 %``, ``0.25 %``."""
    return f"{chance / 100:g}{HARD_SPACE}%"


def share(part: int, total: int) -> str:
    """A part of a total in percent, rounded so that something is never shown as nothing or as all."""
    if not total:
        return "none"
    exact = 100 * part / total
    if 0 < exact < 1:
        return f"under 1{HARD_SPACE}%"
    if 99 < exact < 100:
        return f"over 99{HARD_SPACE}%"
    return f"{round(exact)}{HARD_SPACE}%"


def odds(chance: int) -> str:
    """A chance per 10,000 as people picture it: ``about 1 in 4``; without "about" where it is exact."""
    if chance <= 0:
        return "no chance"
    if chance >= CERTAIN:
        return "certain"
    top, bottom = min(
        _PICTURED, key=lambda pair: abs(_log_odds(pair[0] / pair[1]) - _log_odds(chance / CERTAIN))
    )
    exact = top * CERTAIN == chance * bottom
    return f"{'' if exact else 'about '}{top} in {bottom}"


def likely(chance: int) -> str:
    """How likely something is: from ``very unlikely`` to ``certain``."""
    return next(word for least, word in _LIKELY if max(chance, 0) >= least)


def duration(days: int | None) -> str:
    """A length of time: ``today``, ``12 days``, ``about 5 months``; None is unknown."""
    if days is None:
        return "unknown"
    if days <= 0:
        return "today"
    if days < 60:
        return count(days, "day")
    if days < 700:
        return f"about {count(round(days / 30.4), 'month')}"
    return f"about {count(round(days / 365.25), 'year')}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """A list in a sentence: ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def cell(text: str) -> str:
    """A scorecard's cells as a person reads them: ``a | b`` is "a or b", ``>= 250`` is "250 or more"."""
    numbers = _UNDER.sub(r"under \1", _AT_LEAST.sub(r"\1 or more", text))
    return numbers.replace(" | ", " or ")


def moment(text: str) -> str:
    """An ISO date or time as people write it: ``1 March 2026, 12:00 UTC``. Other text stays as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    day = f"{at.day} {_MONTHS[at.month - 1]} {at.year}"
    return day if len(text) <= 10 else f"{day}, {at:%H:%M} {at.tzname() or ''}".rstrip()


def clip(text: str, limit: int = 400) -> str:
    """Text cut to a length that can be read, saying how much was left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit].rstrip()}{ELLIPSIS} ({count(len(text) - limit, 'more character')})"


def visible(text: str) -> str:
    """Text that can only be read: control and reordering characters are shown as symbols, not obeyed."""
    return text if text.isprintable() and _REORDERING.isdisjoint(text) else "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char in "\n\t":
        return char
    if char in _REORDERING:
        return "\N{REPLACEMENT CHARACTER}"
    if ord(char) < 0x20:
        return chr(0x2400 + ord(char))
    unsafe = unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
    return "\N{REPLACEMENT CHARACTER}" if unsafe else char


def _log_odds(chance: float) -> float:
    return math.log(chance / (1 - chance))
