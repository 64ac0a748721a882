"""A light linear model of the customer's own corrections: words in, a value out, each coefficient in a table.

It never ships with anything learned. ``readers.learning`` fits one, checks it on later corrections than those
it learned from, and only a model that won there is used. It is evaluated here, by adding up a table: no
pickle, no library, the same answer everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from typing import TYPE_CHECKING, Final, NamedTuple

from plumbline.reading.letters import fold
from plumbline.reading.masking import MASK
from plumbline.reading.model import DEFAULTS, QUOTELESS, Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plumbline.domain.intervals import Share

_TOKEN: Final = re.compile(rf"[^\W\d_]+|\d+|{MASK}+")
_WORDS: Final = ("word:", "pair:")
#: Below this chance a model leaves the reader's answer alone.
LEAST_CHANCE: Final = 0.6


class Token(NamedTuple):
    """A word and where it stands in the shown text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Checked:
    """How a model did on later corrections than it learned from, against the reader it would help.

    ``wins``: of the labels where exactly one of the two was right, those where the model was.
    """

    learned: int
    held_back: int
    model_right: Share
    reader_right: Share
    wins: Share

    @property
    def better(self) -> bool:
        """Whether the model surely beats the reader: the lower end of its wins is above one half."""
        return self.wins.low > 0.5


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Scores per value: ``intercepts`` plus the ``weights`` of the features a message has.

    ``reader`` is the reader it corrects, with its version: for another version it has to be checked again.
    """

    field: Field
    reader: str
    values: tuple[str, ...]
    intercepts: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]
    checked: Checked

    def scores(self, features: Iterable[str]) -> tuple[float, ...]:
        """One score per value."""
        rows = [self.weights[name] for name in sorted(features) if name in self.weights]
        return tuple(sum((row[at] for row in rows), start) for at, start in enumerate(self.intercepts))

    def chances(self, features: Iterable[str]) -> dict[str, float]:
        """The chance of each value: the softmax of the scores."""
        scores = self.scores(features)
        top = max(scores)
        parts = [exp(score - top) for score in scores]
        return {value: part / sum(parts) for value, part in zip(self.values, parts, strict=True)}

    def answer(self, words: str, before: str | None, cues: Iterable[str]) -> tuple[str | None, float]:
        """What a reading becomes, and the chance of it; the reader's own answer where the model is not sure.

        It never takes back a data right that was heard, and says nothing that no word speaks for.
        """
        features = features_of(words, before, cues)
        chances = self.chances(features)
        value = max(self.values, key=lambda each: chances[each])
        unsure = chances[value] < LEAST_CHANCE or value == before
        heard = self.field is Field.DATA_RIGHTS and before not in (None, DEFAULTS[self.field])
        spoken = any(self.speaks(name, value) > 0 for name in features if name.startswith(_WORDS))
        if unsure or heard or not (spoken or (self.field, value) in QUOTELESS):
            return before, chances.get(before or "", 0.0)
        return value, chances[value]

    def speaks(self, name: str, value: str) -> float:
        """How much a feature speaks for a value, against the other values on average."""
        row = self.weights.get(name)
        return 0.0 if row is None else row[self.values.index(value)] - sum(row) / len(row)


def tokens(words: str) -> list[Token]:
    """The words of a shown text, folded; numbers are ``0``, masked words ``MASK``."""
    found = []
    for match in _TOKEN.finditer(fold(words)):
        first = match[0][0]
        word = "MASK" if first == MASK else "0" if first.isdigit() else match[0]
        found.append(Token(word, match.start(), match.end()))
    return found


def features_of(words: str, before: str | None, cues: Iterable[str]) -> frozenset[str]:
    """What a model sees of a message: words, pairs of words, the reader's own answer and the cues it had."""
    found = tokens(words)
    return frozenset((
        f"read:{before}",
        *(f"cue:{cue}" for cue in cues),
        *(f"word:{token.word}" for token in found),
        *(f"pair:{one.word} {other.word}" for one, other in pairwise(found)),
    ))  # fmt: skip


def places(name: str, found: list[Token]) -> list[tuple[int, int]]:
    """Where a feature stands in the shown text; nowhere for those that are no words."""
    kind, _, rest = name.partition(":")
    if kind == "word":
        return [(token.start, token.end) for token in found if token.word == rest]
    if kind == "pair":
        pairs = pairwise(found)
        return [(one.start, other.end) for one, other in pairs if f"{one.word} {other.word}" == rest]
    return []
