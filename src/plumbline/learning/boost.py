"""Explainable boosting: small steps on the bins of every signal, with unknown held at zero in the fit.

Every round looks at all signals with the same residuals and moves each by a tree of three leaves over its
bins, times the learning rate. A step is centred over the known answers and zero where the answer is unknown:
that is the constraint of law 2, kept at every step and not patched in afterwards, which costs less. Labels
have no order of their own, so each step takes them in the order of their residuals. Several bags, each
stopped by a part of the rows it does not learn from, are averaged.

Lou, Caruana, Gehrke (2012), *Intelligible models for classification and regression*, is the idea; the
library that stands for it cannot hold unknown at zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from plumbline.learning.bins import Axis, Codes, Floats


@dataclass(frozen=True, slots=True)
class Settings:
    """``rate``: how much of a step is taken. ``patience``: rounds without gain before a bag stops.

    ``least``: rows that a leaf needs. ``ridge``: what steps are drawn to zero by. Both compared on forward
    folds of older rows.
    """

    bags: int = 4
    rate: float = 0.1
    rounds: int = 1_500
    patience: int = 40
    held: float = 0.15
    least: float = 20.0
    ridge: float = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class Additive:
    """An intercept and one table per axis, by axis position; missing is 0."""

    intercept: float
    tables: tuple[Floats, ...]

    def log_odds(self, codes: Sequence[Codes]) -> Floats:
        """The sum for each row."""
        total = np.full(codes[0].size, self.intercept)
        for table, code in zip(self.tables, codes, strict=True):
            total += table[code]
        return total


_EVERY: Final = 4


def boost(
    axes: Sequence[Axis],
    codes: Sequence[Codes],
    label: Floats,
    weight: Floats,
    *,
    seed: int,
    settings: Settings,
) -> Additive:
    """Fit; the same rows, seed and settings give the same tables."""
    grid = _Grid.of(axes, codes)
    bags = [
        _bag(grid, label, weight, np.random.default_rng([seed, bag]), settings)
        for bag in range(settings.bags)
    ]
    table = np.mean([each[1] for each in bags], axis=0)
    return Additive(float(np.mean([each[0] for each in bags])), grid.back(axes, table))


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """All axes side by side: one row per axis, missing in column 0, the other cells in their order."""

    width: int
    places: tuple[Codes, ...]
    nominal: NDArray[np.bool_]
    cells: NDArray[np.bool_]

    @classmethod
    def of(cls, axes: Sequence[Axis], codes: Sequence[Codes]) -> _Grid:
        width = max(len(axis.order) for axis in axes) + 1
        places = [_columns(axis)[code] for axis, code in zip(axes, codes, strict=True)]
        cells = np.array([np.arange(width) <= len(axis.order) for axis in axes])
        cells[:, 0] = False
        return cls(width, tuple(places), np.array([axis.nominal for axis in axes]), cells)

    def sums(self, values: Floats) -> Floats:
        """Sums of rows by axis and cell, nothing for missing."""
        table = np.array([np.bincount(place, values, self.width) for place in self.places])
        table[:, 0] = 0.0
        return table

    def added(self, table: Floats) -> Floats:
        """The sum over axes for each row."""
        total = np.zeros(self.places[0].size)
        for row, place in zip(table, self.places, strict=True):
            total += row[place]
        return total

    def back(self, axes: Sequence[Axis], table: Floats) -> tuple[Floats, ...]:
        """Tables by axis position."""
        made = []
        for axis, row in zip(axes, table, strict=True):
            points = np.zeros(axis.bins.axis)
            points[list(axis.order)] = row[1 : len(axis.order) + 1]
            made.append(points)
        return tuple(made)


def _columns(axis: Axis) -> Codes:
    columns = np.zeros(axis.bins.axis, dtype=np.intp)
    columns[list(axis.order)] = np.arange(1, len(axis.order) + 1)
    return columns


def _bag(
    grid: _Grid, label: Floats, weight: Floats, rng: np.random.Generator, settings: Settings
) -> tuple[float, Floats]:
    held = _held(label, rng, settings.held)
    inside, outside = np.where(held, 0.0, weight), np.where(held, weight, 0.0)
    rows = grid.sums(np.where(held, 0.0, 1.0))
    share = rows / np.maximum(rows.sum(axis=1, keepdims=True), 1.0)
    base = float(np.clip((inside @ label) / inside.sum(), 1e-6, 1 - 1e-6))
    intercept, table = float(np.log(base / (1 - base))), np.zeros_like(rows)
    odds = np.full(label.size, intercept)
    best, kept, since = np.inf, (intercept, table.copy()), 0
    rate = min(settings.rate, 2.0 / len(grid.places))
    curve = np.zeros_like(rows)
    for turn in range(settings.rounds):
        chance = 1 / (1 + np.exp(-odds))
        loss = _loss(odds, label, outside)
        if loss < best - 1e-7:
            best, kept, since = loss, (intercept, table.copy()), 0
        elif (since := since + 1) > settings.patience:
            break
        slope, bend = inside * (chance - label), inside * chance * (1 - chance)
        if turn % _EVERY == 0:
            curve = grid.sums(bend)
        step = rate * _steps(grid, grid.sums(slope), curve, rows, settings)
        step -= np.where(grid.cells, (step * share).sum(axis=1, keepdims=True), 0.0)
        shift = -rate * float(slope.sum() / bend.sum())
        intercept, table, odds = intercept + shift, table + step, odds + grid.added(step) + shift
    return kept


def _held(label: Floats, rng: np.random.Generator, share: float) -> NDArray[np.bool_]:
    """Rows that a bag is stopped by, as many of each outcome as there are."""
    held = np.zeros(label.size, dtype=bool)
    for outcome in (0.0, 1.0):
        rows = np.flatnonzero(label == outcome)
        held[rng.permutation(rows)[: max(1, round(share * rows.size))]] = True
    return held


def _loss(odds: Floats, label: Floats, weight: Floats) -> float:
    return float(weight @ (np.logaddexp(0.0, odds) - label * odds) / weight.sum())


def _steps(grid: _Grid, slope: Floats, curve: Floats, rows: Floats, settings: Settings) -> Floats:
    """The best tree of up to three leaves for every axis at once."""
    order = _order(grid, slope, curve, rows)
    running = [np.cumsum(np.take_along_axis(each, order, axis=1), axis=1) for each in (slope, curve, rows)]
    scan = _Scan(running[0], running[1], running[2], settings.ridge, settings.least)
    first, found = scan.best(np.zeros(len(slope), dtype=np.intp), np.full(len(slope), grid.width - 1))
    left, gained_left = scan.best(np.zeros_like(first), first)
    right, gained_right = scan.best(first, np.full(len(slope), grid.width - 1))
    second = np.where(gained_left >= gained_right, left, right)
    has_second = np.maximum(gained_left, gained_right) > 0
    low = np.where(has_second, np.minimum(first, second), first)
    high = np.where(has_second, np.maximum(first, second), first)
    leaves = scan.leaves(low, high)
    place = np.arange(grid.width)
    above = np.where(place <= high[:, None], leaves[1][:, None], leaves[2][:, None])
    step = np.where(place <= low[:, None], leaves[0][:, None], above)
    step[~(found > 0)] = 0.0
    unordered = np.zeros_like(step)
    np.put_along_axis(unordered, order, step, axis=1)
    unordered[~grid.cells] = 0.0
    unordered[grid.nominal[:, None] & (rows == 0)] = 0.0
    return unordered


def _order(grid: _Grid, slope: Floats, curve: Floats, rows: Floats) -> NDArray[np.intp]:
    """Numbers as they are; labels by their residuals, those without rows last."""
    order = np.broadcast_to(np.arange(grid.width), slope.shape).copy()
    named = grid.nominal
    if named.any():
        steepness = slope[named] / (curve[named] + 1.0)
        steepness[(rows[named] == 0)] = np.inf
        steepness[:, 0] = -np.inf
        order[named] = np.argsort(steepness, axis=1, kind="stable")
    return order


@dataclass(frozen=True, slots=True, eq=False)
class _Scan:
    """Running sums along every axis, and what a cut at any place would gain."""

    slope: Floats
    curve: Floats
    rows: Floats
    ridge: float
    least: float

    def best(self, low: NDArray[np.intp], high: NDArray[np.intp]) -> tuple[NDArray[np.intp], Floats]:
        """The best cut between two places (the first part ends with it), and its gain; 0 where none fits."""
        at = np.arange(self.slope.shape[1])
        start, stop = (self._at(low), self._at(high))
        left = [running - begin for running, begin in zip(self._running(), start, strict=True)]
        right = [end - running for running, end in zip(self._running(), stop, strict=True)]
        whole = [end - begin for begin, end in zip(start, stop, strict=True)]
        gain = self._worth(left) + self._worth(right) - self._worth(whole)
        fit = (at > low[:, None]) & (at < high[:, None]) & (left[2] >= self.least) & (right[2] >= self.least)
        gain = np.where(fit, gain, 0.0)
        place = np.argmax(gain, axis=1)
        return place, np.take_along_axis(gain, place[:, None], axis=1)[:, 0]

    def leaves(self, low: NDArray[np.intp], high: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
        """Steps below, between and above two cuts."""
        ends = (self._at(low), self._at(high), self._at(np.full_like(high, self.slope.shape[1] - 1)))
        first = [part[:, 0] for part in ends[0]]
        middle = [(b - a)[:, 0] for a, b in zip(ends[0], ends[1], strict=True)]
        last = [(b - a)[:, 0] for a, b in zip(ends[1], ends[2], strict=True)]
        return tuple(-part[0] / (part[1] + self.ridge) for part in (first, middle, last))  # type: ignore[return-value]

    def _running(self) -> tuple[Floats, Floats, Floats]:
        return self.slope, self.curve, self.rows

    def _at(self, place: NDArray[np.intp]) -> list[Floats]:
        return [np.take_along_axis(each, place[:, None], axis=1) for each in self._running()]

    def _worth(self, part: list[Floats]) -> Floats:
        worth: Floats = part[0] ** 2 / (np.maximum(part[1], 0.0) + self.ridge)
        return worth
