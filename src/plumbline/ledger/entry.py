"""One line of the ledger: a chained header that stays for ever, and a body that can be erased.

A header holds no personal data: a kind, a random reference, an actor, counts and hashes, and the time only
to the hour. It is kept as the exact bytes that were hashed; verifying never writes them anew.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import LedgerError
from plumbline.ledger.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.ledger.body import Body

#: A count, a hash or a plain word, or some of these words.
Fact = int | str | tuple[str, ...]

#: What the first entry continues from. It names the format, so that another format is another chain.
GENESIS: Final = sha256(b"plumbline ledger 1").digest()

# No spaces and no @: neither a name nor an address passes as a fact.
_WORD: Final = re.compile(r"[A-Za-z0-9_.:/#+-]{1,128}")
_HOUR: Final = "%Y-%m-%dT%H:00Z"


class Event(StrEnum):
    """What an entry records, as ``subject:action``. Keep the list alphabetical."""

    APPEAL_OPENED = "appeal:opened"
    DECISION_MADE = "decision:made"
    DECISION_OVERRIDDEN = "decision:overridden"
    DECISIONS_RECORDED = "decisions:recorded"
    DRAWS_KEY_COMMITTED = "draws:key_committed"
    ERASURE_PERFORMED = "erasure:performed"
    IMPORT_FINISHED = "import:finished"
    IMPORT_UNDONE = "import:undone"
    KEY_ISSUED = "key:issued"
    KEY_REVOKED = "key:revoked"
    LEAD_ANSWERED = "lead:answered"
    LEAD_MOVED = "lead:moved"
    MODEL_PROMOTED = "model:promoted"
    MODEL_REGISTERED = "model:registered"
    MODEL_ROLLED_BACK = "model:rolled_back"
    OBJECTION_RECORDED = "objection:recorded"
    OUTCOME_REPORTED = "outcome:reported"
    OVERRIDE_ENDED = "override:ended"
    POLICY_PUBLISHED = "policy:published"
    PROPOSAL_DECIDED = "proposal:decided"
    PROPOSAL_MADE = "proposal:made"
    REVIEW_DECIDED = "review:decided"
    ROUTING_CHANGED = "routing:changed"
    RUN_FINISHED = "run:finished"
    RUN_STARTED = "run:started"
    SWITCH_TURNED = "switch:turned"
    USER_CHANGED = "user:changed"
    WEBHOOK_ADDED = "webhook:added"
    WEBHOOK_REMOVED = "webhook:removed"
    WEEK_SEALED = "week:sealed"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller wants recorded.

    ``ref`` is a random name the caller made, or one derived from a run; each (kind, ref) is recorded once, so
    that a repeated append changes nothing. ``body`` is the erasable content and ``subject`` the person it can
    be erased by. ``actor`` is never empty: a system job is an actor with a name.
    """

    kind: Event
    ref: str
    actor: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    subject: str | None = None

    def __post_init__(self) -> None:
        if not self.actor.strip():
            raise LedgerError("An entry needs an actor: a system job is an actor with a name.")
        _refuse_unless_word("ref", self.ref)
        for name, fact in self.facts.items():
            _refuse_unless_fact(name, fact)


@dataclass(frozen=True, slots=True)
class Header:
    """What the chain keeps of an entry. ``time`` is the hour it was written in, UTC."""

    seq: int
    kind: Event
    ref: str
    actor: str
    time: datetime
    commitment: str | None
    facts: Mapping[str, Fact]

    def encode(self) -> bytes:
        """The bytes that are hashed and stored."""
        return canonical(
            {
                "actor": self.actor,
                "commitment": self.commitment,
                "facts": dict(self.facts),
                "kind": self.kind.value,
                "ref": self.ref,
                "seq": self.seq,
                "time": self.time.strftime(_HOUR),
            }
        )

    @classmethod
    def decode(cls, raw: bytes) -> Header:
        """The header in stored bytes; ``LedgerError`` when they hold none."""
        try:
            parts = json.loads(raw)
            parts["kind"] = Event(parts["kind"])
            parts["time"] = datetime.strptime(parts["time"], _HOUR).replace(tzinfo=UTC)
            parts["facts"] = {name: _fact(value) for name, value in parts["facts"].items()}
            return cls(**parts)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise LedgerError("These bytes are no header of a ledger entry.") from error


@dataclass(frozen=True, slots=True)
class Head:
    """How far a ledger reaches. Publish it elsewhere: only an outside copy shows that a tail was cut off."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """The head written as ``seq:hex``; ``LedgerError`` otherwise."""
        seq, _, digest = text.strip().partition(":")
        if not (seq.isdecimal() and re.fullmatch(r"[0-9a-f]{64}", digest)):
            raise LedgerError(f"{text!r} is no ledger head; it is written as 12:9f86d0… with 64 hex digits.")
        return cls(int(seq), bytes.fromhex(digest))


#: The head of a ledger without entries.
START: Final = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Entry:
    """A recorded line: the header, its stored bytes, its hash and, until it is erased, its body."""

    header: Header
    raw: bytes
    hash: bytes
    body: Body | None = None

    @property
    def head(self) -> Head:
        """The head of the ledger that ends with this entry."""
        return Head(self.header.seq, self.hash)


def link(previous: bytes, raw: bytes) -> bytes:
    """The hash of an entry: it continues the one before."""
    return sha256(previous + raw).digest()


def seal(draft: Draft, *, after: Head, hour: datetime, body: Body | None) -> Entry:
    """The entry that follows a head. ``body`` is the draft's body under a salt."""
    header = Header(
        seq=after.seq + 1,
        kind=draft.kind,
        ref=draft.ref,
        actor=draft.actor,
        time=hour,
        commitment=body.commitment if body else None,
        facts=draft.facts,
    )
    raw = header.encode()
    return Entry(header, raw, link(after.hash, raw), body)


def erased_refs(header: Header) -> tuple[str, ...]:
    """The references a tombstone names."""
    refs = header.facts.get("refs", ())
    return refs if isinstance(refs, tuple) else ()


def to_the_hour(now: datetime) -> datetime:
    """The hour of a moment, UTC. Exact times beside rare actions could point at a person."""
    if now.tzinfo is None:
        raise LedgerError("A time without a time zone cannot be recorded; pass UTC.")
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _fact(value: object) -> Fact:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    if isinstance(value, int | str):
        return value
    raise TypeError(f"{value!r} is no fact")


def _refuse_unless_fact(name: str, fact: Fact) -> None:
    _refuse_unless_word("the name of a fact", name)
    for word in (fact,) if isinstance(fact, str) else fact if isinstance(fact, tuple) else ():
        _refuse_unless_word(f"fact {name}", word)


def _refuse_unless_word(place: str, text: str) -> None:
    if not _WORD.fullmatch(text):
        raise LedgerError(
            f"{place} is {text!r}: headers stay for ever and take only counts, hashes and plain words."
        )
