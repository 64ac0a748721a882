"""A policy that has passed all checks, as data. Everything that decides stands here and nothing else does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from plumbline.domain.words import Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.domain.bands import Cutoffs, Levels
    from plumbline.domain.signals import SignalSpec
    from plumbline.domain.words import Autonomy, Band, Dimension, Kind, Purpose, Stream
    from plumbline.policy.conditions import Condition, Expression
    from plumbline.policy.schema import IfUnknown


class Suggestion(StrEnum):
    """The next action suggested for a lead. Where several fit, the first one listed wins.

    Between review and ask stands what a rule names for a lead that is not under review.
    """

    PROPOSE_DISQUALIFY = "propose_disqualify"
    REVIEW = "review"
    ASK = "ask"
    PARTNER = "partner"
    MEETING = "meeting"
    NURTURE = "nurture"
    CALL = "call"


#: The proposal a rule can make. It is no route: it travels inside a REVIEW.
DISQUALIFY: Final = "disqualify"
#: Owner of leads of people who objected to profiling.
OBJECTION: Final = "objection"


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule. ``reads`` holds the signals it stands on, also through other signals."""

    id: str
    condition: Condition
    reads: tuple[str, ...]
    route: Route | None
    owner: str | None
    action: Suggestion | None
    proposes: bool
    because: str
    if_unknown: IfUnknown

    @property
    def reach(self) -> Route:
        """The least route of a lead that meets it: a proposal is put to a person."""
        return Route.REVIEW if self.proposes else self.route or Route.NURTURE


@dataclass(frozen=True, slots=True)
class Cap:
    """Limits of what a group of signals adds together; ``None`` is no limit."""

    name: str
    signals: tuple[str, ...]
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Action:
    """When the meeting or the partner team is suggested."""

    word: Suggestion
    bands: frozenset[Band] | None
    condition: Condition | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class Unknowns:
    """``material`` is a chance per 10,000; ``review`` sends to a person instead of asking."""

    material: int
    review: bool


@dataclass(frozen=True, slots=True)
class NegativeEffort:
    """What sales must have done before silence is a no: attempts, over days, the first within days."""

    attempts: int
    over: int
    first_touch_within: int


@dataclass(frozen=True, slots=True)
class Definition:
    """The definition of a qualified lead: an outcome within days of the lead."""

    outcome: str
    within: int
    negative_needs: NegativeEffort | None


@dataclass(frozen=True, slots=True)
class Example:
    """Values of signals and what must come out; ``expect`` holds only what is compared."""

    why: str
    lead: Mapping[str, Any]
    expect: Mapping[str, Any]


# Compared and hashed by identity: two policies are the same policy when their ``hash`` is the same.
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CompiledPolicy:
    """Everything a decision is made from, except the scores.

    ``signals`` come in dependency order, ``reads`` says what each stands on (itself first). ``scorecard`` is
    as written (signal → bin → points); the scorecard room compiles it. ``retention`` counts days. Chances are
    whole numbers per 10,000. ``hash`` is of the meaning: comments and layout do not change it,
    ``source_hash`` is of the text. ``canonical`` is the whole policy as one line of JSON.
    """

    name: str
    about: str
    purpose: Purpose
    definition: Definition
    signals: tuple[SignalSpec, ...]
    derived: Mapping[str, Expression]
    kinds: Mapping[str, Kind]
    reads: Mapping[str, tuple[str, ...]]
    base_points: int
    scorecard: Mapping[str, Mapping[str, int]]
    caps: tuple[Cap, ...]
    bands: Cutoffs
    grid: Mapping[Dimension, Levels]
    routes: Mapping[Band, Route]
    owners: Mapping[str, str]
    unknowns: Unknowns
    rules: tuple[Rule, ...]
    asks: tuple[str, ...]
    actions: tuple[Action, ...]
    autonomy: Mapping[str, Autonomy]
    draws: Mapping[Stream, int]
    retention: Mapping[str, int]
    examples: tuple[Example, ...]
    canonical: str
    hash: str
    source_hash: str

    def signal(self, name: str) -> SignalSpec:
        """The signal with this name; ``KeyError`` when none is declared."""
        for spec in self.signals:
            if spec.name == name:
                return spec
        raise KeyError(name)

    def stands_on(self, name: str) -> tuple[str, ...]:
        """The signals that a signal is made from, itself first."""
        return self.reads[name]
