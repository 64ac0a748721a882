"""Distributions of points in whole numbers: the same chances, to the last digit, on every machine.

A chance is exact while the joint weight of the unknown signals stays below 2**48 (and that of one unit below
2**30). Beyond that weights are halved until they fit; a chance then moves by less than one in 100,000.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plumbline.scorecard.arrays import Codes, Ints, Longs

#: Chances are given in ten-thousandths.
PARTS: Final = 10_000
_MOST: Final = 2**62
_UNIT: Final = 2**30
#: Times 20,000 this still fits into 64 bits.
_LAST: Final = 2**48


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Points from ``start`` on, with the weight of each."""

    start: int
    weights: Longs

    @property
    def weight(self) -> int:
        """All weights together."""
        return int(self.weights.sum())

    def plus(self, other: Spread) -> Spread:
        """The sum of two independent quantities."""
        one, two = fitted([self.weights, other.weights])
        return Spread(self.start + other.start, np.convolve(one, two))

    def light(self) -> Spread:
        """The same, light enough to be one unit among many."""
        weights = self.weights
        while int(weights.sum()) >= _UNIT:
            weights = _halved(weights)
        return Spread(self.start, weights)


def certain(points: int) -> Spread:
    """No doubt at all."""
    return Spread(points, np.ones(1, dtype=np.int64))


def gathered(points: Ints, weights: Longs) -> Spread:
    """The distribution of points that come with weights, in any order."""
    start = int(points.min())
    sums = np.zeros(int(points.max()) - start + 1, dtype=np.int64)
    np.add.at(sums, points - start, weights)
    return Spread(start, sums)


def clipped(spread: Spread, clip: Callable[[Ints], Ints]) -> Spread:
    """The distribution of a sum after its cap."""
    held = np.flatnonzero(spread.weights)
    return gathered(clip((held + spread.start).astype(np.int32)), spread.weights[held])


def fitted(weights: Sequence[Longs]) -> list[Longs]:
    """Weights of independent signals, halved until their product fits."""
    result = list(weights)
    while math.prod(int(each.sum()) for each in result) >= _MOST:
        widest = max(range(len(result)), key=lambda at: int(result[at].max()))
        result[widest] = _halved(result[widest])
    return result


def ten_thousandths(part: Longs, whole: Longs) -> Longs:
    """``part / whole`` in ten-thousandths, halves rounded up."""
    shift = np.where(whole >= _LAST, 14, 0)
    part, whole = part >> shift, whole >> shift
    return (part * (2 * PARTS) + whole) // (2 * whole)


@dataclass(frozen=True, slots=True, eq=False)
class Spreads:
    """Many distributions, one per row of ``table``, each with its first point and its length."""

    starts: Longs
    widths: Longs
    table: Longs

    def plus(self, parents: Codes, choices: Sequence[tuple[int, Spread]]) -> Spreads:
        """Rows ``parents``, each plus an independent quantity.

        ``choices`` says for how many rows, one after the other, which quantity is meant; see ``light``.
        """
        counts = [rows for rows, _ in choices]
        starts = self.starts[parents] + np.repeat([spread.start for _, spread in choices], counts)
        widths = self.widths[parents] + np.repeat([len(spread.weights) - 1 for _, spread in choices], counts)
        table = np.zeros((len(parents), int(widths.max())), dtype=np.int64)
        first = 0
        for rows, spread in choices:
            here = slice(first, first + rows)
            width = int(self.widths[parents[here]].max())
            before = _light_rows(self.table[parents[here], :width], spread.weight)
            for place in np.flatnonzero(spread.weights).tolist():
                table[here, place : place + width] += before * spread.weights[place]
            first += rows
        return Spreads(starts, widths, table)

    def outside(self, which: Codes, low: Ints, high: Ints) -> tuple[Longs, Longs]:
        """The weight of rows ``which`` outside ``low <= points < high``, and all of it."""
        width = self.table.shape[1]
        sums = np.zeros((len(self.table), width + 1), dtype=np.int64)
        np.cumsum(self.table, axis=1, out=sums[:, 1:])
        starts = self.starts[which]
        until_low = sums[which, np.clip(low - starts, 0, width)]
        until_high = sums[which, np.clip(high - starts, 0, width)]
        whole = sums[which, width]
        return whole - (until_high - until_low), whole


def nothing_unknown() -> Spreads:
    """One row: nothing is in doubt yet."""
    return Spreads(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64), np.ones((1, 1), dtype=np.int64))


def _light_rows(table: Longs, weight: int) -> Longs:
    """Rows halved until they can be multiplied by a weight."""
    while (heavy := table.sum(axis=1) >= _MOST // weight).any():
        table = np.where(heavy[:, None], _halved(table), table)
    return table


def _halved(weights: Longs) -> Longs:
    """Half the precision. Rounded up, so that nothing possible becomes impossible."""
    return (weights + 1) >> 1
