"""Which row was the first with a key, for millions of rows in little memory.

Keys are 64-bit hashes in a few sorted arrays, each at least twice as long as the next (a log-structured
merge): a batch is sorted once, looked up by binary search and merged now and then. Nothing is changed in
place, so earlier states stay valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys = NDArray[np.uint64]
    Values = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Run:
    """Keys in ascending order, each once, and one value per key."""

    keys: Keys
    values: Values

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Firsts:
    """Runs, the longest first. No key stands in two of them."""

    runs: tuple[Run, ...] = ()

    @property
    def nbytes(self) -> int:
        """Memory taken by the arrays."""
        return sum(run.keys.nbytes + run.values.nbytes for run in self.runs)

    def merged(self, keys: Keys, values: Values) -> tuple[Values, Firsts]:
        """For every key the value it came with first, in this batch or before; and the state after it."""
        if len(keys) <= 1 and not self.runs:
            return values, self._with(Run(keys, values))
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        begins = np.concatenate(([True], ordered[1:] != ordered[:-1])) if len(keys) else np.empty(0, np.bool_)
        heads = ordered[begins]
        firsts, is_new = self._looked_up(heads, values[order[begins]])
        result = np.empty_like(values)
        result[order] = firsts[np.cumsum(begins) - 1]
        return result, self._with(Run(heads[is_new], firsts[is_new]))

    def _looked_up(self, heads: Keys, values: Values) -> tuple[Values, NDArray[np.bool_]]:
        firsts, is_new = values.copy(), np.ones(len(heads), np.bool_)
        for run in self.runs:
            places = np.minimum(np.searchsorted(run.keys, heads), len(run) - 1)
            hit = run.keys[places] == heads
            firsts[hit] = run.values[places[hit]]
            is_new &= ~hit
        return firsts, is_new

    def _with(self, new: Run) -> Firsts:
        if not len(new):
            return self
        runs = [*self.runs, new]
        while len(runs) > 1 and len(runs[-2]) < 2 * len(runs[-1]):
            runs[-2:] = [_merge(runs[-2], runs[-1])]
        return Firsts(tuple(runs))


def _merge(left: Run, right: Run) -> Run:
    places = np.searchsorted(left.keys, right.keys)
    return Run(np.insert(left.keys, places, right.keys), np.insert(left.values, places, right.values))
