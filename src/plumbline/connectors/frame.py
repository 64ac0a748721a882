"""A frame in memory as a source of rows, treated as if it had been a Parquet file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from plumbline.connectors.batch import ROW
from plumbline.connectors.parquet_file import as_text, checked, refuse_nested
from plumbline.connectors.settings import CELL_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.connectors.batch import Batch


@dataclass(frozen=True, slots=True)
class FrameSource:
    """The rows of a frame. Numbers, dates and flags become text and are read again like any cell."""

    frame: pl.DataFrame

    def __post_init__(self) -> None:
        refuse_nested(self.frame.schema)

    @property
    def path(self) -> Path:
        """What people call it."""
        return Path("frame")

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in their order."""
        return tuple(self.frame.columns)

    def sha256(self) -> str:
        """Hash of the rows as text."""
        return hashlib.sha256(self._texts().write_csv().encode()).hexdigest()

    def batches(self, size: int = 100_000) -> Iterator[Batch]:
        """Rows in order, at most ``size`` in a batch."""
        texts = self._texts()
        for start in range(0, texts.height, size):
            yield checked(texts.slice(start, size), self.frame.schema, CELL_LIMIT)

    def _texts(self) -> pl.DataFrame:
        rows = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW)
        return self.frame.select(rows, *as_text(self.frame.schema))
