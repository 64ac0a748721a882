"""Random numbers by name, so that drawing more of one thing does not change another."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Streams:
    """Independent generators under one seed. The same seed, name and keys give the same numbers."""

    seed: int
    branch: str = ""

    def rng(self, name: str, *keys: int) -> np.random.Generator:
        """The generator of one purpose, usually in one week: ``rng("messages", week)``."""
        digest = hashlib.sha256(f"{self.branch}/{name}".encode()).digest()[:8]
        words = np.frombuffer(digest, dtype="<u4").tolist()
        return np.random.Generator(
            np.random.PCG64DXSM(np.random.SeedSequence(self.seed, spawn_key=(*words, *keys)))
        )

    def lots(self, name: str, *ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """A number in [0, 1) per row that depends on the row's ids alone, not on how many rows there are."""
        state = np.full(ids[0].shape, self.rng(name).integers(0, 1 << 63, dtype=np.uint64))
        for part in ids:
            state = _mixed(state ^ part.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
        return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def under(self, branch: str) -> Streams:
        """Streams that share no number with these, for rows that a fault adds."""
        return Streams(self.seed, f"{self.branch}/{branch}")


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finishing steps of SplitMix64: every bit of the input moves half of the output's."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@dataclass(frozen=True, slots=True)
class Dice:
    """One number per lead and purpose; ``key`` is the lead's, or of the lead it repeats word for word."""

    streams: Streams
    key: NDArray[np.int64]

    def uniform(self, purpose: str) -> NDArray[np.float64]:
        """In [0, 1)."""
        return self.streams.lots(purpose, self.key)

    def below(self, purpose: str, share: float | NDArray[np.float64]) -> pl.Series:
        """True with this chance."""
        return pl.Series(self.uniform(purpose) < share, dtype=pl.Boolean)

    def index(self, purpose: str) -> NDArray[np.int64]:
        """A large whole number, to choose from a list of any length."""
        return (self.uniform(purpose) * (1 << 30)).astype(np.int64)

    def normal(self, purpose: str) -> NDArray[np.float64]:
        """Standard normal, by Box and Muller."""
        radius = np.sqrt(-2 * np.log1p(-self.uniform(purpose)))
        value: NDArray[np.float64] = radius * np.cos(2 * np.pi * self.uniform(f"{purpose} angle"))
        return value
