"""Open a file of leads, whatever its format, as batches of text rows."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, cast

import polars as pl

from plumbline.connectors.batch import Batch, rejected_frame
from plumbline.connectors.csv_rows import Table
from plumbline.connectors.csv_source import read_rows
from plumbline.connectors.dialect import Dialect, read_dialect
from plumbline.connectors.encoding import detect, utf8_blocks
from plumbline.connectors.errors import EmptyFileError, MissingFileError, NotAFileError
from plumbline.connectors.settings import FileSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import IO

_SAMPLE: Final = 1 << 18
_BLOCKS: Final = (1 << 20, 1 << 25)


class Source(Protocol):
    """A file of rows. ``batches`` may be called again: every call reads from the start."""

    @property
    def path(self) -> Path:
        """Where the file is."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the file."""

    def sha256(self) -> str:
        """Hash of the bytes of the file."""

    def batches(self, size: int = ...) -> Iterator[Batch]:
        """Rows in the order of the file, at most ``size`` in a batch."""


@dataclass(frozen=True, slots=True)
class CsvSource:
    """A CSV file, its encoding and its dialect."""

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


def open_source(path: Path, settings: FileSettings | None = None) -> Source:
    """Open a file by what its name says: ``.csv``, ``.tsv`` or ``.txt``, each also with ``.gz``.

    Raises a class of ``connectors.errors`` when no row could ever be read.
    """
    return open_csv(path, settings or FileSettings())


def open_csv(path: Path, settings: FileSettings) -> CsvSource:
    """Find out encoding and dialect. Raises what ``connectors.errors`` lists."""
    with opened(path) as handle:
        raw = handle.read(_SAMPLE)
    if not raw:
        raise EmptyFileError(f"{path} is empty")
    encoding = settings.encoding or detect(raw + _later_samples(path))
    dialect, row_bytes = _read_start(path, encoding, settings.delimiter)
    return CsvSource(path, encoding, dialect, settings.cell_limit, row_bytes)


def _read_start(path: Path, encoding: str, delimiter: str | None) -> tuple[Dialect, int]:
    with opened(path) as handle:
        blocks = utf8_blocks(handle, encoding, _SAMPLE)
        start = next(blocks, b"")
        rest = next(blocks, b"")
    dialect = read_dialect(start, final=not rest, asked=delimiter)
    return dialect, len(start) // max(start.count(b"\n"), 1) + 1


def _later_samples(path: Path) -> bytes:
    """Bytes from the middle and the end, where the first accented letter may stand."""
    if path.suffix == ".gz":
        return b""
    size = path.stat().st_size
    with path.open("rb") as handle:
        return b"".join(_read_at(handle, place) for place in (size // 2, size - _SAMPLE) if place > _SAMPLE)


def _read_at(handle: IO[bytes], place: int) -> bytes:
    handle.seek(place)
    return b"\n" + handle.read(_SAMPLE) + b"\n"


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked when its name ends in ``.gz``."""
    if not path.exists():
        raise MissingFileError(f"there is no file {path}")
    if not path.is_file():
        raise NotAFileError(f"{path} is not a file")
    try:
        handle = path.open("rb")
    except OSError as error:
        raise MissingFileError(f"{path} may not be read: {error.strerror}") from error
    return cast("IO[bytes]", gzip.GzipFile(fileobj=handle)) if path.suffix == ".gz" else handle


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes as they are on disk, read in pieces."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sized(batches: Iterable[Batch], size: int) -> Iterator[Batch]:
    """The same rows in batches of at most ``size``, small ones joined."""
    waiting: list[Batch] = []
    for batch in batches:
        if waiting and sum(b.frame.height for b in waiting) + batch.frame.height > size:
            yield from _cut(_joined(waiting), size)
            waiting = []
        waiting.append(batch)
    if waiting:
        yield from _cut(_joined(waiting), size)


def _joined(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    return Batch(pl.concat(b.frame for b in batches), pl.concat(b.rejected for b in batches))


def _cut(batch: Batch, size: int) -> Iterator[Batch]:
    yield Batch(batch.frame.head(size), batch.rejected)
    for start in range(size, batch.frame.height, size):
        yield Batch(batch.frame.slice(start, size), rejected_frame([]))


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
