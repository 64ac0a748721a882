"""Date formats a mapping may declare, in the notation of strptime."""

from __future__ import annotations

import re
from typing import Final

_DAYS: Final = frozenset("de")
_MONTHS: Final = frozenset("mbBh")
_YEARS: Final = frozenset("Yy")
_OTHERS: Final = frozenset("HIMSpaAfzZ%")
_DIRECTIVE: Final = re.compile(r"%[.:#-]?(\d?f|.|$)")


def problem_of(date_format: str) -> str:
    """Why a format cannot be used; empty when it can."""
    used = {match[-1:] for match in _DIRECTIVE.findall(date_format)}
    unknown = sorted(used - _DAYS - _MONTHS - _YEARS - _OTHERS)
    if unknown:
        return f"%{unknown[0]} is no part of a date format; use %d %m %b %Y %y %H %M %S"
    if not (used & _DAYS and used & _MONTHS and used & _YEARS):
        return "a date format names day, month and year, such as '%d/%m/%Y'"
    return ""
