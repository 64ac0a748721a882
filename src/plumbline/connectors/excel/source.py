"""A sheet of a workbook as a source of rows, with everything about it that its cells do not show."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW, Batch, Rejection, rejected_frame
from plumbline.connectors.dialect import column_names
from plumbline.connectors.errors import EmptyFileError, MissingSheetError
from plumbline.connectors.excel.notes import about_layout, about_row, about_sheets
from plumbline.connectors.excel.package import archive, read_workbook
from plumbline.connectors.excel.sheet import SheetReader
from plumbline.connectors.opening import file_sha256, refuse_missing, sized
from plumbline.connectors.parquet_file import checked
from plumbline.domain.rowcodes import RowCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from plumbline.connectors.excel.package import Sheet, Workbook
    from plumbline.connectors.excel.sheet import Row
    from plumbline.connectors.settings import FileSettings

#: Rows among which the header is looked for; titles and notes may stand above it.
_HEAD: Final = 20
#: Rows made into a frame at a time: thousands of live Python objects are fast, millions are not.
_PIECE: Final = 4096


@dataclass(frozen=True, slots=True)
class ExcelSource:
    """One sheet. ``head`` is the number of the header's row; data row ``n`` is row ``head + n`` of the sheet.

    ``first`` holds what is to be said of the workbook as a whole.
    """

    path: Path
    book: Workbook
    sheet: Sheet
    head: int
    columns: tuple[str, ...]
    places: tuple[int, ...]
    cell_limit: int
    first: tuple[Rejection, ...]

    def sha256(self) -> str:
        """Hash of the bytes of the workbook."""
        return file_sha256(self.path)

    def batches(self, size: int = 100_000) -> Iterator[Batch]:
        """Rows in the order of the sheet, at most ``size`` in a batch."""
        yield from sized(self._pieces(), size)

    def _pieces(self) -> Iterator[Batch]:
        reader = SheetReader(self.book)
        with archive(self.path) as parts, parts.open(self.sheet.part) as handle:
            rows = (row for row in reader.rows(handle) if row.number > self.head)
            notes = list(self.first)
            last = self.head
            while some := list(islice(rows, _PIECE)):
                batch, last = self._batch(some, last, notes)
                notes = []
                yield batch
        if said := [*notes, *about_layout(reader.layout, self.head, self.places, self.columns)]:
            yield Batch(_no_rows(self.columns), rejected_frame([]), rejected_frame(said))

    def _batch(self, rows: Sequence[Row], last: int, notes: list[Rejection]) -> tuple[Batch, int]:
        """Some rows, after the filled row ``last``: rows without a cell between filled ones are rejected."""
        filled = [row for row in rows if row.cells]
        empty: list[Rejection] = []
        for row in filled:
            gap = range(last + 1, row.number)
            empty += [Rejection(number - self.head, RowCode.ROW_EMPTY, "") for number in gap]
            last = row.number
        said = [note for row in rows for note in about_row(row, self.head, self.places, self.columns)]
        batch = checked(
            self._frame(filled), pl.Schema(dict.fromkeys(self.columns, pl.String)), self.cell_limit
        )
        rejected = pl.concat([rejected_frame(empty), batch.rejected]).sort("row")
        return Batch(batch.frame, rejected, rejected_frame([*notes, *said])), last

    def _frame(self, rows: Sequence[Row]) -> pl.DataFrame:
        numbers = pl.Series(ROW, [row.number - self.head for row in rows], dtype=pl.Int64)
        columns = [
            pl.Series(name, [row.cells.get(place) for row in rows], dtype=pl.String)
            for name, place in zip(self.columns, self.places, strict=True)
        ]
        return pl.DataFrame([numbers, *columns])


def open_excel(path: Path, settings: FileSettings) -> ExcelSource:
    """Choose the sheet and find its header. Raises what ``connectors.errors`` lists.

    The header is the row that the mapping names, else the first of the first rows that fills more than one
    cell and at least half as many as the widest of them: titles above a table are narrower than the table.
    """
    refuse_missing(path)
    book = read_workbook(path)
    heads = {sheet: _head(path, book, sheet) for sheet in book.sheets}
    sheet = _chosen(path, heads, settings.sheet)
    header = _header(path, sheet, heads[sheet], settings.header)
    places = tuple(range(min(header.cells), max(header.cells) + 1))
    columns = column_names([header.cells.get(place, "") for place in places])
    above = [row for row in heads[sheet] if row.number < header.number]
    first = (*about_sheets(sheet, heads, asked=settings.sheet is not None), *_above(above))
    return ExcelSource(path, book, sheet, header.number, columns, places, settings.cell_limit, first)


def _head(path: Path, book: Workbook, sheet: Sheet) -> list[Row]:
    """The first filled rows of a sheet."""
    with archive(path) as parts, parts.open(sheet.part) as handle:
        return list(islice((row for row in SheetReader(book).rows(handle) if row.cells), _HEAD))


def _chosen(path: Path, heads: dict[Sheet, list[Row]], asked: str | None) -> Sheet:
    if asked is not None:
        named = [sheet for sheet in heads if sheet.name == asked]
        if not named:
            there = ", ".join(repr(sheet.name) for sheet in heads)
            raise MissingSheetError(f"{path} has no sheet {asked!r}; it has {there}")
        return named[0]
    seen = [sheet for sheet, rows in heads.items() if rows and not sheet.hidden]
    if not seen:
        hidden = [sheet.name for sheet, rows in heads.items() if rows]
        hint = f"; hidden ones do ({', '.join(map(repr, hidden))}): name one to read it" if hidden else ""
        raise EmptyFileError(f"no sheet of {path} that is to be seen holds a cell{hint}")
    return seen[0]


def _header(path: Path, sheet: Sheet, rows: list[Row], asked: int | None) -> Row:
    if not rows:
        raise EmptyFileError(f"the sheet {sheet.name!r} of {path} is empty")
    if asked is None:
        widest = max(len(row.cells) for row in rows)
        return next(
            row for row in rows if 2 * len(row.cells) >= widest and (len(row.cells) > 1 or widest == 1)
        )
    found = next((row for row in rows if row.number == asked), None)
    if found is None:
        raise EmptyFileError(f"row {asked} of the sheet {sheet.name!r} of {path} holds no column names")
    return found


def _above(rows: Sequence[Row]) -> Iterator[Rejection]:
    for row in rows:
        text = "; ".join(row.cells.values())
        rule = f"Row {row.number} of the sheet stands above the header and was not read as a lead."
        yield Rejection(None, RowCode.ABOVE_HEADER, text, rule)


def _no_rows(columns: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(schema={ROW: pl.Int64} | dict.fromkeys(columns, pl.String))
