"""What several tables share."""

from __future__ import annotations

import secrets
from typing import Final

ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
KEY_LENGTH: Final = 16


def new_key() -> str:
    """A name for addresses and exports: random, so that nothing can be read out of it or counted by it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(KEY_LENGTH))
