"""CSV files as batches of text rows, streamed; nothing is repaired, every row is accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW, Batch, Rejection, rejected_frame, shown
from plumbline.connectors.csv_rows import Table, read_exactly, read_proven
from plumbline.connectors.layout import read_layout
from plumbline.domain.rowcodes import RowCode

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A record that has not ended after so many bytes is refused, so that memory stays bounded.
RECORD_LIMIT: Final = 1 << 26
#: Bytes read the exact way before the fast way is tried again.
_STRIDE: Final = 1 << 18


@dataclass(slots=True)
class _Reader:
    """Where the reading stands: bytes not yet turned into rows, and the number of the next row."""

    table: Table
    rest: bytes = b""
    row: int = 1
    skipping: bool = field(default=False)

    def feed(self, block: bytes, *, final: bool) -> Iterator[Batch]:
        """Rows that are complete after one more block of bytes."""
        self.rest += self._after_skipped(block)
        if final and self.rest and not self.rest.endswith(b"\n"):
            self.rest += b"\n"
        while self.rest and (batch := self._next(final=final)) is not None:
            yield batch

    def _next(self, *, final: bool) -> Batch | None:
        layout = read_layout(self.rest, self.table.byte)
        if layout.end:
            return self._advance(
                read_proven(self.rest[: layout.end], layout, self.table, self.row), layout.end
            )
        is_overlong = len(self.rest) > RECORD_LIMIT
        if is_overlong and b"\n" not in self.rest:
            return self._skip()
        if layout.is_broken or final or is_overlong:
            ends_here = final or is_overlong
            batch, end = read_exactly(self.rest, self.table, self.row, final=ends_here, stride=_STRIDE)
            return self._advance(batch, end) if end else None
        return None

    def _advance(self, batch: Batch, end: int) -> Batch:
        self.row += batch.frame.height + batch.rejected.height
        self.rest = self.rest[end:]
        return batch

    def _skip(self) -> Batch:
        """Refuse a record whose line does not end; the rest of the line goes with it."""
        rule = f"The line does not end within {RECORD_LIMIT:,} bytes."
        refused = Rejection(self.row, RowCode.CELL_TOO_LARGE, shown(self.rest), rule)
        self.skipping = True
        schema = {ROW: pl.Int64} | dict.fromkeys(self.table.columns, pl.String)
        return self._advance(Batch(pl.DataFrame(schema=schema), rejected_frame([refused])), len(self.rest))

    def _after_skipped(self, block: bytes) -> bytes:
        if not self.skipping:
            return block
        newline = block.find(b"\n")
        self.skipping = newline < 0
        return b"" if newline < 0 else block[newline + 1 :]


def read_rows(blocks: Iterator[bytes], table: Table) -> Iterator[Batch]:
    """Batches of the rows in UTF-8 blocks that begin after the header; their sizes follow the blocks."""
    reader = _Reader(table)
    for block in blocks:
        yield from reader.feed(block, final=False)
    yield from reader.feed(b"", final=True)
