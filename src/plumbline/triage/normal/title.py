"""Job titles: which function a person works in and how senior they are, or neither where it is unclear.

Rules over words that are kept in two lists; see ``title_functions.csv`` and ``title_seniority.csv``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from plumbline.triage.normal.lists import table
from plumbline.triage.normal.patterns import Patterns, text_words
from plumbline.triage.normal.script import tidy
from plumbline.triage.normal.value import Normal, Note, unclear

if TYPE_CHECKING:
    from collections.abc import Iterable

FUNCTION: Final = "function"
SENIORITY: Final = "seniority"
#: The functions and seniorities there are, in the order a person would read them.
SENIORITIES: Final = ("entry", "professional", "senior", "manager", "head", "director", "vp", "executive")
_LONGEST: Final = 200
#: Endings for both sexes, and what follows a degree: they tell nothing here.
_GENDER: Final = re.compile(
    r"(?:[/:*_]-?in(?:nen)?|\(in\)|\(-in\)|\(e\)|\(a\)|·e)(?=\b|\W|$)|\(?\b[mwfd][/|][mwfd](?:[/|][mwfdx])?\b\)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Meaning:
    value: str
    weight: int


def seniority(title: str) -> Normal:
    """How senior a title is: ``entry`` to ``executive``; unclear where no word of it tells."""
    return _read(title, SENIORITY)


def function(title: str) -> Normal:
    """The function a title belongs to, such as ``sales``; unclear where no word of it tells."""
    return _read(title, FUNCTION)


def _read(title: str, dimension: str) -> Normal:
    words = text_words(_GENDER.sub(" ", tidy(title))[:_LONGEST])
    hits = list(_patterns(dimension).found(words))
    if not hits:
        return unclear(title, f"{dimension}_unclear", f"No word of it tells the {dimension}.")
    best = _best(
        (meaning.weight, start, size, letters, meaning.value) for start, size, letters, meaning in hits
    )
    value, said = best[4], best[3]
    others = sorted({meaning.value for *_, meaning in hits if meaning.weight >= best[0] - 1} - {value})
    notes = [Note(f"{dimension}_read", f"Read from the word {said!r}.")]
    if others:
        notes.append(Note("also", f"Words for {', '.join(others)} are in it too."))
    return Normal(title, value, value, tuple(notes), {"word": said})


def _best(found: Iterable[tuple[int, int, int, str, str]]) -> tuple[int, int, int, str, str]:
    """The greatest weight, then the earliest word, then the longest match."""
    return min(found, key=lambda hit: (-hit[0], hit[1], -hit[2], -len(hit[3])))


@lru_cache(maxsize=2)
def _patterns(dimension: str) -> Patterns[_Meaning]:
    name = "title_functions.csv" if dimension == FUNCTION else "title_seniority.csv"
    rows = table(name)
    return Patterns.of(
        (word, _Meaning(row[dimension], int(row["weight"])))
        for row in rows
        for word in row["words"].split("|")
    )
