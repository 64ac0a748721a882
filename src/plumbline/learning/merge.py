"""From fine tables to a card a person can read: the cheapest neighbours share a bin until few cells are left.

All bins of all signals compete (Ward's cost: rows times squared difference). Ranges merge with the next,
a special amount gives up its own bin for the range around it, labels merge with the label nearest in points,
or with *another value*. A merged bin has the average of its parts, so nothing is fitted again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from math import prod
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from plumbline.domain.words import Kind
from plumbline.learning.bins import Axis, range_labels
from plumbline.learning.boost import Additive

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from plumbline.learning.bins import Floats

#: Cells that differ by less than this differ only by rounding.
_SAME: Final = 1e-20
#: An empty cell still weighs something: what the written card says of it is not lost for nothing.
_EMPTY: Final = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """What two axes of a card say together beyond what each says alone, by both axis positions."""

    places: tuple[int, int]
    table: Floats
    rows: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Signals with few bins, their tables in log-odds by axis position, and the rows behind each position."""

    axes: tuple[Axis, ...]
    intercept: float
    tables: tuple[Floats, ...]
    rows: tuple[Floats, ...]
    joint: Joint | None = None

    @property
    def cells(self) -> int:
        """Cells in the whole card, missing apart."""
        sizes = [len(axis.order) for axis in self.axes]
        return sum(sizes) + (prod(sizes[at] for at in self.joint.places) if self.joint else 0)

    def log_odds(self, frame: pl.DataFrame) -> Floats:
        """What the card says before it is rounded."""
        if not self.axes:
            return np.full(frame.height, self.intercept)
        codes = [axis.codes(frame) for axis in self.axes]
        alone = Additive(self.intercept, self.tables).log_odds(codes)
        if self.joint is None:
            return alone
        one, two = self.joint.places
        together: Floats = alone + self.joint.table[codes[one], codes[two]]
        return together


class _Cell(NamedTuple):
    parts: tuple[int, ...]
    weight: float
    value: float

    def with_(self, other: _Cell) -> _Cell:
        total = self.weight + other.weight
        value = (self.weight * self.value + other.weight * other.value) / total
        return _Cell((*self.parts, *other.parts), total, value)

    def cost(self, other: _Cell) -> float:
        return self.weight * other.weight / (self.weight + other.weight) * (self.value - other.value) ** 2


class _Offer(NamedTuple):
    """A merge: of two neighbours, or of a special amount (``inside``) with its range."""

    cost: float
    at: int
    inside: int


_NONE: Final = _Offer(np.inf, -1, -1)


@dataclass(slots=True)
class _Line:
    """The cells of one signal in order, and the special amounts inside each."""

    cells: list[_Cell]
    inside: list[list[_Cell]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.cells) + sum(len(each) for each in self.inside)

    def offer(self) -> _Offer:
        """The cheapest merge: of neighbours first, where it is the same."""
        best = _NONE
        for at, (one, two) in enumerate(zip(self.cells, self.cells[1:], strict=False)):
            if (cost := one.cost(two)) < best.cost:
                best = _Offer(cost, at, -1)
        for at, (cell, each) in enumerate(zip(self.cells, self.inside, strict=True)):
            for place, special in enumerate(each):
                if (cost := cell.cost(special)) < best.cost:
                    best = _Offer(cost, at, place)
        return best

    def take(self, offer: _Offer) -> None:
        if offer.inside >= 0:
            special = self.inside[offer.at].pop(offer.inside)
            self.cells[offer.at] = self.cells[offer.at].with_(special)
            return
        after = offer.at + 1
        self.cells[offer.at] = self.cells[offer.at].with_(self.cells.pop(after))
        self.inside[offer.at] += self.inside.pop(after)


def merged(fitted: Additive, axes: Sequence[Axis], rows: Sequence[Floats], *, cells: int) -> Merged:
    """Merge to at most ``cells`` cells; a signal left with one cell says nothing and goes.

    ``rows``: how many rows each axis position stands for.
    """
    return merged_sizes(fitted, axes, rows, [cells])[cells]


def merged_sizes(
    fitted: Additive, axes: Sequence[Axis], rows: Sequence[Floats], sizes: Sequence[int]
) -> dict[int, Merged]:
    """The same in several sizes: a smaller card goes on from the next larger one."""
    lines = [_line(axis, table, count) for axis, table, count in zip(axes, fitted.tables, rows, strict=True)]
    found = {}
    for cells in sorted(set(sizes), reverse=True):
        _shrink(lines, cells)
        found[cells] = _made(fitted, axes, rows, lines)
    return found


def _made(fitted: Additive, axes: Sequence[Axis], rows: Sequence[Floats], lines: Sequence[_Line]) -> Merged:
    parts = [
        _rebuilt(axis, line, table, count)
        for axis, line, table, count in zip(axes, lines, fitted.tables, rows, strict=True)
        if line.size > 1
    ]
    made, tables, counts = zip(*parts, strict=True) if parts else ((), (), ())
    return Merged(made, fitted.intercept, tables, counts)


