"""Which columns know the outcome: the rules together, and what may be done with each column."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from plumbline.assurance import separation, tells
from plumbline.assurance.tells import Rule, Tell, Weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plumbline.assurance.fields import Column, Leads


class Leak(StrEnum):
    """What may be done with a column."""

    LEAK = "leak"
    AS_OF = "as of the decision only"
    ASK = "ask"
    CLEAN = "clean"


LEAK_WORDS: Final[dict[Leak, str]] = {
    Leak.LEAK: "It knows the outcome. Keep it out of every score.",
    Leak.AS_OF: "Use it only as it was when the lead was decided; as it stands today it knows the outcome.",
    Leak.ASK: "Find out who fills it and when. Until then, keep it out.",
    Leak.CLEAN: "Nothing in the data says that it was written afterwards.",
}


@dataclass(frozen=True, slots=True)
class LeakReport:
    """What was found about one column."""

    column: str
    verdict: Leak
    tells: tuple[Tell, ...]

    @property
    def flagged(self) -> bool:
        """Whether the column may not be used as it is."""
        return self.verdict is not Leak.CLEAN


_RULES: Final[tuple[Callable[[Column, Leads], Tell | None], ...]] = (
    tells.known_late,
    tells.filled_at_outcome,
    tells.better_today,
    tells.tells_outcome,
    tells.emptiness,
    separation.zero_tells,
    tells.telling_values,
    separation.always_good,
    separation.both_ends,
    tells.after_words,
    tells.date_after,
    tells.empty_while_open,
    tells.block_in_time,
    tells.fades_earlier,
    tells.name_hint,
)
#: Rules that speak of today's values; a history that can be rewound has the ones of the decision.
_OF_TODAY: Final = frozenset({Rule.FILLED_AT_OUTCOME, Rule.BETTER_TODAY})


def leaks(columns: Iterable[Column], leads: Leads) -> tuple[LeakReport, ...]:
    """Look at every column by every rule."""
    return tuple(examine(column, leads) for column in columns)


def examine(column: Column, leads: Leads) -> LeakReport:
    """One column by every rule."""
    found = tuple(tell for rule in _RULES if (tell := rule(column, leads)) is not None)
    return LeakReport(column.name, verdict_of(found), found)


def verdict_of(found: Iterable[Tell]) -> Leak:
    """A proof is enough, or a strong sign, or two hints with the name among them. One is a question."""
    signs = tuple(found)
    proofs = {tell.rule for tell in signs if tell.weight is Weight.PROOF}
    if proofs - _OF_TODAY:
        return Leak.LEAK
    if proofs:
        return Leak.AS_OF
    if any(tell.weight is Weight.STRONG for tell in signs):
        return Leak.LEAK
    hints = {tell.rule for tell in signs if tell.weight is Weight.HINT}
    if Rule.NAME in hints and len(hints) > 1:
        return Leak.LEAK
    return Leak.ASK if hints else Leak.CLEAN
