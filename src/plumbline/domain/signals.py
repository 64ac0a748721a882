"""What a declared signal is. Nothing undeclared is ever used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from plumbline.domain.words import Basis, Dimension, Kind, Purpose

#: The source of the one signal that may speak about missing data (law 2): percent of signals known.
COMPLETENESS: Final = "signals.completeness"
EVENT: Final = "event."


class Measure(StrEnum):
    """How a value is made from its source. ``VALUE`` takes it as it is."""

    VALUE = "value"
    AGE_DAYS = "age_days"
    COUNT = "count"
    DECAYED_COUNT = "decayed_count"
    DAYS_SINCE = "days_since"


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """One declared input of a policy.

    ``source`` is a field of the lead model, ``reading.<field>``, ``event.<kind>`` or
    ``signals.completeness``; ``expr`` instead makes it from other signals. ``max_age`` and ``half_life`` and
    ``window`` are days; ``min_confidence`` is a chance per 10,000, below which a reading counts as unknown.
    """

    name: str
    kind: Kind
    label: str
    dimension: Dimension | None = None
    source: str | None = None
    expr: str | None = None
    measure: Measure = Measure.VALUE
    purposes: frozenset[Purpose] = frozenset()
    basis: Basis | None = None
    max_age: int | None = None
    half_life: int | None = None
    window: int | None = None
    ask: str | None = None
    min_confidence: int | None = None
