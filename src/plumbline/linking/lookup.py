"""One new record against a million known ones.

An index of blocking keys in memory, and the pure evaluator.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from plumbline.identity.blocking import keys_of
from plumbline.identity.clusters import group
from plumbline.identity.parts import derive
from plumbline.identity.weigh import weigh

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from plumbline.identity.model import MatchModel
    from plumbline.identity.weigh import Weighed

    Rows = NDArray[np.uint32]

#: Records behind one key that are looked at as they are, and behind two keys that are intersected.
_FEW, _MANY = 60, 50_000
_MOST: Final = 80


@dataclass(frozen=True, slots=True)
class Match:
    """A known record (its position), and the evidence that it and the new one are one."""

    row: int
    weighed: Weighed

    @property
    def weight(self) -> int:
        """The sum of the evidence."""
        return self.weighed.weight


@dataclass(frozen=True, slots=True)
class _Keys:
    """Sorted hashes of keys with the rows that have them."""

    hashes: NDArray[np.uint64]
    rows: Rows

    @classmethod
    def of(cls, keys: pl.DataFrame) -> _Keys:
        hashed = keys.select("key", "row").sort("key", "row")
        return cls(hashed["key"].to_numpy(), hashed["row"].to_numpy())

    def rows_of(self, key: int) -> Rows:
        wanted = np.uint64(key)
        first, last = (
            np.searchsorted(self.hashes, wanted, "left"),
            np.searchsorted(self.hashes, wanted, "right"),
        )
        return self.rows[first:last]


class Lookup:
    """Known records, ready to be matched. Grows by :meth:`add`; positions never change."""

    def __init__(self, frame: pl.DataFrame, model: MatchModel) -> None:
        self.model = model
        parts = derive(frame, model.columns, model.vocabularies)
        self._parts = [parts]
        self._keys = [_Keys.of(keys_of(parts, model.columns))]
        self._starts = [0]

    @property
    def size(self) -> int:
        """How many records are known."""
        return self._starts[-1] + self._parts[-1].height

    def add(self, frame: pl.DataFrame) -> range:
        """Take in more records; their positions."""
        parts = derive(frame, self.model.columns, self.model.vocabularies)
        first = self.size
        if first and len(self._parts) > 1:  # one young segment beside the old one keeps lookups fast
            parts = pl.concat([self._parts.pop(), parts])
            self._keys.pop()
            self._starts.pop()
        self._parts.append(parts)
        self._keys.append(_Keys.of(keys_of(parts, self.model.columns)))
        self._starts.append(self.size_before())
        return range(first, self.size)

    def size_before(self) -> int:
        """Records in all segments but the youngest."""
        return sum(parts.height for parts in self._parts[:-1])

    def match(self, frame: pl.DataFrame, *, least: int | None = None) -> list[Match]:
        """Known records that weigh at least ``least`` (default.

        Worth asking) with the one row of ``frame``.
        """
        parts = derive(frame, self.model.columns, self.model.vocabularies)
        record = parts.row(0, named=True)
        keys = keys_of(parts, self.model.columns).select("column", "key").rows()
        cut = self.model.cut_offs.ask if least is None else least
        found = [Match(row, weigh(self.model, known, record)) for row, known in self._near(keys)]
        return sorted((one for one in found if one.weight >= cut), key=lambda one: (-one.weight, one.row))

    def join(self, frame: pl.DataFrame, clusters: Sequence[Sequence[int]]) -> list[int]:
        """The clusters (their positions) that the one row of ``frame`` belongs to, best first.

        Records in no cluster may be passed as clusters of one. A cluster takes the record in when one link is
        sure and the mean over all its members favours one, as in a full run; no cluster is taken apart.
        """
        near = {one.row: one.weight for one in self.match(frame, least=self.model.cut_offs.link)}
        record = derive(frame, self.model.columns, self.model.vocabularies).row(0, named=True)
        taken = []
        for at, members in enumerate(clusters):
            if near.keys().isdisjoint(members):
                continue
            new = max(members) + 1
            weights = {(row, new): weigh(self.model, self._record(row), record).weight for row in members}
            if any(
                new in one for one in group([*members, new], weights, self.model.cut_offs, start=[members])
            ):
                taken.append((-max(weights.values()), at))
        return [at for _, at in sorted(taken)]

    def _record(self, row: int) -> dict[str, Any]:
        at = max(at for at, start in enumerate(self._starts) if start <= row)
        return self._parts[at].row(row - self._starts[at], named=True)

    def _near(self, keys: list[tuple[int, int]]) -> Iterator[tuple[int, dict[str, Any]]]:
        for start, parts, index in zip(self._starts, self._parts, self._keys, strict=True):
            rows = _chosen([(column, index.rows_of(key)) for column, key in keys])
            for row, known in zip(rows.tolist(), parts[rows].iter_rows(named=True), strict=True):
                yield start + row, known


def _chosen(blocks: list[tuple[int, Rows]]) -> Rows:
    """Rows behind rare keys, and rows behind two frequent keys of different columns.

    Those with most keys first.
    """
    few = [rows for _, rows in blocks if rows.size <= _FEW]
    many = sorted(
        ((c, rows) for c, rows in blocks if _FEW < rows.size <= _MANY), key=lambda one: one[1].size
    )[:6]
    both = [
        np.intersect1d(one, two, assume_unique=True)
        for (first, one), (second, two) in combinations(many, 2)
        if first != second
    ]
    together = [*few, *both]
    if not together:
        return np.empty(0, dtype=np.uint32)
    rows, times = np.unique(np.concatenate(together), return_counts=True)
    if rows.size > _MOST:
        rows = rows[np.lexsort((rows, -times))[:_MOST]]
    return np.sort(rows)
