"""Where things stand on a scale: percent of its width. The only arithmetic of this room."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from plumbline.domain.words import Dimension, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plumbline.qualify.packet import Packet, Reason, RuleLine, Score, Unknown
    from plumbline.qualify.summary import DrawCount, GridCount

#: Free space at both ends of the points scale, so that D and A show and end labels have room.
_MARGIN: Final = 0.14
#: Labels closer than this stand on two lines (percent of the width; three digits on a phone).
_CROWDED: Final = 10.0


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a scale: where it starts and how wide it is, in percent."""

    x: float
    width: float

    @property
    def middle(self) -> float:
        """Its centre."""
        return round(self.x + self.width / 2, 2)

    @property
    def end(self) -> float:
        """Where it ends."""
        return round(self.x + self.width, 2)


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from ``low`` to ``high``."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a value stands; values beyond the ends stand at the ends."""
        inside = min(max(value, self.low), self.high)
        return round(100 * (inside - self.low) / (self.high - self.low), 2)

    def span(self, start: float, end: float) -> Span:
        """The piece from one value to another."""
        left, right = self.at(min(start, end)), self.at(max(start, end))
        return Span(left, round(right - left, 2))


@dataclass(frozen=True, slots=True)
class Zone:
    """A band's piece of the points scale."""

    band: str
    span: Span


@dataclass(frozen=True, slots=True)
class Tick:
    """A cut-off on the points scale; ``row`` is 1 where its label would touch its neighbour's."""

    points: int
    x: float
    row: int


def points_axis(score: Score) -> Axis:
    """A scale that holds the score, its whole range and every cut-off, with room at both ends."""
    return _around(score.points, score.lowest, score.highest, *score.cutoffs)


def answers_axis(score: Score, unknowns: Sequence[Unknown]) -> Axis:
    """The same for single answers: all of them together may reach much further than any one."""
    ends = (score.points + end for unknown in unknowns for end in (unknown.lowest, unknown.highest))
    return _around(score.points, *score.cutoffs, *ends)


def _around(*values: int) -> Axis:
    margin = _MARGIN * max(max(values) - min(values), 10)
    return Axis(min(values) - margin, max(values) + margin)


def zones(score: Score, axis: Axis) -> tuple[Zone, ...]:
    """The bands from worst to best, left to right; a band without points of its own is left out."""
    a, b, c = score.cutoffs
    edges = pairwise((axis.low, c, b, a, axis.high))
    found = (Zone(band, axis.span(*edge)) for band, edge in zip("DCBA", edges, strict=True))
    return tuple(zone for zone in found if zone.span.width)


def ticks(score: Score, axis: Axis) -> tuple[Tick, ...]:
    """The cut-offs, lowest first, each once."""
    placed: list[Tick] = []
    for points in sorted(set(score.cutoffs)):
        x = axis.at(points)
        crowded = bool(placed) and placed[-1].row == 0 and x - placed[-1].x < _CROWDED
        placed.append(Tick(points, x, int(crowded)))
    return tuple(placed)


@dataclass(frozen=True, slots=True)
class Bar:
    """A reason with its bar."""

    reason: Reason
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """The reasons of one dimension with points, largest first, and their sum."""

    dimension: str
    points: int
    bars: tuple[Bar, ...]


def bar_axis(reasons: Iterable[Reason]) -> Axis:
    """One scale for all bars: zero stands in it, and the longest bar fills its side."""
    points = [reason.points for reason in reasons]
    return Axis(min(0, *points, 0), max(0, *points, 0) or 1)


def groups(score: Score) -> tuple[Group, ...]:
    """Reasons by dimension in their fixed order; reasons of no dimension come last."""
    axis = bar_axis(score.reasons)
    known = [str(dimension) for dimension in Dimension]
    named = [*known, *sorted({reason.dimension for reason in score.reasons} - set(known))]
    return tuple(
        _group(name, [r for r in score.reasons if r.dimension == name and r.points], axis)
        for name in named
        if any(reason.dimension == name and reason.points for reason in score.reasons)
    )


def _group(name: str, reasons: Sequence[Reason], axis: Axis) -> Group:
    ordered = sorted(reasons, key=lambda reason: -abs(reason.points))
    bars = tuple(Bar(reason, axis.span(0, reason.points)) for reason in ordered)
    return Group(name, sum(reason.points for reason in reasons), bars)


def pointless(packet: Packet, score: Score) -> tuple[Reason, ...]:
    """What is known and moved nothing. What is unknown stands in its own place."""
    unknown = {one.signal for one in packet.unknowns}
    return tuple(reason for reason in score.reasons if not reason.points and reason.term not in unknown)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in the order of attention: fired, nearly fired, undecided, unreadable, the rest."""

    hit: tuple[RuleLine, ...]
    near: tuple[RuleLine, ...]
    unknown: tuple[RuleLine, ...]
    error: tuple[RuleLine, ...]
    rest: tuple[RuleLine, ...]


def sorted_rules(rules: Sequence[RuleLine], outcomes: Sequence[str]) -> Rules:
    """Rules by what they said; ``outcomes`` holds each rule's outcome as a word."""

    def of(*wanted: str, near: bool | None = None) -> tuple[RuleLine, ...]:
        pairs = zip(rules, outcomes, strict=True)
        return tuple(rule for rule, word in pairs if word in wanted and near in (None, rule.near))

    return Rules(of("hit"), of("miss", near=True), of("unknown"), of("error"), of("miss", near=False))


def answer_span(unknown: Unknown, score: Score, axis: Axis) -> Span:
    """Where an answer alone could move the score to."""
    return axis.span(score.points + unknown.lowest, score.points + unknown.highest)


def shares(parts: Sequence[int]) -> tuple[Span, ...]:
    """Parts of a whole, one after the other."""
    axis = Axis(0, sum(parts) or 1)
    edges = [sum(parts[:index]) for index in range(len(parts) + 1)]
    return tuple(axis.span(*edge) for edge in pairwise(edges))


def heat(leads: int, most: int) -> int:
    """A cell's shade: 0 is empty, 4 the fullest; by square root, so that small cells differ too."""
    return math.ceil(4 * math.sqrt(leads / most)) if leads else 0


def draw_axis(line: DrawCount) -> Axis:
    """A scale for one lottery: its usual range and what was drawn, with room at both ends."""
    low, high = min(line.drawn, line.lowest), max(line.drawn, line.highest)
    margin = 0.5 * max(high - low, 2)
    return Axis(low - margin, high + margin)


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the grid: its leads and its shade."""

    leads: int
    heat: int


@dataclass(frozen=True, slots=True)
class GridRow:
    """One level of fit: a cell per level of intent."""

    fit: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """The grid at one level of readiness."""

    readiness: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]


def grid(counts: Sequence[GridCount]) -> tuple[Face, ...]:
    """The grid as one table per level of readiness; a place no lead is at counts nothing."""
    found = {(cell.readiness, cell.fit, cell.intent): cell.leads for cell in counts}
    most = max(found.values(), default=0)
    levels = tuple(str(level) for level in Level)

    def row(readiness: str, fit: str) -> GridRow:
        leads = [found.get((readiness, fit, intent), 0) for intent in levels]
        return GridRow(fit, tuple(Cell(number, heat(number, most)) for number in leads))

    return tuple(Face(name, levels, tuple(row(name, fit) for fit in levels)) for name in levels)
