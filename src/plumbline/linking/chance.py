"""How often values agree by chance: counted on random pairs of the user's records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.linking.compare import compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.identity.columns import Column
    from plumbline.identity.comparison import Comparison

_DRAWN: Final = 500_000
_SEED: Final = 20


def drawn_levels(
    parts: pl.DataFrame, columns: Sequence[Column], comparisons: Sequence[Comparison]
) -> dict[str, tuple[int, ...]]:
    """Per comparison, how many random pairs fall on each level. The same records give the same pairs."""
    found = compare(parts, random_pairs(parts.height), columns, comparisons)
    return {one.name: _counts(found[one.name], len(one.levels)) for one in comparisons}


def random_pairs(rows: int, most: int = _DRAWN) -> pl.DataFrame:
    """``left`` < ``right``: different pairs of different rows, all of them where there are few."""
    if rows * (rows - 1) // 2 <= most:
        left, right = np.triu_indices(rows, 1)
    else:
        ends = np.sort(np.random.default_rng(_SEED).integers(0, rows, (2, most + most // 20)), axis=0)
        left, right = ends[:, ends[0] < ends[1]]
    frame = pl.DataFrame({"left": left, "right": right}, schema={"left": pl.UInt32, "right": pl.UInt32})
    return frame.unique(maintain_order=True).head(most)


def _counts(levels: pl.Series, size: int) -> tuple[int, ...]:
    known = levels.to_numpy()
    return tuple(np.bincount(known[known >= 0], minlength=size).tolist())
