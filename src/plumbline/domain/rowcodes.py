"""Codes of row issues: what can be wrong with one row or one cell of the input (law 12)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RowCode(StrEnum):
    """Stable. Add one here, explain it in ``ROW_EXPLANATIONS`` and in the reference page."""

    # A row that cannot become a lead: it is rejected, with exactly one line in the report.
    ROW_SHAPE = "row_shape"
    ROW_EMPTY = "row_empty"
    ROW_QUOTES = "row_quotes"
    ROW_ENCODING = "row_encoding"
    ROW_JSON = "row_json"
    NUL_BYTE = "nul_byte"
    CELL_TOO_LARGE = "cell_too_large"
    MISSING_ID = "missing_id"
    MISSING_KIND = "missing_kind"
    REPEATED_ID = "repeated_id"
    # A value that cannot be read: the lead stays, the value counts as unreadable, never as missing.
    NOT_A_NUMBER = "not_a_number"
    NUMBER_RANGE = "number_range"
    NOT_A_DATE = "not_a_date"
    DATE_RANGE = "date_range"
    NOT_A_FLAG = "not_a_flag"
    # Worth knowing: the lead and its value stay.
    INVALID_EMAIL = "invalid_email"
    CONTROL_CHARACTERS = "control_characters"
    DUPLICATE = "duplicate"
    SHARED_EMAIL = "shared_email"
    INDISTINGUISHABLE = "indistinguishable"
    ORPHAN_EVENT = "orphan_event"


ROW_EXPLANATIONS: Final[dict[RowCode, str]] = {
    RowCode.ROW_SHAPE: "The row has more or fewer fields than the header.",
    RowCode.ROW_EMPTY: "The line is empty.",
    RowCode.ROW_QUOTES: "A quoted cell is never closed, or text follows its closing quote.",
    RowCode.ROW_ENCODING: "The row holds bytes that are no text in the encoding of the file.",
    RowCode.ROW_JSON: "The line is not one flat JSON object with text, numbers, true, false or null.",
    RowCode.NUL_BYTE: "The row holds a NUL byte, which no text contains.",
    RowCode.CELL_TOO_LARGE: "A cell is larger than the limit.",
    RowCode.MISSING_ID: "The column mapped to the lead's id is blank.",
    RowCode.MISSING_KIND: "The event does not say what happened.",
    RowCode.REPEATED_ID: "An earlier row has this id with other content, so one of the two is wrong.",
    RowCode.NOT_A_NUMBER: "The value cannot be read as one number; ranges and units are not numbers.",
    RowCode.NUMBER_RANGE: "The number is infinite, not a number, or beyond 1e15.",
    RowCode.NOT_A_DATE: "The value is no date in ISO form or in the format declared in the mapping.",
    RowCode.DATE_RANGE: "The year is before 1900 or after 2100.",
    RowCode.NOT_A_FLAG: "The value is none of yes, no, true, false, y, n, 1, 0.",
    RowCode.INVALID_EMAIL: "The value is no e-mail address.",
    RowCode.CONTROL_CHARACTERS: "Invisible control characters were left out of the value.",
    RowCode.DUPLICATE: "An earlier row holds the same lead.",
    RowCode.SHARED_EMAIL: "An earlier lead has the same e-mail address with other content.",
    RowCode.INDISTINGUISHABLE: "An earlier lead has the same content, and nothing says who either is.",
    RowCode.ORPHAN_EVENT: "The event names a lead that is not in the leads file.",
}

#: Codes whose rows do not become leads. Read = accepted + rejected counts them, one line per row.
REJECTING: Final = frozenset(
    {
        RowCode.ROW_SHAPE,
        RowCode.ROW_EMPTY,
        RowCode.ROW_QUOTES,
        RowCode.ROW_ENCODING,
        RowCode.ROW_JSON,
        RowCode.NUL_BYTE,
        RowCode.CELL_TOO_LARGE,
        RowCode.MISSING_ID,
        RowCode.MISSING_KIND,
        RowCode.REPEATED_ID,
    }
)
