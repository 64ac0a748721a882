"""Erasing people from a run folder and its ledger.

The tombstone comes first. Killed after it, the rows it names are still there: verification says so, and
``finish_erasures`` completes the work from the tombstone alone, not told whom it was about. The other order
would leave rows missing that no tombstone explains, and nobody who knows why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.ledger.parts import LEAD, LEAF, erase_rows, row_ref, rows_by_part
from plumbline.store.files import FolderLock, remove_leftovers
from plumbline.store.run_folder import DECISIONS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from plumbline.store.ledger_file import LedgerFile
    from plumbline.store.run_folder import RunFolder

#: The number of a lead's row in the file it was read from: names it in the files beside the parts.
SOURCE_ROW: Final = "in.row"
_BESIDE: Final = ("rejected", "issues")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What went: rows of run files, bodies of entries are counted by the ledger's tombstones."""

    rows: int
    tombstones: int


def erase_leads(
    folder: RunFolder, ledger: LedgerFile, leads: Iterable[str], *, actor: str, basis: str, now: datetime
) -> Erasure:
    """Erase people by their lead ids from a run's files and from the ledger's bodies.

    ``basis`` is a word, such as ``request`` or ``retention``. Doing it again is harmless.

    Raises:
        RunInProgressError: The run is being written.
        StorageError: The disk refused; call it again, it continues where it stopped.
    """
    wanted = sorted(set(leads))
    run = str(folder.manifest()["run"])
    with FolderLock(folder.path):
        refs = [row_ref(run, part, row) for part in folder.parts() for row in _rows_of(folder, part, wanted)]
        stones = ledger.erase(wanted, actor=actor, basis=basis, now=now, rows=refs)
        _drop_beside(folder, LEAD, pl.Series(wanted, dtype=pl.String))
        _finish(folder, ledger, run)
    return Erasure(len(refs), len(stones))


def finish_erasures(folder: RunFolder, ledger: LedgerFile) -> int:
    """Complete what a crash interrupted: empty the rows that tombstones name. Returns how many there were."""
    with FolderLock(folder.path):
        return _finish(folder, ledger, str(folder.manifest()["run"]))


def _finish(folder: RunFolder, ledger: LedgerFile, run: str) -> int:
    remove_leftovers(folder.path)  # a half-written copy holds people too
    ledger.scrub()
    return sum(_empty(folder, part, rows) for part, rows in rows_by_part(run, ledger.tombstones()).items())


def _empty(folder: RunFolder, index: int, rows: set[int]) -> int:
    part = folder.read_part(index)
    named = part.with_row_index("#", offset=1).filter(
        pl.col("#").is_in(sorted(rows)) & pl.col(LEAF).is_null()
    )
    if named.is_empty():
        return 0
    _drop_beside(folder, LEAD, named.get_column(LEAD))
    if SOURCE_ROW in named.columns:
        _drop_beside(folder, "row", named.get_column(SOURCE_ROW))
    folder.replace_part(DECISIONS, index, erase_rows(part, rows))
    return named.height


def _rows_of(folder: RunFolder, index: int, leads: list[str]) -> list[int]:
    ids = folder.read_part(index, columns=[LEAD]).with_row_index("#", offset=1)
    return ids.filter(pl.col(LEAD).is_in(leads)).get_column("#").to_list()


def _drop_beside(folder: RunFolder, column: str, values: pl.Series) -> None:
    people = pl.col(column).is_in(values.to_list())
    for kind in _BESIDE:
        for index in folder.parts(kind):
            frame = folder.read_part(index, kind)
            if column in frame.columns and not frame.filter(people).is_empty():
                folder.replace_part(kind, index, frame.filter(people.not_().fill_null(value=True)))
