"""All that is particular to a column type stands in its row of one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.identity import keys, values, written
from plumbline.identity.columns import ColumnType

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from plumbline.identity.columns import Column
    from plumbline.identity.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of a type are taken apart, compared and found: see the modules of these names."""

    values: Callable[[pl.DataFrame], pl.DataFrame]
    written: Callable[[Column], tuple[Comparison, ...]]
    keys: Callable[[Column], dict[str, pl.Expr]]


KINDS: Final = {
    ColumnType.PERSON: Kind(values.person, written.person, keys.person),
    ColumnType.GIVEN: Kind(values.given, written.given, keys.given),
    ColumnType.SURNAME: Kind(values.surname, written.surname, keys.surname),
    ColumnType.ORGANISATION: Kind(values.organisation, written.organisation, keys.tokens),
    ColumnType.EMAIL: Kind(values.email, written.email, keys.email),
    ColumnType.PHONE: Kind(values.phone, written.phone, keys.phone),
    ColumnType.DOMAIN: Kind(values.domain, written.domain, keys.domain),
    ColumnType.POSTCODE: Kind(values.postcode, written.postcode, keys.whole),
    ColumnType.ADDRESS: Kind(values.address, written.address, keys.address),
    ColumnType.DATE: Kind(values.date, written.date, keys.date),
    ColumnType.TEXT: Kind(values.text, written.text, keys.tokens),
    ColumnType.CATEGORY: Kind(values.category, written.category, keys.whole),
    ColumnType.NUMBER: Kind(values.number, written.number, keys.whole),
}
