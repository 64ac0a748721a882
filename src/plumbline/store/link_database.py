"""Opening the database of a link store: made when it is new, refused when it is somebody else's."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from plumbline.domain.errors import StorageError
from plumbline.store.ledger_database import _number, _statements, transaction
from plumbline.store.link_schema import APPLICATION, VERSION
from plumbline.store.sqlite_errors import sqlite_errors

if TYPE_CHECKING:
    from pathlib import Path


def open_links(path: Path, tables: str, patience: float) -> sqlite3.Connection:
    """The open database; ``StorageError`` when it is none of ours or cannot be opened."""
    with sqlite_errors(path):
        db = sqlite3.connect(path, timeout=patience, isolation_level=None)
        try:
            _prepare(db, path, tables)
        except BaseException:
            db.close()
            raise
        return db


def _prepare(db: sqlite3.Connection, path: Path, tables: str) -> None:
    for setting in ("synchronous = FULL", "foreign_keys = ON", "journal_mode = WAL"):
        db.execute(f"PRAGMA {setting}")
    with transaction(db, "IMMEDIATE"):
        if _number(db, "SELECT count(*) FROM sqlite_schema") == 0:
            for statement in _statements(tables):
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {APPLICATION}")
            db.execute(f"PRAGMA user_version = {VERSION}")
            return
        if _number(db, "PRAGMA application_id") != APPLICATION:
            raise StorageError(f"{path} is a database, but holds no links of Plumbline.")
        if _number(db, "PRAGMA user_version") > VERSION:
            raise StorageError(f"{path} is of a newer Plumbline; upgrade to read it.")
