"""How a CSV file is written: its delimiter and its header, judged from its first bytes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.connectors.batch import ROW
from plumbline.connectors.errors import DuplicateHeaderError, EmptyFileError, WrongDelimiterError
from plumbline.connectors.records import Record, read_record

if TYPE_CHECKING:
    from collections.abc import Iterable

DELIMITERS: Final = (",", ";", "\t", "|")
#: The first line of CSV that Excel is meant to open: ``sep=;``.
_SEPARATOR_LINE: Final = re.compile(rb"sep=(?P<sign>[,;\t|])\r?\n", re.IGNORECASE)
#: Records looked at to tell delimiters apart.
_SAMPLE: Final = 50


@dataclass(frozen=True, slots=True)
class Dialect:
    """The delimiter, the column names and where the first data row begins."""

    delimiter: str
    columns: tuple[str, ...]
    body: int


def read_dialect(sample: bytes, *, final: bool, asked: str | None) -> Dialect:
    """The dialect of a file that begins with ``sample``, which is all of it when ``final``.

    Raises ``EmptyFileError``, ``WrongDelimiterError`` or ``DuplicateHeaderError``.
    """
    told = _SEPARATOR_LINE.match(sample)
    start = told.end() if told else 0
    rows = sample[start:]
    best = told["sign"].decode() if told else _best(rows, final=final)
    delimiter = asked or best
    header = _header(rows, delimiter, final=final)
    if asked and asked != best and len(header.cells) == 1 and _width(rows, best, final=final) > 1:
        raise WrongDelimiterError(f"the file is separated by {_named(best)}, not by {_named(asked)}")
    return Dialect(delimiter, _names(header), start + header.end)


def _header(sample: bytes, delimiter: str, *, final: bool) -> Record:
    header = read_record(sample, 0, delimiter.encode(), final=final)
    if header is None or header.code is not None or not any(cell.strip() for cell in header.cells):
        raise EmptyFileError("the first line holds no column names")
    return header


def _best(sample: bytes, *, final: bool) -> str:
    """The delimiter that splits the first rows most evenly, and into most fields among equals."""
    return max(DELIMITERS, key=lambda d: (_evenness(sample, d, final=final), _width(sample, d, final=final)))


def _evenness(sample: bytes, delimiter: str, *, final: bool) -> float:
    """The share of sample rows as wide as the header; a single column says nothing."""
    widths = [len(record.cells) for record in _sampled(sample, delimiter, final=final)]
    if not widths or widths[0] == 1:
        return 0.0
    return sum(width == widths[0] for width in widths) / len(widths)


def _width(sample: bytes, delimiter: str, *, final: bool) -> int:
    return len(next(iter(_sampled(sample, delimiter, final=final)), Record(0)).cells)


def _sampled(sample: bytes, delimiter: str, *, final: bool) -> list[Record]:
    records: list[Record] = []
    position = 0
    while position < len(sample) and len(records) < _SAMPLE:
        record = read_record(sample, position, delimiter.encode(), final=final)
        if record is None:
            break
        position = record.end
        if record.code is None:
            records.append(record)
    return records


def _names(header: Record) -> tuple[str, ...]:
    return column_names(cell.decode(errors="backslashreplace") for cell in header.cells)


def column_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Column names without outer spaces; a column without a name is called by its place.

    ``DuplicateHeaderError`` when two columns have one name.
    """
    names = tuple(cell.strip() or f"column {place}" for place, cell in enumerate(cells, 1))
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise DuplicateHeaderError(f"more than one column is called {', '.join(map(repr, repeated))}")
    if ROW in names:
        raise DuplicateHeaderError(f"no column may be called {ROW!r}: rows are numbered under this name")
    return names


def _named(delimiter: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}.get(delimiter, repr(delimiter))
