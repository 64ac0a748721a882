"""Records to be held against each other: from any source, in normal forms, with what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW
from plumbline.connectors.headers import FIELD_OF, normal
from plumbline.domain.errors import PlumblineError
from plumbline.domain.fields import is_receivable
from plumbline.domain.rowcodes import RowCode
from plumbline.identity.columns import Column, ColumnType
from plumbline.library.inputs import intake_from, opened
from plumbline.qualify.bundle import BLANK_WORDS
from plumbline.triage.derive import mapped
from plumbline.triage.normal.company import company
from plumbline.triage.normal.country import country
from plumbline.triage.normal.email import email
from plumbline.triage.normal.phone import phone
from plumbline.triage.normal.website import website
from plumbline.triage.report import issues, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from plumbline.connectors.query import Query

_PART: Final = 200_000
_COUNTRY: Final = "account.country"
_AT: Final = "row"
#: Addresses without quotes, comments or capitals in the domain: the normal form is the address itself.
_PLAIN_ADDRESS: Final = r"^[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]+$"
LEAD_ID: Final = "lead.id"
#: What is compared where nobody names columns: fields of the lead model that tell people and firms apart.
LEAD_COLUMNS: Final = (
    Column("contact.name", ColumnType.PERSON),
    Column("contact.email", ColumnType.EMAIL),
    Column("contact.phone", ColumnType.PHONE),
    Column("account.name", ColumnType.ORGANISATION),
    Column("account.website", ColumnType.DOMAIN),
    Column("account.city", ColumnType.CATEGORY),
    Column("contact.title", ColumnType.TEXT),
)


class ColumnsError(PlumblineError):
    """A column is not in the file, or nothing is known of the type that was named."""

    code = "columns"


@dataclass(frozen=True, slots=True)
class Records:
    """Records as text in normal form, one row each, with an ``id`` each.

    ``columns``: what is compared. ``left_out``: one line per row that is no record; together they are all
    rows of the source. ``guessed``: which column is what was guessed, and nobody has looked at the guess.
    """

    frame: pl.DataFrame
    ids: tuple[str, ...]
    columns: tuple[Column, ...]
    left_out: pl.DataFrame
    guessed: bool = False

    def row_of(self, record: str) -> int:
        """The position of a record. ``ColumnsError`` where there is none."""
        try:
            return self.ids.index(record)
        except ValueError:
            raise ColumnsError(f"There is no record {record}.") from None


@dataclass(frozen=True, slots=True)
class _Table:
    """All rows as text: ``row`` and one column per header or field, blank cells null."""

    frame: pl.DataFrame
    rejected: pl.DataFrame
    names: tuple[str, ...]
    id_column: str | None
    guessed: bool = False


def records_from(
    source: Path | Query,
    columns: Sequence[Column] = (),
    *,
    mapping: Path | None = None,
    id_column: str | None = None,
    extra: Collection[str] = (),
) -> Records:
    """Read records. Columns are named as in the file, or as fields of the lead model.

    Fields it is where a mapping is named, where no column is, and where the file lacks the names and they
    are fields: then a mapping is guessed.

    Args:
        source: a file, a folder or a query.
        columns: what to compare; the fields that tell leads apart when left out.
        mapping: the mapping file.
        id_column: the column with ids; else the mapping's id, else the number of the row.
        extra: further columns that are wanted as they stand.

    Raises:
        ColumnsError: A column is not there, or there are fewer than two records.
    """
    table = _read(source, columns, mapping)
    chosen = tuple(columns) or tuple(one for one in LEAD_COLUMNS if one.name in table.names)
    wanted = [*(one.name for one in chosen), *extra, *([id_column] if id_column else [])]
    absent = [name for name in wanted if name not in table.names]
    if absent or not chosen:
        raise ColumnsError(_absent(absent or ["that is compared"], table))
    frame, lines = _identified(table.frame, id_column or table.id_column)
    left_out = joined([table.rejected, *lines])
    if frame.height < 2:
        raise ColumnsError(f"Two records at least are needed; {_counted(left_out)}.")
    ids = tuple(frame.get_column("#id").to_list())
    kept = frame.select(list(dict.fromkeys(wanted)))
    return Records(
        in_normal_form(kept, chosen, _countries(frame)), ids, chosen, left_out, guessed=table.guessed
    )


def in_normal_form(
    frame: pl.DataFrame, columns: Sequence[Column], countries: pl.Series | None = None
) -> pl.DataFrame:
    """The columns whose type has a normal form in it; what cannot be read stays as it is written."""
    made = [
        _normal(frame.get_column(one.name), one.type, countries)
        for one in columns
        if one.type in _ALONE or one.type in _WITH_COUNTRY
    ]
    return frame.with_columns(made)


def _read(source: Path | Query, columns: Sequence[Column], mapping: Path | None) -> _Table:
    names = {one.name for one in columns}
    if mapping is not None or not names:
        return _by_field(source, mapping)
    plain = opened(source)
    if not names <= set(plain.columns) and all(is_receivable(name) for name in names):
        return _by_field(source, None)
    batches = [(batch.frame.rename({ROW: _AT}), batch.rejected) for batch in plain.batches(_PART)]
    if _AT in plain.columns:
        raise ColumnsError(f"A column called {_AT!r} needs another name, or a mapping.")
    return _table(batches, plain.columns, BLANK_WORDS, None)


def _by_field(source: Path | Query, mapping: Path | None) -> _Table:
    intake = intake_from(source, mapping)
    batches = [(batch.received, batch.rejected) for batch in intake.batches(_PART)]
    table = _table(batches, intake.mapping.fields, intake.cells.blank_words, LEAD_ID)
    return _Table(table.frame, table.rejected, table.names, table.id_column, mapping is None)


def _table(
    batches: Sequence[tuple[pl.DataFrame, pl.DataFrame]],
    names: Sequence[str],
    blank_words: Sequence[str],
    id_column: str | None,
) -> _Table:
    schema = {_AT: pl.Int64} | dict.fromkeys(names, pl.String)
    frames = [frame for frame, _ in batches] or [pl.DataFrame(schema=schema)]
    words = ["", *(word.strip().lower() for word in blank_words)]
    trimmed = pl.col(pl.String).str.strip_chars()
    whole = pl.concat(frames).with_columns(
        pl.when(~trimmed.str.to_lowercase().is_in(words)).then(trimmed).name.keep()
    )
    return _Table(whole, joined([rejected for _, rejected in batches]), tuple(names), id_column)


def _identified(frame: pl.DataFrame, column: str | None) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The rows that have an id of their own, in ``#id``; and lines about the others."""
    if column is None:
        return frame.with_columns(pl.col(_AT).cast(pl.String).alias("#id")), []
    named = frame.with_columns(pl.col(column).alias("#id"))
    nameless = pl.col("#id").is_null()
    again = ~nameless & ~pl.col("#id").is_first_distinct()
    rule = pl.lit("An earlier row has this id; the first counts.")
    value = pl.col(column)
    lines = [
        issues(named.filter(nameless), RowCode.MISSING_ID, column=column, value=value),
        issues(named.filter(again), RowCode.REPEATED_ID, column=column, value=value, rule=rule),
    ]
    return named.filter(~(nameless | again)), lines


