"""Raw columns of an export as the rules of leakage and reliability see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.fields import Column
from plumbline.assurance.history import MOMENT
from plumbline.connectors.errors import MissingColumnError
from plumbline.connectors.events import moment
from plumbline.connectors.headers import BLANKS, FIELD_OF, leak_of, normal
from plumbline.connectors.looks import has_amounts, look_at
from plumbline.domain.words import Kind
from plumbline.triage.parse import careful

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from plumbline.connectors.looks import Look

_MOMENT_TEXT: Final = "%Y-%m-%dT%H:%M:%S%.6fZ"
#: Formats that hold an hour.
_HOURS: Final = ("%H", "%I")
#: Filled cells from which a column's type is judged.
_LOOKED_AT: Final = 3_000


@dataclass(frozen=True, slots=True)
class RawColumns:
    """Typed columns, and per column the cells that could not be read as its type."""

    columns: tuple[Column, ...]
    unreadable: Mapping[str, int]


def column_of_name(raw: pl.DataFrame, name: str, option: str) -> str:
    """The column somebody named, whatever its case. ``MissingColumnError`` names the nearest one."""
    by_lower = {column.strip().lower(): column for column in raw.columns}
    if (found := by_lower.get(name.strip().lower())) is not None and found != "row":
        return found
    near = get_close_matches(name, [column for column in raw.columns if column != "row"], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise MissingColumnError(f"{option}: the file has no column {name!r}{hint}")


def raw_columns(raw: pl.DataFrame, exclude: Collection[str]) -> RawColumns:
    """All columns that hold anything, read as what they look like."""
    wanted = raw.select(name for name in raw.columns if name not in exclude)
    columns = look_columns(wanted)
    kept = tuple(column for column in columns if column.filled.any())
    return RawColumns(kept, {column.name: column.unreadable for column in kept if column.unreadable})


def look_columns(raw: pl.DataFrame) -> tuple[Column, ...]:
    """Each column of text as what it looks like; words that mean blank are unknown."""
    return tuple(_column(series) for series in raw.get_columns())


def _column(text: pl.Series) -> Column:
    trimmed = text.str.strip_chars()
    blank = trimmed.is_null() | (trimmed == "") | trimmed.str.to_lowercase().is_in(list(BLANKS))
    filled = trimmed.set(blank, None)
    values = _typed(filled, _look(filled))
    broken = values.null_count() - filled.null_count()
    return Column(text.name, values, unreadable=max(broken, 0), hint=hint_of(text.name))


def _look(filled: pl.Series) -> Look:
    """What the column looks like, judged from some thousand of its filled cells."""
    known = filled.drop_nulls()
    look = look_at(known.gather_every(max(1, known.len() // _LOOKED_AT)))
    if look.kind is Kind.FLAG and look.number:
        # Amounts may be rarer than one in some thousand, where nearly all spent nothing.
        return replace(look, amounts=has_amounts(known))
    return look


def hint_of(name: str) -> str | None:
    """Why the name of a column makes one wonder; a last name is no last activity."""
    words = normal(name)
    return None if words in FIELD_OF or "name" in words.split() else leak_of(name)


def _typed(filled: pl.Series, look: Look) -> pl.Series:
    kind = look.kind
    if kind is Kind.TEXT:
        return filled
    if kind is Kind.DATE:
        return _dates(filled, look)
    number = careful(kind, pl.col(filled.name), None)
    return filled.to_frame().select(number.alias(filled.name)).to_series()


def _dates(filled: pl.Series, look: Look) -> pl.Series:
    form = look.date_formats[0] if look.date_formats else None
    date = careful(Kind.DATE, pl.col(filled.name), None if look.iso_date else form)
    return filled.to_frame().select(date.alias(filled.name)).to_series()


def alike(raw: pl.DataFrame) -> int:
    """Rows that are the same as an earlier one in every column but those that tell every row apart."""
    said = [name for name in raw.columns if name != "row" and raw[name].n_unique() < 0.8 * raw.height]
    return raw.height - raw.select(said).n_unique() if len(said) > 2 else 0


def created_at(raw: pl.DataFrame, name: str | None, form: str | None) -> tuple[pl.Series, pl.Series]:
    """When each lead came in (null where nothing says), and the order of rows by it.

    A column of running numbers gives an order and no times.
    """
    nothing = pl.Series("decided_at", [None], dtype=MOMENT).new_from_index(0, raw.height)
    if name is None:
        return nothing, raw["row"].cast(pl.Float64)
    text = raw[column_of_name(raw, name, "--created")].str.strip_chars()
    look = _look(text)
    if look.kind is Kind.NUMBER:
        return nothing, text.cast(pl.Float64, strict=False)
    times = _moments(text, look, form)
    if times.null_count() == times.len():
        raise MissingColumnError(f"--created: no cell of {name!r} can be read as a time or a running number.")
    return times, times.to_physical().cast(pl.Float64)


def _moments(text: pl.Series, look: Look, form: str | None) -> pl.Series:
    cell = pl.col(text.name)
    wanted = form or (look.date_formats[0] if look.date_formats and not look.iso_date else None)
    if wanted is None:
        read = moment(cell).str.to_datetime(_MOMENT_TEXT, time_zone="UTC", time_unit="us")
    elif any(hour in wanted for hour in _HOURS):
        read = cell.str.to_datetime(wanted, time_zone="UTC", time_unit="us", strict=False)
    else:
        read = cell.str.to_date(wanted, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return text.to_frame().select(read.alias("decided_at")).to_series()
