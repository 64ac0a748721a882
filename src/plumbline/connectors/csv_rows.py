"""From CSV bytes to rows of text: the fast way for proven bytes, the exact way for the rest."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.connectors.batch import ROW, Batch, Rejection, rejected_frame, shown
from plumbline.connectors.layout import Layout, plain_layout, records
from plumbline.connectors.records import Record, read_record
from plumbline.domain.rowcodes import RowCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


#: Bytes searched for the next quoted cell.
_LOOK_AHEAD: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Table:
    """What every row of a file must look like. ``cell_limit`` is in bytes."""

    columns: tuple[str, ...]
    delimiter: bytes
    cell_limit: int

    @property
    def return_before_end(self) -> bytes:
        """A carriage return that ends a cell but no line."""
        return b"\r" + self.delimiter

    @property
    def byte(self) -> int:
        """The delimiter as a number."""
        return self.delimiter[0]


def read_proven(raw: bytes, layout: Layout, table: Table, first: int) -> Batch:
    """Rows of the proven bytes; ``first`` is the number of row one."""
    frame = _read_regular(raw, layout, table)
    if frame is None:
        return _read_irregular(raw, layout, table, first)
    return _within_limit(_numbered(frame, np.arange(first, first + frame.height)), raw, table)


def read_plain(raw: bytes, table: Table, first: int) -> Batch:
    """Rows of lines that open no quoted cell: their quotes are ordinary characters."""
    return read_proven(raw, plain_layout(raw, table.byte), table, first)


def plain_end(raw: bytes, start: int, table: Table) -> int:
    """Where the lines end, from ``start`` on, that open no quoted cell; ``start`` when there is none."""
    if raw.startswith(b'"', start):
        return start
    stop = min(start + _LOOK_AHEAD, len(raw))
    for opening in (table.delimiter + b'"', b'\n"'):
        found = raw.find(opening, start, stop)
        stop = stop if found < 0 else found + 1
    return raw.rfind(b"\n", start, stop) + 1 or start


def read_exactly(
    raw: bytes, start: int, table: Table, first: int, *, final: bool, stride: int
) -> tuple[Batch, int]:
    """Rows that begin in the ``stride`` bytes from ``start``, with any quoting, and the bytes they took.

    ``final`` says that nothing follows ``raw``; otherwise a record that may go on after it is left out.
    """
    found = list(_records(raw, start, table, final=final, stride=stride))
    rejections = [r for i, record, text in found if (r := _rejection(first + i, record, text, table))]
    refused = {r.row for r in rejections}
    good = [(first + i, *map(_text, record.cells)) for i, record, _ in found if first + i not in refused]
    schema = _schema(table, numbered=True)
    columns = zip(*good, strict=True) if good else [()] * len(schema)
    frame = pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)
    return Batch(frame, rejected_frame(rejections)), (found[-1][1].end - start if found else 0)


def empty_rows(table: Table) -> pl.DataFrame:
    """No rows, in the columns of the file."""
    return pl.DataFrame(schema=_schema(table, numbered=True))


def _schema(table: Table, *, numbered: bool = False) -> dict[str, type[pl.DataType]]:
    row: dict[str, type[pl.DataType]] = {ROW: pl.Int64} if numbered else {}
    return row | dict.fromkeys(table.columns, pl.String)


def _read_regular(raw: bytes, layout: Layout, table: Table) -> pl.DataFrame | None:
    """The rows, or None when not every record is one row of the right width and valid text."""
    newlines, delimiters = layout.counts
    if delimiters != newlines * (len(table.columns) - 1) or b"\0" in raw:
        return None
    if len(table.columns) == 1 and _has_empty_line(raw):
        return None
    frame = _polars(raw, layout, table)
    # Polars refuses wider rows; as the separators are just enough for all rows, none is narrower either.
    return frame if frame is not None and frame.height == newlines else None


def _has_empty_line(raw: bytes) -> bool:
    return b"\n\n" in raw or b"\n\r\n" in raw or raw.startswith((b"\n", b"\r\n"))


def _polars(raw: bytes, layout: Layout, table: Table) -> pl.DataFrame | None:
    # Two repairs nobody asked for: Polars drops a carriage return at a cell's end and a byte-order mark.
    # One byte is found fifty times faster than two, and most files hold no carriage return at all.
    if (b"\r" in raw and table.return_before_end in raw) or raw.startswith(codecs.BOM_UTF8):
        return None
    try:
        frame = pl.read_csv(
            raw,
            has_header=False,
            separator=table.delimiter.decode(),
            quote_char='"' if layout.is_quoted else None,
            schema=_schema(table),
            extra_columns="raise",
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    return _without_empty_text(frame) if layout.is_doubled else frame


def _without_empty_text(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _numbered(frame: pl.DataFrame, rows: NDArray[np.intp]) -> pl.DataFrame:
    return frame.insert_column(0, pl.Series(ROW, rows, dtype=pl.Int64))


def _read_irregular(raw: bytes, layout: Layout, table: Table, first: int) -> Batch:
    """Rows of proven bytes, without the records that cannot be rows."""
    ends, widths = records(raw, layout)
    codes = _codes(raw, ends, widths, table)
    good = np.array([code is None for code in codes], np.bool_)
    kept = b"".join(_runs(raw, ends, good))
    frame = _polars(kept, layout, table) if kept else pl.DataFrame(schema=_schema(table))
    if frame is None or frame.height != good.sum():
        return read_exactly(raw, 0, table, first, final=True, stride=len(raw))[0]
    batch = _within_limit(_numbered(frame, first + np.flatnonzero(good)), kept, table)
    rejected = rejected_frame(_irregular(raw, ends, widths, codes, table, first))
    return Batch(batch.frame, pl.concat([rejected, batch.rejected]).sort("row"))


def _codes(
    raw: bytes, ends: NDArray[np.intp], widths: NDArray[np.intp], table: Table
) -> list[RowCode | None]:
    """Why each record cannot be a row; None when it can."""
    codes: list[RowCode | None] = [None] * len(ends)
    for index in np.flatnonzero(widths != len(table.columns)).tolist():
        codes[index] = RowCode.ROW_SHAPE if widths[index] else RowCode.ROW_EMPTY
    for index in _undecodable(raw, ends):
        codes[index] = RowCode.ROW_ENCODING
    for index in _records_at(ends, np.flatnonzero(np.frombuffer(raw, np.uint8) == 0)).tolist():
        codes[index] = RowCode.NUL_BYTE
    return codes


def _records_at(ends: NDArray[np.intp], positions: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.unique(np.searchsorted(ends, positions, side="right"))


def _undecodable(raw: bytes, ends: NDArray[np.intp]) -> Iterator[int]:
    """Indexes of records that are no UTF-8. Linear: each failure resumes at the next record."""
    view = memoryview(raw)
    start = 0
    while start < len(raw):
        try:
            str(view[start:], "utf-8")
        except UnicodeDecodeError as error:
            index = int(np.searchsorted(ends, start + error.start, side="right"))
            start = int(ends[index])
            yield index
        else:
            return


def _runs(raw: bytes, ends: NDArray[np.intp], good: NDArray[np.bool_]) -> Iterator[bytes]:
    """The bytes of each run of neighbouring good records."""
    starts = np.concatenate(([0], ends[:-1]))
    edges = np.flatnonzero(np.diff(good, prepend=False, append=False))
    for begin, end in zip(edges[0::2], edges[1::2], strict=True):
        yield raw[starts[begin] : ends[end - 1]]


def _irregular(
    raw: bytes,
    ends: NDArray[np.intp],
    widths: NDArray[np.intp],
    codes: Sequence[RowCode | None],
    table: Table,
    first: int,
) -> Iterator[Rejection]:
    for index, code in enumerate(codes):
        if code is not None:
            text = raw[ends[index - 1] if index else 0 : ends[index]].rstrip(b"\r\n")
            rule = _shape_rule(int(widths[index]), table) if code is RowCode.ROW_SHAPE else ""
            yield Rejection(first + index, code, shown(text), rule)


def _shape_rule(width: int, table: Table) -> str:
    return f"The row has {width} fields, the header has {len(table.columns)}."


def _within_limit(frame: pl.DataFrame, raw: bytes, table: Table) -> Batch:
    """The rows without those that hold a cell above the limit."""
    large = [] if len(raw) <= table.cell_limit else _large(frame, table)
    if not large:
        return Batch(frame, rejected_frame([]))
    is_kept = ~pl.any_horizontal(pl.col(*large).str.len_bytes() > table.cell_limit)
    kept = frame.filter(is_kept.fill_null(value=True))
    refused = frame.join(kept.select(ROW), on=ROW, how="anti")
    return Batch(kept, rejected_frame(_too_large(row, table) for row in refused.iter_rows(named=True)))


def _large(frame: pl.DataFrame, table: Table) -> list[str]:
    longest = frame.select(pl.col(*table.columns).str.len_bytes().max()).row(0, named=True)
    return [name for name, size in longest.items() if (size or 0) > table.cell_limit]


def _too_large(row: dict[str, str | int | None], table: Table) -> Rejection:
    for name in table.columns:
        value = str(row[name] or "").encode()
        if len(value) > table.cell_limit:
            return _large_rejection(int(row[ROW] or 0), name, value, table)
    raise AssertionError(row[ROW])


def _large_rejection(row: int, column: str, value: bytes, table: Table) -> Rejection:
    rule = f"The cell has {len(value):,} bytes, the limit is {table.cell_limit:,}."
    return Rejection(row, RowCode.CELL_TOO_LARGE, shown(value), rule, column)


def _records(
    raw: bytes, start: int, table: Table, *, final: bool, stride: int
) -> Iterator[tuple[int, Record, bytes]]:
    index, stop = 0, min(len(raw), start + stride)
    while start < stop:
        record = read_record(raw, start, table.delimiter, final=final)
        if record is None:
            return
        yield index, record, raw[start : record.end].rstrip(b"\r\n")
        start, index = record.end, index + 1


def _rejection(row: int, record: Record, text: bytes, table: Table) -> Rejection | None:
    """Why a record cannot be a row; None when it can."""
    code = record.code or _bad_text(text)
    if code is not None:
        return Rejection(row, code, shown(text))
    if len(record.cells) != len(table.columns):
        return Rejection(row, RowCode.ROW_SHAPE, shown(text), _shape_rule(len(record.cells), table))
    cells = zip(table.columns, record.cells, strict=True) if len(text) > table.cell_limit else ()
    large = ((name, cell) for name, cell in cells if len(cell) > table.cell_limit)
    return next((_large_rejection(row, name, cell, table) for name, cell in large), None)


def _bad_text(text: bytes) -> RowCode | None:
    if b"\0" in text:
        return RowCode.NUL_BYTE
    return None if _is_text(text) else RowCode.ROW_ENCODING


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _text(cell: bytes) -> str | None:
    return cell.decode() or None
