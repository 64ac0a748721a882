"""Which pairs are worth comparing: records that share a key, where few enough share it.

Every column type gives keys. A key that too many records share is never compared as it stands: it is joined
with the record's other frequent keys of other columns, and what is still too frequent is skipped and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.identity.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from plumbline.identity.columns import Column

    Rows = NDArray[np.uint32]
    Hashes = NDArray[np.uint64]

#: Frequent keys of a record that are joined with each other at most.
_JOINED: Final = 6
#: A key of so few records is always compared.
_FEWEST: Final = 4
#: Multiplies the first of two joined keys: odd, so that nothing is lost, and without a pattern.
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Blocks:
    """Keys with their rows (``key``, ``row``), and what was too frequent to be compared."""

    members: pl.DataFrame
    largest: int
    pairs: int
    skipped_keys: int
    skipped_pairs: int


@dataclass(frozen=True, slots=True)
class _Shared:
    """Keys that more than one row has, sorted: every array has one entry per key and row."""

    key: Hashes
    row: Rows
    column: NDArray[np.int16]
    size: NDArray[np.int32]

    @classmethod
    def of(cls, key: Hashes, row: Rows, column: NDArray[np.int16]) -> _Shared:
        order = np.argsort(key)
        key = key[order]
        size = _run_lengths(key)
        kept = size > 1
        order = order[kept]
        return cls(key[kept], row[order], column[order], size[kept])

    def where(self, kept: NDArray[np.bool_]) -> _Shared:
        return _Shared(self.key[kept], self.row[kept], self.column[kept], self.size[kept])

    def pairs(self) -> int:
        """How many pairs the keys make, each pair as often as it shares a key."""
        return int((self.size.astype(np.int64) - 1).sum()) // 2

    def members(self) -> pl.DataFrame:
        return pl.DataFrame({"key": self.key, "row": self.row})


def keys_of(parts: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """``row`` (position), ``column`` (number) and ``key`` (a hash) of every blocking key of every record."""
    named = parts.with_row_index("row")
    frames = []
    for at, column in enumerate(columns):
        for name, key in KINDS[column.type].keys(column).items():
            lists = named.select("row", key=key)
            if isinstance(lists.schema["key"], pl.List):
                lists = lists.drop_nulls("key").explode("key", empty_as_null=False)
            kind = sum(ord(letter) << 8 * place for place, letter in enumerate(f"{at}{name}"))
            # Hashes, not texts: a million records have some ten million keys.
            hashed = pl.col("key").hash(kind)
            frames.append(lists.drop_nulls("key").select("row", column=pl.lit(at, pl.Int16), key=hashed))
    return pl.concat(frames)


def blocks_of(keys: pl.DataFrame, *, rows: int, per_row: float = 30, largest: int = 200) -> Blocks:
    """The blocks to compare, bounded so that about ``per_row`` pairs a record are made at most."""
    shared = _Shared.of(*(keys[name].to_numpy() for name in ("key", "row", "column")))
    cap = _cap(shared.size, rows, per_row, largest)
    small = shared.where(shared.size <= cap)
    joined = _joined(shared.where(shared.size > cap))
    fits, over = joined.where(joined.size <= cap), joined.where(joined.size > cap)
    members = pl.concat([small.members(), fits.members()])
    return Blocks(members, cap, small.pairs() + fits.pairs(), np.unique(over.key).size, over.pairs())


def pairs_of(members: pl.DataFrame) -> pl.DataFrame:
    """``left`` < ``right``: every pair of rows that share a block, once."""
    joined = (
        members.lazy().join(members.lazy(), on="key", suffix="_r").filter(pl.col("row") < pl.col("row_r"))
    )
    return joined.select(left="row", right="row_r").unique().sort("left", "right").collect(engine="streaming")


def _run_lengths(ordered: NDArray[np.uint64]) -> NDArray[np.int32]:
    """For every entry of sorted keys, how many are equal to it."""
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if ordered.size else ordered
    lengths = np.diff(np.r_[starts, ordered.size]).astype(np.int32)
    return np.repeat(lengths, lengths)


def _cap(sizes: NDArray[np.int32], rows: int, per_row: float, largest: int) -> int:
    entries = np.bincount(sizes, minlength=largest + 1)[: largest + 1].astype(np.float64)
    pairs = np.cumsum(entries * (np.arange(largest + 1) - 1) / 2)
    fitting = np.flatnonzero((entries > 0) & (pairs <= per_row * rows))
    return min(max(int(fitting.max(initial=0)), _FEWEST), largest)


def _joined(frequent: _Shared) -> _Shared:
    """Pairs of a record's rarest frequent keys, of different columns, as keys of their own."""
    order = np.lexsort((frequent.key, frequent.size, frequent.row))
    row = frequent.row[order]
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]]) if row.size else row
    place = np.arange(row.size) - np.repeat(starts, np.diff(np.r_[starts, row.size]))
    made = [_both(frequent, order, place, one, two) for one, two in combinations(range(_JOINED), 2)]
    key, rows = (np.concatenate(part) for part in zip(*made, strict=True))
    return _Shared.of(key, rows, np.zeros(key.size, np.int16))


def _both(
    frequent: _Shared, order: NDArray[np.intp], place: NDArray[np.intp], one: int, two: int
) -> tuple[Hashes, Rows]:
    """The records' keys at two places, joined; the key of the earlier column comes first."""
    second = np.flatnonzero(place == two)
    a, b = order[second - (two - one)], order[second]
    column_a, column_b = frequent.column[a], frequent.column[b]
    apart = column_a != column_b
    a, b, turned = a[apart], b[apart], (column_a > column_b)[apart]
    first, last = np.where(turned, b, a), np.where(turned, a, b)
    return frequent.key[first] * _MIX ^ frequent.key[last], frequent.row[b]
