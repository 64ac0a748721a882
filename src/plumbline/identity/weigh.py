"""One pair, weighed: the pure evaluator, and the waterfall that a person reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.identity.comparison import Comparison
    from plumbline.identity.likeness import Record
    from plumbline.identity.model import MatchModel


#: Levels of an e-mail address that say the address is one: the same, a typing error.
_ALIKE_ADDRESSES: Final = 2


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
    """A pair's weight with every part of it; ``prior``, all totals and ``once`` are ``weight``, exactly.

    ``once`` takes back what reasons about the account say more than once. ``elsewhere`` takes back what would
    link one name at two accounts, or a firm at two addresses: who moved is for a person to decide.
    """

    prior: int
    steps: tuple[Step, ...]
    once: int = 0
    elsewhere: int = 0

    @property
    def weight(self) -> int:
        """The sum."""
        return self.prior + sum(step.total for step in self.steps) + self.once + self.elsewhere


def weigh(model: MatchModel, left: Record, right: Record) -> Weighed:
    """Weigh two records of derived parts (see :func:`plumbline.identity.parts.derive`)."""
    steps = tuple(_step(model, one, left, right) for one in model.comparisons)
    about = [
        max(step.total, 0)
        for step, one in zip(steps, model.comparisons, strict=True)
        if step.level is not None and one.levels[step.level].account
    ]
    weighed = Weighed(model.prior, steps, max(about, default=0) - sum(about))
    found = {step.comparison: -1 if step.level is None else step.level for step in steps}
    if not at_two_accounts(model.comparisons, found):
        return weighed
    return replace(weighed, elsewhere=min(0, model.cut_offs.link - 1 - weighed.weight))


def at_two_accounts(comparisons: Sequence[Comparison], found: Mapping[str, int]) -> bool:
    """Whether the accounts differ and nothing says that they are one. ``found``: levels by name."""
    told_apart = False
    for one in comparisons:
        level = found[one.name]
        if level < 0:
            continue
        if is_one_account(one, level):
            return False
        told_apart |= one.names_account and level == len(one.levels) - 1
    return told_apart


def is_one_account(comparison: Comparison, level: int) -> bool:
    """Whether this level says that two people are of one account."""
    if comparison.names_both:
        return level < _ALIKE_ADDRESSES or comparison.levels[level].account
    return comparison.names_account and comparison.levels[level].account


def waterfall(weighed: Weighed) -> list[tuple[str, str, int, int]]:
    """Lines for a person: what is compared, what was found, its weight, and the sum so far."""
    lines = [("any two records", "before anything is compared", weighed.prior, weighed.prior)]
    for step in weighed.steps:
        lines.append((step.label, step.said, step.weight, lines[-1][3] + step.weight))
        if step.rarity:
            said = "a rare value" if step.rarity > 0 else "a common value"
            lines.append((step.label, said, step.rarity, lines[-1][3] + step.rarity))
    if weighed.once:
        said = "company, domain and place of one account count once"
        lines.append(("the account", said, weighed.once, lines[-1][3] + weighed.once))
    if weighed.elsewhere:
        said = "one name at two accounts or addresses is asked about, never linked by itself"
        lines.append(("two places", said, weighed.elsewhere, lines[-1][3] + weighed.elsewhere))
    return lines


def odds_in_words(weight: int) -> str:
    """The weight as a sentence. A model that learned without labels is too sure.

    It is an order, not a rate, so above 100 to 1 only the two leading digits are said.
    """
    if weight >= 2_000:
        return "by this evidence all but certainly one"
    if weight <= -2_000:
        return "by this evidence all but certainly two"
    side = "one" if weight >= 0 else "two"
    return f"by this evidence {_two_digits(2 ** (abs(weight) / 100)):,} to 1 for {side}"


def _two_digits(odds: float) -> int:
    whole = round(odds)
    return whole if whole < 100 else int(float(f"{odds:.1e}"))


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
