"""Cut-offs: from points to a band, and from a dimension's points to a level."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.domain.words import Band, Level


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Lowest points of A, B and C; everything below is D. Points equal to a cut-off reach the band above."""

    a: int
    b: int
    c: int

    def band(self, points: int) -> Band:
        """The band of a score."""
        for band, lowest in ((Band.A, self.a), (Band.B, self.b), (Band.C, self.c)):
            if points >= lowest:
                return band
        return Band.D

    def floor(self, band: Band) -> int | None:
        """The lowest points of a band; D has none."""
        return {Band.A: self.a, Band.B: self.b, Band.C: self.c, Band.D: None}[band]


@dataclass(frozen=True, slots=True)
class Levels:
    """Lowest points of high and medium in one dimension."""

    high: int
    medium: int

    def level(self, points: int) -> Level:
        """The level of a dimension's points."""
        if points >= self.high:
            return Level.HIGH
        return Level.MEDIUM if points >= self.medium else Level.LOW
