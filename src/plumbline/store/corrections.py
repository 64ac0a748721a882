"""Corrections in one file: only ever added; the words and the person can be erased, the count stays.

What is left of an erased one says that on a day a field was read as one value and called another, of nobody.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from plumbline.reading.corrections import How, Label
from plumbline.reading.model import Field
from plumbline.store.small_file import Kind, SmallFile, erasable, only_added

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from sqlite3 import Connection

_TOLD: Final = "corrections are only added"
_KIND: Final = Kind(
    "file of corrections",
    0x504C4D52,
    1,
    """
CREATE TABLE label (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  field TEXT NOT NULL,
  before TEXT,
  after TEXT NOT NULL,
  confidence INTEGER NOT NULL,
  reader TEXT NOT NULL,
  how TEXT NOT NULL
) STRICT;
"""
    + only_added("label", _TOLD)
    + erasable("label", _TOLD, key="sender", content="content", parts="words"),
)
_LABEL: Final = "INSERT INTO label SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ? FROM label"
_ALL: Final = (
    "SELECT at, by, field, before, after, confidence, reader, how, sender, content "
    "FROM label LEFT JOIN body USING (seq) ORDER BY seq"
)


class CorrectionFile(SmallFile):
    """Labels in a file. Safe to share between threads and processes."""

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        super().__init__(path, _KIND, create=create)

    def add(self, labels: Iterable[Label]) -> int:
        """Keep labels, all or none; how many there were."""
        rows = [*labels]
        with self.writing() as db:
            for label in rows:
                _add(db, label)
        return len(rows)

    def labels(self) -> list[Label]:
        """Every label in order; the erased ones without words, sender and reason."""
        return [_label(row) for row in self.rows(_ALL)]

    def erase(self, senders: Iterable[str], *, by: str, basis: str, now: datetime) -> int:
        """Destroy words, reasons and keys of people; how many labels lost theirs.

        Raises:
            InvalidCorrectionError: Nobody's name, no basis (such as ``request``).
        """
        return self.erase_bodies("sender", senders, by=by, basis=basis, now=now)


def _add(db: Connection, label: Label) -> None:
    told = (label.at.isoformat(), label.by, label.field, label.before, label.after, label.confidence)
    seq = db.execute(_LABEL, (*told, label.reader, label.how)).lastrowid
    content = {"message": label.message, "why": label.why, "words": label.words, "cues": label.cues}
    db.execute("INSERT INTO body VALUES (?, ?, ?)", (seq, label.sender, json.dumps(content)))


def _label(row: tuple[Any, ...]) -> Label:
    at, by, name, before, after, confidence, reader, how, sender, content = row
    body: dict[str, Any] = json.loads(content) if content else {}
    return Label(
        datetime.fromisoformat(at), by, Field(name), before, after, confidence, reader, How(how),
        body.get("message", ""), sender or "", body.get("why", ""), body.get("words", ""),
        tuple(body.get("cues", ())),
    )  # fmt: skip
