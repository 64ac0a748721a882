# ruff: noqa: E501 - lists of words and expressions read better unbroken
"""A short brief per lead: quotes and facts with their sources, nothing else, and contradictions in plain sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.reading.model import QUOTELESS, Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plumbline.reading.model import Reading, Readings

_ASKS: Final = {
    "demo": "asks for a demo", "pricing": "asks for a price", "trial": "asks for a trial", "meeting": "asks to talk",
    "information": "asks for information", "security_review": "asks for security evidence", "renewal": "writes about a renewal",
    "support": "needs help with what they have", "partnership": "proposes a partnership", "vendor_pitch": "wants to sell to us",
    "job_application": "applies for a job", "student_research": "asks for a study", "press": "asks for the press",
    "unsubscribe": "asks us to stop writing", "data_rights": "uses a data right", "spam": "looks like junk",
}  # fmt: skip
_WORDS: Final[dict[Field, dict[str, str]]] = {
    Field.REQUEST: _ASKS,
    Field.NEED: {"explicit": "names a problem", "implied": "need is implied"},
    Field.URGENCY: {"high": "in a hurry", "none": "in no hurry"},
    Field.TIMELINE: {"<= 30 days": "within 30 days", "<= 90 days": "within 90 days", "<= 12 months": "within 12 months", "> 12 months": "not within 12 months"},
    Field.BUDGET: {"approved": "budget approved", "exists": "budget named, not signed off", "none_available": "no budget now"},
    Field.AUTHORITY: {"decision_maker": "decides", "influencer": "has a say", "evaluator": "compares for others"},
    Field.COMPETITOR: {"yes": "names a rival product"},
    Field.NOT_A_BUYER: {value: f"may not be a buyer: {value.replace('_', ' ')}" for value in ("job_seeker", "student", "vendor", "existing_customer_support", "press", "spam", "wrong_company")},
    Field.DATA_RIGHTS: {value: f"data right: {value}" for value in ("unsubscribe", "object", "erase", "access", "rectify")},
}  # fmt: skip
#: Fields in which two messages can contradict each other; asking for two things is no contradiction.
EXCLUSIVE: Final = (Field.URGENCY, Field.TIMELINE, Field.BUDGET, Field.AUTHORITY, Field.NOT_A_BUYER)


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of a brief: what was read, the words, and the message they stand in."""

    field: Field
    value: str
    words: str
    quotes: tuple[str, ...]
    message_id: str
    confidence: int


@dataclass(frozen=True, slots=True)
class Brief:
    """``statements``: the newest of each field; ``contradictions``: fields where messages disagree, oldest first."""

    statements: tuple[Statement, ...]
    contradictions: tuple[tuple[Statement, ...], ...]

    @property
    def line(self) -> str:
        """All of it in one line: ``asks for a demo; budget approved; names a rival product``."""
        return "; ".join(statement.words for statement in self.statements)


def in_words(name: Field, value: str) -> str:
    """A value as a person would say it: ``budget approved``; the plain value where nothing was said."""
    return _WORDS[name].get(value, f"{name.value.replace('_', ' ')}: {value.replace('_', ' ')}")


def make_brief(messages: Sequence[Readings], min_confidence: int = 6_000) -> Brief:
    """The brief of a lead's messages, oldest first. Readings below the confidence and abstentions stay out."""
    by_field = {name: [*_statements(messages, name, min_confidence)] for name in Field}
    newest = tuple(found[-1] for found in by_field.values() if found)
    against = tuple(
        tuple(by_field[name]) for name in EXCLUSIVE if len({each.value for each in by_field[name]}) > 1
    )
    return Brief(newest, against)


def _statements(messages: Iterable[Readings], name: Field, least: int) -> Iterable[Statement]:
    for readings in messages:
        reading = readings[name]
        if _worth_saying(reading, least):
            quotes = tuple(quote.text for quote in reading.quotes)
            value = str(reading.value)
            yield Statement(name, value, _WORDS[name][value], quotes, readings.message_id, reading.confidence)


def _worth_saying(reading: Reading, least: int) -> bool:
    return (
        reading.value is not None
        and reading.confidence >= least
        and bool(reading.quotes)
        and (reading.field, reading.value) not in (QUOTELESS - {(Field.URGENCY, "none")})
    )
