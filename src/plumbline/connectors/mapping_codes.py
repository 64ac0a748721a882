"""What can be wrong with a mapping file, beside what is wrong with any YAML (``plumbline.policy.codes``)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class MappingCode(StrEnum):
    """Stable codes. Add one here and explain it in ``EXPLANATIONS``."""

    UNKNOWN_KEY = "unknown_key"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_COLUMN = "unknown_column"
    FIELD_MAPPED_TWICE = "field_mapped_twice"
    BAD_DATE_FORMAT = "bad_date_format"
    BAD_NUMBER_STYLE = "bad_number_style"
    NEW_COLUMN = "new_column"
    LOST_COLUMN = "lost_column"
    RENAMED_COLUMN = "renamed_column"


EXPLANATIONS: Final[dict[MappingCode, str]] = {
    MappingCode.UNKNOWN_KEY: "A key that mapping files do not have; the message names the nearest one.",
    MappingCode.WRONG_TYPE: "A value of another type than this key takes.",
    MappingCode.UNKNOWN_FIELD: "The lead model has no such field; fields of your own begin with `extra.`.",
    MappingCode.UNKNOWN_COLUMN: "The file has no such column; the message names the nearest one.",
    MappingCode.FIELD_MAPPED_TWICE: "Two columns feed one field; a field has one column.",
    MappingCode.BAD_DATE_FORMAT: "The date format cannot be used, or the field holds no dates.",
    MappingCode.BAD_NUMBER_STYLE: "The style of numbers is not known, or the field holds no numbers.",
    MappingCode.NEW_COLUMN: "The file has a column that the mapping neither uses nor ignores.",
    MappingCode.LOST_COLUMN: "The file lacks a column of the mapping; leads can do without.",
    MappingCode.RENAMED_COLUMN: "A column is written otherwise than in the mapping; it is used all the same.",
}
