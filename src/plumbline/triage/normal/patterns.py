"""Words with ``*`` for any letters, looked up fast: which of thousands occur in a text."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from plumbline.triage.normal.script import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
_WORD: Final = re.compile(r"[^\W_]+|[&+]")
#: Longest phrase that is looked for, in words.
_LONGEST: Final = 6
_SHORT_ENDING: Final = 3


def text_words(text: str) -> list[str]:
    """The words of a text, folded; ``&`` and ``+`` are the word ``and``."""
    return ["and" if word in {"&", "+"} else word for word in _WORD.findall(fold(text))]


@dataclass(slots=True)
class Patterns(Generic[T]):
    """Phrases and what they mean. ``*`` may begin or end a single word or end the last word of a phrase."""

    exact: dict[str, list[T]] = field(default_factory=dict)
    prefixes: list[tuple[str, T]] = field(default_factory=list)
    suffixes: list[tuple[str, T]] = field(default_factory=list)
    inner: list[tuple[str, T]] = field(default_factory=list)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, T]]) -> Patterns[T]:
        """Patterns with their meanings."""
        made: Patterns[T] = cls()
        for pattern, meaning in pairs:
            made._add(pattern, meaning)
        made.prefixes.sort(key=lambda pair: pair[0])
        made.suffixes.sort(key=lambda pair: pair[0])
        return made

    def _add(self, pattern: str, meaning: T) -> None:
        bare = pattern.strip("*")
        if pattern.startswith("*") and pattern.endswith("*"):
            self.inner.append((bare, meaning))
        elif pattern.endswith("*"):
            self.prefixes.append((bare, meaning))
        elif pattern.startswith("*"):
            self.suffixes.append((bare[::-1], meaning))
        else:
            self.exact.setdefault(bare, []).append(meaning)

    def found(self, words: list[str]) -> Iterator[tuple[int, int, str, T]]:
        """Every occurrence: first word, number of words, the pattern's letters, the meaning."""
        for start in range(len(words)):
            for size in range(1, min(_LONGEST, len(words) - start) + 1):
                phrase = " ".join(words[start : start + size])
                for meaning in self.exact.get(phrase, ()):
                    yield start, size, phrase, meaning
                for begun, meaning in _beginning(self.prefixes, phrase):
                    # "software*" must not swallow the words after it: the star stands for letters.
                    if " " not in phrase[len(begun) :]:
                        yield start, size, begun, meaning
            word = words[start]
            for ended, meaning in _beginning(self.suffixes, word[::-1]):
                # A short ending says something of a longer word only: "*or" is not "for".
                if len(word) >= len(ended) + (_SHORT_ENDING if len(ended) <= _SHORT_ENDING else 0):
                    yield start, 1, ended[::-1], meaning
            for part, meaning in self.inner:
                if part in word:
                    yield start, 1, part, meaning


def _beginning(listed: list[tuple[str, T]], text: str) -> Iterator[tuple[str, T]]:
    """The entries of a sorted list that a text begins with."""
    for length in range(2, len(text) + 1):
        head = text[:length]
        at = bisect_left(listed, head, key=lambda pair: pair[0])
        while at < len(listed) and listed[at][0] == head:
            yield listed[at]
            at += 1