def _countries(frame: pl.DataFrame) -> pl.Series | None:
    """Two-letter codes, from the field or the column whose name says so."""
    named = [
        name for name in frame.columns if name == _COUNTRY or FIELD_OF.get(normal(name), ("",))[0] == _COUNTRY
    ]
    if not named:
        return None
    return mapped(frame.get_column(named[0]), "country", lambda value: country(value).value)


def _normal(values: pl.Series, kind: ColumnType, countries: pl.Series | None) -> pl.Series:
    if kind is ColumnType.EMAIL:
        return email_column(values)
    if kind in _ALONE:
        return mapped(values, values.name, _ALONE[kind])
    make = _WITH_COUNTRY[kind]
    if countries is None:
        return mapped(values, values.name, partial(make, code=None))
    # One text that holds both, so that each distinct pair is worked out once.
    both = values + "\0" + countries.fill_null("")
    return mapped(both, values.name, lambda text: make(*_parted(text)))


def _parted(text: str) -> tuple[str, str | None]:
    value, _, code = text.rpartition("\0")
    return value, code or None


def email_column(values: pl.Series) -> pl.Series:
    """Addresses in normal form. Most are written in it, which one look at the letters tells."""
    plain = values.str.contains(_PLAIN_ADDRESS).fill_null(value=True)
    return values.zip_with(plain, mapped(values.set(plain, None), values.name, read_email))


def read_email(text: str) -> str:
    """The normal form of an address; what is none stays as it is written."""
    return email(text).value or text


def _website(text: str) -> str | None:
    """A page on a platform is no company's domain; an unknown ending may be one all the same."""
    found = website(text)
    return None if any(note.code == "platform" for note in found.notes) else found.value or text


def _company(text: str, code: str | None) -> str:
    return company(text, code).value or text


def _phone(text: str, code: str | None) -> str:
    return phone(text, code).value or text


_ALONE: Final[dict[ColumnType, Callable[[str], str | None]]] = {
    ColumnType.EMAIL: read_email,
    ColumnType.DOMAIN: _website,
}
_WITH_COUNTRY: Final[dict[ColumnType, Callable[..., str]]] = {
    ColumnType.ORGANISATION: _company,
    ColumnType.PHONE: _phone,
}


def _absent(names: Sequence[str], table: _Table) -> str:
    kind = "the mapping fills" if table.id_column == LEAD_ID else "the file has"
    return f"There is no column {', '.join(names)}; {kind} {', '.join(table.names)}."


def _counted(left_out: pl.DataFrame) -> str:
    return f"{left_out.height:,} rows were left out" if left_out.height else "there are fewer"
