"""Exports of leads into a book of leads, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.triage.report import joined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import polars as pl

    from plumbline.library.inputs import FileIntake
    from plumbline.store import LeadBook
    from plumbline.store.lead_import import Import, Version

_PART: Final = 50_000


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of an export. ``rejected`` and ``noted`` are row issues, one line per rejected row."""

    counts: Import
    was_known: bool
    rejected: pl.DataFrame
    noted: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Change:
    """One field that two versions of a lead say differently; None where a version does not have it."""

    field: str
    before: str | None
    after: str | None


def take_in(intake: FileIntake, book: LeadBook, *, at: datetime, system: str | None = None) -> TakenIn:
    """Take an export in, values as received.

    The source system is the one named here, else that of the mapping, else the mapping's name.
    """
    rejected: list[pl.DataFrame] = []
    noted: list[pl.DataFrame] = []

    def rows() -> Iterator[tuple[pl.DataFrame, int]]:
        for batch in intake.as_received(_PART):
            rejected.append(batch.rejected)
            noted.append(batch.noted)
            yield batch.received, batch.rejected.height

    added = book.add(
        rows(),
        system=system or intake.mapping.system or intake.mapping.name,
        file=intake.name,
        file_hash=intake.sha256(),
        at=at,
        mapping=intake.mapping_text,
        named=intake.mapping.named,
    )
    return TakenIn(added.counts, added.was_known, joined([*rejected, added.rejected]), joined(noted))


def changes(before: Version, after: Version) -> list[Change]:
    """What differs between two versions of a lead, in the order of the fields."""
    old, new = before.content or {}, after.content or {}
    return [
        Change(name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
