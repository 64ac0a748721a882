"""What makes two runs the same run: the same input, the same bundle, the same moment."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from plumbline.domain.errors import LedgerError
from plumbline.ledger.canonical import canonical

if TYPE_CHECKING:
    from datetime import datetime


def run_id(input_hash: str, bundle_hash: str, as_of: datetime) -> str:
    """32 hexadecimal digits. Repeating a run gives the same id, so that it is resumed and not doubled."""
    if as_of.tzinfo is None:
        raise LedgerError("A run is as of a moment with a time zone.")
    parts = {"as_of": as_of.timestamp().__trunc__(), "bundle": bundle_hash, "input": input_hash}
    return sha256(canonical(parts)).hexdigest()[:32]
