"""Text put into YAML by hand, so that comments can stand where a reader needs them."""

from __future__ import annotations

import re
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[ /-][A-Za-z0-9_]+)*")
_NOT_PLAIN: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_LONGEST_VALUE: Final = 32


def scalar(text: str) -> str:
    """A key or value that reads back as this text."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def comment(text: str) -> str:
    """Text that stays on its line and in its comment."""
    return "".join(char if char.isprintable() else "�" for char in text)


def value_shown(text: str) -> str:
    """A value for a comment, cut when long."""
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def masked(text: str) -> str:
    """A personal value for a comment: enough to recognise the kind of value, not the person."""
    name, at, domain = text.partition("@")
    return _first(name) + (f"@{_first(domain)}" if at else "")


def _first(text: str) -> str:
    return text[:1] + "…" if text else ""


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char == " " or char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
