"""The secret of sessions: given, or made once where nobody's data is at stake."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from plumbline.app.errors import ConfigurationError
from plumbline.store.files import create_once

if TYPE_CHECKING:
    from pathlib import Path

    from plumbline.app.config import Environment

LEAST: Final = 50
_KNOWN: Final = ("django-insecure", "changeme", "change-me", "secret", "---", "example", "password")


def secret_key(env: Environment, data: Path, *, demo: bool) -> str:
    """The secret from the environment; in demo mode one that is made once and kept in the data folder.

    Raises:
        ConfigurationError: There is none, or one that somebody could guess.
    """
    given = env.text("SECRET_KEY")
    if given:
        return _strong(given)
    if not demo:
        raise ConfigurationError(
            "PLUMBLINE_SECRET_KEY is not set. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    path = data / "demo.secret"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        create_once(path, secrets.token_urlsafe(LEAST).encode())
    return path.read_text("utf-8")


def _strong(secret: str) -> str:
    low = secret.lower()
    if len(secret) < LEAST or len(set(secret)) < 12 or any(low.startswith(word) for word in _KNOWN):
        raise ConfigurationError(
            f"PLUMBLINE_SECRET_KEY is too weak: {LEAST} random characters or more, no default."
        )
    return secret
