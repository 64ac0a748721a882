# ruff: noqa: E501 - lists of words and expressions read better unbroken
"""In a call note, the note-taker's guesses and old CRM entries are not what the prospect said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPINION: Final = re.compile(
    r"\b(?:crm (?:says|note|shows|entry|record)|in (?:the )?crm|old (?:crm )?(?:note|entry|record)|(?:previous|earlier|prior) (?:note|entry|call note)|"
    r"rep (?:wrote|thinks|says|reckons|noted|note)|(?:my|imo|imho) (?:guess|read|view|gut|hunch|opinion|feeling|sense|take)|"
    r"gut (?:feel|feeling|says)|i (?:think|reckon|feel|sense|bet|suspect|guess|believe)|imo|imho|(?:seems|sounds|feels|looks) (?:like|v|very|really|keen|hot|ready|super)|"
    r"(?:hot|warm|great|solid|dead cert|easy) (?:lead|one|prospect|win|close)|bet (?:he|she|they)|(?:we|i) could (?:probably|easily)|"
    r"(?:will|should|could) (?:def|definitely|probably|easily)? ?(?:close|sign|buy)|marking (?:as|this)|low hanging|slam dunk|my money|playing hard to get|"
    r"personal(?:ly)? (?:view|think)|worth (?:pushing|chasing)|smells? (?:like|of)|ripe)\b"
)  # fmt: skip
_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$)|\n|$)|[.!?]+")


def opinions(low: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text in small letters that hold an opinion or an old record."""
    if not _OPINION.search(low):
        return
    for sentence in _SENTENCE.finditer(low):
        if _OPINION.search(sentence[0]):
            yield sentence.span()
