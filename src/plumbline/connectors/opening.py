"""The bytes of a file on disk, and batches of an even size."""

from __future__ import annotations

import gzip
import hashlib
import os
from typing import TYPE_CHECKING, cast

import polars as pl

from plumbline.connectors.batch import Batch, rejected_frame
from plumbline.connectors.errors import MissingFileError, NotAFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedReader
    from pathlib import Path
    from typing import IO


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked when its name ends in ``.gz``."""
    if path.suffix != ".gz":
        return opened_as_is(path)
    _refuse_missing(path)
    return cast("IO[bytes]", gzip.open(path))


def opened_as_is(path: Path) -> BufferedReader:
    """The bytes of a file as they are on disk."""
    _refuse_missing(path)
    return path.open("rb")


def _refuse_missing(path: Path) -> None:
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
    return Batch(pl.concat(b.frame for b in batches), pl.concat(b.rejected for b in batches))


def _cut(batch: Batch, size: int) -> Iterator[Batch]:
    yield Batch(batch.frame.head(size), batch.rejected)
    for start in range(size, batch.frame.height, size):
        yield Batch(batch.frame.slice(start, size), rejected_frame([]))
