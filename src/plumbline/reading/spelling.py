"""Chat spellings and slips of one letter, read as the word they stand for."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def spelling_table(raw: dict[str, Any]) -> dict[str, str]:
    """``words`` maps spellings to words; one-letter slips in ``slips`` are added, except ``never``."""
    words = {str(odd): str(plain) for odd, plain in (raw.get("words") or {}).items()}
    never = set(str(raw.get("never", "")).split())
    table: dict[str, str] = {}
    keywords = str(raw.get("slips", "")).split()
    for word in keywords:
        for slip in _slips(word):
            table.setdefault(slip, word)
    for word in (*keywords, *never):
        table.pop(word, None)
    return table | words


def _slips(word: str) -> Iterator[str]:
    """Left out, doubled, swapped, wrong or extra letters; the first letter is never wrong."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
        for letter in ascii_lowercase:
            yield word[:at] + letter + word[at + 1 :]
            yield word[:at] + letter + word[at:]
