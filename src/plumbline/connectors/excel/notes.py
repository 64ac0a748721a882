"""What is to be said of a sheet beside its values: formulas, merged and hidden cells, other sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.connectors.batch import Rejection
from plumbline.connectors.excel.sheet import letters_of, place_of
from plumbline.domain.rowcodes import RowCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plumbline.connectors.excel.package import Sheet
    from plumbline.connectors.excel.sheet import Layout, Row


def about_row(row: Row, head: int, places: Sequence[int], columns: Sequence[str]) -> Iterator[Rejection]:
    """Formulas behind values, values outside the table, numbers that Excel rounded, a hidden row."""
    number = row.number - head
    named = dict(zip(places, columns, strict=True))
    if row.hidden and row.cells:
        rule = f"Row {row.number} of the sheet is hidden; it was read all the same."
        yield Rejection(number, RowCode.HIDDEN_ROW, "", rule)
    for place, formula in row.formulas.items():
        yield _about_formula(number, row.cells.get(place), formula, named.get(place))
    if row.cells and (min(row.cells) < places[0] or max(row.cells) > places[-1]):
        for place in sorted(row.cells.keys() - named.keys()):
            value = row.cells[place]
            where = f"{letters_of(place)}{row.number}"
            rule = f"Cell {where} stands in a column without a name and belongs to no field."
            yield Rejection(number, RowCode.BEYOND_HEADER, value, rule)
    for place in row.rounded:
        yield Rejection(number, RowCode.ROUNDED_NUMBER, row.cells[place], column=named.get(place))


def _about_formula(number: int, value: str | None, formula: str, column: str | None) -> Rejection:
    written = f" ={formula}" if formula else ""
    if value is None:
        rule = f"The formula{written} was saved without a value, so the cell counts as empty."
        return Rejection(number, RowCode.FORMULA_EMPTY, "", rule, column)
    rule = f"The value comes from a formula{written}; the value saved with it was used."
    return Rejection(number, RowCode.FORMULA, value, rule, column)


def about_layout(
    layout: Layout, head: int, places: Sequence[int], columns: Sequence[str]
) -> Iterator[Rejection]:
    """Merged cells and hidden columns."""
    named = dict(zip(places, columns, strict=True))
    for reference in layout.merged:
        (left, top), (_, bottom) = (place_of(part) for part in reference.split(":"))
        if bottom > head:
            rule = f"The cells {reference} are merged; only the first of them holds a value."
            yield Rejection(max(top - head, 1), RowCode.MERGED_CELLS, reference, rule, named.get(left))
    for low, high in layout.hidden_columns:
        for place in range(low, min(high, max(places)) + 1):
            if place in named:
                rule = f"Column {letters_of(place)} is hidden; it was read all the same."
                yield Rejection(None, RowCode.HIDDEN_COLUMN, named[place], rule, named[place])


def about_sheets(chosen: Sheet, heads: Mapping[Sheet, Sequence[Row]], *, asked: bool) -> Iterator[Rejection]:
    """Sheets that hold something and were not read."""
    for sheet, rows in heads.items():
        if sheet is chosen or not rows:
            continue
        hidden = "is hidden and " if sheet.hidden else ""
        hint = "" if asked else f" To read it instead, write file: {{sheet: {sheet.name}}} into the mapping."
        code = RowCode.HIDDEN_SHEET if sheet.hidden else RowCode.OTHER_SHEET
        yield Rejection(None, code, sheet.name, f"The sheet {sheet.name!r} {hidden}was not read.{hint}")
