"""The joint surface of two signals, merged to few rows and columns where it hardly changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.learning.bins import Floats


@dataclass(slots=True)
class Surface:
    """What two signals say together, by row and column. ``weight``: what a cell stands for.

    ``nominal``: whether any two rows (columns) may merge, or neighbours only. ``parts``: for each row and
    column the first ones that are in it.
    """

    values: Floats
    weight: Floats
    nominal: tuple[bool, bool]
    parts: tuple[list[list[int]], list[list[int]]] = field(init=False)

    def __post_init__(self) -> None:
        rows, columns = self.values.shape
        self.parts = ([[at] for at in range(rows)], [[at] for at in range(columns)])

    def shrink(self, cells: int) -> None:
        """Merge until both signals and their pair take no more than ``cells``, or two by two are left."""
        while self.cells > cells and self._merge():
            pass

    @property
    def cells(self) -> int:
        """Rows, columns and what is between them."""
        rows, columns = self.values.shape
        return int(rows + columns + rows * columns)

    def _merge(self) -> bool:
        """Do the merge that costs least for each cell it saves; false where none is left."""
        offers = [
            (self._cost(axis, one, two) / (1 + self.values.shape[1 - axis]), axis, one, two)
            for axis in (0, 1)
            for one, two in self._neighbours(axis)
        ]
        if not offers:
            return False
        _, axis, one, two = min(offers)
        self._take(axis, one, two)
        return True

    def _neighbours(self, axis: int) -> Iterator[tuple[int, int]]:
        size = self.values.shape[axis]
        if size <= 2:
            return iter(())
        return combinations(range(size), 2) if self.nominal[axis] else pairwise(range(size))

    def _cost(self, axis: int, one: int, two: int) -> float:
        a, b = self.weight.take(one, axis), self.weight.take(two, axis)
        apart = self.values.take(one, axis) - self.values.take(two, axis)
        return float((a * b / np.maximum(a + b, 1e-9) * apart**2).sum())

    def _take(self, axis: int, one: int, two: int) -> None:
        a, b = self.weight.take(one, axis), self.weight.take(two, axis)
        mean = (a * self.values.take(one, axis) + b * self.values.take(two, axis)) / np.maximum(a + b, 1e-9)
        for table, joined in ((self.values, mean), (self.weight, a + b)):
            np.moveaxis(table, axis, 0)[one] = joined
        self.values, self.weight = (np.delete(each, two, axis) for each in (self.values, self.weight))
        self.parts[axis][one] = [*self.parts[axis][one], *self.parts[axis].pop(two)]
