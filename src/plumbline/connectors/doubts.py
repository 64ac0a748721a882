"""Values that can be read and hardly be meant; they stay as they are, and are said.

A phone number or an id that a spreadsheet turned into ``4.42079E+11`` lost digits, and what they were nobody
can know. A company with minus ten employees is a slip of somebody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.rowcodes import RowCode
from plumbline.triage.report import issues

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Fields whose digits all count, and what tells that some are gone.
_DIGITS_COUNT: Final = ("lead.id", "account.id", "contact.phone")
_EXPONENT: Final = r"^\s*[+-]?\d(?:[.,]\d+)?[eE]\+?\d+\s*$"
_PEOPLE: Final = "account.employees"
_NEGATIVE: Final = r"^\s*[-\u2212]\s*\d"


def doubtful(received: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Lines about such values of a received frame."""
    patterns = [*((field, _EXPONENT, RowCode.ROUNDED_NUMBER) for field in _DIGITS_COUNT)]
    for field, pattern, code in (*patterns, (_PEOPLE, _NEGATIVE, RowCode.NEGATIVE_COUNT)):
        if field in received.columns:
            found = received.filter(pl.col(field).str.contains(pattern))
            if found.height:
                yield issues(found, code, column=field, value=pl.col(field))
