"""Small SQLite files beside the ledger: made when new, refused when somebody else's, errors in our words."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple, Self

from plumbline.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType


class Kind(NamedTuple):
    """What a file is: its name for people, its mark, its format, and its tables."""

    name: str
    application: int
    version: int
    tables: str


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
