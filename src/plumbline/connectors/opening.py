"""The bytes of a file on disk, and batches of an even size."""

from __future__ import annotations

import gzip
import hashlib
import os
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import polars as pl

from plumbline.connectors.batch import Batch, rejected_frame
from plumbline.connectors.errors import ArchiveError, DamagedFileError, MissingFileError, NotAFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedReader
    from pathlib import Path
    from typing import IO


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked when its name ends in ``.gz`` or ``.zip``."""
    if not is_packed(path):
        return opened_as_is(path)
    refuse_missing(path)
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    with _zip_errors(path), zipfile.ZipFile(path) as archive:
        # The member keeps the archive's file open for as long as it needs it.
        return archive.open(_only_member(path, archive))


def is_packed(path: Path) -> bool:
    """Whether the bytes on disk are not those of the table."""
    return path.suffix.lower() in {".gz", ".zip"}


def inner_name(path: Path) -> str:
    """What the table is called without its packing, in lower case: its ending says its format."""
    if path.suffix.lower() != ".zip":
        return path.name.lower().removesuffix(".gz")
    refuse_missing(path)
    with _zip_errors(path), zipfile.ZipFile(path) as archive:
        return _only_member(path, archive).filename.lower()


def _only_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file of an archive, beside what macOS adds."""
    files = [
        one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")
    ]
    if len(files) != 1:
        raise ArchiveError(f"{path} holds {len(files)} files instead of one; unpack it and give the folder")
    if files[0].flag_bits & 1:
        raise ArchiveError(f"{path} has a password; unpack it first")
    return files[0]


@contextmanager
def _zip_errors(path: Path) -> Iterator[None]:
    try:
        yield
    # NotImplementedError is what zipfile raises for a compression or an encryption that it does not know.
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise DamagedFileError(f"{path} is no zip archive that can be read: {error}") from error


def opened_as_is(path: Path) -> BufferedReader:
    """The bytes of a file as they are on disk."""
    refuse_missing(path)
    return path.open("rb")


def refuse_missing(path: Path) -> None:
    """Refuse what is no file, or may not be read."""
    if not path.exists():
        raise MissingFileError(f"there is no file {path}")
    if not path.is_file():
        raise NotAFileError(f"{path} is not a file")
    if not os.access(path, os.R_OK):
        raise MissingFileError(f"{path} may not be read")


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes as they are on disk, read in pieces."""
    with opened_as_is(path) as handle:
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
    parts = [(b.frame, b.rejected, b.noted) for b in batches]
    return Batch(*(pl.concat(frames) for frames in zip(*parts, strict=True)))


def _cut(batch: Batch, size: int) -> Iterator[Batch]:
    yield Batch(batch.frame.head(size), batch.rejected, batch.noted)
    for start in range(size, batch.frame.height, size):
        yield Batch(batch.frame.slice(start, size), rejected_frame([]))
