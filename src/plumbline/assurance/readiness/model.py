"""What a report of readiness is made from, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import polars as pl

    from plumbline.assurance.agreement import Raters, RepLabels
    from plumbline.assurance.fields import Column, Leads
    from plumbline.assurance.leakage import LeakReport
    from plumbline.assurance.lift import Lift
    from plumbline.assurance.maturity import Horizons, Rate
    from plumbline.assurance.needs import Supply
    from plumbline.assurance.outcomes import Outcomes
    from plumbline.assurance.reliability import Reliability
    from plumbline.domain.intervals import Share


class Answer(StrEnum):
    """The answer to one check."""

    READY = "ready"
    PARTLY = "partly"
    NOT_YET = "not yet"
    NOT_KNOWN = "not known"


class Conclusion(StrEnum):
    """What follows for learning from this history."""

    READY = "ready"
    NOT_YET = "not yet"
    NOTHING = "nothing to learn"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact from the data: what was counted, the share with its interval, and rows to look at."""

    text: str
    share: Share | None = None
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One of the seven checks. ``measure`` is what the answer follows from; ``wanted`` makes it ready."""

    id: str
    title: str
    question: str
    answer: Answer
    measure: Share | None
    measured: str
    wanted: float | None
    evidence: tuple[Evidence, ...]
    next_step: str


@dataclass(frozen=True, slots=True)
class Area:
    """One of the five areas: the weakest answer of what belongs to it."""

    id: str
    title: str
    answer: Answer
    because: str
    next_step: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One column: may it be used, how far can it be relied on, what is it worth."""

    name: str
    leak: LeakReport
    reliability: Reliability
    like: str
    candidate: bool
    label: str = ""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Verdicts of two people on the same leads."""

    names: tuple[str, str]
    raters: Raters


@dataclass(frozen=True)
class Material:
    """Everything a report is made from. What is None was not given, and the report says so.

    Args:
        name: what people call the history.
        rows: data rows read; ``rejected`` could not be leads; ``repeated`` held a lead already seen.
        leads: one row per lead in order of time: ``row``, ``lead.id``.
        facts: the same leads as the rules of leakage see them.
        columns: the columns of the history that could be looked at.
        outcomes: the states of the same leads.
        timed: whether outcomes have times, so that maturity can be read from them.
        definition: how the good outcome is called, as a sentence; ``written`` in a policy or only asked for.
        source: where each lead came from; ``reason``: why it was refused, where the target is a column.
        policy: name of the policy, None without one.
        rewound: whether the history says what was known when.
        routes: ``lead.id``, ``route``: what was decided about each lead before.
        reviews: ``lead.id``, ``reviewer``, ``verdict``.
        unreadable: cells that break their type, per column.
        declared: columns that are signals of the policy; where there are any, only they may be learned from.
        alike: rows that are the same as another one in everything but ids and times.
    """

    name: str
    rows: int
    rejected: int
    repeated: int
    leads: pl.DataFrame
    facts: Leads
    columns: tuple[Column, ...]
    outcomes: Outcomes
    timed: bool
    definition: str
    written: bool
    source: pl.Series | None = None
    reason: pl.Series | None = None
    policy: str | None = None
    rewound: bool = False
    has_time: bool = True
    breaks: tuple[datetime, datetime] | None = None
    routes: pl.DataFrame | None = None
    reviews: pl.DataFrame | None = None
    unreadable: Mapping[str, int] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    alike: int = 0


@dataclass(frozen=True, slots=True)
class Readiness:
    """The whole report. ``blocking`` holds every reason against learning now, ``steps`` what to do first.

    ``maturing``: day, share of leads that had become good by then, and its 95 % interval.
    """

    name: str
    definition: str
    policy: str | None
    as_of: str
    conclusion: Conclusion
    statement: str
    blocking: tuple[str, ...]
    steps: tuple[str, ...]
    rows: int
    leads: int
    states: Mapping[str, int]
    checks: tuple[Check, ...]
    areas: tuple[Area, ...]
    signals: tuple[SignalLine, ...]
    lift: Lift
    lift_with_doubtful: Lift
    supply: Supply
    horizons: Horizons | None
    maturing: tuple[tuple[float, float, float, float], ...]
    rate: Rate
    young_rate: Rate | None
    reviewed: tuple[Reviewed, ...]
    reps: tuple[RepLabels, ...]
    outcome_issues: Mapping[str, int]
    notes: tuple[str, ...]
