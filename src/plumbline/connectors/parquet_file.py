"""Parquet files: typed columns become the text a person would have written into a CSV.

Whole numbers in digits, other numbers in the shortest text that reads back to the same number, ``true`` and
``false``, dates and moments in ISO 8601. Columns of lists, structures or bytes are refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW, Batch, Rejection, rejected_frame
from plumbline.connectors.errors import (
    DamagedFileError,
    DuplicateHeaderError,
    EmptyFileError,
    NestedColumnError,
)
from plumbline.connectors.opening import file_sha256, opened_as_is
from plumbline.domain.rowcodes import ROW_EXPLANATIONS, RowCode
from plumbline.triage.report import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plumbline.connectors.settings import FileSettings

_NESTED: Final = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object)
_MOMENTS: Final = (pl.Date, pl.Datetime, pl.Time, pl.Duration)
_MAGIC: Final = b"PAR1"
#: What Polars raises for a damaged file; where it did not expect the damage, it panics.
_DAMAGE: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """A Parquet file; ``kinds`` are its columns' own types, ``rows`` what it says to hold."""

    path: Path
    kinds: pl.Schema
    rows: int
    cell_limit: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the file."""
        return tuple(self.kinds)

    def sha256(self) -> str:
        """Hash of the bytes of the file."""
        return file_sha256(self.path)

    def batches(self, size: int = 100_000) -> Iterator[Batch]:
        """Rows in the order of the file, at most ``size`` in a batch."""
        read = 0
        try:
            for chunk in self._chunks(size):
                read += chunk.height
                yield checked(chunk, self.kinds, self.cell_limit)
        except _DAMAGE as error:
            raise _damaged(self.path, str(error)) from error
        # Polars may stop at a damaged page without a word, so what came is held against what was promised.
        if read != self.rows:
            raise _damaged(self.path, f"{read:,} of its {self.rows:,} rows could be read")

    def _chunks(self, size: int) -> Iterator[pl.DataFrame]:
        rows = pl.scan_parquet(self.path, row_index_name=ROW, row_index_offset=1, glob=False)
        texts = rows.select(pl.col(ROW).cast(pl.Int64), *as_text(self.kinds))
        for chunk in texts.collect_batches(chunk_size=size, maintain_order=True):
            yield from chunk.iter_slices(size)


def open_parquet(path: Path, settings: FileSettings) -> ParquetSource:
    """Read the schema. Raises what ``connectors.errors`` lists."""
    with opened_as_is(path) as handle:
        if not (start := handle.read(4)):
            raise EmptyFileError(f"{path} is empty")
    if start != _MAGIC:
        raise DamagedFileError(f"{path} is no Parquet file")
    try:
        scan = pl.scan_parquet(path, glob=False)
        schema, rows = scan.collect_schema(), scan.select(pl.len()).collect().item()
    except _DAMAGE as error:
        raise _damaged(path, str(error)) from error
    refuse_nested(schema)
    return ParquetSource(path, schema, rows, settings.cell_limit)


def checked(frame: pl.DataFrame, kinds: pl.Schema, cell_limit: int) -> Batch:
    """Rows as text, without those that hold a cell no CSV could hold. ``kinds``: the types before."""
    texts = [name for name, kind in kinds.items() if kind == pl.String]
    is_bad = pl.any_horizontal([pl.lit(value=False), *(_is_bad(name, cell_limit) for name in texts)])
    bad = frame.filter(is_bad)
    if not bad.height:
        return Batch(frame, rejected_frame([]))
    refused = [_rejection(row, texts, cell_limit) for row in bad.iter_rows(named=True)]
    return Batch(frame.filter(~is_bad), rejected_frame(refused))


def as_text(kinds: pl.Schema) -> list[pl.Expr]:
    """Every column as the text a person would have written."""
    return [_text(pl.col(name), kind) for name, kind in kinds.items()]


def refuse_nested(schema: pl.Schema) -> None:
    """Refuse columns that hold no cells."""
    nested = [repr(name) for name, kind in schema.items() if isinstance(kind, _NESTED)]
    if nested:
        raise NestedColumnError(f"lists, structures and bytes are no cells: {', '.join(nested)}")
    if ROW in schema:
        raise DuplicateHeaderError(f"no column may be called {ROW!r}: rows are numbered under this name")


def _damaged(path: Path, why: str) -> DamagedFileError:
    return DamagedFileError(f"{path} cannot be read as Parquet: {why.splitlines()[0]}")


def _text(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if kind == pl.String:
        return pl.when(column != "").then(column)
    if isinstance(kind, _MOMENTS):
        return column.dt.to_string("iso:strict" if isinstance(kind, pl.Datetime) else "iso")
    return column.cast(pl.String)


def _is_bad(name: str, limit: int) -> pl.Expr:
    cell = pl.col(name)
    return ((cell.str.len_bytes() > limit) | cell.str.contains("\0", literal=True)).fill_null(value=False)


def _rejection(row: dict[str, str | int | None], texts: list[str], limit: int) -> Rejection:
    for name in texts:
        text = str(row[name] or "")
        code = RowCode.NUL_BYTE if "\0" in text else RowCode.CELL_TOO_LARGE
        if "\0" in text or len(text.encode()) > limit:
            shown = text[:SHOWN].replace("\0", "\\x00")
            return Rejection(int(row[ROW] or 0), code, shown, ROW_EXPLANATIONS[code], name)
    raise AssertionError(row[ROW])
