"""Names that are no names: runs over the keyboard, repeated letters, and letters that no name puts together.

The letter model is a table of trigrams counted in the names of some 150,000 persons of all countries, in
Latin letters. Words in other scripts are not judged.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from plumbline.triage.normal.lists import table
from plumbline.triage.normal.script import fold
from plumbline.triage.suspicion.flag import Flag, FlagCode

#: Mean cost per letter, in hundredths of -ln(chance), above which a word is no name; by its length. Of the
#: names the model was counted in, between 1 and 10 in 10,000 words lie above it.
_LIMITS: Final = ((5, 425), (7, 400), (9, 380), (13, 360))
_SHORTEST: Final = 5
#: Letters of a word that a reason quotes.
_MOST_SHOWN: Final = 40
_COMPANY: Final = "account.name"
_WORD: Final = re.compile(r"[^\W\d_]+")
_ROWS: Final = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1234567890",
)
#: Four keys in a row that are no word and no name in any language we know of.
_FOUR: Final = frozenset(
    [
        "asdf",
        "sdfg",
        "dfgh",
        "fghj",
        "ghjk",
        "hjkl",
        "zxcv",
        "xcvb",
        "cvbn",
        "vbnm",
        "qsdf",
        "yxcv",
        "wxcv",
        "qwer",
    ]
)
#: Five neighbours on a keyboard, from left to right or back.
_FIVE: Final = frozenset(
    keys[at : at + 5] for row in _ROWS for keys in (row, row[::-1]) for at in range(len(keys) - 4)
)
_REPEATED: Final = re.compile(r"(?:(\w)\1{3,}|(\w{2,3})\2{2,})", re.IGNORECASE)


def name_flags(field: str, value: str) -> tuple[Flag, ...]:
    """What is suspicious in the letters of a name of a person or a company."""
    words = _WORD.findall(value)
    for check, code in ((_run, FlagCode.KEYBOARD_RUN), (_repetition, FlagCode.REPEATED_LETTERS)):
        said = next(filter(None, map(check, words)), None)
        if said:
            return (Flag(code, field, value, said),)
    odd = [word for word in words if is_gibberish(word)]
    # Made-up words are what many companies are called; only where every word is odd the name is.
    enough = len([word for word in words if len(word) >= _SHORTEST]) if field == _COMPANY else 1
    if not odd or len(odd) < enough:
        return ()
    reason = f"The letters of {odd[0]!r} follow each other as in no name."
    return (Flag(FlagCode.GIBBERISH_NAME, field, value, reason),)


def keyboard_run(word: str) -> str | None:
    """The run over the keyboard that a word mostly is; None where it is none."""
    low = word.lower()
    if low in _FOUR:
        return low
    best = max((_run_from(low, start) for start in range(len(low) - 4)), key=len, default="")
    return best if 2 * len(best) > len(low) else None


def _run_from(word: str, start: int) -> str:
    """The longest run of five keys and more that begins at a letter."""
    if word[start : start + 5] not in _FIVE:
        return ""
    size = 5
    while start + size < len(word) and word[start + size - 4 : start + size + 1] in _FIVE:
        size += 1
    return word[start : start + size]


def _run(word: str) -> str | None:
    run = keyboard_run(word)
    return f"{run!r} in {_shown(word)!r} lies side by side on a keyboard." if run else None


def _repetition(word: str) -> str | None:
    match = _REPEATED.search(word)
    if match is None or 2 * len(match.group()) <= len(word):
        return None
    # Whole syllables repeat in names too (Tininini); one letter four times does not.
    if match.group(2) and len(match.group()) != len(word):
        return None
    return f"{_shown(match.group())!r} in {_shown(word)!r} repeats itself."


def _shown(word: str) -> str:
    """Enough of a word to find it again."""
    return word if len(word) <= _MOST_SHOWN else f"{word[:_MOST_SHOWN]}…"


def is_gibberish(word: str) -> bool:
    """Whether the letters of a word follow each other as in no name. Short words are not judged."""
    letters = fold(word)
    if len(letters) < _SHORTEST or not (letters.isascii() and letters.isalpha()) or not _is_latin(word):
        return False
    # Capitals throughout are an abbreviation as often as not, and abbreviations need no vowels.
    is_short_abbreviation = word.isupper() and len(word) <= 6
    return not is_short_abbreviation and surprise(letters) > _limit(len(letters))


def _limit(length: int) -> int:
    return [limit for size, limit in _LIMITS if size <= length][-1]


def _is_latin(word: str) -> bool:
    return all(
        letter.isascii() or "\u00c0" <= letter <= "\u024f" or "\u1e00" <= letter <= "\u1eff"
        for letter in word
    )


def surprise(letters: str) -> float:
    """Mean cost of the letters of a word (a to z), in hundredths of -ln(chance)."""
    costs = _costs()
    padded = f"^{letters}"
    total = costs[padded[-2:]][26]
    for at in range(len(letters) - 1):
        total += costs[padded[at : at + 2]][ord(letters[at + 1]) - 97]
    return total / len(letters)


@lru_cache(maxsize=1)
def _costs() -> dict[str, tuple[int, ...]]:
    return {row["after"]: tuple(map(int, row["costs"].split())) for row in table("name_letters.csv")}
