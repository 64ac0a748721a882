"""Whether a score foretells outcomes, or only who was routed (STATISTICS B.7, the trap of attribution).

Where outcomes follow effort and effort follows the old routing, a card learned on them repeats the routing
and looks excellent. Leads drawn by lot and worked like any other are the control: nobody chose them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.assurance.ranking import Auc, auc
from plumbline.domain.intervals import Z95

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

#: How much better the routing must be foretold than the outcome before anything is said.
EXCESS: Final = 0.10
#: Drawn leads of each outcome that it takes.
NEEDED: Final = 10


class Follows(StrEnum):
    """What a score follows."""

    DEMAND = "demand"
    BOTH = "routing_and_demand"
    ROUTING = "routing"
    UNKNOWN = "not_known_yet"


@dataclass(frozen=True, slots=True)
class Mimicry:
    """``routing``: how well the score tells who was pursued; ``drawn``: outcomes of leads drawn by lot.

    ``chosen``: outcomes of leads that were pursued, which is what anybody would look at first. ``excess`` is
    ``routing`` less ``drawn`` with its 95 % interval. ``rows``: drawn leads with an outcome, and good ones.
    """

    follows: Follows
    routing: Auc
    drawn: Auc
    chosen: Auc
    excess: tuple[float, float, float]
    rows: tuple[int, int]


def mimicry(score: Floats, pursued: Flags, drawn: Flags, label: Floats, chance: Floats) -> Mimicry:
    """Hold the order of a score against the old routing and against the outcomes of drawn leads.

    Args:
        score: of every lead, labelled or not.
        pursued: whether the old routing sent it to somebody.
        drawn: whether it was worked because of a lottery among the others.
        label: 1, 0, NaN where no outcome is known.
        chance: of the lottery, where drawn.

    A score that is flagged (``ROUTING``, ``BOTH``) tells routing by at least 0.10 of AUC better than
    outcomes, beyond doubt. ``BOTH``: among drawn leads, where routing helps nobody, it beats chance.
    Leads used for the two areas do not overlap, so their variances add up.
    """
    known = np.isfinite(label)
    lot, choice = drawn & known, pursued & known
    good = int(label[lot].sum())
    # Every lead that was not drawn stands for routing.
    routing = auc(score[~drawn], pursued[~drawn].astype(np.int64))
    outcome = auc(score[lot], label[lot].astype(np.int64), 1 / chance[lot])
    chosen = auc(score[choice], label[choice].astype(np.int64))
    away = routing.value - outcome.value
    half = Z95 * sqrt(routing.se**2 + outcome.se**2)
    excess = (away, away - half, away + half)
    enough = min(good, int(lot.sum()) - good) >= NEEDED and routing.positives > 0
    return Mimicry(
        _verdict(excess, outcome) if enough else Follows.UNKNOWN,
        routing,
        outcome,
        chosen,
        excess,
        (int(lot.sum()), good),
    )


def _verdict(excess: tuple[float, float, float], outcome: Auc) -> Follows:
    if excess[0] < EXCESS or excess[1] <= 0:
        return Follows.DEMAND
    return Follows.BOTH if outcome.low > 0.5 else Follows.ROUTING