def _shrink(lines: list[_Line], cells: int) -> None:
    offers = [line.offer() for line in lines]
    # A signal that went altogether frees its last cell too.
    size = sum(line.size for line in lines if line.size > 1)
    while offers:
        at = min(range(len(offers)), key=lambda place: offers[place].cost)
        if offers[at] is _NONE or (offers[at].cost > _SAME and size <= cells):
            return
        size -= 1 if lines[at].size > 2 else 2
        lines[at].take(offers[at])
        offers[at] = lines[at].offer()


def _line(axis: Axis, table: Floats, rows: Floats) -> _Line:
    special = len(axis.bins.cuts) + 2 if axis.bins.kind is Kind.NUMBER else axis.bins.axis
    # Another value that nobody gave says nothing, unless somebody wrote that it does.
    places = [p for p in axis.order if p != axis.bins.unseen or rows[p] > 0 or table[p] != 0]
    if axis.nominal:
        places.sort(key=lambda place: (table[place], place))
    cells: list[_Cell] = []
    inside: list[list[_Cell]] = []
    waiting: list[_Cell] = []
    for place in places:
        cell = _Cell((place,), float(rows[place]) + _EMPTY, float(table[place]))
        if place >= special:
            waiting.append(cell)  # it belongs to the range that begins with it, which comes next
        else:
            cells.append(cell)
            inside.append(waiting)
            waiting = []
    return _Line(cells, inside)


def grouped(axis: Axis, groups: Sequence[Sequence[int]], table: Floats, rows: Floats) -> Axis:
    """The axis with a bin for each group of neighbouring positions (labels: any), without special amounts."""
    cells = []
    for group in groups:
        first, *others = (
            _Cell((place,), float(rows[place]) + _EMPTY, float(table[place])) for place in group
        )
        cells.append(reduce(_Cell.with_, others, first))
    return _rebuilt(axis, _Line(cells, [[] for _ in cells]), table, rows)[0]


def _rebuilt(axis: Axis, line: _Line, table: Floats, rows: Floats) -> tuple[Axis, Floats, Floats]:
    make = _numbers if axis.bins.kind is Kind.NUMBER else _labels
    made, groups = make(axis, line)
    values, counts = np.zeros(made.bins.axis), np.zeros(made.bins.axis)
    counts[0], values[0] = rows[0], table[0]
    for place, cell in groups:
        values[place] = cell.value
        counts[place] = rows[list(cell.parts)].sum()
    return made, values, counts


def _numbers(axis: Axis, line: _Line) -> tuple[Axis, list[tuple[int, _Cell]]]:
    bins = axis.bins
    last = len(bins.cuts) + 1
    starts = [min(part for part in cell.parts if part <= last) for cell in line.cells[1:]]
    specials = sorted(
        ((bins.specials[cell.parts[0] - last - 1], cell) for each in line.inside for cell in each),
        key=lambda pair: pair[0],
    )
    made = replace(
        bins,
        cuts=tuple(bins.cuts[start - 2] for start in starts),
        specials=tuple(value for value, _ in specials),
    )
    made = replace(made, labels=range_labels(made, whole=axis.whole))
    cells = [*line.cells, *(cell for _, cell in specials)]
    starts_at = [(-np.inf, 1), *((cut, 1) for cut in made.cuts), *((value, 0) for value in made.specials)]
    order = tuple(at + 1 for at in sorted(range(len(cells)), key=lambda at: starts_at[at]))
    return replace(axis, bins=made, order=order), list(enumerate(cells, start=1))


def _labels(axis: Axis, line: _Line) -> tuple[Axis, list[tuple[int, _Cell]]]:
    """Groups of labels, largest points first; labels that merged with *another value* are not named."""
    bins = axis.bins
    if bins.kind is Kind.FLAG:
        return axis, [(place, cell) for cell in line.cells for place in cell.parts]
    named = sorted((c for c in line.cells if bins.unseen not in c.parts), key=lambda cell: -cell.value)
    groups = tuple(tuple(bins.groups[part - 1][0] for part in sorted(cell.parts)) for cell in named)
    labels = tuple(_words([bins.labels[part - 1] for part in sorted(cell.parts)]) for cell in named)
    made = replace(bins, groups=groups, labels=_distinct(labels))
    rest = [cell for cell in line.cells if bins.unseen in cell.parts]
    order = tuple(range(1, len(groups) + 1 + len(rest)))
    cells = [*enumerate(named, start=1), *((made.unseen, cell) for cell in rest)]
    return replace(axis, bins=made, order=order), cells


def _words(labels: list[str]) -> str:
    """A group in words; a long one by its first labels."""
    shown = labels if len(labels) <= 6 else [*labels[:5], f"{len(labels) - 5} more"]
    return " | ".join(label if len(label) <= 60 else f"{label[:59]}…" for label in shown)


def _distinct(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Two groups that begin alike still have names of their own."""
    return tuple(
        label if labels.index(label) == at else f"{label} ({at + 1})" for at, label in enumerate(labels)
    )
