"""A folder of files of one layout as one source: files in the order of names, each row with its file."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import polars as pl

from plumbline.connectors.batch import ROW, Batch, Rejection, rejected_frame
from plumbline.connectors.endings import is_table
from plumbline.connectors.errors import DuplicateHeaderError, EmptyFileError
from plumbline.connectors.opening import sized
from plumbline.domain.errors import UnreadableFileError
from plumbline.domain.rowcodes import RowCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from plumbline.connectors.settings import FileSettings

#: Column of a folder's rows with the file each comes from.
FILE: Final = "#file"
#: Where a file shares fewer of its columns with the usual layout, it is another table.
_SHARED: Final = 0.5


class Part(Protocol):
    """A file of the folder: what ``connectors.files.Source`` says."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns."""

    def sha256(self) -> str:
        """Hash of its bytes."""

    def batches(self, size: int = ...) -> Iterator[Batch]:
        """Its rows."""


@dataclass(frozen=True, slots=True)
class FolderSource:
    """The files of a folder that have its layout. Rows are numbered on from file to file.

    ``first`` holds what is to be said of the folder: files that were not read, layouts that differ.
    """

    path: Path
    parts: tuple[Part, ...]
    columns: tuple[str, ...]
    first: tuple[Rejection, ...]

    def sha256(self) -> str:
        """Hash of the names and bytes of all files that are read."""
        digest = hashlib.sha256()
        for part in self.parts:
            digest.update(f"{self._name(part)}\\0{part.sha256()}\\n".encode())
        return digest.hexdigest()

    def batches(self, size: int = 100_000) -> Iterator[Batch]:
        """Rows file by file, at most ``size`` in a batch."""
        yield from sized(self._pieces(size), size)

    def _pieces(self, size: int) -> Iterator[Batch]:
        notes = rejected_frame(self.first)
        before = 0
        for part in self.parts:
            last = before
            for batch in part.batches(size):
                moved = self._moved(batch, self._name(part), before)
                last = max(last, _last(moved.frame), _last(moved.rejected, "row"))
                yield replace(moved, noted=pl.concat([notes, moved.noted]))
                notes = rejected_frame([])
            before = last

    def _name(self, part: Part) -> str:
        return part.path.relative_to(self.path).as_posix()

    def _moved(self, batch: Batch, name: str, before: int) -> Batch:
        there = [pl.col(one) if one in batch.frame.columns else _nothing(one) for one in self.columns[1:]]
        frame = batch.frame.select(pl.col(ROW) + before, pl.lit(name).alias(FILE), *there)
        return Batch(frame, _placed(batch.rejected, name, before), _placed(batch.noted, name, before))


def open_folder(
    path: Path, settings: FileSettings, opener: Callable[[Path, FileSettings], Part]
) -> FolderSource:
    """Open every table in a folder and its sub-folders. Hidden files are no part of it.

    The usual layout is that of most files. A file that shares fewer than half of its columns with it is
    reported and left out; smaller differences are reported, and a column that a file lacks is empty there.
    """
    files = [one for one in sorted(path.rglob("*")) if one.is_file() and not _is_hidden(one, path)]
    tables = [_opened(one, path, settings, opener) for one in files if is_table(one.name)]
    if not tables:
        raise EmptyFileError(f"no file in the folder {path} is a table of leads")
    notes = [_other_file(one, path) for one in files if not is_table(one.name)]
    usual = _usual(tables)
    kept = [table for table in tables if _shared(table, usual) >= _SHARED]
    columns = tuple(
        dict.fromkeys(name for table in [_first_of(kept, usual), *kept] for name in table.columns)
    )
    if FILE in columns:
        raise DuplicateHeaderError(f"no column may be called {FILE!r}: rows carry their file under this name")
    notes += [_other_layout(table, path) for table in tables if table not in kept]
    notes += [_differs(table, path, usual) for table in kept if set(table.columns) != usual]
    return FolderSource(path, tuple(kept), (FILE, *columns), tuple(notes))


def _opened(
    file: Path, folder: Path, settings: FileSettings, opener: Callable[[Path, FileSettings], Part]
) -> Part:
    try:
        return opener(file, settings)
    except UnreadableFileError as error:
        name = str(file.relative_to(folder))
        if name in str(error):
            raise
        raise type(error)(f"{name}: {error}") from error


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in file.relative_to(folder).parts)


def _usual(tables: Sequence[Part]) -> frozenset[str]:
    return Counter(frozenset(table.columns) for table in tables).most_common(1)[0][0]


def _first_of(tables: Sequence[Part], usual: frozenset[str]) -> Part:
    return next(table for table in tables if set(table.columns) == usual)


def _shared(table: Part, usual: frozenset[str]) -> float:
    return len(usual & set(table.columns)) / max(len(table.columns), len(usual))


def _nothing(name: str) -> pl.Expr:
    return pl.lit(None, dtype=pl.String).alias(name)


def _last(frame: pl.DataFrame, column: str = ROW) -> int:
    last = frame.get_column(column).max()
    return last if isinstance(last, int) else 0


def _placed(lines: pl.DataFrame, name: str, before: int) -> pl.DataFrame:
    """Lines with the row's number in the folder, and in words the file with the number there."""
    row = pl.when(pl.col("row").is_not_null()).then(pl.format(" row {}", "row")).otherwise(pl.lit(""))
    rule = pl.concat_str(pl.lit(name), row, pl.lit(": "), "rule")
    return lines.with_columns(pl.col("row") + before, rule=rule)


def _other_file(file: Path, folder: Path) -> Rejection:
    return Rejection(None, RowCode.OTHER_FILE, file.relative_to(folder).as_posix())


def _other_layout(table: Part, folder: Path) -> Rejection:
    name = table.path.relative_to(folder).as_posix()
    rows = sum(batch.frame.height + batch.rejected.height for batch in table.batches())
    rule = f"{name} ({rows:,} rows) has other columns than the rest and was not read."
    return Rejection(None, RowCode.OTHER_LAYOUT, ", ".join(table.columns), rule)


def _differs(table: Part, folder: Path, usual: frozenset[str]) -> Rejection:
    missing = sorted(usual - set(table.columns))
    more = sorted(set(table.columns) - usual)
    said = [f"lacks {', '.join(map(repr, missing))}"] if missing else []
    said += [f"has {', '.join(map(repr, more))} more"] if more else []
    name = table.path.relative_to(folder).as_posix()
    return Rejection(None, RowCode.LAYOUT_DIFFERS, name, f"{name} {' and '.join(said)}.")
