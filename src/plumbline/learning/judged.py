"""The report of a backtest as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from plumbline.assurance.thresholds import clopper_pearson
from plumbline.learning.metrics import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from plumbline.assurance.calibration import Bin, Fit
    from plumbline.assurance.mimicry import Mimicry
    from plumbline.domain.bands import Cutoffs
    from plumbline.domain.words import Band
    from plumbline.learning.cuts import Cuts
    from plumbline.learning.learn import Learned
    from plumbline.learning.words import Note
    from plumbline.scorecard.model import Scorecard

#: The part of a history, newest first, that is held back; and the part that lift is told of.
NEWEST: Final = 0.2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of cut-offs. ``missed``, ``wasted``: shares to be kept, both at once at 1 - ``doubt``.

    ``missed_costs`` and ``wasted_costs`` in one unit; ``capacity``: leads that can be worked in a week.
    """

    missed: float | None = None
    wasted: float | None = None
    doubt: float = 0.05
    missed_costs: float | None = None
    wasted_costs: float | None = None
    capacity: float | None = None

    @property
    def certified(self) -> bool:
        """Whether a guarantee is asked for."""
        return self.missed is not None or self.wasted is not None

    @property
    def costed(self) -> bool:
        """Whether costs are told."""
        return self.missed_costs is not None


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is asked beside. ``policy``: its hash; a learned card made under another one is noted.

    ``wanted``: what cut-offs are to keep or to cost. ``everyone``: all leads with signals, labelled or not,
    and who was worked why (``chosen_by``, ``label_chance``).
    """

    policy: str | None = None
    wanted: Wanted = field(default_factory=Wanted)
    everyone: pl.DataFrame | None = None


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
    """The whole report as data. ``learned`` is none where a card was given.

    ``spans``: per band the mean interval of what was said (Venn-Abers), from 1,000 leads on. ``cuts``: where
    to cut, as it was asked for. ``mimicry``: none where nobody recorded who was worked why.
    """

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
    spans: Mapping[str, tuple[float, float]]
    cuts: Cuts
    mimicry: Mimicry | None
