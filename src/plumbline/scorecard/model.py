"""The one model format: an additive table of whole-number points.

Every axis of a points table is laid out alike: position 0 is *missing*, positions 1 to K are the known bins,
position K + 1 is *unseen* (a label in no group, a number outside all ranges).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard.encode import content_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.scorecard.encode import Json

SCHEMA_VERSION: Final = 1
#: Points that double the odds.
SCALE: Final = 20
#: Axis position of a missing value.
MISSING: Final = 0
MISSING_LABEL: Final = "not known"
UNSEEN_LABEL: Final = "another value"
OUTSIDE_LABEL: Final = "outside the ranges"


class Provenance(StrEnum):
    """Who made the points."""

    WRITTEN = "written"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class SignalBins:
    """How the values of one signal fall into bins.

    Numbers: ``cuts`` (ascending) make ``len(cuts) + 1`` ranges; a value equal to a cut belongs to the bin
    above. ``specials`` are exact numbers with a bin of their own, after the ranges. Below ``low``, and at
    ``high`` and above it, a number is unseen. Text: ``groups`` of labels. Flags: no, then yes. ``labels``
    name the known bins for people. ``completeness`` marks the one signal that speaks about missing data: it
    is always known, and only its points for missing may differ from 0.
    """

    name: str
    kind: Kind
    label: str
    labels: tuple[str, ...]
    cuts: tuple[float, ...] = ()
    specials: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None
    groups: tuple[tuple[str, ...], ...] = ()
    completeness: bool = False

    @property
    def known(self) -> int:
        """How many known bins there are (K)."""
        return len(self.labels)

    @property
    def unseen(self) -> int:
        """Axis position of an unseen value."""
        return self.known + 1

    @property
    def axis(self) -> int:
        """Length of this signal's axis in a points table."""
        return self.known + 2

    def bin_label(self, code: int) -> str:
        """What a person reads for an axis position."""
        if code == MISSING:
            return MISSING_LABEL
        if code == self.unseen:
            return OUTSIDE_LABEL if self.kind is Kind.NUMBER else UNSEEN_LABEL
        return self.labels[code - 1]


@dataclass(frozen=True, slots=True)
class Term:
    """Points of one signal, or of a pair in row-major order. ``intervals`` and ``rows`` go cell by cell.

    ``intervals``: lowest and highest points that the training data allow; ``rows``: training rows behind a
    cell.
    """

    id: str
    label: str
    dimension: Dimension
    signals: tuple[str, ...]
    points: tuple[int, ...]
    intervals: tuple[tuple[int, int], ...] | None = None
    rows: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """A group of terms whose sum is clipped to ``min`` and ``max``; the clip is shown as its own term."""

    id: str
    terms: tuple[str, ...]
    min: int | None = None
    max: int | None = None

    @property
    def term(self) -> str:
        """The name under which the clip appears among the reasons."""
        return f"cap:{self.id}"


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """Calibration: log-odds = ``intercept`` + ``slope`` x points, in decimals that no file rounds."""

    slope: str
    intercept: str
    rows: int
    kind: str = "sigmoid"


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A whole card. ``hash`` follows from the content and cannot be set.

    ``mix`` counts, per signal, how often each known bin was seen, and unseen last: K + 1 numbers.
    Mappings are read-only by agreement: make a changed card with ``dataclasses.replace``.
    """

    name: str
    signals: tuple[SignalBins, ...]
    terms: tuple[Term, ...]
    caps: tuple[Cap, ...] = ()
    base: int = 0
    scale: int = SCALE
    provenance: Provenance = Provenance.WRITTEN
    mix: Mapping[str, tuple[int, ...]] | None = None
    calibration: Sigmoid | None = None
    manifest: Mapping[str, Json] | None = None
    schema_version: int = SCHEMA_VERSION
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hash", content_hash(self))

    def __hash__(self) -> int:
        return hash(self.hash)

    def signal(self, name: str) -> SignalBins:
        """The signal with this name; ``KeyError`` when the card has none."""
        return {signal.name: signal for signal in self.signals}[name]
