"""From text as received to typed values. What cannot be read is said, never guessed and never made a blank.

Two passes keep it fast: the first reads the plain forms with Polars' own casts, the second looks at the few
cells the first could not read (blank words, thousands separators, dates with a time, nonsense).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from plumbline.domain.rowcodes import RowCode
from plumbline.domain.words import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Larger magnitudes are no head counts and no money, and lose whole units as floats.
LARGEST: Final = 1e15
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
ISO_DATE: Final = "%Y-%m-%d"

TYPES: Final[dict[Kind, pl.DataType]] = {
    Kind.NUMBER: pl.Float64(),
    Kind.TEXT: pl.String(),
    Kind.FLAG: pl.Boolean(),
    Kind.DATE: pl.Date(),
}
TRUE: Final = ("yes", "true", "y", "1")
FALSE: Final = ("no", "false", "n", "0")
_CURRENCY: Final = r"(?:[$€£¥₹]|[A-Z]{3})"
NUMBER: Final = (
    rf"^([+-]?)\s*{_CURRENCY}?\s*((?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*{_CURRENCY}?$"
)
_NOT_FINITE: Final = r"(?i)^[+-]?(?:inf|infinity|nan)$"
_TIME: Final = r"(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d{1,9})?)?"
_OFFSET: Final = r"\s?(?:Z|[+-](?:[01]\d|2[0-3]):?(?:[0-5]\d)?)?"
ISO_MOMENT: Final = rf"^\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]{_TIME}{_OFFSET})?$"
#: C0 and C1 controls except tab and line ends, byte-order mark, zero-width space, bidirectional overrides.
CONTROL: Final = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]"


class Rule(NamedTuple):
    """How one column is read. ``date_format`` replaces ISO when the mapping declares one."""

    column: str
    kind: Kind
    date_format: str | None = None


def rules_of(
    columns: tuple[str, ...], kinds: Mapping[str, Kind], date_formats: Mapping[str, str]
) -> tuple[Rule, ...]:
    """How each received column is read; a column without a declared kind is text."""
    return tuple(Rule(name, kinds.get(name, Kind.TEXT), date_formats.get(name)) for name in columns)


def plain(rule: Rule) -> pl.Expr:
    """First pass: the value of the plain form, null when it is another form. Not for text."""
    cell = pl.col(rule.column)
    if rule.kind is Kind.NUMBER:
        return _in_range(cell.cast(pl.Float64, strict=False)).alias(rule.column)
    if rule.kind is Kind.FLAG:
        return _flag(cell, _spelled(TRUE), _spelled(FALSE)).alias(rule.column)
    return _in_years(_date(cell, rule.date_format or ISO_DATE)).alias(rule.column)


def careful(kind: Kind, text: pl.Expr, date_format: str | None) -> pl.Expr:
    """Second pass: the value of a trimmed text in any form that is accepted, null when it cannot be read."""
    if kind is Kind.NUMBER:
        return _in_range(_number(text))
    if kind is Kind.FLAG:
        return _flag(text.str.to_lowercase(), TRUE, FALSE)
    return _in_years(_any_date(text, date_format))


def why_unreadable(kind: Kind, text: pl.Expr, date_format: str | None) -> pl.Expr:
    """The code for a trimmed text that ``careful`` could not read."""
    if kind is Kind.NUMBER:
        is_number = _number(text).is_not_null() | text.str.contains(_NOT_FINITE)
        return _either(is_number, RowCode.NUMBER_RANGE, RowCode.NOT_A_NUMBER)
    if kind is Kind.DATE:
        return _either(_any_date(text, date_format).is_not_null(), RowCode.DATE_RANGE, RowCode.NOT_A_DATE)
    return pl.lit(RowCode.NOT_A_FLAG.value)


def tidy(text: pl.Expr) -> pl.Expr:
    """Text in composed form (NFC), without control characters and outer spaces."""
    return text.str.replace_all(CONTROL, "").str.normalize("NFC").str.strip_chars()


def _either(condition: pl.Expr, yes: RowCode, no: RowCode) -> pl.Expr:
    return pl.when(condition).then(pl.lit(yes.value)).otherwise(pl.lit(no.value))


def _spelled(words: Sequence[str]) -> list[str]:
    """The words in the cases that exports use."""
    return [spelling for word in words for spelling in {word, word.upper(), word.capitalize()}]


def _flag(cell: pl.Expr, true: Sequence[str], false: Sequence[str]) -> pl.Expr:
    is_true = cell.is_in(true)
    return pl.when(is_true | cell.is_in(false)).then(is_true)


def _in_range(number: pl.Expr) -> pl.Expr:
    return pl.when(number.abs() <= LARGEST).then(number)


def _in_years(date: pl.Expr) -> pl.Expr:
    return pl.when(date.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(date)


def _number(text: pl.Expr) -> pl.Expr:
    """A number with thousands separated by commas and a currency before or after it."""
    digits = text.str.extract(NUMBER, 2).str.replace_all(",", "", literal=True)
    return (text.str.extract(NUMBER, 1) + digits).cast(pl.Float64, strict=False)


def _any_date(text: pl.Expr, date_format: str | None) -> pl.Expr:
    # A date with a time is the day as written there: no zone is applied, so the day never shifts.
    if date_format is not None:
        return _date(text, date_format)
    return _date(pl.when(text.str.contains(ISO_MOMENT)).then(text.str.slice(0, 10)), ISO_DATE)


def _date(text: pl.Expr, date_format: str) -> pl.Expr:
    return text.str.to_date(date_format, strict=False)
