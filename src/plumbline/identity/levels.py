"""How the columns of a frame are compared, and which of them speak about a person's account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from plumbline.identity.columns import ColumnType
from plumbline.identity.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.identity.columns import Column
    from plumbline.identity.comparison import Comparison

#: Columns that make a record a person's, and columns that then speak about the person's account.
_PEOPLE: Final = (ColumnType.PERSON, ColumnType.GIVEN, ColumnType.SURNAME, ColumnType.EMAIL)
_ACCOUNTS: Final = (ColumnType.ORGANISATION, ColumnType.DOMAIN)
#: Where an account is named, these are its place rather than the person's home.
_PLACES: Final = (ColumnType.ADDRESS, ColumnType.POSTCODE, ColumnType.CATEGORY)


def comparisons_of(columns: Sequence[Column]) -> tuple[Comparison, ...]:
    """All comparisons of these columns, in their order."""
    are_people = any(column.type in _PEOPLE for column in columns)
    has_account = any(column.type in _ACCOUNTS for column in columns)
    found: list[Comparison] = []
    for column in columns:
        comparisons = KINDS[column.type].written(column)
        is_account = are_people and (column.type in _ACCOUNTS or (has_account and column.type in _PLACES))
        if is_account:
            names = column.type in _ACCOUNTS
            comparisons = tuple(_of_account(one, names=names) for one in comparisons)
        elif has_account and column.type is ColumnType.ADDRESS:  # a firm at two addresses: two branches
            comparisons = tuple(replace(one, names_account=True) for one in comparisons)
        found += comparisons
    return tuple(found)


def _of_account(comparison: Comparison, *, names: bool) -> Comparison:
    levels = tuple(replace(level, account=level.test is not None) for level in comparison.levels)
    return replace(comparison, levels=levels, names_account=names)
