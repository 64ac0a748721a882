"""Answers of a second reader, kept so that the same words are never paid for, or sent, twice.

A row holds no words: values, how sure, and where in the shown text the quoted words stand. The key is a hash
of what was shown, the prompt and the model, so another prompt or model asks anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from plumbline.reading.claims import Checked, Located
from plumbline.reading.model import Field, Remark
from plumbline.reading.shown import Span
from plumbline.store.small_file import Kind, SmallFile

if TYPE_CHECKING:
    from pathlib import Path

_KIND: Final = Kind(
    "cache of answers",
    0x504C4D43,
    1,
    """
CREATE TABLE answer (
  key TEXT PRIMARY KEY,
  day TEXT NOT NULL,
  model TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
""",
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A checked answer and the model that gave it, as the provider named it."""

    checked: Checked
    model: str


class AnswerCache(SmallFile):
    """Answers by key, in a file. Safe to share between threads."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(path, _KIND)

    def get(self, key: str) -> Answered | None:
        """The answer kept under a key."""
        rows = self.rows("SELECT model, content FROM answer WHERE key = ?", (key,))
        return Answered(_decode(str(rows[0][1])), str(rows[0][0])) if rows else None

    def put(self, key: str, answered: Answered, day: str) -> None:
        """Keep an answer. The first one of a key stays: the same words are read the same way."""
        row = (key, day, answered.model, _encode(answered.checked))
        with self.writing() as db:
            db.execute("INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?)", row)

    def forget(self, before: str) -> int:
        """Delete answers of days before one (``2026-01-31``); how many there were. For retention."""
        with self.writing() as db:
            return db.execute("DELETE FROM answer WHERE day < ?", (before,)).rowcount


def answer_key(*parts: str) -> str:
    """The key of what was sent; parts cannot run into each other."""
    return sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def _encode(checked: Checked) -> str:
    claims = [[c.field, c.value, c.certainty, [list(span) for span in c.spans]] for c in checked.claims]
    unquoted = [name for name in Field if name in checked.unquoted]
    return json.dumps({
        "claims": claims, "unquoted": unquoted, "remarks": [remark.name for remark in checked.remarks],
    })  # fmt: skip


def _decode(content: str) -> Checked:
    kept: dict[str, Any] = json.loads(content)
    claims = tuple(
        Located(Field(name), value, certainty, tuple(Span(*span) for span in spans))
        for name, value, certainty, spans in kept["claims"]
    )
    remarks = tuple(Remark[name] for name in kept["remarks"])
    return Checked(claims, frozenset(map(Field, kept["unquoted"])), remarks)
