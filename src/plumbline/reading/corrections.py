"""A person's word on a reading: the label that everything learned here stands on.

A label is either *sampled*, where somebody judged a message because it was drawn, or *noticed*, where a wrong
reading caught somebody's eye. Noticed ones are nearly always wrong readings, so only sampled ones may say how
often a reader is right; both may teach it words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import InvalidCorrectionError
from plumbline.domain.intervals import Share, wilson
from plumbline.reading.cues import default_cues
from plumbline.reading.model import VALUES, Field
from plumbline.reading.prepare import prepare
from plumbline.reading.shown import show

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from plumbline.reading.model import Message, Readings
    from plumbline.reading.shown import Shown

_LONGEST: Final = 500


class How(StrEnum):
    """How a label came about."""

    SAMPLED = "sampled"
    NOTICED = "noticed"


@dataclass(frozen=True, slots=True)
class Label:
    """One field of one message, as read and as a person says it is. ``before`` ``None`` was an abstention.

    ``words`` are the masked own words that were read; ``sender`` the key that objections and erasures go by.
    Both are empty once the person was erased.
    """

    at: datetime
    by: str
    field: Field
    before: str | None
    after: str
    confidence: int
    reader: str
    how: How
    message: str = ""
    sender: str = ""
    why: str = ""
    words: str = ""
    cues: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the reader was right."""
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class Person:
    """Who corrects, when, and how it came about."""

    by: str
    at: datetime
    how: How = How.NOTICED


def correct(
    message: Message, readings: Readings, truth: Mapping[Field, str], person: Person, why: str = ""
) -> tuple[Label, ...]:
    """A person's word on some fields of a message, or on all of them; a confirmed field is a label too.

    Raises:
        InvalidCorrectionError: A value the field does not have, nobody's name, no reason for a change.
    """
    if not person.by.strip():
        raise InvalidCorrectionError("Somebody has to stand for a correction.")
    if len(why) > _LONGEST:
        raise InvalidCorrectionError(f"A reason has at most {_LONGEST} characters.")
    quotes = [quote for reading in readings.readings for quote in reading.quotes]
    shown = show(prepare(message, default_cues().spelling), quotes)
    labels = tuple(_label(message, readings, shown, name, truth[name], person, why) for name in truth)
    if not why.strip() and not all(label.right for label in labels):
        raise InvalidCorrectionError("Why a reading is changed has to be said.")
    return labels


def _label(
    message: Message, readings: Readings, shown: Shown, name: Field, after: str, person: Person, why: str
) -> Label:
    if after not in VALUES[name]:
        raise InvalidCorrectionError(
            f"{name} has no value {after!r}: it is one of {', '.join(VALUES[name])}."
        )
    reading = readings[name]
    return Label(
        person.at, person.by, name, reading.value, after, reading.confidence, readings.reader, person.how,
        message.id, message.sender, why, shown.text, reading.cues,
    )  # fmt: skip


def usable(labels: Iterable[Label], objected: Collection[str] = ()) -> list[Label]:
    """The labels that may count, oldest first: per message and field the last word, of no one who objected.

    What was erased has no words left and counts only where none are needed.
    """
    last: dict[tuple[object, ...], Label] = {}
    for label in sorted(labels, key=lambda label: label.at):
        if not (label.sender and label.sender in objected):
            key = label.message or label.words or id(label)
            last[label.sender, key, label.field, label.reader] = label
    return sorted(last.values(), key=lambda label: label.at)


@dataclass(frozen=True, slots=True)
class Period:
    """How often people agreed with a reader in a month; ``noticed`` corrections stand beside it."""

    month: str
    field: Field
    reader: str
    agreed: Share
    noticed: int


def agreement_over_time(labels: Iterable[Label]) -> tuple[Period, ...]:
    """Per month, field and reader, with Wilson intervals; months without labels are not there."""
    found: dict[tuple[str, Field, str], list[Label]] = {}
    for label in usable(labels):
        found.setdefault((f"{label.at:%Y-%m}", label.field, label.reader), []).append(label)
    order = [*Field]
    keys = sorted(found, key=lambda key: (key[0], order.index(key[1]), key[2]))
    return tuple(_period(*key, found[key]) for key in keys)


def _period(month: str, name: Field, reader: str, labels: list[Label]) -> Period:
    sampled = [label for label in labels if label.how is How.SAMPLED]
    agreed = wilson(sum(label.right for label in sampled), len(sampled))
    return Period(month, name, reader, agreed, len(labels) - len(sampled))
