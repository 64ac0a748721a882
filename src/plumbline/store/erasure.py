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
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from plumbline.store.ledger import Ledger
    from plumbline.store.run_folder import RunFolder

#: The number of a lead's row in the file it was read from: names it in the files beside the parts.
SOURCE_ROW: Final = "in.row"
_DUPLICATES: Final = "duplicates"
#: A duplicate names the first row of its lead as ``row 12``.
_FIRST: Final = "duplicate_of"
_ROW_NAME: Final = "row "


@dataclass(frozen=True, slots=True)
class Erasure:
    """How many rows of the run and how many tombstones in the ledger."""

    rows: int
    tombstones: int


@dataclass(frozen=True, slots=True)
class _People:
    """Who is to go: by id, and by the rows they were read from."""

    ids: frozenset[str]
    rows: frozenset[int] = frozenset()


def erase_leads(
    folder: RunFolder, ledger: Ledger, leads: Iterable[str], *, actor: str, basis: str, now: datetime
) -> Erasure:
    """Erase people by their lead ids from every file of a run and from the ledger's bodies.

    Their exact duplicates in the same run go with them. A row that was rejected and so never became a lead is
    found only where its report line names the id. ``basis`` is a word, such as ``request`` or ``retention``.
    Doing it again is harmless.

    Raises:
        RunInProgressError: The run is being written.
        StorageError: The disk refused; call it again, it continues where it stopped.
    """
    run = str(folder.manifest()["run"])
    with FolderLock(folder.path):
        people = _with_duplicates(folder, _People(frozenset(leads)))
        refs = [row_ref(run, part, row) for part in folder.parts() for row in _places(folder, part, people)]
        stones = ledger.erase(sorted(people.ids), actor=actor, basis=basis, now=now, rows=refs)
        _drop_beside(folder, people)
        _finish(folder, ledger, run)
    return Erasure(len(refs), len(stones))


def finish_erasures(folder: RunFolder, ledger: Ledger) -> int:
    """Complete what a crash interrupted: empty the rows that tombstones name. Returns how many there were."""
    with FolderLock(folder.path):
        ledger.scrub()
        return _finish(folder, ledger, str(folder.manifest()["run"]))


def _finish(folder: RunFolder, ledger: Ledger, run: str) -> int:
    remove_leftovers(folder.path)  # a half-written copy holds people too
    return sum(_empty(folder, part, rows) for part, rows in rows_by_part(run, ledger.tombstones()).items())


def _empty(folder: RunFolder, index: int, rows: set[int]) -> int:
    """Empty the rows of a part, last of all: while they are there, the rest can still be found."""
    part = folder.read_part(index)
    named = part.with_row_index("#", offset=1).filter(
        pl.col("#").is_in(sorted(rows)) & pl.col(LEAF).is_null()
    )
    if named.is_empty():
        return 0
    sources = named.get_column(SOURCE_ROW).to_list() if SOURCE_ROW in named.columns else []
    people = _People(frozenset(named.get_column(LEAD).drop_nulls()), frozenset(sources))
    _drop_beside(folder, _with_duplicates(folder, people))
    folder.replace_part(DECISIONS, index, erase_rows(part, rows))
    return named.height


def _places(folder: RunFolder, index: int, people: _People) -> list[int]:
    ids = folder.read_part(index, columns=[LEAD]).get_column(LEAD)
    return [row + 1 for row in ids.is_in(sorted(people.ids)).arg_true()]


def _with_duplicates(folder: RunFolder, people: _People) -> _People:
    """A duplicate is the same lead read twice: with its first row go all that point at the same first."""
    repeats = [folder.read_part(index, _DUPLICATES) for index in folder.parts(_DUPLICATES)]
    if not repeats:
        return people
    first = pl.col(_FIRST).str.strip_prefix(_ROW_NAME).cast(pl.Int64)
    lines = pl.concat([*_decided(folder), *(one.select(LEAD, "row", first) for one in repeats)])
    named = lines.filter(pl.col(LEAD).is_in(sorted(people.ids)) | pl.col("row").is_in(sorted(people.rows)))
    same = lines.filter(pl.col(_FIRST).is_in(named.get_column(_FIRST).implode()))
    return _People(people.ids.union(same.get_column(LEAD)), people.rows.union(same.get_column("row")))


def _decided(folder: RunFolder) -> Iterator[pl.DataFrame]:
    """Every lead that has a decision, as the first of its copies."""
    for index in folder.parts():
        leads = folder.read_part(index, columns=[LEAD, SOURCE_ROW]).filter(pl.col(LEAD).is_not_null())
        yield leads.select(LEAD, pl.col(SOURCE_ROW).alias("row"), pl.col(SOURCE_ROW).alias(_FIRST))


def _drop_beside(folder: RunFolder, people: _People) -> None:
    """Drop the lines about people from all other files; duplicates last, since they lead to the others."""
    for kind in sorted(folder.kinds(), key=lambda kind: (kind == _DUPLICATES, kind)):
        for index in folder.parts(kind):
            frame = folder.read_part(index, kind)
            others = frame.filter(~_about(people, frame.columns))
            if others.height < frame.height:
                folder.replace_part(kind, index, others)


def _about(people: _People, columns: list[str]) -> pl.Expr:
    """Whether a line is about these people: by its row, by an id, or by an id that is what it reports."""
    ids, rows = sorted(people.ids), sorted(people.rows)
    tests = [pl.lit(value=False)]
    if LEAD in columns:
        tests.append(pl.col(LEAD).is_in(ids))
    if "row" in columns:
        tests.append(pl.col("row").is_in(rows))
    if {"column", "value"} <= set(columns):
        tests.append((pl.col("column") == LEAD) & pl.col("value").is_in(ids))
    return pl.any_horizontal(test.fill_null(value=False) for test in tests)
