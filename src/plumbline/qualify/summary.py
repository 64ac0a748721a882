"""What a whole run did, as plain data: the counts a person needs to trust it and to act on it.

An engine fills it, doors render it. Counts reconcile: ``RunSummary.gaps`` names every sum that does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

#: A fair lottery falls outside the usual range about once in a hundred runs.
_NINETY_NINE_PERCENT: Final = 2.5758


@dataclass(frozen=True, slots=True)
class RouteCount:
    """Leads of one route that one owner holds. One line per pair: no lead is without an owner (law 1)."""

    route: str
    owner: str
    leads: int


@dataclass(frozen=True, slots=True)
class BandCount:
    """Leads of one band."""

    band: str
    leads: int


@dataclass(frozen=True, slots=True)
class GridCount:
    """Leads at one place of the grid; the three levels are ``high``, ``medium`` or ``low``."""

    fit: str
    intent: str
    readiness: str
    leads: int


@dataclass(frozen=True, slots=True)
class RowSample:
    """One cell that caused a problem: its data row (from 1), its column and the value as received."""

    row: int
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class IssueCount:
    """Rows with one problem. ``rejected`` rows got no decision; the others kept theirs, the cell unknown.

    A row with several problems counts once under each of them; a rejected row counts once, under the
    first problem that rejected it.
    """

    code: str
    rule: str
    rows: int
    rejected: bool
    samples: tuple[RowSample, ...] = ()


@dataclass(frozen=True, slots=True)
class BlankWord:
    """A word that stands for nothing in one column ("Select"), and how many cells held it."""

    column: str
    word: str
    cells: int


@dataclass(frozen=True, slots=True)
class MissingField:
    """A signal with points that many leads do not have. ``leads`` counts those where it is unknown."""

    signal: str
    label: str
    leads: int


@dataclass(frozen=True, slots=True)
class KeyField:
    """A field of the lead model that the mapping calls a key field, and how many decided leads lack it."""

    field: str
    leads: int


@dataclass(frozen=True, slots=True)
class QuestionCount:
    """A question, and for how many leads its answer moves most; ``material``: those it may well move."""

    signal: str
    label: str
    question: str | None
    leads: int
    material: int


@dataclass(frozen=True, slots=True)
class ProposalCount:
    """Leads that one rule proposes to disqualify. They wait for a person."""

    rule: str
    because: str
    owner: str
    leads: int


@dataclass(frozen=True, slots=True)
class DrawCount:
    """One lottery over a run: leads in its frame, leads drawn, and what its logged chances let expect.

    ``lowest`` to ``highest`` is the range a fair lottery stays in 99 times out of 100.
    """

    stream: str
    frame: int
    drawn: int
    expected: int
    lowest: int
    highest: int

    @property
    def usual(self) -> bool:
        """Whether as many were drawn as a fair lottery draws."""
        return self.lowest <= self.drawn <= self.highest


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """Where the ledger stands after the run, and the command that checks it."""

    entries: int
    head: str
    verify: str


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A lead of the queue, in order. ``packet`` is the relative address of its evidence page, if written.

    ``band`` and ``points`` are None for a person who objected to profiling.
    """

    lead_id: str
    title: str
    route: str
    owner: str
    band: str | None
    points: int | None
    because: str
    packet: str | None


@dataclass(frozen=True, slots=True)
class TaskCount:
    """Messages that use a data right, waiting for an answer: which right, whose task, how many."""

    task: str
    owner: str
    messages: int


@dataclass(frozen=True, slots=True)
class RunVersions:
    """What made the run: enough to make it again. ``input_hash`` is that of the file as it was read."""

    policy: str
    policy_hash: str
    scorecard_hash: str
    input_hash: str
    plumbline: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run over one input.

    ``read = accepted + rejected``; ``accepted = decided + duplicates``; the leads of ``routes`` are the
    decided ones, so are those of ``bands`` with ``unscored`` (objections), and ``grid`` counts the scored.
    ``depends_on_unknown`` counts leads whose band changes with a chance of at least ``material`` per
    10,000 once what we do not know is known. ``missing``, ``questions`` and ``blank_words`` hold the
    most frequent first; ``queue`` holds the first leads in the order they should be worked.
    """

    source: str
    as_of: str
    read: int
    accepted: int
    rejected: int
    duplicates: int
    decided: int
    unscored: int
    routes: tuple[RouteCount, ...]
    bands: tuple[BandCount, ...]
    grid: tuple[GridCount, ...]
    issues: tuple[IssueCount, ...]
    blank_words: tuple[BlankWord, ...]
    missing: tuple[MissingField, ...]
    questions: tuple[QuestionCount, ...]
    depends_on_unknown: int
    material: int
    proposals: tuple[ProposalCount, ...]
    draws: tuple[DrawCount, ...]
    queue: tuple[QueueLine, ...]
    ledger: LedgerHead | None
    versions: RunVersions
    key_fields: tuple[KeyField, ...] = ()
    tasks: tuple[TaskCount, ...] = ()

    def gaps(self) -> tuple[str, ...]:
        """Every sum that does not hold, in words. Empty when the counts reconcile."""
        rejected = sum(issue.rows for issue in self.issues if issue.rejected)
        banded = sum(band.leads for band in self.bands)
        sums = (
            ("rows read", self.read, "accepted + rejected", self.accepted + self.rejected),
            ("rows accepted", self.accepted, "decided + duplicates", self.decided + self.duplicates),
            ("rows rejected", self.rejected, "rejected by code", rejected),
            ("leads decided", self.decided, "leads with a route", sum(line.leads for line in self.routes)),
            ("leads decided", self.decided, "leads with a band + unscored", banded + self.unscored),
            ("leads with a band", banded, "leads in the grid", sum(cell.leads for cell in self.grid)),
        )
        return tuple(
            f"{total:,} {name}, but {parts} is {found:,}"
            for name, total, parts, found in sums
            if total != found
        )


def draw_count(stream: str, *, chances: dict[int, int], drawn: int) -> DrawCount:
    """A lottery's line from its logged chances.

    Args:
        stream: the lottery.
        chances: per chance (of 10,000), how many leads of the frame had it.
        drawn: how many were drawn.

    Returns:
        The line with the expected number and the usual range (normal approximation, widened to whole
        leads).
    """
    frame = sum(chances.values())
    mean = sum(chance * leads for chance, leads in chances.items()) / 10_000
    spread = _NINETY_NINE_PERCENT * math.sqrt(
        sum(chance * (10_000 - chance) * leads for chance, leads in chances.items()) / 10_000**2
    )
    lowest, highest = max(math.floor(mean - spread), 0), min(math.ceil(mean + spread), frame)
    return DrawCount(stream, frame, drawn, round(mean), lowest, highest)
