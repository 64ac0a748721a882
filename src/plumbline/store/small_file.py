"""Small SQLite files beside the ledger: made when new, refused when somebody else's, errors in our words."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple, Self

from plumbline.domain.errors import InvalidCorrectionError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from types import TracebackType


class Kind(NamedTuple):
    """What a file is: its name for people, its mark, its format, and its tables."""

    name: str
    application: int
    version: int
    tables: str


def only_added(table: str, told: str) -> str:
    """Triggers that let rows be added at the end, numbered by ``seq``, and nothing else; ``told`` says so."""
    return f"""
CREATE TRIGGER {table}_only_at_the_end BEFORE INSERT ON {table}
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM {table})
BEGIN SELECT raise(ABORT, '{told}'); END;
{_fixed(table, told)}"""  # noqa: S608 - names of ours


def erasable(table: str, told: str, *, key: str, content: str, parts: str) -> str:
    """Tables beside ``table`` for what of its rows can be erased, and for who erased it on what basis.

    ``key`` is the column that says whose it is, ``content`` the other one of ``body``, ``parts`` what people
    call them.
    """
    return f"""
CREATE TABLE body (
  seq INTEGER PRIMARY KEY REFERENCES {table} (seq),
  {key} TEXT NOT NULL,
  {content} TEXT NOT NULL
) STRICT;
CREATE INDEX body_{key} ON body ({key});
CREATE TABLE erased (
  seq INTEGER PRIMARY KEY REFERENCES {table} (seq),
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  basis TEXT NOT NULL
) STRICT;
CREATE TRIGGER body_only_with_its_{table} BEFORE INSERT ON body
WHEN NEW.seq IS NOT (SELECT max(seq) FROM {table}) OR EXISTS (SELECT 1 FROM body WHERE seq = NEW.seq)
BEGIN SELECT raise(ABORT, '{parts} come with their row or never'); END;
CREATE TRIGGER body_no_update BEFORE UPDATE ON body
BEGIN SELECT raise(ABORT, '{told}'); END;
CREATE TRIGGER body_delete_needs_a_reason BEFORE DELETE ON body
WHEN NOT EXISTS (SELECT 1 FROM erased WHERE seq = OLD.seq)
BEGIN SELECT raise(ABORT, '{parts} go only with a record of why'); END;
CREATE TRIGGER erased_once BEFORE INSERT ON erased
WHEN EXISTS (SELECT 1 FROM erased WHERE seq = NEW.seq)
BEGIN SELECT raise(ABORT, '{told}'); END;
{_fixed("erased", told)}"""  # noqa: S608 - names of ours


def _fixed(table: str, told: str) -> str:
    return f"""CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT raise(ABORT, '{told}'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT raise(ABORT, '{told}'); END;
"""


class SmallFile:
    """One SQLite file of a kind. Safe to share between threads and processes.

    Raises:
        StorageError: The file cannot be opened, is damaged, of another kind, or of a newer Plumbline.
    """

    def __init__(self, path: Path | str, kind: Kind, *, create: bool = True, patience: float = 30.0) -> None:
        self.path, self._kind, self._lock = Path(path), kind, RLock()
        if not create and not self.path.is_file():
            raise StorageError(f"There is no {kind.name} at {self.path}.")
        with self._errors():
            self._db = sqlite3.connect(
                self.path, timeout=patience, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        self._db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is stored, or nothing is."""
        with self._lock, self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def erase_bodies(self, key: str, owners: Iterable[str], *, by: str, basis: str, now: datetime) -> int:
        """Destroy the ``erasable`` part of all rows of these owners; how many rows lost theirs."""
        if not by.strip() or not basis.strip():
            raise InvalidCorrectionError("Who erases and on what basis have to be said.")
        count = 0
        with self.writing() as db:
            for owner in {owner for owner in owners if owner}:
                db.execute(
                    f"INSERT INTO erased SELECT seq, ?, ?, ? FROM body WHERE {key} = ?",  # noqa: S608 - a name of ours
                    (now.isoformat(), by, basis, owner),
                )
                count += db.execute(f"DELETE FROM body WHERE {key} = ?", (owner,)).rowcount  # noqa: S608
        return count

    def rows(self, query: str, values: Iterable[object] = ()) -> list[tuple[object, ...]]:
        """All rows of a query."""
        with self._lock, self._errors():
            return self._db.execute(query, (*values,)).fetchall()

    def _prepare(self) -> None:
        # What is deleted is overwritten: some of it was somebody's words.
        for setting in ("secure_delete = ON", "synchronous = FULL", "foreign_keys = ON"):
            self._db.execute(f"PRAGMA {setting}")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._make_or_refuse()
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def _make_or_refuse(self) -> None:
        if self._number("SELECT count(*) FROM sqlite_schema") == 0:
            for statement in _statements(self._kind.tables):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {self._kind.application}")
            self._db.execute(f"PRAGMA user_version = {self._kind.version}")
        elif self._number("PRAGMA application_id") != self._kind.application:
            raise StorageError(f"{self.path} is a database, but no {self._kind.name} of Plumbline.")
        elif self._number("PRAGMA user_version") > self._kind.version:
            raise StorageError(f"{self.path} is of a newer Plumbline; upgrade to use it.")

    def _number(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StorageError(f"{self.path}, the {self._kind.name}, cannot be used: {error}.") from error


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: ``executescript`` would end the transaction."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
