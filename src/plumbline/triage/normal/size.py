"""Company sizes: head counts and ranges as people write them, and the band they fall into."""

from __future__ import annotations

import re
from typing import Final

from plumbline.triage.normal.script import fold, tidy
from plumbline.triage.normal.value import Normal, Note, unclear

#: Lower ends of the bands; a count belongs to the last band that begins at or below it.
BANDS: Final = (
    (1, "1"),
    (2, "2-10"),
    (11, "11-50"),
    (51, "51-200"),
    (201, "201-500"),
    (501, "501-1000"),
    (1001, "1001-5000"),
    (5001, "5001-10000"),
    (10001, "10001+"),
)
#: More people than work for any employer.
LARGEST: Final = 5_000_000
_NUMBER: Final = r"\d{1,3}(?:[ .,'’]\d{3})+(?!\d)|\d+(?:[.,]\d+)?"
_COUNT: Final = re.compile(rf"({_NUMBER})\s*(k|tsd|thousand|mio|m)?(?![a-z0-9])")
_FILLER: Final = re.compile(
    r"\b(?:employees?|empl|staff|people|persons?|headcount|ftes?|full time|ma|mitarbeiter(?:innen|in)?"
    r"|mitarbeitende|beschaftigte|personen|employes?|salaries?|collaborateurs?|personnes|empleados?"
    r"|trabajadores|personas|dipendenti|addetti|medewerkers|funcionarios|pracownikow|anstallda|ansatte"
    r"|approx|ca|circa|about|around|etwa|rund|environ|unos|total|entre|between|zwischen|von|from|de|in|of|the)\b"
)
_OPEN_UP: Final = re.compile(
    r"\+|>|≥|\b(?:more than|over|at least|and more|and above|or more|plus|uber|mehr als|mindestens"
    r"|und mehr|ab|plus de|au moins|et plus|mas de|y mas|al menos)\b"
)
_OPEN_DOWN: Final = re.compile(
    r"<|≤|\b(?:less than|fewer than|under|up to|at most|unter|bis zu|weniger als|hochstens|moins de|jusqu a"
    r"|menos de|hasta)\b"
)
_BETWEEN: Final = re.compile(r"-|–|—|~|\.\.+|…|\b(?:to|bis|and|und|a|et|y|until|through)\b")
_FACTORS: Final = {"k": 1_000, "tsd": 1_000, "thousand": 1_000, "m": 1_000_000, "mio": 1_000_000}
_ALONE: Final = frozenset(
    {
        "autonomo",
        "einzelunternehmer",
        "freelance",
        "freelancer",
        "independant",
        "just me",
        "myself",
        "self employed",
        "self-employed",
        "selbststandig",
        "sole trader",
        "solo",
    }
)


def size_band(text: str) -> Normal:
    """The band of a head count or of a range ("51-200", "200+", "1,000 to 5,000 employees").

    A range over several bands falls into the one that holds its geometric middle, and says so. An open range
    falls into the band on the open side of its end: "200+" is 201-500, "under 50" is 11-50.
    """
    plain = _FILLER.sub(" ", fold(tidy(text)))
    if plain.strip() in _ALONE:
        return _band(text, 1, 1, ())
    counts = [_count(match) for match in _COUNT.finditer(plain)]
    if not counts or len(counts) > 2 or _is_more(plain):
        return unclear(text, "no_head_count", "This is neither a number of people nor a range.")
    if max(counts) > LARGEST or (len(counts) == 1 and counts[0] < 1) or _is_negative(plain, counts):
        return unclear(text, "impossible_head_count", "No employer has this many people.")
    if len(counts) == 2:
        return _range(text, counts[0], counts[1], plain)
    return _single(text, counts[0], plain)


def _is_negative(plain: str, counts: list[float]) -> bool:
    return len(counts) == 1 and plain.lstrip().startswith("-")


def _single(text: str, count: float, plain: str) -> Normal:
    if _OPEN_UP.search(plain):
        return _open(text, count)
    if _OPEN_DOWN.search(plain):
        note = Note("open_range", f"At most {count:,.0f}; how many fewer is not said.")
        return _band(text, count, count, (note,))
    return _band(text, count, count, ())


def _open(text: str, low: float) -> Normal:
    band, note = _band_of(low + 1), Note("open_range", f"At least {low:,.0f}; how many more is not said.")
    return Normal(text, band, band, (note,), {"at_least": f"{low:.0f}"})


def _range(text: str, low: float, high: float, plain: str) -> Normal:
    if low > high or not _BETWEEN.search(plain):
        return unclear(text, "no_head_count", "The two numbers are no range.")
    return _band(text, max(low, 1), high, _spanning(max(low, 1), high))


def _band(text: str, low: float, high: float, notes: tuple[Note, ...]) -> Normal:
    band = _band_of((max(low, 1) * max(high, 1)) ** 0.5)
    parts = {"at_least": f"{low:.0f}", "at_most": f"{high:.0f}"}
    if band != text.strip() and not notes:
        notes = (Note("size_read", f"Read as the band {band}."),)
    return Normal(text, band, band, notes, parts)


def _band_of(count: float) -> str:
    return [name for start, name in BANDS if start <= max(count, 1)][-1]


def _spanning(low: float, high: float) -> tuple[Note, ...]:
    first, last = _band_of(low), _band_of(high)
    if first == last:
        return ()
    return (
        Note("several_bands", f"From {low:,.0f} to {high:,.0f} is more than one band; the middle counts."),
    )


def _count(match: re.Match[str]) -> float:
    digits, unit = match.group(1), match.group(2)
    grouped = re.fullmatch(r"\d{1,3}(?:[ .,'’]\d{3})+", digits)
    number = float(re.sub(r"\D", "", digits) if grouped else digits.replace(",", "."))
    return number * _FACTORS.get(unit or "", 1)


def _is_more(plain: str) -> bool:
    """Whether there are words beside the numbers that were not understood, such as a date or an amount."""
    rest = _COUNT.sub(" ", _OPEN_UP.sub(" ", _OPEN_DOWN.sub(" ", plain)))
    rest = _BETWEEN.sub(" ", rest)
    return any(letter.isalnum() for letter in rest) or any(sign in rest for sign in "€$£%/@")
