"""JSON lines: one flat object per line. Numbers keep the text they came with.

Read line by line in Python, because a value must arrive exactly as written and every bad line be found: about
ten microseconds a row, twice that with the first pass that finds the keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING, Any, Final, NoReturn

import polars as pl

from plumbline.connectors.batch import ROW, Batch, Rejection, rejected_frame, shown
from plumbline.connectors.encoding import detect, raw_blocks, utf8_blocks
from plumbline.connectors.errors import DuplicateHeaderError, EmptyFileError
from plumbline.connectors.opening import file_sha256, opened, sized
from plumbline.domain.rowcodes import RowCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from plumbline.connectors.settings import FileSettings

_BLOCK: Final = 1 << 22
_PIECE: Final = 2048
_WORDS: Final = {True: "true", False: "false"}

#: A flat object as received.
Cells = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class JsonLinesSource:
    """A file of JSON lines. The columns are the keys of all its rows, in the order they first appear."""

    path: Path
    encoding: str
    columns: tuple[str, ...]
    cell_limit: int

    def sha256(self) -> str:
        """Hash of the bytes of the file."""
        return file_sha256(self.path)

    def batches(self, size: int = 100_000) -> Iterator[Batch]:
        """Rows in the order of the file, at most ``size`` in a batch."""
        yield from sized(self._pieces(), size)

    def _pieces(self) -> Iterator[Batch]:
        """The rows in small batches: thousands of live Python objects are fast, millions are not."""
        reads = _read_all(self.path, self.encoding, self.cell_limit)
        while some := list(islice(reads, _PIECE)):
            rows = [(row, *self._values(read)) for row, read in some if not isinstance(read, Rejection)]
            columns = zip(*rows, strict=True) if rows else [()] * (len(self.columns) + 1)
            schema = {ROW: pl.Int64} | dict.fromkeys(self.columns, pl.String)
            frame = pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)
            yield Batch(frame, rejected_frame(read for _, read in some if isinstance(read, Rejection)))

    def _values(self, cells: Cells) -> Iterable[str | None]:
        return cells.values() if tuple(cells) == self.columns else map(cells.get, self.columns)


def open_json_lines(path: Path, settings: FileSettings) -> JsonLinesSource:
    """Find the keys of all rows. Raises what ``connectors.errors`` lists."""
    encoding = settings.encoding or _encoding(path)
    keys: dict[str, None] = {}
    for _, read in _read_all(path, encoding, settings.cell_limit):
        if not isinstance(read, Rejection) and not read.keys() <= keys.keys():
            keys |= dict.fromkeys(read)
    if ROW in keys:
        raise DuplicateHeaderError(f"no key may be called {ROW!r}: rows are numbered under this name")
    return JsonLinesSource(path, encoding, tuple(keys), settings.cell_limit)


def _encoding(path: Path) -> str:
    with opened(path) as handle:
        start = next(raw_blocks(handle, _BLOCK), b"")
    if not start.strip():
        raise EmptyFileError(f"{path} is empty")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        raise EmptyFileError(f"{path} is one JSON list; write one object per line instead")
    return detect(start)


def _read_all(path: Path, encoding: str, limit: int) -> Iterator[tuple[int, Cells | Rejection]]:
    with opened(path) as handle:
        for row, line in enumerate(_lines(utf8_blocks(handle, encoding, _BLOCK)), 1):
            yield row, _read(line, row, limit)


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
    if rest:
        yield rest


class _BadObjectError(ValueError):
    """Why a line is not one flat object."""


def _flat(pairs: list[tuple[str, Any]]) -> Cells:
    cells = {key: value if type(value) is str else _text(key, value) for key, value in pairs}
    if len(cells) != len(pairs):
        raise _BadObjectError("a key stands twice")
    return cells


def _text(key: str, value: Any) -> str | None:  # noqa: ANN401 - whatever JSON may hold
    if value is None:
        return None
    if isinstance(value, bool):
        return _WORDS[value]
    raise _BadObjectError(f"the value of {key!r} is a list or an object")


def _no_constant(word: str) -> NoReturn:
    raise _BadObjectError(f"{word} is not JSON")


_DECODER: Final = JSONDecoder(
    object_pairs_hook=_flat, parse_float=str, parse_int=str, parse_constant=_no_constant
)


def _read(line: bytes, row: int, limit: int) -> Cells | Rejection:
    try:
        text = line.decode()
        cells = _DECODER.decode(text)
    except UnicodeDecodeError:
        return Rejection(row, RowCode.ROW_ENCODING, shown(line))
    except (JSONDecodeError, RecursionError):
        code = RowCode.ROW_JSON if line.strip() else RowCode.ROW_EMPTY
        return Rejection(row, code, shown(line))
    except _BadObjectError as error:
        return Rejection(row, RowCode.ROW_JSON, shown(line), f"The line cannot be a row: {error}.")
    if not isinstance(cells, dict):
        return Rejection(row, RowCode.ROW_JSON, shown(line))
    return _checked(cells, text, line, row, limit)


def _checked(cells: Cells, text: str, line: bytes, row: int, limit: int) -> Cells | Rejection:
    """The cells with empty text as null, unless one of them cannot be text of a lead."""
    if "\\u" in text and (refusal := _escapes(cells)):
        return Rejection(row, refusal, shown(line))
    if len(line) > limit and (large := _large(cells, limit)):
        return Rejection(row, RowCode.CELL_TOO_LARGE, shown(line), column=large)
    return {key: value or None for key, value in cells.items()} if '""' in text else cells


def _escapes(cells: Cells) -> RowCode | None:
    """What escaped characters may bring in: NUL, and halves of a surrogate pair."""
    text = "".join(value or "" for value in cells.values()) + "".join(cells)
    if "\0" in text:
        return RowCode.NUL_BYTE
    return RowCode.ROW_ENCODING if any("\ud800" <= char <= "\udfff" for char in text) else None


def _large(cells: Cells, limit: int) -> str | None:
    return next((key for key, value in cells.items() if value and len(value.encode()) > limit), None)
