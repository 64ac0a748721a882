"""Where in a row of words which patterns can begin, by arithmetic on bits: pattern ``n`` is bit ``n``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final, NamedTuple

from plumbline.reading.patterns import HEADS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.reading.patterns import Pattern

#: Different words remembered; the memory is only there for speed and changes no answer.
_REMEMBERED: Final = 50_000


class Bits(NamedTuple):
    """The patterns a word can stand in: first, second, third, or that need it (or one like it) somewhere.

    A pattern needs two words: the bits of those that need it as the other one stand above those of the first.
    """

    first: int
    second: int
    third: int
    needed: int


@dataclass(slots=True)
class _Column:
    """Patterns by the word that may stand at one place of them."""

    words: dict[str, int] = field(default_factory=dict)
    beginnings: dict[str, int] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()
    numbers: int = 0
    any: int = 0

    def put(self, symbols: frozenset[str] | None, bit: int) -> None:
        if symbols is None:
            self.any |= bit
            return
        for symbol in symbols:
            if symbol == "#":
                self.numbers |= bit
            elif symbol.endswith("*"):
                start = symbol.rstrip("*")
                self.beginnings[start] = self.beginnings.get(start, 0) | bit
            else:
                self.words[symbol] = self.words.get(symbol, 0) | bit
        self.lengths = tuple(sorted({len(start) for start in self.beginnings}))

    def of(self, word: str) -> int:
        bits = self.any | self.words.get(word, 0)
        for length in self.lengths:
            bits |= self.beginnings.get(word[:length], 0)
        return bits | self.numbers if word[0].isdigit() else bits


class Index:
    """Patterns by the words they can begin with and the one they cannot do without."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._columns = tuple(_Column() for _ in range(HEADS + 2))
        self._anywhere = 0
        for number, pattern in enumerate(patterns):
            for column, symbols in zip(
                self._columns, (*pattern.heads, pattern.anchors, pattern.also), strict=True
            ):
                column.put(symbols, 1 << number)
            self._anywhere |= (not pattern.source.startswith("^")) << number
        self._known: dict[str, Bits] = {}
        _, second, third, *_ = self._columns
        self._over = Bits(0, second.any, third.any, 0)
        self._patterns = len(patterns)

    def places(self, words: Sequence[str], wanted: int) -> list[tuple[int, int]]:
        """Places at which some of the patterns wanted may begin, and which these are."""
        firsts, seconds, thirds, needs = zip(*self._bits(words), self._over, self._over, strict=True)
        needed = reduce(or_, needs)
        wanted &= needed & needed >> self._patterns
        found: list[tuple[int, int]] = []
        if not wanted:
            return found
        here = firsts[0] & wanted & seconds[1] & thirds[2]
        if here:
            found.append((0, here))
        wanted &= self._anywhere
        for place in range(1, len(words)):
            here = firsts[place] & wanted
            if here and (here := here & seconds[place + 1] & thirds[place + 2]):
                found.append((place, here))
        return found

    def _bits(self, words: Sequence[str]) -> list[Bits]:
        known = self._known
        try:
            return [known[word] for word in words]
        except KeyError:
            return [known.get(word) or self._learn(word) for word in words]

    def _learn(self, word: str) -> Bits:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        first, second, third, needed, also = (column.of(word) for column in self._columns)
        bits = Bits(first, second, third, needed | also << self._patterns)
        self._known[word] = bits
        return bits
