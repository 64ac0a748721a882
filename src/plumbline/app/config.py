"""Settings from the environment. ``PLUMBLINE_X`` may also come as ``PLUMBLINE_X_FILE``, a file to read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from plumbline.app.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX: Final = "PLUMBLINE_"
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off", ""})
#: What an installation may be told, and what each setting means. The reference page is made from this.
SETTINGS: Final[dict[str, str]] = {
    "DATA": "Folder of run files, uploads, keys and the SQLite database. Default: plumbline-data.",
    "DATABASE_URL": "postgres://user:password@host/name; SQLite in the data folder when left out.",
    "SECRET_KEY": "Secret of sessions and tokens, 50 characters or more. plumbline serve --demo makes one.",
    "DEMO": "1: one-click logins and a key of its own. Never where real leads are.",
    "HOSTS": "Names the application answers to, separated by commas. Default: localhost.",
    "HTTPS": "1 behind TLS: cookies are sent over TLS only and browsers are told to insist on it.",
    "PROXIES": "How many proxies stand before the application and add to X-Forwarded-For. Default: 0.",
    "EMAIL_URL": "smtp://user:password@host:port; e-mails go to the log when left out.",
    "EMAIL_FROM": "The sender of e-mails.",
    "OIDC_ISSUER": "Single sign-on: address of an OpenID Connect provider.",
    "OIDC_CLIENT_ID": "Single sign-on: our id there.",
    "OIDC_CLIENT_SECRET": "Single sign-on: our secret there.",
    "TIME_ZONE": "Time zone of working hours and pages. Default: Europe/London.",
    "WEBHOOKS_LOCAL": "1: webhooks may go to plain http and into the private network. 1 in the demo.",
    "LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR. Default: INFO.",
    "METRICS_TOKEN": "Who asks for /metrics sends this as a bearer token; without it there are no metrics.",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """Reads settings, and says which one is wrong."""

    values: Mapping[str, str]

    @classmethod
    def of_process(cls) -> Environment:
        """The environment of this process."""
        return cls(dict(os.environ))

    def text(self, name: str, default: str = "") -> str:
        """The setting, or what the file named by its ``_FILE`` twin holds.

        Raises:
            ConfigurationError: Both are set, the file cannot be read, or no setting has this name.
        """
        if name not in SETTINGS:
            raise ConfigurationError(f"There is no setting {_PREFIX}{name}.")
        key, file = _PREFIX + name, self.values.get(f"{_PREFIX}{name}_FILE")
        if file is None:
            return self.values.get(key, default)
        if key in self.values:
            raise ConfigurationError(f"{key} and {key}_FILE are both set; keep one.")
        try:
            return Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{key}_FILE names {file}, which cannot be read.") from error

    def flag(self, name: str) -> bool:
        """A setting that is on or off; off when left out."""
        text = self.text(name).strip().lower()
        if text not in _TRUE | _FALSE:
            raise ConfigurationError(f"{_PREFIX}{name} is {text!r}; write 1 or 0.")
        return text in _TRUE

    def whole(self, name: str, default: int) -> int:
        """A setting that is a number of something."""
        text = self.text(name).strip()
        if text and not text.isdecimal():
            raise ConfigurationError(f"{_PREFIX}{name} is {text!r}; write a whole number.")
        return int(text) if text else default

    def several(self, name: str, default: str = "") -> list[str]:
        """A setting that is a list, separated by commas."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]


def email_settings(env: Environment) -> dict[str, object]:
    """Where e-mails go: the server that ``EMAIL_URL`` names, else the log.

    Raises:
        ConfigurationError: The address is none of ``smtp://`` or ``smtps://``.
    """
    url = env.text("EMAIL_URL")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ConfigurationError("PLUMBLINE_EMAIL_URL is written as smtp://user:password@host:port.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
        "EMAIL_TIMEOUT": 20,
    }


def oidc_settings(env: Environment) -> dict[str, object]:
    """Single sign-on as django-allauth wants it; nothing when no provider is named.

    Raises:
        ConfigurationError: A provider is named, but not who we are there.
    """
    issuer, client = env.text("OIDC_ISSUER"), env.text("OIDC_CLIENT_ID")
    if not issuer:
        return {}
    secret = env.text("OIDC_CLIENT_SECRET")
    if not client or not secret:
        raise ConfigurationError(
            "PLUMBLINE_OIDC_ISSUER needs PLUMBLINE_OIDC_CLIENT_ID and PLUMBLINE_OIDC_CLIENT_SECRET."
        )
    app = {
        "provider_id": "sso",
        "name": "single sign-on",
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}
