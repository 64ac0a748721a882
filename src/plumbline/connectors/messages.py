"""Messages and outcomes of leads from files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.tables import Layout, Table, read_table
from plumbline.domain.rowcodes import RowCode

if TYPE_CHECKING:
    from plumbline.connectors.files import Source

MESSAGES: Final = Layout(
    about="messages have a lead, a time and a text",
    names={
        "id": ("id", "message id", "activity id", "e mail id", "email id"),
        "sent_at": (
            "sent at",
            "at",
            "sent",
            "time",
            "timestamp",
            "date",
            "received at",
            "received",
            "created at",
        ),
        "kind": ("kind", "channel", "type", "message type", "activity type", "medium"),
        "text": ("text", "body", "message", "content", "email body", "comment", "notes", "description"),
        "direction": ("direction", "inbound", "in out", "email direction"),
    },
    at="sent_at",
    needed={"text": RowCode.MISSING_TEXT, "sent_at": RowCode.NOT_A_DATE},
    orphan=RowCode.ORPHAN_MESSAGE,
)
OUTCOMES: Final = Layout(
    about="outcomes have a lead, a time and what came out",
    names={
        "at": ("at", "time", "timestamp", "date", "reported at", "closed at", "close date", "outcome date"),
        "kind": ("kind", "outcome", "result", "status", "disposition", "stage", "lead status"),
        "reason": ("reason", "lost reason", "close reason", "disqualification reason", "why", "comment"),
        "by": ("by", "rep", "owner", "reported by", "user", "lead owner", "sales rep"),
    },
    at="at",
    needed={"kind": RowCode.MISSING_KIND, "at": RowCode.NOT_A_DATE},
    orphan=RowCode.ORPHAN_OUTCOME,
)
#: Words for a message that we sent; anything else, also nothing, is one that somebody sent us.
_OUTBOUND: Final = ("out", "outbound", "outgoing", "sent", "false", "0", "no")


def read_messages(source: Source) -> Table:
    """Messages, with ``id``, ``lead.id``, ``contact.email``, ``sent_at``, ``kind``, ``text``, ``direction``.

    ``direction`` is ``in`` or ``out``. Where the file says nothing, a message is one that somebody sent us.
    """
    table = read_table(source, MESSAGES)
    is_out = pl.col("direction").str.to_lowercase().is_in(_OUTBOUND).fill_null(value=False)
    direction = pl.when(is_out).then(pl.lit("out")).otherwise(pl.lit("in")).alias("direction")
    return Table(table.layout, table.frame.with_columns(direction), table.rejected, table.noted)


def read_outcomes(source: Source) -> Table:
    """Outcomes: ``row``, ``lead.id``, ``contact.email``, ``at``, ``kind``, ``reason``, ``by``."""
    return read_table(source, OUTCOMES)


def inbox_rows(messages: Table) -> pl.DataFrame:
    """What was sent to us, as inboxes take it: ``message``, ``lead.id``, ``sent_on``, ``channel``, ``text``.

    A message without an id is called by its row. ``messages`` are joined to their leads already.
    """
    received = messages.frame.filter((pl.col("direction") == "in") & pl.col("lead.id").is_not_null())
    return received.sort("sent_at", "row").select(
        pl.coalesce("id", pl.format("row-{}", "row")).alias("message"),
        "lead.id",
        pl.col("sent_at").dt.date().alias("sent_on"),
        pl.col("kind").str.to_lowercase().fill_null("email").alias("channel"),
        "text",
    )
