"""Trials of second readers: what each said in the shadow of the first, and who let it count (G22).

A second reader is a model, a prompt and a place. Change one of them and it is another, which starts in the
shadow. What people decide is only ever added. No words of a message are stored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import TrialError
from plumbline.reading.model import VALUES, Field
from plumbline.reading.second import agreement
from plumbline.store.small_file import Kind, SmallFile, only_added

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from plumbline.reading.second import Agreement, Values

#: Messages that a second reader has to be held against the first on before anybody may let it count.
LEAST: Final = 100
_KIND: Final = Kind(
    "register of second readers",
    0x504C4D54,
    1,
    """
CREATE TABLE seen (
  reader TEXT NOT NULL,
  key TEXT NOT NULL,
  day TEXT NOT NULL,
  first TEXT NOT NULL,
  second TEXT NOT NULL,
  PRIMARY KEY (reader, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE decided (
  seq INTEGER PRIMARY KEY,
  reader TEXT NOT NULL,
  counts INTEGER NOT NULL CHECK (counts IN (0, 1)),
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  why TEXT NOT NULL,
  messages INTEGER NOT NULL
) STRICT;
"""
    + only_added("decided", "decisions are only added"),
)

_DECIDE: Final = "INSERT INTO decided SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ? FROM decided"


@dataclass(frozen=True, slots=True)
class Standing:
    """A second reader, how many messages it was tried on, and whether its readings count."""

    reader: str
    messages: int
    counts: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of a person about a second reader."""

    reader: str
    counts: bool
    at: str
    by: str
    why: str
    messages: int


class TrialFile(SmallFile):
    """Trials and decisions in one file. Safe to share between threads."""

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        super().__init__(path, _KIND, create=create)

    def record(self, reader: str, key: str, first: Values, second: Values, day: str) -> None:
        """What both said of a message; the same message counts once."""
        row = (reader, key, day, _encode(first), _encode(second))
        with self.writing() as db:
            db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?, ?)", row)

    def report(self, reader: str) -> tuple[Agreement, ...]:
        """How far a second reader agreed with the first, per field."""
        rows = self.rows("SELECT first, second FROM seen WHERE reader = ?", (reader,))
        return agreement((_decode(str(one)), _decode(str(other))) for one, other in rows)

    def counts(self, reader: str) -> bool:
        """Whether a person let it count, and nobody took that back since."""
        query = "SELECT counts FROM decided WHERE reader = ? ORDER BY seq DESC LIMIT 1"
        return any(row == (1,) for row in self.rows(query, (reader,)))

    def allow(self, reader: str, *, by: str, why: str, now: datetime) -> tuple[Agreement, ...]:
        """Let a second reader count; the report that this was decided on comes back.

        Raises:
            TrialError: It was tried on too few messages, or nobody stands for the decision.
        """
        messages = self._messages(reader)
        if messages < LEAST:
            raise TrialError(
                f"{reader!r} was tried on {messages} of the {LEAST} messages it takes before it may count."
            )
        self._decide(Decided(reader, True, now.isoformat(), by, why, messages))
        return self.report(reader)

    def withdraw(self, reader: str, *, by: str, why: str, now: datetime) -> None:
        """Send a second reader back into the shadow, at once."""
        self._decide(Decided(reader, False, now.isoformat(), by, why, self._messages(reader)))

    def decisions(self) -> list[Decided]:
        """Everything that people decided, in order."""
        rows = self.rows("SELECT reader, counts, at, by, why, messages FROM decided ORDER BY seq")
        return [
            Decided(str(reader), counts == 1, str(at), str(by), str(why), int(str(messages)))
            for reader, counts, at, by, why, messages in rows
        ]

    def standings(self) -> list[Standing]:
        """All second readers that were ever tried."""
        names = self.rows("SELECT DISTINCT reader FROM seen ORDER BY reader")
        return [Standing(str(name), self._messages(str(name)), self.counts(str(name))) for (name,) in names]

    def _messages(self, reader: str) -> int:
        return int(str(self.rows("SELECT count(*) FROM seen WHERE reader = ?", (reader,))[0][0]))

    def _decide(self, decided: Decided) -> None:
        if not decided.by.strip() or not decided.why.strip():
            raise TrialError("Who decides and why have to be said.")
        row = (decided.reader, int(decided.counts), decided.at, decided.by, decided.why, decided.messages)
        with self.writing() as db:
            db.execute(_DECIDE, row)


def _encode(values: Values) -> str:
    return json.dumps([values[name] for name in Field])


def _decode(content: str) -> Values:
    kept = json.loads(content)
    return {name: value if value in VALUES[name] else None for name, value in zip(Field, kept, strict=True)}
