"""The one plain sentence that goes with a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.domain.words import Band, Route, Stream
from plumbline.policy.scalars import PER

if TYPE_CHECKING:
    from plumbline.policy.compiled import CompiledPolicy, Rule

_TO: Final = {
    Route.NURTURE: "is nurtured",
    Route.QUEUE: "goes to the queue",
    Route.FAST_TRACK: "goes to the fast track",
    Route.REVIEW: "goes to a person",
}
OBJECTED: Final = (
    "The person objected to profiling: nothing was scored, a person handles the lead in order of arrival."
)
_NO_BAND: Final = "There is no score, so a person looks."


@dataclass(frozen=True, slots=True)
class Sentences:
    """``decided`` has one per candidate; ``band_asks`` and ``rule_asks`` one per band and question."""

    decided: tuple[str, ...]
    band_asks: tuple[str, ...]
    rule_asks: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every sentence, in the order of the fields."""
        return (*self.decided, *self.band_asks, *self.rule_asks)

    @classmethod
    def of(cls, policy: CompiledPolicy) -> Sentences:
        """All sentences of a policy."""
        labels = [policy.signal(name).label for name in policy.asks]
        goes = [f"Band {band} {_TO[policy.routes[band]]}" for band in Band]
        decided = [
            *(rule.because for rule in policy.rules),
            *(f"{text}." for text in goes),
            _NO_BAND,
            *(_error(rule) for rule in policy.rules),
            *(_unknown(rule) for rule in policy.rules),
            "Missing fields could well change the band, so a person looks.",
            _explored(policy),
        ]
        return cls(
            tuple(decided),
            tuple(
                f"{text}, but {label} is not known and may well change the band."
                for text in goes
                for label in labels
            ),
            tuple(
                f"{text}, but a rule hangs on {label}, which is not known."
                for text in goes
                for label in labels
            ),
        )


def own_words(condition: str, reach: Route, *, proposes: bool) -> str:
    """The sentence of a rule whose author wrote none: its condition, and its effect where it has a route."""
    if proposes:
        return f"{condition}: a person decides whether to disqualify."
    return f"{condition}: {_TO[reach]}." if reach > Route.NURTURE else f"{condition}."


def _error(rule: Rule) -> str:
    return f"A value that the rule '{rule.id}' needs was received but cannot be read, so a person looks."


def _unknown(rule: Rule) -> str:
    return f"Something that the rule '{rule.id}' needs is not known, so a person looks."


def _explored(policy: CompiledPolicy) -> str:
    chance = policy.draws[Stream.EXPLORE] * 100 / PER
    return f"Drawn by lot ({chance:g} in 100) to be worked in spite of its score, to learn what we miss."
