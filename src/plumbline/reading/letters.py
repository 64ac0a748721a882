# ruff: noqa: E501, RUF001 - lists of words and expressions read better unbroken
"""Characters that are not what they seem: invisible ones are taken out, look-alikes are read as what they show."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Zero-width, joiners, directional marks, fillers, tag characters, variation selectors, soft hyphen.
INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
#: Runs of these hide whole sentences; single joiners inside a word do not.
TAG_CHARACTERS: Final = re.compile("[\U000e0000-\U000e0fff]")

_CYRILLIC: Final = dict(
    zip("авеёкмнорстухіјѕԁԛԝһӏАВЕЁКМНОРСТУХІЈЅ", "abeekmhopctyxijsdqwhlABEEKMHOPCTYXIJS", strict=True)
)
_GREEK: Final = dict(zip("αβεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abeiknoptuxABEZHIKMNOPTYX", strict=True))
_PUNCTUATION: Final = dict(zip("‘’‚‛′`´“”„‟″«»‐‑‒–—―−…\u00a0\u2007\u202f\u2009\u200a\u3000", "''''''''''''''------" + "-. " + "     ", strict=False))  # fmt: skip
_MIXED: Final = re.compile(r"(?=\w*[A-Za-z])(?=\w*[\u0370-\u03ff\u0400-\u052f])\w+")
#: Without any of these characters nothing is a look-alike; most odd letters are only quotes and accents.
_SUSPECT: Final = re.compile("[\u0370-\u052f\u2100-\u214f\u24b6-\u24e9\uff01-\uff5e\U0001d400-\U0001d7ff]")


def _one_to_one() -> dict[int, int]:
    """Wide, mathematical and ligature-free compatibility letters, each to one plain letter."""
    table: dict[int, int] = {}
    ranges = ((0xFF01, 0xFF5F), (0x1D400, 0x1D800), (0x2100, 0x2150), (0x24B6, 0x24EA))
    for first, last in ranges:
        for code in range(first, last):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and plain.isascii() and plain.isalnum():
                table[code] = ord(plain)
    return table


_WIDE: Final = _one_to_one()
_LOOKALIKES: Final = str.maketrans({**_CYRILLIC, **_GREEK})


def _accents() -> dict[int, int]:
    """Latin letters to their base letter, both lower case, so that ``démo`` and ``DEMO`` read alike."""
    table: dict[int, int] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if len(base) == 1:
            table[code] = ord(base)
    return table


_FOLD: Final = {
    **{code: code + 32 for code in range(ord("A"), ord("Z") + 1)},
    **_accents(),
    **{ord(odd): ord(plain) for odd, plain in _PUNCTUATION.items()},
}


def unmask_letters(text: str) -> tuple[str, list[int]]:
    """The text with look-alike letters read as Latin, same length, and the places that changed.

    Greek and Cyrillic letters change only inside words that also hold Latin ones: a Russian word stays Russian.
    """
    if text.isascii() or not _SUSPECT.search(text):
        return text, []
    wide = text.translate(_WIDE)
    plain = _MIXED.sub(lambda word: word[0].translate(_LOOKALIKES), wide)
    if plain == text:
        return text, []
    return plain, [place for place, (old, new) in enumerate(zip(text, plain, strict=True)) if old != new]


def small(text: str) -> str:
    """In small letters, letter by letter, as an expression without regard to case would read them."""
    if text.isascii():
        return text.lower()
    return text.replace("\u0130", "i").lower().replace("\u0131", "i").replace("\u017f", "s")


def fold(text: str) -> str:
    """Lower case without accents and with plain quotes and dashes; same length, letter by letter."""
    return text.lower() if text.isascii() else text.translate(_FOLD)
