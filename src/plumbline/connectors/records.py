"""One CSV record at a time, for bytes whose quoting is not regular. Slow and exact."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.domain.rowcodes import RowCode


@dataclass(frozen=True, slots=True)
class Record:
    """A record ending before ``end``: its cells, or the code that says why it has none."""

    end: int
    cells: tuple[bytes, ...] = ()
    code: RowCode | None = None


def read_record(raw: bytes, start: int, delimiter: bytes, *, final: bool) -> Record | None:
    """The record that begins at ``start``; None when its end is not in ``raw`` yet.

    A quote inside an unquoted cell is an ordinary character. A badly quoted record ends with its first line,
    so that one stray quote does not swallow the rows below it.
    """
    line_end = raw.find(b"\n", start)
    if line_end < 0 and not final:
        return None
    line_end = line_end + 1 or len(raw)
    line = _without_newline(raw[start:line_end])
    if b'"' not in line:
        return Record(line_end, tuple(line.split(delimiter)), None if line else RowCode.ROW_EMPTY)
    if cells := _simple_cells(line, delimiter):
        return Record(line_end, cells)
    return _read_quoted(raw, start, line_end, delimiter, final=final)


def _simple_cells(line: bytes, delimiter: bytes) -> tuple[bytes, ...] | None:
    """The cells of a line whose quoted cells hold neither quotes nor delimiters; None for another line."""
    cells = line.split(delimiter)
    for place, cell in enumerate(cells):
        if cell.startswith(b'"'):
            if len(cell) < len('""') or cell.find(b'"', 1) != len(cell) - 1:
                return None
            cells[place] = cell[1:-1]
    return tuple(cells)


def _read_quoted(raw: bytes, start: int, line_end: int, delimiter: bytes, *, final: bool) -> Record | None:
    cells: list[bytes] = []
    position = start
    while True:
        is_quoted = raw.startswith(b'"', position)
        cell = _quoted_cell(raw, position) if is_quoted else _bare_cell(raw, position, delimiter)
        if cell is None:
            return Record(line_end, code=RowCode.ROW_QUOTES) if final else None
        cells.append(cell[0])
        position = cell[1]
        if not raw.startswith(delimiter, position):
            return _ended(raw, position, line_end, tuple(cells), final=final)
        position += 1


def _ended(
    raw: bytes, position: int, line_end: int, cells: tuple[bytes, ...], *, final: bool
) -> Record | None:
    """The record whose last cell ends at ``position``, provided that its line ends there too."""
    for newline in (b"\n", b"\r\n"):
        if raw.startswith(newline, position):
            return Record(position + len(newline), cells)
    if raw[position:] not in (b"", b"\r"):
        return Record(line_end, code=RowCode.ROW_QUOTES)
    return Record(len(raw), cells) if final else None


def _quoted_cell(raw: bytes, start: int) -> tuple[bytes, int] | None:
    """The text between quotes and the position after the closing one; None when there is none."""
    end = raw.find(b'"', start + 1)
    while end >= 0 and raw[end + 1 : end + 2] == b'"':
        end = raw.find(b'"', end + 2)
    return None if end < 0 else (raw[start + 1 : end].replace(b'""', b'"'), end + 1)


def _bare_cell(raw: bytes, start: int, delimiter: bytes) -> tuple[bytes, int]:
    newline = raw.find(b"\n", start)
    newline = len(raw) if newline < 0 else newline
    end = raw.find(delimiter, start, newline)
    if end >= 0:
        return raw[start:end], end
    end = newline - 1 if raw[start:newline].endswith(b"\r") else newline
    return raw[start:end], end


def _without_newline(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")
