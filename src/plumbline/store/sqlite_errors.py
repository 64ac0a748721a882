"""What SQLite says, in the words of Plumbline's errors."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import LedgerError, PlumblineError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DISK: Final = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_IOERR: "the disk refused",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_PERM: "it may not be opened",
}
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def sqlite_errors(
    path: Path, word: str = "ledger", kind: type[PlumblineError] = LedgerError
) -> Iterator[None]:
    """Turn an error of the database into one that a person can act on: a ``StorageError``, or of ``kind``."""
    try:
        yield
    except sqlite3.Error as error:
        raise _said(path, error, word, kind) from error


def _said(path: Path, error: sqlite3.Error, word: str, kind: type[PlumblineError]) -> PlumblineError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte of an extended code is its family
    if code in _DISK:
        return StorageError(f"The {word} {path} was not changed: {_DISK[code]}.")
    if code in _DAMAGED:
        return kind(f"{path} is damaged or no {word} ({error}). Restore it from a backup or an export.")
    if code in _BUSY:
        return kind(f"The {word} {path} is busy: another process kept it locked for too long.")
    return kind(f"The {word} {path} refused: {error}.")
