"""Small ledgers and small batches of decisions, made without a clock."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl

from plumbline.ledger.body import Body
from plumbline.ledger.entry import START, Draft, Entry, Event, seal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plumbline.ledger.verify import Record

NOON = datetime(2025, 6, 2, 12, tzinfo=UTC)


def salt(number: int) -> bytes:
    """Looks random, is repeatable."""
    return sha256(b"salt %d" % number).digest()


def review(number: int, body: Mapping[str, object] | None = None) -> Draft:
    """A person decided something about lead ``number``."""
    content = {"lead": f"L{number}", "email": email(number), "note": "called back"} if body is None else body
    return Draft(Event.REVIEW_DECIDED, f"{number:032x}", "alice", {"minutes": number}, content, f"L{number}")


def email(number: int) -> str:
    """The address of lead ``number``."""
    return f"person.{number}@example.com"


def chain(drafts: Iterable[Draft]) -> list[Entry]:
    """The entries that drafts become, each body under its own salt."""
    head, entries = START, []
    for number, draft in enumerate(drafts):
        body = None if draft.body is None else Body.of(draft.body, salt(number))
        entries.append(seal(draft, after=head, hour=NOON, body=body))
        head = entries[-1].head
    return entries


def record(entry: Entry) -> Record:
    """An entry as ``verify`` reads it."""
    body = entry.body
    return (entry.raw, entry.hash, body and body.salt, body and body.content)


def without_body(entry: Record) -> Record:
    """The record after its body is gone."""
    return (entry[0], entry[1], None, None)


def decisions(count: int, first: int = 0) -> pl.DataFrame:
    """A batch as the main path gives it: received columns as ``in.…`` beside what was decided."""
    numbers = range(first, first + count)
    return pl.DataFrame(
        {
            "lead.id": pl.Series([f"L{n}" for n in numbers], dtype=pl.String),
            "in.row": pl.Series([n + 1 for n in numbers], dtype=pl.Int64),
            "in.contact.email": [None if n % 7 == 3 else email(n) for n in numbers],
            "in.account.name": [f'Ünïcode & "Söhne" {n} \u2028' for n in numbers],
            "route": ["review" if n % 5 == 0 else "queue" for n in numbers],
            "points": pl.Series([n % 90 - 20 for n in numbers], dtype=pl.Int32),
            "disqualify": [n % 11 == 0 for n in numbers],
            "missing": pl.Series([["employees"] * (n % 3) for n in numbers], dtype=pl.List(pl.String)),
        }
    )
