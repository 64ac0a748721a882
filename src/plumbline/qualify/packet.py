"""The evidence packet: everything a person sees about one decision, as plain data.

Doors render it (terminal, HTML, JSON); none of them computes anything of its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of the lead as it came in, and what was understood of it.

    ``note`` is empty, ``blank`` (a blank word such as "Select"), ``missing`` or ``unreadable``.
    ``age_days`` counts from the day the lead came in; None is unknown.
    """

    field: str
    label: str
    received: str | None
    value: str | None
    note: str
    personal: bool
    used: bool
    age_days: int | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of the scorecard: the cell the lead falls into and its points."""

    term: str
    label: str
    cell: str
    points: int
    dimension: str


@dataclass(frozen=True, slots=True)
class DimensionLine:
    """Fit, intent or readiness: its points, its level in words and the cut-offs of the levels."""

    dimension: str
    points: int
    level: str
    high: int
    medium: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A signal we do not know: the lowest and highest points an answer could add, and what it may change.

    ``changes_band`` is the chance per 10,000 that this answer alone changes the band.
    """

    signal: str
    label: str
    question: str | None
    lowest: int
    highest: int
    changes_band: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The smallest change that moves the lead to another band, in words, and the points it then has."""

    band: str
    points: int
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What one rule said, its condition in words, and for a rule that nearly fired what kept it out."""

    rule: str
    outcome: str
    condition: str
    because: str
    kept_out_by: tuple[str, ...]
    near: bool


@dataclass(frozen=True, slots=True)
class DrawLine:
    """One lottery: the chance per 10,000 (None: this lead was not in its frame) and whether it was drawn."""

    stream: str
    chance: int | None
    drawn: bool | None


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """What was decided, by what, and how far the system may carry it out itself."""

    route: str
    intended_route: str
    action: str
    owner: str
    decided_by: str
    reason: str
    because: str
    proposes: str | None
    autonomy: str
    confidence: int
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """The whole score: base + the points of all reasons = points, exactly.

    ``lowest`` and ``highest`` is the exact range over everything unknown; ``band_change`` the chance per
    10,000 that the band changes once it is known; ``cutoffs`` the lowest points of A, B and C.
    """

    band: str
    points: int
    base: int
    lowest: int
    highest: int
    band_change: int
    cutoffs: tuple[int, int, int]
    dimensions: tuple[DimensionLine, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What a message was read to say about one field, in words, and the words it stands on.

    ``value`` is None where the reader cannot tell; then ``why_not`` says why. ``confidence`` is per 10,000.
    ``used``: the policy has a signal for it.
    """

    field: str
    value: str | None
    words: str
    confidence: int
    quotes: tuple[str, ...]
    why_not: str
    used: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a message, and the fields that quote it; none for the words between quotes."""

    text: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message with what was read in it.

    ``stretches`` make up its text, and are empty where the run does not keep the text. ``removed`` says what
    was not read, ``remarks`` what happened on the way.
    """

    message: str
    reader: str
    language: str
    stretches: tuple[Stretch, ...]
    answers: tuple[AnswerLine, ...]
    removed: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessagesBrief:
    """All messages together: what they say in a few words, newest first where they differ, and where they do.

    Each of ``contradictions`` is a sentence that names the messages.
    """

    said: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Versions:
    """What made the decision: enough to make it again."""

    policy: str
    policy_hash: str
    scorecard_hash: str
    plumbline: str
    as_of: str
    row: int


@dataclass(frozen=True, slots=True)
class Packet:
    """One decision with its evidence. ``score`` is None for a person who objected to profiling."""

    lead_id: str
    title: str
    decision: DecisionLine
    score: Score | None
    unknowns: tuple[Unknown, ...]
    up: WhatIf | None
    down: WhatIf | None
    rules: tuple[RuleLine, ...]
    draws: tuple[DrawLine, ...]
    facts: tuple[Fact, ...]
    issues: tuple[str, ...]
    versions: Versions
    messages: tuple[MessageLine, ...] = ()
    brief: MessagesBrief = MessagesBrief()
