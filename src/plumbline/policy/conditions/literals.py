"""Written values: numbers, texts, days, patterns."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from plumbline.domain.words import Kind
from plumbline.policy.conditions.codes import Code, problem
from plumbline.policy.conditions.limits import MAX_PATTERN
from plumbline.policy.conditions.refusals import refuse, shown
from plumbline.policy.conditions.tree import LARGEST, SMALLEST, Constant

if TYPE_CHECKING:
    from plumbline.domain.issues import Issue

_NUMERAL: Final = re.compile(r"([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def literal(part: exp.Expr) -> Constant | Issue:
    """A number or a text. Text is composed (NFC), as received text is."""
    if part.args["is_string"]:
        return Constant(unicodedata.normalize("NFC", part.this), Kind.TEXT)
    if not _NUMERAL.fullmatch(part.this):
        return problem(Code.SYNTAX, f"{shown(part)} is no number. Write it like 250 or 0.5.")
    number = float(part.this)
    if number == 0 or SMALLEST <= number <= LARGEST:
        return Constant(number, Kind.NUMBER)
    return problem(
        Code.NUMBER_RANGE, f"{shown(part)} is out of range: numbers go up to 1e15 and down to 1e-15."
    )


def day(part: exp.Expr) -> Constant | Issue:
    """DATE '2024-12-31', which the parser reads as a conversion of a text; no other conversion."""
    text = part.this
    if not (isinstance(text, exp.Literal) and text.is_string and part.is_type(exp.DType.DATE)):
        return refuse(part)
    found = _as_date(text.this)
    if found is None:
        return problem(Code.DATE, f"'{text.this[:30]}' is no day. Write dates as DATE '2024-12-31'.")
    return Constant(found, Kind.DATE)


def _as_date(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def pattern(part: exp.Expr) -> str | Issue:
    """The pattern after LIKE. A backslash is an escape in some engines, so there is none."""
    if not (isinstance(part, exp.Literal) and part.is_string):
        return problem(Code.LIKE, "LIKE needs a pattern in quotes: title LIKE '%director%'.")
    text = unicodedata.normalize("NFC", part.this)
    if "\\" in text or len(text) > MAX_PATTERN:
        return problem(Code.LIKE, f"A LIKE pattern has no backslash and at most {MAX_PATTERN} characters.")
    return text
