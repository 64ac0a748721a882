"""A CSV file on disk: its encoding and its dialect found out, its rows streamed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.connectors.csv_rows import Table
from plumbline.connectors.csv_source import read_rows
from plumbline.connectors.dialect import Dialect, read_dialect
from plumbline.connectors.encoding import detect, raw_blocks, utf8_blocks
from plumbline.connectors.errors import EmptyFileError
from plumbline.connectors.opening import file_sha256, is_packed, opened, sized

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from plumbline.connectors.batch import Batch
    from plumbline.connectors.settings import FileSettings

_SAMPLE: Final = 1 << 18
#: A header longer than this is no header.
_HEADER_LIMIT: Final = 1 << 24
_BLOCKS: Final = (1 << 20, 1 << 25)


@dataclass(frozen=True, slots=True)
class CsvSource:
    """A CSV file that can be read again and again. ``encoding`` and ``dialect`` say how it is written."""

    path: Path
    encoding: str
    dialect: Dialect
    cell_limit: int
    row_bytes: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the file."""
        return self.dialect.columns

    def sha256(self) -> str:
        """Hash of the bytes of the file."""
        return file_sha256(self.path)

    def batches(self, size: int = 100_000) -> Iterator[Batch]:
        """Rows in the order of the file, at most ``size`` in a batch."""
        table = Table(self.columns, self.dialect.delimiter.encode(), self.cell_limit)
        with opened(self.path) as handle:
            blocks = utf8_blocks(handle, self.encoding, _block_size(size * self.row_bytes * 9 // 10))
            yield from sized(read_rows(_after(blocks, self.dialect.body), table), size)


def open_csv(path: Path, settings: FileSettings) -> CsvSource:
    """Find out encoding and dialect. Raises what ``connectors.errors`` lists."""
    encoding = settings.encoding or _detected(path)
    start, is_all = _start(path, encoding)
    dialect = read_dialect(start, final=is_all, asked=settings.delimiter)
    row_bytes = len(start) // max(start.count(b"\n"), 1) + 1
    return CsvSource(path, encoding, dialect, settings.cell_limit, row_bytes)


def _detected(path: Path) -> str:
    with opened(path) as handle:
        first = next(raw_blocks(handle, _SAMPLE), b"")
    return detect(first + _later_samples(path))


def _start(path: Path, encoding: str) -> tuple[bytes, bool]:
    """The first bytes as UTF-8, with at least the whole first line, and whether they are the whole file."""
    with opened(path) as handle:
        blocks = utf8_blocks(handle, encoding, _SAMPLE)
        start = next(blocks)
        if not start:
            raise EmptyFileError(f"{path} is empty")
        for block in blocks:
            if b"\n" in start or len(start) > _HEADER_LIMIT:
                return start, False
            start += block
    return start, True


def _later_samples(path: Path) -> bytes:
    """Bytes from the middle and the end, where the first accented letter may stand."""
    if is_packed(path):
        return b""
    size = path.stat().st_size
    with path.open("rb") as handle:
        return b"".join(_read_at(handle, place) for place in (size // 2, size - _SAMPLE) if place > _SAMPLE)


def _read_at(handle: IO[bytes], place: int) -> bytes:
    handle.seek(place)
    return b"\n" + handle.read(_SAMPLE) + b"\n"


def _block_size(wanted: int) -> int:
    smallest, largest = _BLOCKS
    return min(max(wanted, smallest), largest)


def _after(blocks: Iterator[bytes], offset: int) -> Iterator[bytes]:
    """The blocks without the first ``offset`` bytes."""
    for block in blocks:
        kept = block[offset:]
        offset = max(offset - len(block), 0)
        if kept:
            yield kept
