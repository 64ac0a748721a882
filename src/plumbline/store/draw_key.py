"""The secret that draws are made with. It lives beside the ledger and is readable by its owner only."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import UnreadableFileError
from plumbline.store.files import storage_errors

if TYPE_CHECKING:
    from pathlib import Path

_BYTES: Final = 32


def draw_key(ledger: Path) -> bytes:
    """The key beside a ledger; made on first use, so that a run repeated there draws the same lots.

    Raises:
        StorageError: It cannot be written.
        UnreadableFileError: What is there is no key.
    """
    path = ledger.with_suffix(".key")
    with storage_errors(path):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return stored_draw_key(ledger)
    key = secrets.token_bytes(_BYTES)
    with storage_errors(path), os.fdopen(handle, "wb") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    return key


def stored_draw_key(ledger: Path) -> bytes:
    """The key beside a ledger, for who looks back; ``UnreadableFileError`` when there is none."""
    path = ledger.with_suffix(".key")
    try:
        key = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {error.strerror}.") from error
    if len(key) != _BYTES:
        raise UnreadableFileError(f"{path} is no draw key: {len(key)} bytes instead of {_BYTES}.")
    return key
