"""The parts of the values of a frame, column by column: what is compared and what records are found by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.identity.columns import ColumnType
from plumbline.identity.kinds import KINDS
from plumbline.identity.names import stands_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.identity.columns import Column
    from plumbline.identity.vocabulary import Vocabulary

#: Types whose words are weighed by how rare they are.
BAGGED: Final = (ColumnType.ORGANISATION, ColumnType.ADDRESS, ColumnType.TEXT)
#: Rows from which on a value that comes again is worth looking up, and types whose values hardly do.
_MANY: Final = 10_000
_UNLIKE: Final = (ColumnType.PERSON, ColumnType.EMAIL, ColumnType.PHONE)
#: Types with a given name that may be a short form.
_GIVEN: Final = (ColumnType.PERSON, ColumnType.GIVEN)
_UMLAUTS: Final = (["ae", "oe", "ue"], ["a", "o", "u"])


def derive(
    frame: pl.DataFrame, columns: Sequence[Column], vocabularies: Mapping[str, Vocabulary]
) -> pl.DataFrame:
    """The derived parts of every column, row by row. ``vocabularies`` by column name."""
    return weighed_parts(scalar_parts(frame, columns), columns, vocabularies)


def scalar_parts(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """All parts but the weighed words and the formal names."""
    return pl.concat([_parts_of(frame, column) for column in columns], how="horizontal")


def weighed_parts(
    parts: pl.DataFrame, columns: Sequence[Column], vocabularies: Mapping[str, Vocabulary]
) -> pl.DataFrame:
    """Scalar parts with the weighed words and the formal names beside them."""
    extra: list[pl.Series] = []
    for column in columns:
        if column.type in BAGGED:
            bags = vocabularies[column.name].bags(parts[column.part("words")])
            extra += [bags[name].alias(column.part(name)) for name in bags.columns]
        if column.type in _GIVEN:
            extra.append(stands_for(parts[column.part("given")]).alias(column.part("formal")))
    return parts.with_columns(*extra, *_without_given_only(columns))


def _without_given_only(columns: Sequence[Column]) -> list[pl.Expr]:
    """An address that is only a given name says no more than that name: james@ may be any James."""
    names = [pl.col(column.part("given")) for column in columns if column.type in _GIVEN]
    said = []
    for column in columns:
        if column.type is ColumnType.EMAIL and names:
            address = column.part("v")
            plain = pl.col(address).str.extract(r"^(.+)@").str.replace_many(*_UMLAUTS)
            is_only = pl.any_horizontal(plain == name.str.replace_many(*_UMLAUTS) for name in names)
            said.append(pl.when(~is_only.fill_null(value=False)).then(address).alias(address))
    return said


def _parts_of(frame: pl.DataFrame, column: Column) -> pl.DataFrame:
    """The parts of one column; of many rows only the different values are taken apart."""
    values, apart = frame.select(value=_text(frame, column)), KINDS[column.type].values
    if frame.height < _MANY or column.type in _UNLIKE:
        parts = apart(values)
    else:
        distinct = values.unique()
        table = pl.concat([distinct, apart(distinct)], how="horizontal")
        joined = values.join(table, on="value", how="left", maintain_order="left", nulls_equal=True)
        parts = joined.drop("value")
    return parts.rename(column.part)


def _text(frame: pl.DataFrame, column: Column) -> pl.Expr:
    value = pl.col(column.name)
    if frame.schema[column.name] in (pl.Date, pl.Datetime):
        return value.dt.strftime("%Y%m%d")
    return value.cast(pl.String)
