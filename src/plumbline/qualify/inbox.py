"""Which messages belong to a lead, and reading them in the order they were written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.qualify.said import TEXTS, said_of, to_text, uses_a_right, with_readings
from plumbline.reading import EmbeddedReader, Message, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

#: What a message table holds, one row per message that somebody sent us; see ``connectors.messages``.
MESSAGES: Final = {
    "message": pl.String(),
    "lead.id": pl.String(),
    "sent_on": pl.Date(),
    "channel": pl.String(),
    "text": pl.String(),
}
FORM: Final = "form"
_TEXT: Final = "lead.message"
_CREATED: Final = "lead.created_at"
_SENDER: Final = "contact.email"


@cache
def embedded() -> Reader:
    """The default reader, made once: it holds no state between messages."""
    return EmbeddedReader()


@dataclass(frozen=True)
class Inbox:
    """What people wrote, beside the message of the form, and who reads it.

    ``messages`` has the columns of ``MESSAGES``. ``our_names`` are names of our company, products and people,
    by which the reader knows our own words. ``stopped`` are addresses whose owners used a data right before.
    """

    reader: Reader = field(default_factory=embedded)
    messages: pl.DataFrame | None = None
    our_names: tuple[str, ...] = ()
    stopped: frozenset[str] = frozenset()

    def read(self, clean: pl.DataFrame, objected: pl.Series) -> pl.Series:
        """What the messages of each lead say, in the kept form; null where there is none to read.

        Nothing that a person wrote is read once they objected (law 7).
        """
        letters = self._letters(clean)
        texts = [
            None
            if stopped or not found
            else to_text([said_of(self.reader.read(message)) for message in found])
            for found, stopped in zip(letters, objected.fill_null(value=True), strict=True)
        ]
        return pl.Series("readings", texts, dtype=pl.String)

    def attach(self, clean: pl.DataFrame, objected: pl.Series) -> pl.DataFrame:
        """Clean leads with what their messages say; of a sender who uses a data right only that is kept."""
        texts = self.read(clean, objected)
        read = with_readings(clean, texts, pl.Series([False] * clean.height, dtype=pl.Boolean))
        stopped = read.select(self._has_stopped(clean)).to_series()
        if not stopped.any():
            return read
        kept = read.select(pl.when(uses_a_right() | ~stopped).then(TEXTS)).to_series()
        return with_readings(clean, kept, stopped)

    def after(self, clean: pl.DataFrame) -> Inbox:
        """The inbox for the leads that follow these, which came out of ``attach``."""
        found = clean.filter(uses_a_right()).select(_address(clean)).to_series().drop_nulls()
        return replace(self, stopped=self.stopped.union(found)) if found.len() else self

    def _has_stopped(self, clean: pl.DataFrame) -> pl.Expr:
        """Whether the lead's sender used a data right in this lead or an earlier one."""
        address = _address(clean)
        earlier = uses_a_right().cum_max().over(address) & address.is_not_null()
        return (uses_a_right() | earlier | address.is_in(sorted(self.stopped))).fill_null(value=False)

    def _letters(self, clean: pl.DataFrame) -> Iterator[list[Message]]:
        """The messages of each lead, oldest first; that of the form is the first."""
        later = self._later(clean)
        forms = _column(clean, _TEXT), _column(clean, _CREATED), _column(clean, _SENDER)
        for lead, text, created, sender in zip(clean["lead.id"], *forms, strict=True):
            form = [self._message(FORM, FORM, text, created, sender)] if text else []
            yield form + [self._message(*row, sender) for row in later.get(lead, ())]

    def _later(self, clean: pl.DataFrame) -> Mapping[str, list[tuple[str, str, str, date | None]]]:
        if self.messages is None:
            return {}
        mine = self.messages.join(clean.select("lead.id"), on="lead.id", how="semi")
        found: dict[str, list[tuple[str, str, str, date | None]]] = {}
        for row in mine.sort("sent_on", "message", nulls_last=False).iter_rows(named=True):
            found.setdefault(row["lead.id"], []).append(
                (row["message"], row["channel"], row["text"], row["sent_on"])
            )
        return found

    def _message(self, id_: str, channel: str, text: str, day: date | None, sender: str | None) -> Message:
        return Message(text, channel, day, id_, self.our_names, sender or "")


def _address(clean: pl.DataFrame) -> pl.Expr:
    known = _SENDER in clean.columns
    return pl.col(_SENDER).str.to_lowercase() if known else pl.lit(None, dtype=pl.String)


def _column(clean: pl.DataFrame, name: str) -> pl.Series:
    return clean[name] if name in clean.columns else pl.Series(name, [None] * clean.height)
