"""Words with ``*`` for any letters, looked up fast: which of thousands occur in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from plumbline.triage.normal.script import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
_WORD: Final = re.compile(r"[^\W_]+|[&+]")
#: Endings up to this length count in words that are as much longer.
_SHORT_ENDING: Final = 3


def text_words(text: str) -> list[str]:
    """The words of a text, folded; ``&`` and ``+`` are the word ``and``."""
    return ["and" if word in {"&", "+"} else word for word in _WORD.findall(fold(text))]


@dataclass(slots=True)
class Patterns(Generic[T]):
    """Phrases and what they mean. ``*`` may begin or end a single word or end the last word of a phrase."""

    exact: dict[str, list[T]] = field(default_factory=dict)
    prefixes: dict[str, list[T]] = field(default_factory=dict)
    suffixes: dict[str, list[T]] = field(default_factory=dict)
    inner: dict[str, list[T]] = field(default_factory=dict)
    #: First words of phrases with several words, and how many words the longest of them has.
    longest: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, T]]) -> Patterns[T]:
        """Patterns with their meanings."""
        made: Patterns[T] = cls()
        for pattern, meaning in pairs:
            made._add(pattern, meaning)
        return made

    def _add(self, pattern: str, meaning: T) -> None:
        bare = pattern.strip("*")
        kinds = {(True, True): self.inner, (False, True): self.prefixes, (True, False): self.suffixes}
        listed = kinds.get((pattern.startswith("*"), pattern.endswith("*")), self.exact)
        listed.setdefault(bare, []).append(meaning)
        first, *more = bare.split()
        if more:
            self.longest[first] = max(self.longest.get(first, 1), 1 + len(more))

    def found(self, words: list[str]) -> Iterator[tuple[int, int, str, T]]:
        """Every occurrence: first word, number of words, the pattern's letters, the meaning."""
        for start, word in enumerate(words):
            for size in range(1, min(self.longest.get(word, 1), len(words) - start) + 1):
                phrase = " ".join(words[start : start + size])
                # "software*" must not swallow the words after it: the star stands for letters.
                last = len(phrase) - len(words[start + size - 1])
                yield from ((start, size, phrase, meaning) for meaning in self.exact.get(phrase, ()))
                for end in range(max(2, last + 1), len(phrase) + 1):
                    for meaning in self.prefixes.get(phrase[:end], ()):
                        yield start, size, phrase[:end], meaning
            yield from self._within(start, word)

    def _within(self, start: int, word: str) -> Iterator[tuple[int, int, str, T]]:
        """Endings of a word, and what it holds."""
        for at in range(len(word) - 1):
            # A short ending says something of a longer word only: "*or" is not "for".
            if len(word) - at > _SHORT_ENDING or at >= _SHORT_ENDING:
                yield from ((start, 1, word[at:], meaning) for meaning in self.suffixes.get(word[at:], ()))
        for part, meanings in self.inner.items():
            if part in word:
                yield from ((start, 1, part, meaning) for meaning in meanings)
