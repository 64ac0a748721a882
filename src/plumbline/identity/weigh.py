"""One pair, weighed: the pure evaluator, and the waterfall that a person reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plumbline.identity.levels import Comparison
    from plumbline.identity.likeness import Record
    from plumbline.identity.model import MatchModel


@dataclass(frozen=True, slots=True)
class Step:
    """What one comparison adds. ``level`` is ``None`` where a value is missing: then nothing is added."""

    comparison: str
    label: str
    level: int | None
    said: str
    weight: int
    rarity: int

    @property
    def total(self) -> int:
        """Weight of the level and of the value's rarity."""
        return self.weight + self.rarity


@dataclass(frozen=True, slots=True)
class Weighed:
    """A pair's weight with every part of it; ``prior`` plus all totals is ``weight``, exactly."""

    prior: int
    steps: tuple[Step, ...]

    @property
    def weight(self) -> int:
        """The sum."""
        return self.prior + sum(step.total for step in self.steps)


def weigh(model: MatchModel, left: Record, right: Record) -> Weighed:
    """Weigh two records of derived parts (see :func:`plumbline.identity.parts.derive`)."""
    return Weighed(model.prior, tuple(_step(model, one, left, right) for one in model.comparisons))


def level_of(comparison: Comparison, left: Record, right: Record) -> int | None:
    """The first level that holds; ``None`` where a value is missing."""
    if left[comparison.key] is None or right[comparison.key] is None:
        return None
    for at, level in enumerate(comparison.levels):
        if level.test is None or level.test.holds(left, right):
            return at
    raise AssertionError(comparison.name)


def _step(model: MatchModel, comparison: Comparison, left: Record, right: Record) -> Step:
    level = level_of(comparison, left, right)
    if level is None:
        return Step(comparison.name, comparison.label, None, "not known on both sides", 0, 0)
    found = comparison.levels[level]
    value = left[found.rarity] if found.rarity else None
    weight = model.weights[comparison.name][level]
    rarity = model.rarity(comparison, level, value)
    return Step(comparison.name, comparison.label, level, found.label, weight, rarity)
