"""What goes into a reader and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from datetime import date


class Field(StrEnum):
    """What a reader looks for in a message, in the order a person would ask."""

    REQUEST = "request"
    NEED = "need"
    URGENCY = "urgency"
    TIMELINE = "timeline"
    BUDGET = "budget"
    AUTHORITY = "authority"
    COMPETITOR = "competitor"
    NOT_A_BUYER = "not_a_buyer"
    DATA_RIGHTS = "data_rights"


#: The values of each field; the last one is what an ordinary message with nothing to say gets.
VALUES: Final[dict[Field, tuple[str, ...]]] = {
    Field.REQUEST: (
        "demo", "pricing", "trial", "meeting", "information", "security_review", "renewal", "support",
        "partnership", "vendor_pitch", "job_application", "student_research", "press", "unsubscribe",
        "data_rights", "spam", "none",
    ),
    Field.NEED: ("explicit", "implied", "none"),
    Field.URGENCY: ("high", "none", "normal"),
    Field.TIMELINE: ("<= 30 days", "<= 90 days", "<= 12 months", "> 12 months", "none"),
    Field.BUDGET: ("approved", "exists", "none_available", "not_mentioned"),
    Field.AUTHORITY: ("decision_maker", "influencer", "evaluator", "none_stated"),
    Field.COMPETITOR: ("yes", "no"),
    Field.NOT_A_BUYER: (
        "job_seeker", "student", "vendor", "existing_customer_support", "press", "spam", "wrong_company",
        "no",
    ),
    Field.DATA_RIGHTS: ("unsubscribe", "object", "erase", "access", "rectify", "no"),
}  # fmt: skip

#: What a field says when no words speak for anything else. No quote is needed for it.
DEFAULTS: Final = {name: values[-1] for name, values in VALUES.items()}

#: Urgency "none" may follow from asking for nothing, and then there are no words to quote either.
QUOTELESS: Final = frozenset((name, value) for name, value in DEFAULTS.items()) | {(Field.URGENCY, "none")}


class Abstention(StrEnum):
    """Why a reader says "cannot tell"."""

    EMPTY = "there are no words of the sender to read"
    LANGUAGE = "the language is not supported"
    UNREADABLE = "the content is not text"
    CONFLICT = "the words point both ways"
    UNCLEAR = "the words are not clear enough"
    DISAGREE = "two readers disagree"
    UNQUOTED = "the words it was said to stand on are not in the message"
    OBJECTED = "the sender objected to profiling"


class Removed(StrEnum):
    """What preparation took away before anything was read, and reports."""

    HIDDEN = "hidden text"
    COMMENT = "comment"
    INVISIBLE = "invisible characters"
    LOOKALIKE = "look-alike characters"
    QUOTED = "quoted text"
    FORWARDED = "forwarded text"
    DISCLAIMER = "disclaimer"
    OURS = "our own words"
    INSTRUCTION = "text addressed to the reading machine"
    OPINION = "opinion of the note-taker"
    ENCODED = "encoded block"
    PERSONAL = "personal data masked"
    SPECIAL = "special-category mention masked"
    TRUNCATED = "text beyond the reading limit"


@dataclass(frozen=True, slots=True)
class Message:
    """One received text. ``received`` is the local date of the recipient, needed to resolve dates.

    ``channel`` is email, form, chat, call_note or transcript; ``our_names`` are names of our company,
    products and people, so that our own words are recognised in a thread; ``sender`` is the key under which
    an objection of the person who wrote is kept.
    """

    text: str
    channel: str = "email"
    received: date | None = None
    id: str = ""
    our_names: tuple[str, ...] = ()
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the message: ``message.text[start:end] == text``, always."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One field's answer. ``value`` is ``None`` when the reader abstains; then ``abstained`` says why.

    ``confidence`` is the chance that the value is right, per 10,000. ``cues`` name the rules that spoke.
    """

    field: Field
    value: str | None
    confidence: int
    quotes: tuple[Quote, ...] = ()
    abstained: Abstention | None = None
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something preparation did: what, how many characters, and where the first of them stands."""

    what: Removed
    characters: int
    start: int


class Remark(StrEnum):
    """What happened on the way to a reading that a person should know of. Nothing of it is silent."""

    SHADOW = "the second reader was asked, and does not count yet"
    NOT_SENT = "a data right is used in the message: it was not sent to the second reader"
    NO_SENDER = "nobody said who wrote, so no objection could be looked up: not sent to the second reader"
    DOWN = "the second reader could not be reached"
    SLOW = "the second reader took too long"
    REFUSED = "the second reader refused the request"
    MALFORMED = "the second reader's answer could not be read"
    SPENT = "the budget for the second reader is spent"
    CHANGED = "another model answered than the one that was asked for"
    UNQUOTED = "claims without words that stand in the message were dropped"
    UNKNOWN = "claims outside the vocabulary were dropped"


@dataclass(frozen=True, slots=True)
class Readings:
    """All fields of one message, in the order of ``Field``; ``language`` is ISO 639-1 or ``und``."""

    message_id: str
    reader: str
    language: str
    readings: tuple[Reading, ...]
    notes: tuple[Note, ...] = field(default=())
    remarks: tuple[Remark, ...] = ()

    def __getitem__(self, name: Field) -> Reading:
        return self.readings[list(Field).index(name)]

    def value(self, name: Field) -> str | None:
        """The value of a field; ``None`` is an abstention."""
        return self[name].value


class Reader(Protocol):
    """Anything that reads messages. ``name`` carries the version, as decisions store it."""

    @property
    def name(self) -> str:
        """Name and version."""
        ...

    def read(self, message: Message) -> Readings:
        """Never raises for any text; never obeys it."""
        ...


def abstain_all(message: Message, reader: str, why: Abstention, language: str = "und") -> Readings:
    """Cannot tell, for every field, for one reason."""
    readings = tuple(Reading(name, None, 0, abstained=why) for name in Field)
    return Readings(message.id, reader, language, readings)
