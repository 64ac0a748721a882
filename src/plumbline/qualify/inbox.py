"""Which messages belong to a lead, and reading them in the order they were written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.qualify.said import Said, said_of, to_text, with_readings
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

    def attach(self, clean: pl.DataFrame, objected: pl.Series) -> tuple[pl.DataFrame, Inbox]:
        """Clean leads with what their messages say, and the inbox for the leads that follow.

        Nothing that a person wrote is read once they objected or used a data right, in an earlier message or
        an earlier lead with the same address (law 7). Of the message that uses the right, only that is kept.
        """
        texts, stopped, ended = [], [], set(self.stopped)
        people = zip(self._letters(clean), _addresses(clean), objected.fill_null(value=True), strict=True)
        for letters, address, has_objected in people:
            said = [] if has_objected or address in ended else self._read(letters)
            uses_right = any(one.right for one in said)
            stopped.append(uses_right or address in ended)
            texts.append(to_text(said) if said else None)
            if uses_right and address is not None:
                ended.add(address)
        columns = pl.Series(texts, dtype=pl.String), pl.Series(stopped, dtype=pl.Boolean)
        return with_readings(clean, *columns), replace(self, stopped=frozenset(ended))

    def of(self, clean: pl.DataFrame) -> pl.DataFrame | None:
        """The messages of these leads, beside those of the form. An engine may keep them elsewhere."""
        if self.messages is None:
            return None
        return self.messages.join(clean.select("lead.id"), on="lead.id", how="semi")

    def _read(self, letters: list[Message]) -> list[Said]:
        """What the messages say; from the first that uses a data right on, that one alone."""
        found: list[Said] = []
        for letter in letters:
            said = said_of(self.reader.read(letter))
            if said.right:
                return [said]
            found.append(said)
        return found

    def _letters(self, clean: pl.DataFrame) -> Iterator[list[Message]]:
        """The messages of each lead, oldest first; that of the form is the first."""
        later = self._later(clean)
        forms = _column(clean, _TEXT), _column(clean, _CREATED), _column(clean, _SENDER)
        for lead, text, created, sender in zip(clean["lead.id"], *forms, strict=True):
            form = [self._message(FORM, FORM, text, created, sender)] if text else []
            yield form + [self._message(*row, sender) for row in later.get(lead, ())]

    def _later(self, clean: pl.DataFrame) -> Mapping[str, list[tuple[str, str, str, date | None]]]:
        mine = self.of(clean)
        if mine is None:
            return {}
        found: dict[str, list[tuple[str, str, str, date | None]]] = {}
        for row in mine.sort("sent_on", "message", nulls_last=False).iter_rows(named=True):
            found.setdefault(row["lead.id"], []).append(
                (row["message"], row["channel"], row["text"], row["sent_on"])
            )
        return found

    def _message(self, id_: str, channel: str, text: str, day: date | None, sender: str | None) -> Message:
        return Message(text, channel, day, id_, self.our_names, sender or "")


def _addresses(clean: pl.DataFrame) -> pl.Series:
    return _column(clean, _SENDER).cast(pl.String).str.to_lowercase()


def _column(clean: pl.DataFrame, name: str) -> pl.Series:
    return clean[name] if name in clean.columns else pl.Series(name, [None] * clean.height)
