"""The mapping file: which column of an export feeds which field of the lead model.

mapping: spring-fair
file: {delimiter: ";", encoding: utf-8, cell_limit: 1000000}     # optional; found out otherwise
blank_words: [Select, N/A]                                       # optional; a standard list otherwise
key_fields: [contact.email, account.name]                        # optional; reported when missing
columns:
Record ID: lead.id
Created:   {field: lead.created_at, date: "%d/%m/%Y"}
Course:    extra.course
ignored: [Lead Number]                                           # optional; known and left out
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW
from plumbline.connectors.errors import InvalidMappingError
from plumbline.connectors.mapping_reader import MappingReader
from plumbline.connectors.settings import FileSettings
from plumbline.domain.rowcodes import RowCode
from plumbline.triage.report import issues

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from plumbline.connectors.batch import Batch
    from plumbline.domain.issues import Issue

LEAD_ID: Final = "lead.id"


@dataclass(frozen=True, slots=True)
class FieldMap:
    """A mapping file, read. ``blank_words`` is None where the file leaves them to the standard list."""

    name: str
    columns: Mapping[str, str]
    date_formats: Mapping[str, str] = field(default_factory=dict)
    blank_words: tuple[str, ...] | None = None
    key_fields: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    settings: FileSettings = field(default_factory=FileSettings)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that get a value, in the order of the file, with ``lead.id`` first."""
        return (LEAD_ID, *(name for name in self.columns.values() if name != LEAD_ID))

    def unmapped(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Columns of a file that the mapping neither uses nor ignores: new ones, most often."""
        return tuple(name for name in columns if name not in self.columns and name not in self.ignored)


@dataclass(frozen=True, slots=True)
class Received:
    """Leads as received: ``row``, ``lead.id``, one text column per mapped field; and the rows refused."""

    frame: pl.DataFrame
    rejected: pl.DataFrame


def parse_mapping(text: str, columns: Sequence[str] | None = None) -> FieldMap:
    """Read the text of a mapping file, and hold it against the columns of a data file where they are given.

    Raises ``InvalidMappingError`` with every problem and its line.
    """
    reader = MappingReader.of(text)
    mapping = FieldMap(
        name=reader.text("mapping", default="leads"),
        columns=reader.columns(),
        date_formats=reader.date_formats(),
        blank_words=reader.words("blank_words"),
        key_fields=reader.fields("key_fields"),
        ignored=reader.words("ignored") or (),
        settings=reader.settings(),
    )
    reader.check_keys()
    if columns is not None:
        reader.check_against(columns)
    _raise(reader.issues)
    return mapping


def load_mapping(path: Path, columns: Sequence[str] | None = None) -> FieldMap:
    """Read a mapping file."""
    return parse_mapping(path.read_text(encoding="utf-8-sig"), columns)


def apply_mapping(mapping: FieldMap, batch: Batch, blank_words: Sequence[str] = ()) -> Received:
    """The mapped columns under the names of their fields, values as received.

    Without a mapped id, a lead is called ``row-<n>``; with one, a row whose id is empty or a blank word is
    rejected. Columns of the mapping that the file lacks are left out.
    """
    names = {field: pl.col(name) for name, field in mapping.columns.items() if name in batch.frame.columns}
    identity = names.pop(LEAD_ID, None)
    given = pl.format("row-{}", pl.col(ROW)) if identity is None else identity
    columns = [expression.alias(name) for name, expression in names.items()]
    frame = batch.frame.select(pl.col(ROW).alias("row"), given.alias(LEAD_ID), *columns)
    return Received(frame, batch.rejected) if identity is None else _with_ids(frame, batch, blank_words)


def _with_ids(frame: pl.DataFrame, batch: Batch, blank_words: Sequence[str]) -> Received:
    words = sorted({"", *(word.strip().lower() for word in blank_words)})
    word = pl.col(LEAD_ID).str.strip_chars().str.to_lowercase()
    is_blank = frame.select(word.is_null() | word.is_in(words)).to_series()
    if not is_blank.any():
        return Received(frame, batch.rejected)
    lines = issues(frame.filter(is_blank), RowCode.MISSING_ID, column=LEAD_ID, value=pl.col(LEAD_ID))
    return Received(frame.filter(~is_blank), pl.concat([batch.rejected, lines]).sort("row"))


def _raise(found: Sequence[Issue]) -> None:
    if found:
        raise InvalidMappingError(sorted(found, key=lambda issue: issue.line))
