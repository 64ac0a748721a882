"""Bins of numbers as people write them, and the cuts they mean.

``< 50``, ``<= 50``, ``> 50``, ``>= 50``, ``50 to 249`` and single numbers such as ``0``. Two bins that
follow each other must leave no gap. ``a to b`` begins at exactly a and reaches up to where the next bin
begins, which is

- b itself (``0.5 to 1``, then ``>= 1``): a value equal to a cut belongs to the bin above; or
- one unit in the last written place above b, when both are written with as many decimals
  (``50 to 249``, then ``>= 250``; ``0.5 to 0.9``, then ``1.0 to 2.0``).

A single number inside another bin is a special value with a bin of its own; elsewhere it is the bin ``a to
a``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

_NUMBER: Final = r"-?\d{1,15}(?:\.\d{1,10})?"
_FORMS: Final = re.compile(rf"(?:(<=|<|>=|>)\s*({_NUMBER})|({_NUMBER})(?:\s+to\s+({_NUMBER}))?)", re.ASCII)
_INFINITY: Final = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Range:
    """One written bin. ``strict``: the upper end must be kept to the letter (``<``, ``<=``)."""

    text: str
    low: Decimal
    high: Decimal
    has_low: bool = True
    has_high: bool = True
    strict: bool = False

    @property
    def single(self) -> bool:
        """One number rather than a range."""
        return self.low == self.high

    def holds(self, value: Decimal) -> bool:
        """Whether a number lies in the bin as written."""
        above = value > self.low or (self.has_low and value == self.low)
        return above and (value < self.high or (self.has_high and value == self.high))


@dataclass(frozen=True, slots=True)
class Cuts:
    """Bins in order: ``ranges`` between the cuts, then ``specials``. ``None`` for an end that is open."""

    ranges: tuple[Range, ...]
    cuts: tuple[float, ...]
    specials: tuple[Range, ...]
    low: float | None
    high: float | None


class NotContiguousError(ValueError):
    """Two neighbours do not fit; ``overlap`` tells which way."""

    def __init__(self, message: str, *, overlap: bool) -> None:
        super().__init__(message)
        self.overlap = overlap


def parse(text: str) -> Range | None:
    """A written bin, or ``None`` when the text is none."""
    match = _FORMS.fullmatch(text.strip())
    if match is None:
        return None
    sign, bound, first, last = match.groups()
    name = " ".join(text.split())
    if sign:
        return _half_line(name, sign, Decimal(bound))
    low, high = Decimal(first), Decimal(last or first)
    return Range(name, low, high) if low <= high else None


def _half_line(text: str, sign: str, bound: Decimal) -> Range:
    if sign.startswith("<"):
        return Range(text, -_INFINITY, bound, has_low=False, has_high=sign == "<=", strict=True)
    return Range(text, bound, _INFINITY, has_low=sign == ">=", has_high=False)


def arrange(written: list[Range]) -> tuple[Cuts, list[NotContiguousError]]:
    """Bins in order with the cuts between them, and everything that does not fit."""
    inside = [bin_ for bin_ in written if bin_.single and _elsewhere(bin_, written)]
    ranges = sorted(
        (bin_ for bin_ in written if bin_ not in inside), key=lambda r: (r.low, not r.has_low, r.high)
    )
    specials = sorted(inside, key=lambda bin_: bin_.low)
    problems = [_overlap(one, two) for one, two in pairwise(specials) if one.low == two.low]
    cuts = []
    for below, above in pairwise(ranges):
        try:
            cuts.append(_cut(below, above))
        except NotContiguousError as error:
            problems.append(error)
    return Cuts(
        tuple(ranges), tuple(cuts), tuple(specials), _floor(ranges[0]), _ceiling(ranges[-1])
    ), problems


def _elsewhere(single: Range, written: list[Range]) -> bool:
    return any(other.holds(single.low) for other in written if not other.single)


def _cut(below: Range, above: Range) -> float:
    same = below.single and above.single and below.low == above.low
    strict = below.strict and below.has_high and above.has_low and above.low == below.high
    if above.low < below.high or same or strict:
        raise _overlap(below, above)
    if above.low == below.high:
        return _touching(below, above)
    if below.has_high and above.has_low and above.low - below.high == _unit(below.high, above.low):
        return float(above.low)
    raise NotContiguousError(
        f"nothing covers the numbers between '{below.text}' and '{above.text}'", overlap=False
    )


def _overlap(one: Range, two: Range) -> NotContiguousError:
    return NotContiguousError(f"'{one.text}' and '{two.text}' overlap", overlap=True)


def _touching(below: Range, above: Range) -> float:
    if above.has_low:
        return float(above.low)
    if below.has_high:
        return math.nextafter(float(above.low), math.inf)
    message = f"{above.low} itself lies in neither '{below.text}' nor '{above.text}'"
    raise NotContiguousError(message, overlap=False)


def _unit(left: Decimal, right: Decimal) -> Decimal | None:
    """One in the last written place, when both numbers are written with as many decimals."""
    places = left.as_tuple().exponent
    return Decimal((0, (1,), int(places))) if places == right.as_tuple().exponent else None


def _floor(lowest: Range) -> float | None:
    """Where the lowest bin begins; numbers below it are outside."""
    if not lowest.low.is_finite():
        return None
    begins = float(lowest.low)
    return begins if lowest.has_low else math.nextafter(begins, math.inf)


def _ceiling(highest: Range) -> float | None:
    """Where the highest bin ends; this number and those above it are outside."""
    if not highest.high.is_finite():
        return None
    if highest.strict:
        ends = float(highest.high)
        return math.nextafter(ends, math.inf) if highest.has_high else ends
    return float(highest.high + Decimal((0, (1,), int(highest.high.as_tuple().exponent))))
