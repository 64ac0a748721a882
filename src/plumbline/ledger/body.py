"""The erasable half of an entry: its content under a salted commitment.

The salt lives with the content. Once both are gone, the commitment that stays in the chain cannot be
matched to a guess: without 16 random bytes nobody can recompute it, not even from the right e-mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from plumbline.domain.errors import LedgerError
from plumbline.ledger.canonical import canonical

#: Fewer random bytes could be tried out.
LEAST_SALT: Final = 16


@dataclass(frozen=True, slots=True)
class Body:
    """Canonical content with the salt it is committed under."""

    salt: bytes
    content: bytes

    def __post_init__(self) -> None:
        if len(self.salt) < LEAST_SALT:
            raise LedgerError(f"A salt needs at least {LEAST_SALT} random bytes, not {len(self.salt)}.")

    @classmethod
    def of(cls, value: object, salt: bytes) -> Body:
        """The body of a value."""
        return cls(salt, canonical(value))

    @property
    def commitment(self) -> str:
        """SHA-256 over salt and content, as hexadecimal."""
        return sha256(self.salt + self.content).hexdigest()
