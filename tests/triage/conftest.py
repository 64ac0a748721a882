"""Small batches as they come from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def received() -> Callable[..., pl.DataFrame]:
    """Leads as received: columns by name, rows numbered from ``first``; ids are made unless given."""

    def _received(columns: dict[str, list[str | None]], first: int = 1) -> pl.DataFrame:
        height = len(next(iter(columns.values())))
        rows = pl.Series("row", range(first, first + height), dtype=pl.Int64)
        ids = columns.pop("lead.id", [f"row-{row}" for row in rows])
        return pl.DataFrame([rows, pl.Series("lead.id", ids, dtype=pl.String)]).with_columns(
            pl.Series(name.replace("__", "."), cells, dtype=pl.String) for name, cells in columns.items()
        )

    return _received
