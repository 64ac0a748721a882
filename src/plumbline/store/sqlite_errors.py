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
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turn an error of the database into a ``StorageError`` or a ``LedgerError`` that a person can act on."""
    try:
        yield
    except sqlite3.Error as error:
        raise _said(path, error) from error


def _said(path: Path, error: sqlite3.Error) -> PlumblineError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte of an extended code is its family
    if code in _DISK:
        return StorageError(f"The ledger {path} was not changed: {_DISK[code]}.")
    if code in _DAMAGED:
        return LedgerError(
            f"{path} is damaged or no ledger ({error}). Restore it from a backup or an export."
        )
    if code in _BUSY:
        return LedgerError(f"The ledger {path} is busy: another process kept it locked for too long.")
    return LedgerError(f"The ledger {path} refused: {error}.")
