"""Opening a ledger's database: made when it is new, refused when it is somebody else's."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from plumbline.domain.errors import LedgerError, StorageError
from plumbline.store.ledger_schema import APPLICATION, TABLES, VERSION
from plumbline.store.sqlite_errors import sqlite_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def open_database(path: Path, *, create: bool, patience: float) -> sqlite3.Connection:
    """The open database of a ledger. With ``create`` a file that is not there is made.

    Raises:
        LedgerError: There is none, it is empty, damaged, no ledger, or of a newer Plumbline.
        StorageError: The file cannot be created or opened.
    """
    if create:
        return _open(path, "", patience, create=True)
    if not path.is_file():
        raise LedgerError(f"There is no ledger at {path}.")
    try:
        return _open(path, "", patience, create=False)
    except StorageError:  # on read-only media a ledger can still be read
        return _open(path, "?immutable=1", patience, create=False)


@contextmanager
def transaction(db: sqlite3.Connection, kind: str) -> Iterator[None]:
    """Everything inside happens or nothing does; what is read inside is of one moment."""
    db.execute(f"BEGIN {kind}")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _open(path: Path, options: str, patience: float, *, create: bool) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}{options}"
    with sqlite_errors(path):
        db = sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)
        try:
            _prepare(db, path, create=create)
        except BaseException:
            db.close()
            raise
        return db


def _prepare(db: sqlite3.Connection, path: Path, *, create: bool) -> None:
    # secure_delete overwrites what is erased; FULL survives a power cut, not only a crash.
    for setting in ("secure_delete = ON", "synchronous = FULL", "foreign_keys = ON"):
        db.execute(f"PRAGMA {setting}")
    if not _is_empty(db, path):
        return
    if not create:
        raise LedgerError(f"{path} is empty: it holds no ledger.")
    db.execute("PRAGMA journal_mode = WAL")
    with transaction(db, "IMMEDIATE"):
        if _number(db, "SELECT count(*) FROM sqlite_schema") == 0:  # else another process was faster
            _make_tables(db)


def _is_empty(db: sqlite3.Connection, path: Path) -> bool:
    """Whether the database has no tables yet; ``LedgerError`` when they are not those of a ledger."""
    with transaction(db, "DEFERRED"):
        tables = _number(db, "SELECT count(*) FROM sqlite_schema")
        application = _number(db, "PRAGMA application_id")
        version = _number(db, "PRAGMA user_version")
    if tables and application != APPLICATION:
        raise LedgerError(f"{path} is a database, but no ledger of Plumbline.")
    if version > VERSION:
        raise LedgerError(f"{path} is of a newer Plumbline (format {version}); upgrade to read it.")
    return not tables


def _make_tables(db: sqlite3.Connection) -> None:
    for statement in _statements(TABLES):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.execute(f"PRAGMA user_version = {VERSION}")


def _number(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: ``executescript`` would end the transaction."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
