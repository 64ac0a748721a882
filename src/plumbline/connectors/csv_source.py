"""CSV files as batches of text rows, streamed; nothing is repaired, every row is accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.connectors.batch import Batch, Rejection, rejected_frame, shown
from plumbline.connectors.csv_rows import (
    Table,
    empty_rows,
    plain_end,
    read_exactly,
    read_plain,
    read_proven,
)
from plumbline.connectors.layout import read_layout
from plumbline.domain.rowcodes import RowCode

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A record that has not ended after so many bytes is refused, so that memory stays bounded.
RECORD_LIMIT: Final = 1 << 26
#: Bytes looked at around a bad quote: few at first, twice as many after every stretch without one.
_NARROW: Final = 1 << 14
#: Most bytes read the exact way at a time; few at first, more while bad quotes follow each other.
_WIDEST: Final = 1 << 18


@dataclass(slots=True)
class _Reader:
    """Where the reading stands: bytes from ``start`` on are not rows yet, ``row`` numbers the next."""

    table: Table
    rest: bytes = b""
    start: int = 0
    row: int = 1
    window: int = RECORD_LIMIT
    stride: int = 1
    skipping: bool = False

    def feed(self, block: bytes, *, final: bool) -> Iterator[Batch]:
        """Rows that are complete after one more block of bytes."""
        self.rest = self.rest[self.start :] + self._after_skipped(block)
        self.start = 0
        if final and self.rest and not self.rest.endswith(b"\n"):
            self.rest += b"\n"
        while self.start < len(self.rest) and (batch := self._next(final=final)) is not None:
            yield batch

    def _next(self, *, final: bool) -> Batch | None:
        """Some more rows; None when the bytes at hand hold no further whole record."""
        raw = self.rest[self.start : self.start + self.window]
        layout = read_layout(raw, self.table.byte)
        if layout.end:
            self.window = _NARROW if layout.is_broken else self.window * 2
            self.stride = 1 if layout.end > self.stride else self.stride
            return self._advance(read_proven(raw[: layout.end], layout, self.table, self.row), layout.end)
        if layout.is_broken:
            self.window = _NARROW
            return self._advance_exactly(final=final)
        if self.start + self.window < len(self.rest):
            self.window *= 2
            return self._next(final=final)
        if len(raw) > RECORD_LIMIT and b"\n" not in raw:
            return self._skip(raw)
        return self._advance_exactly(final=True) if final or len(raw) > RECORD_LIMIT else None

    def _advance_exactly(self, *, final: bool) -> Batch | None:
        """The rows around a bad quote; a record longer than any may be ends here, whatever follows."""
        end = plain_end(self.rest, self.start, self.table)
        if end > self.start:
            return self._advance(
                read_plain(self.rest[self.start : end], self.table, self.row), end - self.start
            )
        is_last = final or len(self.rest) - self.start > RECORD_LIMIT
        batch, taken = read_exactly(
            self.rest, self.start, self.table, self.row, final=is_last, stride=self.stride
        )
        self.stride = min(self.stride * 4, _WIDEST)
        return self._advance(batch, taken) if taken else None

    def _advance(self, batch: Batch, taken: int) -> Batch:
        self.row += batch.frame.height + batch.rejected.height
        self.start += taken
        return batch

    def _skip(self, raw: bytes) -> Batch:
        """Refuse a record whose line does not end; the rest of the line goes with it."""
        rule = f"The line does not end within {RECORD_LIMIT:,} bytes."
        refused = Rejection(self.row, RowCode.CELL_TOO_LARGE, shown(raw), rule)
        self.skipping = True
        return self._advance(Batch(empty_rows(self.table), rejected_frame([refused])), len(raw))

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
