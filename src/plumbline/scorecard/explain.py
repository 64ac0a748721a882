"""Why one lead has its points: every term, largest first, and the sum as one would write it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbline.scorecard.lead import codes_of_one, state_of
from plumbline.scorecard.model import MISSING, Term
from plumbline.scorecard.plan import plan_of
from plumbline.scorecard.unknowns import ranges

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbline.domain.bands import Cutoffs
    from plumbline.domain.words import Band, Dimension
    from plumbline.scorecard.model import Scorecard
    from plumbline.scorecard.plan import Plan
    from plumbline.scorecard.state import State


@dataclass(frozen=True, slots=True)
class Reason:
    """Points of one term, or of one clip (``term`` is then ``cap:<group>``), in the words of the card.

    ``interval`` and ``rows``, when it was learned: the points that its data allow, the leads behind them.
    """

    term: str
    label: str
    value: str
    points: int
    dimension: Dimension
    known: bool = True
    interval: tuple[int, int] | None = None
    rows: int | None = None

    def __str__(self) -> str:
        return f"{self.points:+d} {self.label}: {self.value}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The points of one lead; ``reasons`` largest first; ``low`` and ``high`` are what unknowns allow."""

    points: int
    band: Band
    base: int
    reasons: tuple[Reason, ...]
    low: int
    high: int
    missing: tuple[str, ...]

    @property
    def arithmetic(self) -> str:
        """The sum, as an auditor would add it up: ``3 + 15 - 10 = 8``."""
        signed = "".join(f" {'-' if r.points < 0 else '+'} {abs(r.points)}" for r in self.reasons if r.points)
        return f"{self.base}{signed} = {self.points}"


def explain(lead: Mapping[str, object], card: Scorecard, cutoffs: Cutoffs) -> Explanation:
    """Explain one lead: signal to value, ``None`` for unknown. It is scored as any batch is."""
    plan = plan_of(card, cutoffs, ())
    state = state_of(lead, plan)
    reasons = [*_terms(plan, state), *_clips(plan, state)]
    low, high = ranges(plan, state)
    points = int(state.points[0])
    return Explanation(
        points=points,
        band=cutoffs.band(points),
        base=card.base,
        reasons=tuple(sorted(reasons, key=lambda reason: -abs(reason.points))),
        low=int(low[0]),
        high=int(high[0]),
        missing=tuple(
            s.name for s, rows in zip(card.signals, state.unknown, strict=True) if rows is not None
        ),
    )


def _terms(plan: Plan, state: State) -> Iterator[Reason]:
    codes = codes_of_one(state)
    for table, points in zip(plan.tables, state.term_points, strict=True):
        term, cell = table.term, int(table.cells(state.codes)[0])
        yield Reason(
            term=term.id,
            label=term.label,
            value=", ".join(plan.card.signals[axis].bin_label(codes[axis]) for axis in table.axes),
            points=int(points[0]),
            dimension=term.dimension,
            known=all(codes[axis] != MISSING for axis in table.axes),
            interval=term.intervals[cell] if term.intervals else None,
            rows=term.rows[cell] if term.rows else None,
        )


def _clips(plan: Plan, state: State) -> Iterator[Reason]:
    """A clip is a reason only where it changes something."""
    for unit, sums, held in zip(plan.units, state.unit_sums, state.unit_points, strict=True):
        if unit.cap is not None and held[0] != sums[0]:
            terms = [plan.tables[at].term for block in unit.blocks for at in plan.blocks[block].terms]
            yield Reason(
                term=unit.cap.term,
                label=f"Limit of {_together(terms)}",
                value=f"{sums[0]} counts as {held[0]}",
                points=int(held[0] - sums[0]),
                dimension=terms[0].dimension,
            )


def _together(terms: list[Term]) -> str:
    return " and ".join(term.label for term in terms if len(term.signals) == 1)
