"""Stored leads as the main path takes them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.app.models import Behaviour, Message
from plumbline.qualify.inbox import MESSAGES, Inbox
from plumbline.signals import event_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.app.models import Lead
    from plumbline.domain.signals import SignalSpec
    from plumbline.qualify.bundle import Bundle
    from plumbline.signals import EventState

EVENTS: Final = {"lead.id": pl.String(), "kind": pl.String(), "at": pl.String()}
#: Always there, so that a lone lead and a batch are read alike.
ALWAYS: Final = ("contact.email", "account.name", "lead.created_at", "lead.message", "lead.objected")


def received_frame(leads: Sequence[Lead]) -> pl.DataFrame:
    """``row``, ``lead.id`` (our key: random, and the same for ever) and every received field as text."""
    names = sorted({*ALWAYS, *(name for lead in leads for name in lead.received)})
    columns: dict[str, list[object]] = {
        "row": list(range(1, len(leads) + 1)),
        "lead.id": [lead.key for lead in leads],
        **{name: [_cell(lead, name) for lead in leads] for name in names},
    }
    schema = {name: pl.Int64() if name == "row" else pl.String() for name in columns}
    return pl.DataFrame(columns, schema=schema)


def inbox_of(leads: Sequence[Lead]) -> Inbox:
    """What these leads wrote beside the form."""
    rows = Message.objects.filter(lead__in=leads).order_by("at", "pk")
    columns = rows.values_list("pk", "lead__key", "at", "channel", "text")
    frame = [(str(pk), key, at.date(), channel, text) for pk, key, at, channel, text in columns]
    return Inbox(messages=pl.DataFrame(frame, schema=MESSAGES, orient="row"))


def events_of(leads: Sequence[Lead], bundle: Bundle, as_of: datetime) -> EventState:
    """What these leads did, folded for the policy's signals."""
    rows = Behaviour.objects.filter(lead__in=leads).values_list("lead__key", "kind", "at")
    frame = [(key, kind, at.isoformat()) for key, kind, at in rows.iterator()]
    if not frame:  # most leads that come in
        return _nothing_happened(bundle.policy.signals)
    table = pl.DataFrame(frame, schema=EVENTS, orient="row")
    return event_state(table, bundle.policy.signals, as_of=as_of)


@lru_cache(maxsize=16)
def _nothing_happened(signals: tuple[SignalSpec, ...]) -> EventState:
    """No events, which is the same at every moment."""
    return event_state(pl.DataFrame(schema=EVENTS), signals, as_of=datetime(2000, 1, 1, tzinfo=UTC))


def _cell(lead: Lead, name: str) -> str | None:
    if name == "lead.objected" and lead.objected_at is not None:
        return "true"
    value: str | None = lead.received.get(name)
    return value
