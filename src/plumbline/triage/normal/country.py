"""Countries by their ISO 3166-1 code, whatever the language they are named in."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import Final

from plumbline.triage.normal.lists import table
from plumbline.triage.normal.script import fold, tidy, without_pictures
from plumbline.triage.normal.value import Normal, Note, unclear

#: The first letter of a flag (regional indicator A).
_FLAG: Final = 0x1F1E6


def country(name: str) -> Normal:
    """The two-letter code of a country's name, code, usual short form or flag.

    A name that means different countries in different languages stays unread, as does a list of countries.
    """
    text = tidy(name)
    code = _flag(text) or _by_name().get(name_key(without_pictures(text)))
    if code is None:
        return unclear(name, "unknown_country", "This is no country name or code that the list knows.")
    english = _english()[code]
    notes = () if text in {code, english} else (Note("country_read", f"Read as {english} ({code})."),)
    return Normal(name, code, code, notes, {"name": english})


def name_key(text: str) -> str:
    """A name of a place as compared: folded, without dots, articles and doubled spaces."""
    letters = fold(text.replace("&", " and "))
    # "U.S.A." is "usa"; "Korea, Republic of" keeps its words apart.
    squeezed = letters.replace(".", "").replace("'", "").replace("’", "")
    return " ".join("".join(c if c.isalnum() or _is_mark(c) else " " for c in squeezed).split()).removeprefix(
        "the "
    )


def _is_mark(letter: str) -> bool:
    """Vowel signs of scripts that write them above and below letters."""
    return unicodedata.category(letter).startswith("M")


def _flag(text: str) -> str | None:
    if len(text) != 2 or not all(_FLAG <= ord(letter) < _FLAG + 26 for letter in text):
        return None
    code = "".join(chr(ord(letter) - _FLAG + ord("A")) for letter in text)
    return code if code in _english() else None


@lru_cache(maxsize=1)
def _english() -> dict[str, str]:
    return {row["code"]: row["name"] for row in table("countries.csv")}


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    """Names that mean one country only; our own short forms and the codes win over names."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in table("countries.csv"):
        for name in (row["name"], *row["names"].split("|")):
            found[name_key(name)].add(row["code"])
    names = {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1 and name}
    names.update({name_key(row["name"]): row["code"] for row in table("country_short_names.csv")})
    names.update({code.lower(): code for code in _english()})
    return names
