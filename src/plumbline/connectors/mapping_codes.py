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


EXPLANATIONS: Final[dict[MappingCode, str]] = {
    MappingCode.UNKNOWN_KEY: "A key that mapping files do not have; the message names the nearest one.",
    MappingCode.WRONG_TYPE: "A value of another type than this key takes.",
    MappingCode.UNKNOWN_FIELD: "The lead model has no such field; fields of your own begin with `extra.`.",
    MappingCode.UNKNOWN_COLUMN: "The file has no such column; the message names the nearest one.",
    MappingCode.FIELD_MAPPED_TWICE: "Two columns feed one field; a field has one column.",
    MappingCode.BAD_DATE_FORMAT: "The date format cannot be used, or the field holds no dates.",
}
