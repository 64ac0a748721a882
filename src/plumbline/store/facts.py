"""Facts in one file: only ever added, the same one once; values can be erased, the count stays."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from plumbline.store.small_file import Kind, SmallFile, erasable, only_added
from plumbline.triage.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from sqlite3 import Connection

_TOLD: Final = "facts are only added"
_KIND: Final = Kind(
    "file of facts",
    0x504C4D46,
    1,
    """
CREATE TABLE fact (
  seq INTEGER PRIMARY KEY,
  kept_at TEXT NOT NULL,
  field TEXT NOT NULL,
  source TEXT NOT NULL,
  method TEXT NOT NULL,
  as_of TEXT,
  licence TEXT NOT NULL,
  good_for INTEGER
) STRICT;
"""
    + only_added("fact", _TOLD)
    + erasable("fact", _TOLD, key="subject", content="value", parts="values"),
)
_FACT: Final = "INSERT INTO fact SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM fact"
_COLUMNS: Final = "SELECT subject, field, value, source, method, as_of, licence, good_for FROM fact JOIN body"
_ALL: Final = f"{_COLUMNS} USING (seq) ORDER BY seq"
_OF: Final = f"{_COLUMNS} USING (seq) WHERE subject = ? ORDER BY seq"


class FactFile(SmallFile):
    """Facts by the id of their lead. Safe to share between threads and processes."""

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        super().__init__(path, _KIND, create=create)

    def add(self, facts: Mapping[str, Iterable[Fact]], *, now: datetime) -> int:
        """Keep facts by lead, all or none; how many were new. A fact that is there already stays as it is."""
        count = 0
        with self.writing() as db:
            for subject, told in facts.items():
                there = {_fact(row) for row in db.execute(_OF, (subject,))}
                new = [fact for fact in dict.fromkeys(told) if fact not in there]
                for fact in new:
                    _add(db, subject, fact, now)
                count += len(new)
        return count

    def facts(self) -> dict[str, tuple[Fact, ...]]:
        """Every fact that is not erased, by lead, in the order they were kept."""
        found = defaultdict(list)
        for row in self.rows(_ALL):
            found[str(row[0])].append(_fact(row))
        return {subject: tuple(told) for subject, told in found.items()}

    def count(self) -> int:
        """All facts ever kept, the erased ones too."""
        return int(str(self.rows("SELECT count(*) FROM fact")[0][0]))

    def erase(self, subjects: Iterable[str], *, by: str, basis: str, now: datetime) -> int:
        """Destroy what was known about leads; how many facts lost their value.

        Raises:
            InvalidCorrectionError: Nobody's name, no basis (such as ``request``).
        """
        return self.erase_bodies("subject", subjects, by=by, basis=basis, now=now)


def _add(db: Connection, subject: str, fact: Fact, now: datetime) -> None:
    as_of = fact.as_of.isoformat() if fact.as_of else None
    told = (now.isoformat(), fact.field, fact.source, fact.method, as_of, fact.licence, fact.good_for)
    seq = db.execute(_FACT, told).lastrowid
    db.execute("INSERT INTO body VALUES (?, ?, ?)", (seq, subject, fact.value))


def _fact(row: tuple[Any, ...]) -> Fact:
    _, field, value, source, method, as_of, licence, good_for = row
    return Fact(field, value, source, method, date.fromisoformat(as_of) if as_of else None, licence, good_for)
