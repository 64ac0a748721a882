"""What can be wrong with a condition."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from plumbline.domain.issues import Issue


class Code(StrEnum):
    """Stable codes. Keep the list alphabetical and explain each in ``EXPLANATIONS``."""

    CAST = "condition_cast"
    COMMENT = "condition_comment"
    DATE = "condition_date"
    FUNCTION = "condition_function"
    LIKE = "condition_like"
    NOT_SUPPORTED = "condition_not_supported"
    NULL_LITERAL = "condition_null_literal"
    NUMBER_RANGE = "condition_number_range"
    SUBQUERY = "condition_subquery"
    SYNTAX = "condition_syntax"
    TOO_LARGE = "condition_too_large"
    TYPE = "condition_type"
    UNKNOWN_NAME = "unknown_name"


EXPLANATIONS: Final[dict[Code, str]] = {
    Code.CAST: "A conversion such as CAST or ::. Declare the signal with the kind you need instead.",
    Code.COMMENT: "A comment inside a condition. Put it into the policy file, after a #.",
    Code.DATE: "A date that is not a day of the calendar written as DATE 'yyyy-mm-dd'.",
    Code.FUNCTION: "A function call. Engines differ in their functions, so conditions have none.",
    Code.LIKE: "LIKE without a pattern in quotes, with a backslash, or with a pattern that is too long.",
    Code.NOT_SUPPORTED: "SQL outside the small subset that means the same everywhere.",
    Code.NULL_LITERAL: "NULL written as a value. A comparison with it is never true; ask IS NULL.",
    Code.NUMBER_RANGE: "A number larger than 1e15 or closer to zero than 1e-15.",
    Code.SUBQUERY: "A query inside a condition. A condition sees one lead only.",
    Code.SYNTAX: "The text cannot be read as a condition.",
    Code.TOO_LARGE: "The condition is too long, too deeply nested or calculates too much.",
    Code.TYPE: "Values of different kinds are compared, or a value stands where yes or no is needed.",
    Code.UNKNOWN_NAME: "A name that is no declared signal and no result.",
}


def problem(code: Code, message: str) -> Issue:
    """An issue without a place: the caller knows where the text stands."""
    return Issue(code.value, message)
