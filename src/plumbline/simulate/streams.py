"""Random numbers by name, so that drawing more of one thing does not change another."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np


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

    def under(self, branch: str) -> Streams:
        """Streams that share no number with these, for rows that a fault adds."""
        return Streams(self.seed, f"{self.branch}/{branch}")
