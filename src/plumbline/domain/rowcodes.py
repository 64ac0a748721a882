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
    MISSING_ACCOUNT = "missing_account"
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
    ORPHAN_MESSAGE = "orphan_message"
    ORPHAN_OUTCOME = "orphan_outcome"
    AMBIGUOUS_LEAD = "ambiguous_lead"
    MISSING_TEXT = "missing_text"
    ROUNDED_NUMBER = "rounded_number"
    NEGATIVE_COUNT = "negative_count"
    # Said of a workbook, a folder or a whole file: nothing is left out, filled in or recalculated in silence.
    FORMULA = "formula"
    FORMULA_EMPTY = "formula_empty"
    MERGED_CELLS = "merged_cells"
    HIDDEN_ROW = "hidden_row"
    HIDDEN_COLUMN = "hidden_column"
    HIDDEN_SHEET = "hidden_sheet"
    OTHER_SHEET = "other_sheet"
    ABOVE_HEADER = "above_header"
    BEYOND_HEADER = "beyond_header"
    OTHER_FILE = "other_file"
    OTHER_LAYOUT = "other_layout"
    LAYOUT_DIFFERS = "layout_differs"


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
    RowCode.MISSING_ACCOUNT: "The account has neither a name nor a website, so no lead can be matched to it.",
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
    RowCode.ORPHAN_MESSAGE: "The message names a lead that is not in the leads file.",
    RowCode.ORPHAN_OUTCOME: "The outcome names a lead that is not in the leads file.",
    RowCode.AMBIGUOUS_LEAD: "The e-mail address is that of several leads, so it does not say which is meant.",
    RowCode.MISSING_TEXT: "The message has no text.",
    RowCode.ROUNDED_NUMBER: "A spreadsheet rounded this number, so the digits that it had are lost.",
    RowCode.NEGATIVE_COUNT: "A number of people is below zero.",
    RowCode.FORMULA: "The value comes from a formula; the value saved with it was used.",
    RowCode.FORMULA_EMPTY: "A formula was saved without a value, so the cell counts as empty.",
    RowCode.MERGED_CELLS: "Cells are merged; only the first of them holds a value.",
    RowCode.HIDDEN_ROW: "The row is hidden in the workbook; it was read all the same.",
    RowCode.HIDDEN_COLUMN: "The column is hidden in the workbook; it was read all the same.",
    RowCode.HIDDEN_SHEET: "A hidden sheet holds something and was not read.",
    RowCode.OTHER_SHEET: "Another sheet holds something and was not read.",
    RowCode.ABOVE_HEADER: "Something stands above the header and was not read as a lead.",
    RowCode.BEYOND_HEADER: "A cell stands in a column without a name and belongs to no field.",
    RowCode.OTHER_FILE: "A file in the folder is of no kind that is read here.",
    RowCode.OTHER_LAYOUT: "A file in the folder has other columns than the rest and was not read.",
    RowCode.LAYOUT_DIFFERS: "A file in the folder lacks columns of the others, or has more of them.",
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
        RowCode.MISSING_ACCOUNT,
        RowCode.MISSING_TEXT,
        RowCode.AMBIGUOUS_LEAD,
    }
)
