"""The mapping file: which column of an export feeds which field of the lead model.

mapping: spring-fair
system: HubSpot                                                  # optional; whose ids these are
file: {delimiter: ";", encoding: utf-8, cell_limit: 1000000}     # optional; found out otherwise
                                                                 # of a workbook: {sheet: Leads, header: 3}
blank_words: [Select, N/A]                                       # optional; a standard list otherwise
key_fields: [contact.email, account.name]                        # optional; reported when missing
columns:
Record ID: lead.id
Created:   {field: lead.created_at, date: "%d/%m/%Y"}
Umsatz:    {field: account.revenue, number: "1.234,56", currency: EUR}
Course:    extra.course
joined: {contact.name: [First Name, Last Name]}                  # optional; several columns, one field
ignored: [Lead Number]                                           # optional; known and left out
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW
from plumbline.connectors.errors import InvalidMappingError
from plumbline.connectors.mapping_against import hold_against
from plumbline.connectors.mapping_reader import MappingReader
from plumbline.connectors.month_names import has_name
from plumbline.connectors.settings import FileSettings
from plumbline.domain.rowcodes import RowCode
from plumbline.triage.report import issues

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from plumbline.connectors.batch import Batch
    from plumbline.connectors.number_styles import NumberStyle
    from plumbline.domain.issues import Issue

LEAD_ID: Final = "lead.id"


@dataclass(frozen=True, slots=True)
class FieldMap:
    """A mapping file, read. ``blank_words`` is None where the file leaves them to the standard list.

    ``differences``: what differs harmlessly between it and the file that it was held against.
    ``joined``: fields that several columns feed together. ``numbers``: styles of fields that declare one.
    """

    name: str
    columns: Mapping[str, str]
    date_formats: Mapping[str, str] = field(default_factory=dict)
    blank_words: tuple[str, ...] | None = None
    key_fields: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    settings: FileSettings = field(default_factory=FileSettings)
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, NumberStyle] = field(default_factory=dict)
    system: str | None = None
    differences: tuple[Issue, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that get a value, in the order of the file, with ``lead.id`` first."""
        return (LEAD_ID, *(name for name in (*self.columns.values(), *self.joined) if name != LEAD_ID))

    @property
    def named(self) -> bool:
        """Whether leads have ids of their own."""
        return LEAD_ID in self.columns.values() or LEAD_ID in self.joined

    @property
    def used(self) -> frozenset[str]:
        """Columns that feed a field."""
        return frozenset(self.columns) | {name for names in self.joined.values() for name in names}

    @property
    def named_dates(self) -> dict[str, str]:
        """Field to date format, of the dates that name their month: these are made plain at the door."""
        return {name: form for name, form in self.date_formats.items() if has_name(form)}

    @property
    def plain_dates(self) -> dict[str, str]:
        """Field to date format, of the other dates that declare one."""
        return {name: form for name, form in self.date_formats.items() if not has_name(form)}

    def unmapped(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Columns of a file that the mapping neither uses nor ignores: new ones, most often."""
        return tuple(name for name in columns if name not in self.used and name not in self.ignored)


@dataclass(frozen=True, slots=True)
class Received:
    """Leads as received: ``row``, ``lead.id``, one text column per mapped field; and the rows refused."""

    frame: pl.DataFrame
    rejected: pl.DataFrame


def parse_mapping(text: str, columns: Sequence[str] | None = None) -> FieldMap:
    """Read the text of a mapping file, and hold it against the columns of a data file where they are given.

    Raises ``InvalidMappingError`` with every problem and its line. What is harmless is no problem: it stands
    among the ``differences`` of the mapping that is given back.
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
        joined=reader.joined(),
        numbers=reader.numbers(),
        system=reader.text("system", default="") or None,
    )
    reader.check_keys()
    if columns is not None:
        mapping = _against(reader, mapping, columns)
    _raise(reader.issues)
    return mapping


def _against(reader: MappingReader, mapping: FieldMap, columns: Sequence[str]) -> FieldMap:
    """The mapping as it fits this file; what differs harmlessly stands in its ``differences``."""
    held = hold_against(reader, mapping, columns)
    renamed = held.renamed
    return replace(
        mapping,
        columns={renamed.get(name, name): field for name, field in mapping.columns.items()},
        joined={field: tuple(renamed.get(n, n) for n in names) for field, names in mapping.joined.items()},
        differences=tuple(held.differences),
    )


def load_mapping(path: Path, columns: Sequence[str] | None = None) -> FieldMap:
    """Read a mapping file."""
    return parse_mapping(path.read_text(encoding="utf-8-sig"), columns)


def apply_mapping(mapping: FieldMap, batch: Batch, blank_words: Sequence[str] = ()) -> Received:
    """The mapped columns under the names of their fields, values as received.

    Without a mapped id, a lead is called ``row-<n>``; with one, a row whose id is empty or a blank word is
    rejected. Columns of the mapping that the file lacks are left out.
    """
    names = {field: pl.col(name) for name, field in mapping.columns.items() if name in batch.frame.columns}
    names |= {field: _joined(parts, batch) for field, parts in mapping.joined.items()}
    identity = names.pop(LEAD_ID, None)
    given = pl.format("row-{}", pl.col(ROW)) if identity is None else identity
    columns = [expression.alias(name) for name, expression in names.items()]
    frame = batch.frame.select(pl.col(ROW).alias("row"), given.alias(LEAD_ID), *columns)
    return Received(frame, batch.rejected) if identity is None else _with_ids(frame, batch, blank_words)


def _joined(columns: Sequence[str], batch: Batch) -> pl.Expr:
    """The texts of several columns with spaces between, those that are there; null where none is."""
    parts = [pl.col(name).str.strip_chars() for name in columns if name in batch.frame.columns]
    if not parts:
        return pl.lit(None, dtype=pl.String)
    text = pl.concat_str([pl.when(part != "").then(part) for part in parts], separator=" ", ignore_nulls=True)
    return pl.when(text != "").then(text)


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
