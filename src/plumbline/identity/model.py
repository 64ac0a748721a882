"""The match model: an additive table of whole-number weights, in hundredths of a doubling of the odds.

A pair starts at ``prior`` (how rare a match is among all pairs). Every comparison adds the weight of the
level it falls on, and, where both hold the same value, more for a rare value and less for a common one. The
sum is the pair's weight: 0 means as likely one as two, +100 twice as likely one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log2
from typing import TYPE_CHECKING, Final

from plumbline.identity.levels import comparisons_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.identity.columns import Column
    from plumbline.identity.comparison import Comparison
    from plumbline.identity.vocabulary import Vocabulary

SCHEMA_VERSION: Final = 1
#: Weight that doubles the odds.
SCALE: Final = 100
#: No single rare or common value changes a weight by more than ten doublings.
_MOST_RARITY: Final = 10 * SCALE
#: Records that the average value counts for when the frequency of one value is judged.
_DRAWN: Final = 2_000


@dataclass(frozen=True, slots=True)
class Chances:
    """Per level of one comparison, alike first: chance among matches (``m``) and among others (``u``)."""

    m: tuple[float, ...]
    u: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Rarity:
    """How often values occur among ``rows`` known ones. Values that are not listed occur once."""

    rows: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CutOffs:
    """From ``link`` on a pair is linked; from ``ask`` on it goes to a person; below, it is two."""

    link: int
    ask: int


@dataclass(frozen=True, slots=True)
class MatchModel:
    """All that is needed to weigh a pair. ``chances`` and ``weights`` by comparison name."""

    name: str
    columns: tuple[Column, ...]
    chances: Mapping[str, Chances]
    rarities: Mapping[str, Rarity]
    vocabularies: Mapping[str, Vocabulary]
    prior: int
    cut_offs: CutOffs
    provenance: Mapping[str, object]
    schema_version: int = SCHEMA_VERSION
    comparisons: tuple[Comparison, ...] = field(init=False)
    weights: Mapping[str, tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "comparisons", comparisons_of(self.columns))
        weights = {name: weights_of(chances) for name, chances in self.chances.items()}
        object.__setattr__(self, "weights", weights)

    def rarity(self, comparison: Comparison, level: int, value: object) -> int:
        """What a shared value adds because it is rarer or commoner than shared values are on the whole."""
        part = comparison.levels[level].rarity
        if part is None:
            return 0
        known, u = self.rarities[part], self.chances[comparison.name].u[level]
        return rarity_weight(u, known.counts.get(str(value), 0), known.rows)


def weights_of(chances: Chances) -> tuple[int, ...]:
    """Whole-number weights of the levels of a comparison."""
    return tuple(round(SCALE * log2(m / u)) for m, u in zip(chances.m, chances.u, strict=True))


def rarity_weight(u: float, count: int, rows: int) -> int:
    """What a value that ``count`` of ``rows`` records have adds to its level, bounded.

    The value's own frequency is counted without the pair at hand and drawn towards the level's chance ``u``
    with the strength of ``_DRAWN`` records: in a small file, a value seen in nobody else is not known to be
    rare.
    """
    others = max(count - 2, 0)
    drawn = (others + _DRAWN * u) / (rows + _DRAWN)
    frequency = max(drawn, min(u, 1 / rows))  # nothing is known to be rarer than one in all
    said = round(SCALE * log2(u / frequency))
    return max(-_MOST_RARITY, min(_MOST_RARITY, said))


def probability(weight: int) -> float:
    """The model's probability of a match at this weight. Unsupervised models are too sure of it."""
    odds: float = 2.0 ** min(weight / SCALE, 60)
    return odds / (1 + odds)


def monotone(chances: Chances, floor: float = 1e-7) -> Chances:
    """The same chances with neighbours pooled where less alike would count more."""
    groups = [[max(m, floor), max(u, floor), 1.0] for m, u in zip(chances.m, chances.u, strict=True)]
    at = 0
    while at + 1 < len(groups):
        (m, u, n), (next_m, next_u, next_n) = groups[at], groups[at + 1]
        if m / u < next_m / next_u:
            groups[at : at + 2] = [[m + next_m, u + next_u, n + next_n]]
            at = max(at - 1, 0)
        else:
            at += 1
    spread = [(m / n, u / n) for m, u, n in groups for _ in range(int(n))]
    return Chances(tuple(m for m, _ in spread), tuple(u for _, u in spread))


def slugs_are_distinct(columns: Sequence[Column]) -> bool:
    """Whether no two columns would share the names of their parts."""
    return len({column.slug for column in columns}) == len(columns)
