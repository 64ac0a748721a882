"""Columns as arrays without the detour of a query: on one lead a query costs more than all the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

#: Below this many rows Python objects are quicker than array conversions.
FEW = 32


def is_missing(column: pl.Series) -> NDArray[np.bool_]:
    """Where a column has no value."""
    nulls, rows = column.null_count(), len(column)
    if nulls in (0, rows):
        return np.full(rows, nulls > 0, dtype=np.bool_)
    if rows <= FEW:
        return np.array([value is None for value in column.to_list()], dtype=np.bool_)
    return column.is_null().to_numpy()


def filled(column: pl.Series, value: int) -> NDArray[Any]:
    """A column of numbers or flags, with this where there is none."""
    return (column.fill_null(value) if column.null_count() else column).to_numpy()
