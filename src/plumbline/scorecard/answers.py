"""What each unknown signal of one lead could still change, answer by answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.scorecard.lead import state_of
from plumbline.scorecard.plan import plan_of
from plumbline.scorecard.question import points_if_known
from plumbline.scorecard.unknowns import band_limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.domain.bands import Cutoffs
    from plumbline.scorecard.model import Scorecard
    from plumbline.scorecard.plan import Plan
    from plumbline.scorecard.state import State

_PER: Final = 10_000


@dataclass(frozen=True, slots=True)
class Answers:
    """One unknown signal: the fewest and most points its answer adds, everything else as it is.

    ``changes_band`` is the chance per 10,000 that this answer alone changes the band, by the card's mix.
    """

    signal: str
    label: str
    lowest: int
    highest: int
    changes_band: int


def answers(lead: Mapping[str, object], card: Scorecard, cutoffs: Cutoffs) -> tuple[Answers, ...]:
    """Every unknown signal of a lead (signal to value), the most consequential first."""
    plan = plan_of(card, cutoffs, ())
    state = state_of(lead, plan)
    unknown = [at for at, rows in enumerate(state.unknown) if rows is not None]
    found = [_answers(plan, state, signal) for signal in unknown]
    return tuple(sorted(found, key=lambda one: (-one.changes_band, one.lowest - one.highest)))


def _answers(plan: Plan, state: State, signal: int) -> Answers:
    low, high = (int(limit[0]) for limit in band_limits(plan.cutoffs, state.points))
    rows = np.zeros(1, dtype=np.intp)
    ways = [(int(points[0]), weight) for points, weight in points_if_known(plan, state, signal, rows)]
    now, whole = int(state.points[0]), sum(weight for _, weight in ways)
    moved = sum(weight for points, weight in ways if not low <= points < high)
    about = plan.card.signals[signal]
    return Answers(
        about.name,
        about.label,
        lowest=min(points for points, _ in ways) - now,
        highest=max(points for points, _ in ways) - now,
        changes_band=(2 * moved * _PER + whole) // (2 * whole),
    )
