"""Opening a database of Plumbline: made when it is new, refused when it is somebody else's."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import LedgerError, StorageError
from plumbline.store.ledger_schema import APPLICATION, TABLES, VERSION
from plumbline.store.sqlite_errors import sqlite_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plumbline.domain.errors import PlumblineError


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of database file: its word for people, the marks in its header, its tables, its error."""

    word: str
    application: int
    version: int
    tables: str
    error: type[PlumblineError]


LEDGER: Final = Form("ledger", APPLICATION, VERSION, TABLES, LedgerError)


def open_database(path: Path, *, create: bool, patience: float, form: Form = LEDGER) -> sqlite3.Connection:
    """The open database. With ``create`` a file that is not there is made.

    Raises:
        PlumblineError: Of the form: there is none, it is empty, damaged, something else, or too new.
        StorageError: The file cannot be created or opened.
    """
    if create:
        return _open(path, "", patience, form, create=True)
    if not path.is_file():
        raise form.error(f"There is no {form.word} at {path}.")
    try:
        return _open(path, "", patience, form, create=False)
    except StorageError:  # on read-only media it can still be read
        return _open(path, "?immutable=1", patience, form, create=False)


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


def _open(path: Path, options: str, patience: float, form: Form, *, create: bool) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}{options}"
    with sqlite_errors(path, form.word, form.error):
        db = sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)
        try:
            _prepare(db, path, form, create=create)
        except BaseException:
            db.close()
            raise
        return db


def _prepare(db: sqlite3.Connection, path: Path, form: Form, *, create: bool) -> None:
    # secure_delete overwrites what is erased; FULL survives a power cut, not only a crash.
    for setting in ("secure_delete = ON", "synchronous = FULL", "foreign_keys = ON"):
        db.execute(f"PRAGMA {setting}")
    if not _is_empty(db, path, form):
        return
    if not create:
        raise form.error(f"{path} is empty: it holds no {form.word}.")
    db.execute("PRAGMA journal_mode = WAL")
    with transaction(db, "IMMEDIATE"):
        if _number(db, "SELECT count(*) FROM sqlite_schema") == 0:  # else another process was faster
            _make_tables(db, form)


def _is_empty(db: sqlite3.Connection, path: Path, form: Form) -> bool:
    """Whether the database has no tables yet; an error when they are not those of its form."""
    with transaction(db, "DEFERRED"):
        tables = _number(db, "SELECT count(*) FROM sqlite_schema")
        application = _number(db, "PRAGMA application_id")
        version = _number(db, "PRAGMA user_version")
    if tables and application != form.application:
        raise form.error(f"{path} is a database, but no {form.word} of Plumbline.")
    if version > form.version:
        raise form.error(f"{path} is of a newer Plumbline (format {version}); upgrade to read it.")
    return not tables


def _make_tables(db: sqlite3.Connection, form: Form) -> None:
    for statement in _statements(form.tables):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {form.application}")
    db.execute(f"PRAGMA user_version = {form.version}")


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
