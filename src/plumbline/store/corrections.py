"""Corrections in one file: only ever added; the words and the person can be erased, the count stays.

What is left of an erased one says that on a day a field was read as one value and called another, of nobody.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self

from plumbline.domain.errors import InvalidCorrectionError
from plumbline.reading.corrections import How, Label
from plumbline.reading.model import Field
from plumbline.store.small_file import Kind, SmallFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from sqlite3 import Connection
    from types import TracebackType

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
CREATE TABLE body (
  seq INTEGER PRIMARY KEY REFERENCES label (seq),
  sender TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT;
CREATE INDEX body_sender ON body (sender);
CREATE TABLE erased (
  seq INTEGER PRIMARY KEY REFERENCES label (seq),
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  basis TEXT NOT NULL
) STRICT;
CREATE TRIGGER label_only_at_the_end BEFORE INSERT ON label
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM label)
BEGIN SELECT raise(ABORT, 'corrections are only added'); END;
CREATE TRIGGER label_no_update BEFORE UPDATE ON label
BEGIN SELECT raise(ABORT, 'corrections are only added'); END;
CREATE TRIGGER label_no_delete BEFORE DELETE ON label
BEGIN SELECT raise(ABORT, 'corrections are only added'); END;
CREATE TRIGGER body_only_with_its_label BEFORE INSERT ON body
WHEN NEW.seq IS NOT (SELECT max(seq) FROM label) OR EXISTS (SELECT 1 FROM body WHERE seq = NEW.seq)
BEGIN SELECT raise(ABORT, 'words come with their correction or never'); END;
CREATE TRIGGER body_no_update BEFORE UPDATE ON body
BEGIN SELECT raise(ABORT, 'corrections are only added'); END;
CREATE TRIGGER body_delete_needs_a_reason BEFORE DELETE ON body
WHEN NOT EXISTS (SELECT 1 FROM erased WHERE seq = OLD.seq)
BEGIN SELECT raise(ABORT, 'words go only with a record of why'); END;
CREATE TRIGGER erased_once BEFORE INSERT ON erased
WHEN EXISTS (SELECT 1 FROM erased WHERE seq = NEW.seq)
BEGIN SELECT raise(ABORT, 'corrections are only added'); END;
CREATE TRIGGER erased_no_update BEFORE UPDATE ON erased
BEGIN SELECT raise(ABORT, 'corrections are only added'); END;
CREATE TRIGGER erased_no_delete BEFORE DELETE ON erased
BEGIN SELECT raise(ABORT, 'corrections are only added'); END;
""",
)
_LABEL: Final = "INSERT INTO label SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ? FROM label"
_ALL: Final = (
    "SELECT at, by, field, before, after, confidence, reader, how, sender, content "
    "FROM label LEFT JOIN body USING (seq) ORDER BY seq"
)


class CorrectionFile:
    """Labels in a file. Safe to share between threads and processes."""

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        self._file = SmallFile(path, _KIND, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def add(self, labels: Iterable[Label]) -> int:
        """Keep labels, all or none; how many there were."""
        rows = [*labels]
        with self._file.writing() as db:
            for label in rows:
                _add(db, label)
        return len(rows)

    def labels(self) -> list[Label]:
        """Every label in order; the erased ones without words, sender and reason."""
        return [_label(row) for row in self._file.rows(_ALL)]

    def erase(self, senders: Iterable[str], *, by: str, basis: str, now: datetime) -> int:
        """Destroy words, reasons and keys of people; how many labels lost theirs.

        Raises:
            InvalidCorrectionError: Nobody's name, no basis (such as ``request``).
        """
        if not by.strip() or not basis.strip():
            raise InvalidCorrectionError("Who erases and on what basis have to be said.")
        count = 0
        with self._file.writing() as db:
            for sender in {sender for sender in senders if sender}:
                db.execute(
                    "INSERT INTO erased SELECT seq, ?, ?, ? FROM body WHERE sender = ?",
                    (now.isoformat(), by, basis, sender),
                )
                count += db.execute("DELETE FROM body WHERE sender = ?", (sender,)).rowcount
        return count


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
