"""The chance of one lead by a calibrated card, with its interval where enough leads were judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from plumbline.learning.chances import interval_of
from plumbline.learning.metrics import chance

if TYPE_CHECKING:
    from plumbline.scorecard.model import Scorecard


class Said(NamedTuple):
    """A chance of a good outcome. ``low``, ``high``: its interval, ``None`` below 1,000 judged ``leads``."""

    chance: float
    low: float | None
    high: float | None
    leads: int

    def __str__(self) -> str:
        span = "" if self.low is None or self.high is None else f" ({self.low:.1%} to {self.high:.1%})"
        return f"{self.chance:.1%}{span}, as judged on {self.leads:,} leads"


def chance_of(card: Scorecard, points: int) -> Said | None:
    """What the card says of so many points; ``None`` for a card without chances, as every written one."""
    if card.calibration is None:
        return None
    odds = np.array([float(card.calibration.intercept) + float(card.calibration.slope) * points])
    span = interval_of(card, odds)
    low, high = (None, None) if span is None else (float(span.low[0]), float(span.high[0]))
    return Said(float(chance(odds)[0]), low, high, card.calibration.rows)
