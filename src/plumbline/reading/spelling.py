# ruff: noqa: E501 - lists of words
"""Chat spellings, slips of one letter and short forms, read as the words they stand for."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


_SPLIT: Final = {"re": "are", "ve": "have", "ll": "will", "d": "would", "m": "am"}
_IS: Final = frozenset(["it", "that", "what", "there", "who", "he", "she", "here", "how", "where", "when", "one", "everything", "everyone", "nobody", "why", "this"])  # fmt: skip
_IRREGULAR: Final = {"can't": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not"), "let's": ("let", "us"), "cannot": ("can", "not"), "ain't": ("is", "not"), "y'all": ("you", "all")}  # fmt: skip
_ELIDED: Final = frozenset(["l", "d", "j", "m", "n", "s", "t", "c", "qu"])


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


def expand(word: str) -> tuple[str, ...]:
    """``don't`` is do not, ``we're`` is we are, ``l'outil`` is l outil; a possessive loses its ending."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("n't"):
        return (word[:-3], "not")
    stem, _, ending = word.partition("'")
    if stem in _ELIDED:
        return (stem, *expand(ending)) if "'" in ending else (stem, ending)
    if ending in _SPLIT:
        return (stem, _SPLIT[ending])
    if ending == "s":
        return (stem, "is") if stem in _IS else (stem,)
    return (stem, ending) if ending else (stem,)
