"""The report of a backtest as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.assurance.thresholds import clopper_pearson
from plumbline.learning.metrics import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.assurance.calibration import Bin, Fit
    from plumbline.domain.bands import Cutoffs
    from plumbline.domain.words import Band
    from plumbline.learning.learn import Learned
    from plumbline.learning.words import Note
    from plumbline.scorecard.model import Scorecard

#: The part of a history, newest first, that is held back; and the part that lift is told of.
NEWEST: Final = 0.2


@dataclass(frozen=True, slots=True)
class Line:
    """One way to order leads. ``brier``: none without chances; ``ahead``: AUC of the card less its."""

    name: str
    auc: Figure
    capture: Figure
    brier: Figure | None
    ahead: Figure | None

    @property
    def lift(self) -> Figure:
        """Good leads among the first fifth, against a fifth drawn by lot."""
        return Figure(*(value / NEWEST for value in self.capture))


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its exact 95 % interval; ``about`` says of what."""

    name: str
    about: str
    hits: int
    of: int

    @property
    def span(self) -> tuple[float, float]:
        """The interval."""
        return clopper_pearson(self.hits, self.of)


@dataclass(frozen=True, slots=True)
class Example:
    """One lead that was judged wrongly, with the largest reasons."""

    lead: str
    points: int
    band: Band
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """How well the order holds in one part of the market, at 95 % for all parts together."""

    name: str
    rows: int
    good: int
    auc: Figure


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """The whole report as data. ``learned`` is none where a card was given."""

    card: Scorecard
    cutoffs: Cutoffs
    learned: Learned | None
    older: int
    newer: int
    base: Share
    window: tuple[str, str]
    lines: tuple[Line, ...]
    bands: tuple[Bin, ...]
    reliability: tuple[Bin, ...]
    fit: Fit
    errors: tuple[Share, ...]
    wasted: tuple[Example, ...]
    missed: tuple[Example, ...]
    segments: tuple[Segment, ...]
    parts: tuple[Segment, ...]
    other_outcomes: Mapping[str, tuple[Share, ...]]
    gains: tuple[tuple[float, float], ...]
    notes: tuple[Note, ...]
