"""The secret that draws are made with. It lives beside the ledger and is readable by its owner only."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import UnreadableFileError
from plumbline.store.files import create_once

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
    if not path.exists():
        create_once(path, secrets.token_bytes(_BYTES))
    return stored_draw_key(ledger)


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
