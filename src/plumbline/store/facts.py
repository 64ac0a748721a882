"""Facts in one file: only ever added, the same one once; values can be erased, the count stays."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from plumbline.domain.errors import InvalidCorrectionError
from plumbline.store.small_file import Kind, SmallFile
from plumbline.triage.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from sqlite3 import Connection
    from types import TracebackType

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
CREATE TABLE body (
  seq INTEGER PRIMARY KEY REFERENCES fact (seq),
  subject TEXT NOT NULL,
  value TEXT NOT NULL
) STRICT;
CREATE INDEX body_subject ON body (subject);
CREATE TABLE erased (
  seq INTEGER PRIMARY KEY REFERENCES fact (seq),
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  basis TEXT NOT NULL
) STRICT;
CREATE TRIGGER fact_only_at_the_end BEFORE INSERT ON fact
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM fact)
BEGIN SELECT raise(ABORT, 'facts are only added'); END;
CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact
BEGIN SELECT raise(ABORT, 'facts are only added'); END;
CREATE TRIGGER fact_no_delete BEFORE DELETE ON fact
BEGIN SELECT raise(ABORT, 'facts are only added'); END;
CREATE TRIGGER body_only_with_its_fact BEFORE INSERT ON body
WHEN NEW.seq IS NOT (SELECT max(seq) FROM fact) OR EXISTS (SELECT 1 FROM body WHERE seq = NEW.seq)
BEGIN SELECT raise(ABORT, 'values come with their fact or never'); END;
CREATE TRIGGER body_no_update BEFORE UPDATE ON body
BEGIN SELECT raise(ABORT, 'facts are only added'); END;
CREATE TRIGGER body_delete_needs_a_reason BEFORE DELETE ON body
WHEN NOT EXISTS (SELECT 1 FROM erased WHERE seq = OLD.seq)
BEGIN SELECT raise(ABORT, 'values go only with a record of why'); END;
CREATE TRIGGER erased_once BEFORE INSERT ON erased
WHEN EXISTS (SELECT 1 FROM erased WHERE seq = NEW.seq)
BEGIN SELECT raise(ABORT, 'facts are only added'); END;
CREATE TRIGGER erased_no_update BEFORE UPDATE ON erased
BEGIN SELECT raise(ABORT, 'facts are only added'); END;
CREATE TRIGGER erased_no_delete BEFORE DELETE ON erased
BEGIN SELECT raise(ABORT, 'facts are only added'); END;
""",
)
_FACT: Final = "INSERT INTO fact SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM fact"
_COLUMNS: Final = "SELECT subject, field, value, source, method, as_of, licence, good_for FROM fact JOIN body"
_ALL: Final = f"{_COLUMNS} USING (seq) ORDER BY seq"
_OF: Final = f"{_COLUMNS} USING (seq) WHERE subject = ? ORDER BY seq"


class FactFile:
    """Facts by the id of their lead. Safe to share between threads and processes."""

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

    def add(self, facts: Mapping[str, Iterable[Fact]], *, now: datetime) -> int:
        """Keep facts by lead, all or none; how many were new. A fact that is there already stays as it is."""
        count = 0
        with self._file.writing() as db:
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
        for row in self._file.rows(_ALL):
            found[str(row[0])].append(_fact(row))
        return {subject: tuple(told) for subject, told in found.items()}

    def count(self) -> int:
        """All facts ever kept, the erased ones too."""
        return int(str(self._file.rows("SELECT count(*) FROM fact")[0][0]))

    def erase(self, subjects: Iterable[str], *, by: str, basis: str, now: datetime) -> int:
        """Destroy what was known about leads; how many facts lost their value.

        Raises:
            InvalidCorrectionError: Nobody's name, no basis (such as ``request``).
        """
        if not by.strip() or not basis.strip():
            raise InvalidCorrectionError("Who erases and on what basis have to be said.")
        count = 0
        with self._file.writing() as db:
            for subject in set(subjects):
                db.execute(
                    "INSERT INTO erased SELECT seq, ?, ?, ? FROM body WHERE subject = ?",
                    (now.isoformat(), by, basis, subject),
                )
                count += db.execute("DELETE FROM body WHERE subject = ?", (subject,)).rowcount
        return count


def _add(db: Connection, subject: str, fact: Fact, now: datetime) -> None:
    as_of = fact.as_of.isoformat() if fact.as_of else None
    told = (now.isoformat(), fact.field, fact.source, fact.method, as_of, fact.licence, fact.good_for)
    seq = db.execute(_FACT, told).lastrowid
    db.execute("INSERT INTO body VALUES (?, ?, ?)", (seq, subject, fact.value))


def _fact(row: tuple[Any, ...]) -> Fact:
    _, field, value, source, method, as_of, licence, good_for = row
    return Fact(field, value, source, method, date.fromisoformat(as_of) if as_of else None, licence, good_for)
