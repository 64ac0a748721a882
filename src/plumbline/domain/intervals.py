"""Intervals for shares: no rate is shown without one (law 11)."""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

#: The normal quantile of a two-sided 95 % interval.
Z95: Final = 1.959963984540054


class Share(NamedTuple):
    """``hits`` of ``of``, with the 95 % Wilson interval of the share: 0 to 1 of nothing."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def rate(self) -> float | None:
        """The share itself; ``None`` of nothing."""
        return self.hits / self.of if self.of else None

    def __str__(self) -> str:
        """Like ``46 of 50 (0.81 to 0.97)``."""
        return f"{self.hits} of {self.of} ({self.low:.2f} to {self.high:.2f})"


def wilson(hits: int, of: int, z: float = Z95) -> Share:
    """The Wilson score interval (1927), which also holds for small numbers and for shares near 0 or 1."""
    if of == 0:
        return Share(0, 0, 0.0, 1.0)
    middle = (hits + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * sqrt(hits * (of - hits) / of + z * z / 4)
    return Share(hits, of, max(0.0, middle - half), min(1.0, middle + half))
