"""Small helpers for arrays with one entry per lead."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
#: Axis positions of one signal, or cells of a table.
Codes = NDArray[np.intp]
_ROOM: Final = 2**62


def total(parts: Iterable[NDArray[np.integer]], height: int) -> Ints:
    """Sum arrays of points, lead by lead. A single array comes back as it is, so write to none."""
    first, *others = tuple(parts) or (np.zeros(height, dtype=np.int32),)
    return reduce(np.add, others, first.astype(np.int32, copy=False))


def distinct(columns: Sequence[NDArray[np.integer]], height: int) -> tuple[Codes, Codes]:
    """Rows that stand for every distinct combination of values, and which of these each row is like."""
    if height == 1:
        return np.zeros(1, dtype=np.intp), np.zeros(1, dtype=np.intp)
    key, radix = np.zeros(height, dtype=np.int64), 1
    for column in columns:
        least = int(column.min())
        width = int(column.max()) - least + 1
        if radix * width >= _ROOM:
            _, key = np.unique(key, return_inverse=True)
            radix = height
        key, radix = key * width + (column - least), radix * width
    _, examples, which = np.unique(key, return_index=True, return_inverse=True)
    return examples, which


def runs(ordered: NDArray[np.integer]) -> tuple[list[int], list[int]]:
    """Where each run of equal values begins, and how long it is."""
    first = [0, *(np.flatnonzero(np.diff(ordered)) + 1).tolist()]
    return first, [end - begin for begin, end in pairwise([*first, len(ordered)])]
