"""Lengths of time as people write them: ``90 days``, ``12 months``."""

from __future__ import annotations

import re
from typing import Final

_SPAN: Final = re.compile(r"^\s*(\d{1,5})\s*(day|week|month|year)s?\s*$", re.IGNORECASE)
_DAYS: Final = {"day": 1, "week": 7, "month": 30, "year": 365}


def days(text: str) -> int:
    """Whole days in a span; a month counts 30, a year 365. ``ValueError`` says what was expected."""
    match = _SPAN.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a length of time; write it like '90 days' or '12 months'")
    return int(match[1]) * _DAYS[match[2].lower()]
