"""What a column holds decides how two values are compared; nothing else is configured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """The kinds of values that can be compared."""

    PERSON = "person"
    GIVEN = "given_name"
    SURNAME = "surname"
    ORGANISATION = "organisation"
    EMAIL = "email"
    PHONE = "phone"
    DOMAIN = "domain"
    POSTCODE = "postcode"
    ADDRESS = "address"
    DATE = "date"
    TEXT = "text"
    CATEGORY = "category"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """A column to compare: its name in the frame, and what it holds."""

    name: str
    type: ColumnType

    @property
    def slug(self) -> str:
        """The name as engines of every kind can take it unquoted."""
        return re.sub(r"[^0-9a-z]+", "_", self.name.lower()).strip("_") or "column"

    def part(self, name: str) -> str:
        """The column that holds one derived part of the value."""
        return f"{self.slug}__{name}"
