"""Industries by section of NACE Rev. 2, which are those of ISIC Rev. 4."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from plumbline.triage.normal.lists import table
from plumbline.triage.normal.patterns import Patterns, text_words
from plumbline.triage.normal.script import tidy
from plumbline.triage.normal.value import Normal, Note, unclear

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A longer text is a description, and words in it say little of the industry.
_LONGEST: Final = 120


def industry(text: str) -> Normal:
    """The section an industry belongs to, by its short name; its letter as a part.

    The longest words that fit decide. Where two sections fit equally well, or none does, it is unclear.
    """
    clean = tidy(text)
    words = text_words(clean[:_LONGEST])
    found = sorted(_found(words), key=lambda pair: -pair[0])
    if not found:
        return unclear(text, "unknown_industry", "No word of it stands for an industry that the list knows.")
    best = {section for score, section in found if score == found[0][0]}
    if len(best) > 1:
        names = ", ".join(sorted(_names()[section] for section in best))
        return unclear(text, "ambiguous_industry", f"It can be any of: {names}.")
    section = found[0][1]
    name = _names()[section]
    others = sorted({_names()[other] for _, other in found} - {name})
    notes = [Note("industry_read", f"Read as {name} (section {section}).")] if name != clean else []
    if others:
        notes.append(Note("also", f"Words for {', '.join(others)} are in it too."))
    return Normal(text, name, section, tuple(notes), {"section": section})


def _found(words: list[str]) -> Iterator[tuple[int, str]]:
    """Sections with how many letters of the text speak for them."""
    for _, _, letters, section in _patterns().found(words):
        yield len(letters), section


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {row["section"]: row["name"] for row in table("industries.csv")}


@lru_cache(maxsize=1)
def _patterns() -> Patterns[str]:
    rows = list(table("industries.csv"))
    pairs = [(word, row["section"]) for row in rows for word in row["words"].split("|")]
    pairs += [(" ".join(text_words(row["name"])), row["section"]) for row in rows]
    return Patterns.of(pairs)
