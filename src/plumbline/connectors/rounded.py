"""Ids and phone numbers that a spreadsheet turned into rounded numbers: ``4.42079E+11``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.rowcodes import RowCode
from plumbline.triage.report import issues

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Fields whose digits all count.
_DIGITS_COUNT: Final = ("lead.id", "account.id", "contact.phone")
_EXPONENT: Final = r"^\s*[+-]?\d(?:[.,]\d+)?[eE]\+?\d+\s*$"


def rounded(received: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Lines about values that lost digits. They stay as they are: what they were, nobody can know."""
    for field in _DIGITS_COUNT:
        if field in received.columns:
            found = received.filter(pl.col(field).str.contains(_EXPONENT))
            if found.height:
                yield issues(found, RowCode.ROUNDED_NUMBER, column=field, value=pl.col(field))
