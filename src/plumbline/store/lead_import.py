"""What a book of leads tells: imports in numbers, and versions of leads."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from plumbline.store.lead_content import read_content

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl


@dataclass(frozen=True, slots=True)
class Import:
    """One import, in numbers that add up.

    ``read = rejected + repeated + new + changed + unchanged + erased``, to the row. ``repeated`` rows say
    again what an earlier row of the file says; ``erased`` ones are of people who were erased from the book,
    and are not taken in again. ``vanished`` leads stand in the book and not in this file; they are
    kept. ``mapping`` is the text of the mapping that the file was read with: values are kept as received, and
    it says how dates and numbers are written in them.
    """

    id: int
    system: str
    at: datetime
    file: str
    file_hash: str
    mapping: str
    read: int
    rejected: int
    repeated: int
    new: int
    changed: int
    unchanged: int
    erased: int
    vanished: int


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file. ``was_known``: it is the very file of the last import, so nothing was written.

    ``rejected``: the rows that contradict an earlier row of the file, as row issues.
    """

    counts: Import
    was_known: bool
    rejected: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Version:
    """What one system said of a lead, from one import on. ``content`` is None once the person was erased."""

    system: str
    lead_id: str
    number: int
    at: datetime
    file: str
    row: int
    content: Mapping[str, str] | None


#: Columns of the table of imports, in the order of ``Import``.
COLUMNS: Final = ", ".join(field.name for field in fields(Import))


def import_of(row: Sequence[Any]) -> Import:
    """An import from its columns."""
    number, system, at, *rest = row
    return Import(number, system, datetime.fromisoformat(at), *rest)


def version_of(row: Sequence[Any]) -> Version:
    """A version from its columns."""
    system, lead_id, number, at, file, place, content = row
    said = None if content is None else read_content(content)
    return Version(system, lead_id, number, datetime.fromisoformat(at), file, place, said)
