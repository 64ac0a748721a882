"""Job titles: which function a person works in and how senior they are, or neither where it is unclear.

Rules over words that are kept in two lists; see ``title_functions.csv`` and ``title_seniority.csv``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from plumbline.triage.normal.lists import table
from plumbline.triage.normal.patterns import Patterns, text_words
from plumbline.triage.normal.script import tidy
from plumbline.triage.normal.value import Normal, Note, unclear

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
#: "Sales Manager at Baltic Consulting": what follows names the employer.
_EMPLOYER: Final = re.compile(r"(?<=\w)\s+(?:at|bei|beim|chez|presso|@)\s.*", re.IGNORECASE | re.DOTALL)
#: Umlauts typed as two letters, as in "Geschaeftsfuehrer"; "ue" after a vowel or q is none (Neue, Banque).
_SPELT_OUT: Final = re.compile(r"(?<![aeiouq])([aou])e")


@dataclass(frozen=True, slots=True)
class _Meaning:
    value: str
    weight: int


@dataclass(frozen=True, slots=True)
class _Hit:
    value: str
    weight: int
    start: int
    size: int
    letters: str

    @property
    def rank(self) -> tuple[int, int]:
        return (self.weight, self.size)


def seniority(title: str) -> Normal:
    """How senior a title is: ``entry`` to ``executive``; unclear where no word of it tells."""
    return _read(title, SENIORITY)


def function(title: str) -> Normal:
    """The function a title belongs to, such as ``sales``; unclear where no word of it tells."""
    return _read(title, FUNCTION)


def _read(title: str, dimension: str) -> Normal:
    hits = _hits(_GENDER.sub(" ", tidy(title))[:_LONGEST], dimension)
    if not hits:
        return unclear(title, f"{dimension}_unclear", f"No word of it tells the {dimension}.")
    best = min(hits, key=_order)
    alike = sorted({hit.value for hit in hits if hit.rank == best.rank})
    if dimension == FUNCTION and len(alike) > 1:
        says = f"Words for {' and '.join(alike)} weigh the same in it."
        return unclear(title, "function_ambiguous", says, candidates=", ".join(alike))
    others = sorted({hit.value for hit in hits if hit.weight >= best.weight - 1} - {best.value})
    notes = [Note(f"{dimension}_read", f"Read from the word {best.letters!r}.")]
    if others:
        notes.append(Note("also", f"Words for {', '.join(others)} are in it too."))
    return Normal(title, best.value, best.value, tuple(notes), {"word": best.letters})


def _hits(title: str, dimension: str) -> list[_Hit]:
    """Words that tell: those of the role, or of the whole title where the role alone tells nothing."""
    patterns = _patterns(dimension)
    for text in dict.fromkeys((_EMPLOYER.sub("", title), title)):
        words = text_words(text)
        spelt = [_SPELT_OUT.sub(r"\1", word) for word in words]
        readings = (words, spelt) if spelt != words else (words,)
        hits = [
            _Hit(meaning.value, meaning.weight, start, size, letters)
            for reading in readings
            for start, size, letters, meaning in patterns.found(reading)
        ]
        if hits:
            return hits
    return []


def _order(hit: _Hit) -> tuple[int, int, int, int]:
    """The greatest weight, then the most words, then the earliest, then the longest match."""
    return (-hit.weight, -hit.size, hit.start, -len(hit.letters))


@lru_cache(maxsize=2)
def _patterns(dimension: str) -> Patterns[_Meaning]:
    name = "title_functions.csv" if dimension == FUNCTION else "title_seniority.csv"
    rows = table(name)
    return Patterns.of(
        (word, _Meaning(row[dimension], int(row["weight"])))
        for row in rows
        for word in row["words"].split("|")
    )
