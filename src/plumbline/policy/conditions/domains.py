"""Sets of values, exact enough to prove that two demands on one value cannot both be met.

Numbers, dates and flags become whole numbers: the rank of a double among all doubles, the day, 0 and 1. So
every set of them is a few closed ranges, ``x > 5`` has a smallest member, and emptiness is exact.
Text has no order here: a set of texts is a list of labels, or everything but a list.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection

    from plumbline.policy.conditions.tree import Value

_SIGN: Final = 1 << 63
#: Beyond every rank and every day.
_END: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Ranges:
    """Closed ranges of whole numbers, ascending, apart."""

    ranges: tuple[tuple[int, int], ...]

    def meet(self, other: Ranges) -> Ranges:
        """What is in both."""
        pairs = ((max(a, c), min(b, d)) for a, b in self.ranges for c, d in other.ranges)
        return Ranges(tuple((low, high) for low, high in pairs if low <= high))

    def complement(self) -> Ranges:
        """Everything else."""
        found, start = [], -_END
        for low, high in self.ranges:
            if start < low:
                found.append((start, low - 1))
            start = high + 1
        return Ranges((*found, (start, _END)) if start <= _END else tuple(found))

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return not self.ranges


@dataclass(frozen=True, slots=True)
class Labels:
    """These texts, or with ``others`` all texts but these."""

    labels: frozenset[str]
    others: bool = False

    def meet(self, other: Labels) -> Labels:
        """What is in both."""
        if self.others and other.others:
            return Labels(self.labels | other.labels, others=True)
        if self.others:
            return Labels(other.labels - self.labels)
        return Labels(self.labels - other.labels if other.others else self.labels & other.labels)

    def complement(self) -> Labels:
        """Everything else."""
        return Labels(self.labels, others=not self.others)

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return not self.labels and not self.others


Values: TypeAlias = "Ranges | Labels"

ALL_RANKS: Final = Ranges(((-_END, _END),))
ALL_LABELS: Final = Labels(frozenset(), others=True)
FLAGS: Final = Ranges(((0, 1),))


def rank(value: Value) -> int:
    """The place of a number, day or flag among its kind; texts have none. Both zeros have one place."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, date):
        return value.toordinal()
    bits: int = struct.unpack("<Q", struct.pack("<d", value))[0]
    return bits if bits < _SIGN else -(bits - _SIGN)


def exactly(value: Value) -> Values:
    """The set of one value."""
    return Labels(frozenset({value})) if isinstance(value, str) else one_of([value])


def one_of(values: Collection[Value]) -> Values:
    """The set of these values, all of one kind."""
    if texts := frozenset(value for value in values if isinstance(value, str)):
        return Labels(texts)
    ranks = sorted({rank(value) for value in values})
    return Ranges(tuple((place, place) for place in ranks))


def between(low: int = -_END, high: int = _END) -> Ranges:
    """The ranks from low to high, both included."""
    return Ranges(((low, high),) if low <= high else ())
