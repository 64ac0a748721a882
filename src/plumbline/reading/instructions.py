# ruff: noqa: E501 - lists of words and expressions read better unbroken
"""Text addressed to the reading machine is nobody's evidence: it is found, set aside and reported.

Every sentence, bracket, line or block that speaks to an assistant, a model, a system or a classifier, or that
writes labels instead of words, is dropped together with the sentences around it that carry on the same talk.
The readers obey nothing in any case; this only keeps the planted words from counting as the sender's.
"""

from __future__ import annotations

import re
from string import hexdigits
from typing import TYPE_CHECKING, Final

from plumbline.reading.beginnings import beginnings
from plumbline.reading.instruction_rules import LABEL, MACHINE, worth_trying
from plumbline.reading.letters import small

if TYPE_CHECKING:
    from collections.abc import Iterator

_CARRIES_ON: Final = re.compile(
    rf"\b(?:{MACHINE}|{LABEL}|instructions?|prompt|label\w*|classif\w+|override|json|output|routing|dringend|budget genehmigt|entscheider|antworte|"
    r"do not reply|no need to (?:mention|check|verify)|grateful for your help|respond|this (?:message|lead|note)|the (?:user|human|team|rep)|thank you for (?:your )?complian|confirm you|forthwith)\b|[{}=]", re.IGNORECASE,
)  # fmt: skip
_FIRST_PERSON: Final = re.compile(
    r"\b(?:we|i|our|my|us|me|we're|i'm|i'd|we'd|wir|ich|uns|nous|je|nos|tenemos|somos|yo|regards|thanks|cheers|best|sincerely|visitor|agent|caller|rep)\b|\?",
    re.IGNORECASE,
)
_PARAGRAPH: Final = re.compile(r"\n{2,}[^\n]+(?:\n[^\n]+)*")
_BRACKETS: Final = {"[": "]", "{": "}", "(": ")", "<": ">"}
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{48,}={0,2}|(?:\b[0-9a-fA-F]{2}[ :]){16,}|(?:\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}){8,}")  # fmt: skip
_HEXADECIMAL: Final = frozenset(a + b for a in hexdigits for b in hexdigits)
#: Without an unbroken run this long, or as many pairs (of which the first may follow a bracket), there is no wall.
_RUN: Final = 48
_ESCAPED: Final = 24
_PAIRS: Final = 16


def encoded_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Walls of base64 or hexadecimal: nobody writes those by hand. Links are left to the tokens."""
    runs = text.split()
    pairs = sum(map(_HEXADECIMAL.__contains__, runs)) + 2 * text.count(":")
    longest = max(map(len, runs), default=0)
    escaped = longest >= _ESCAPED and ("%" in text or "\\" in text)
    if longest < _RUN and not escaped and pairs < _PAIRS - 1:
        return
    for match in _ENCODED.finditer(text):
        before = text[max(0, match.start() - 120) : match.end()].split()
        if not any("://" in word or word.startswith("www.") for word in before[-1:]):
            yield match.span()


def addressed_to_machine(
    text: str, low: str | None = None, known: set[str] | None = None
) -> Iterator[tuple[int, int]]:
    """Stretches of the text that speak to the machine; may touch each other, in order.

    ``low`` is the text in small letters and ``known`` its ``beginnings``, when they are at hand.
    """
    low = small(text) if low is None else low
    done = 0
    for first, last in sorted(_talk(text, low, beginnings(low) if known is None else known)):
        if first < done:
            continue
        start, end = _unit(text, first, last)
        start, end = max(start, done), _carried_on(text, end)
        yield start, end
        done = end


def _talk(text: str, low: str, known: set[str]) -> Iterator[tuple[int, int]]:
    for expression in worth_trying(known, low):
        for match in expression.finditer(low):
            yield _trimmed(text, match.start(), match.end())


def _trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    while first < last - 1 and text[first] in " \n\t.!?":
        first += 1
    return first, last


def _unit(text: str, first: int, last: int) -> tuple[int, int]:
    """The bracket, or else the sentence, that holds the match."""
    line_start = text.rfind("\n", 0, first + (text[first] != "\n")) + 1
    line_end = text.find("\n", last)
    line_end = len(text) if line_end < 0 else line_end
    for opener, closer in _BRACKETS.items():
        low = text.rfind(opener, line_start, first + 1)
        high = text.find(closer, max(last - 1, first), min(line_end + 2000, len(text)))
        if low >= 0 and high >= 0 and closer not in text[low:first]:
            return low, high + 1
    return _sentence(text, first, last, line_start, line_end)


def _sentence(text: str, first: int, last: int, line_start: int, line_end: int) -> tuple[int, int]:
    cut = max(text.rfind(mark, line_start, first) for mark in (". ", "! ", "? "))
    start = cut + 2 if cut >= 0 else line_start
    ends = [
        place
        for mark in (". ", "! ", "? ")
        if (place := text.find(mark, max(last - 1, first), line_end)) >= 0
    ]
    return start, min(ends, default=line_end - 1) + 1


def _carried_on(text: str, end: int) -> int:
    """Where the talk ends: what follows in the paragraph belongs to it unless somebody speaks of themselves again."""
    while end < len(text):
        limit = text.find("\n\n", end)
        limit = len(text) if limit < 0 else limit
        end, stopped = _to_first_person(text, end, limit)
        following = _PARAGRAPH.match(text, end) if not stopped else None
        if following is None or not _same_talk(following[0]):
            break
        end = following.end()
    return end


def _same_talk(paragraph: str) -> bool:
    """A further paragraph about labels in which nobody says I or we."""
    return len(_CARRIES_ON.findall(paragraph)) >= 3 and not _FIRST_PERSON.search(paragraph)


def _to_first_person(text: str, end: int, limit: int) -> tuple[int, bool]:
    while end < limit:
        following = _SENTENCE_END.search(text, end + 1, limit)
        stop = following.end() if following else limit
        if _FIRST_PERSON.search(text, end, stop) and not _CARRIES_ON.search(text, end, stop):
            return end, True
        end = stop
    return end, False
