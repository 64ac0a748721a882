"""Cells of columns with a declared local form, rewritten to the plain form that triage reads.

Only columns whose mapping declares a style of numbers, or a date format that names its month, are touched. A
cell that does not fit its column's form is never read another way: where the plain reading would take it for
something, a note in brackets keeps it unreadable, and the report shows both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.month_names import dated
from plumbline.connectors.number_styles import STYLES, NumberStyle, plain_number
from plumbline.triage.parse import ISO_DATE, ISO_MOMENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What is read where no style is declared.
_PLAIN: Final = NumberStyle.of(STYLES[0])


def in_plain_form(
    received: pl.DataFrame,
    numbers: Mapping[str, NumberStyle],
    named_dates: Mapping[str, str],
    blank_words: Sequence[str],
) -> pl.DataFrame:
    """The received frame with the cells of these fields in plain form: ``1234.56`` and ``2026-03-04``.

    ``named_dates`` are date formats with the name of a month. Blank words stay as they are.
    """
    words = sorted({"", *(word.strip().lower() for word in blank_words)})
    there = received.columns
    columns = [_number(field, style, words) for field, style in numbers.items() if field in there]
    columns += [_date(field, form, words) for field, form in named_dates.items() if field in there]
    return received.with_columns(columns) if columns else received


def in_iso_form(
    received: pl.DataFrame, date_formats: Mapping[str, str], blank_words: Sequence[str]
) -> pl.DataFrame:
    """The received frame with the dates of these fields as ISO, with their time where the format has one.

    For who keeps leads of many files beside each other and reads all of them alike. ``date_formats`` name no
    month by a word. The day is the one that is written: no zone is applied.
    """
    words = sorted({"", *(word.strip().lower() for word in blank_words)})
    told = [(field, form) for field, form in date_formats.items() if field in received.columns]
    columns = [_kept(field, _iso(field, form), _looks_iso(field), form, words) for field, form in told]
    return received.with_columns(columns) if columns else received


def _iso(field: str, form: str) -> pl.Expr:
    text = pl.col(field).str.strip_chars()
    if "%H" in form and "%z" not in form and "%Z" not in form:
        return text.str.to_datetime(form, strict=False).dt.strftime("%Y-%m-%dT%H:%M:%S")
    return text.str.to_date(form, strict=False).dt.strftime(ISO_DATE)


def _looks_iso(field: str) -> pl.Expr:
    return pl.col(field).str.strip_chars().str.contains(ISO_MOMENT)


def _number(field: str, style: NumberStyle, words: list[str]) -> pl.Expr:
    text = pl.col(field).str.strip_chars()
    number = plain_number(text, style)
    # Whole numbers without their ".0", as a person would write them.
    whole = (number == number.floor()) & (number.abs() < 1e15)
    plain = pl.when(whole).then(number.cast(pl.Int64, strict=False).cast(pl.String))
    misread = plain_number(text, _PLAIN).is_not_null() | text.cast(pl.Float64, strict=False).is_not_null()
    return _kept(field, plain.otherwise(number.cast(pl.String)), misread, str(style), words)


def _date(field: str, form: str, words: list[str]) -> pl.Expr:
    text = pl.col(field).str.strip_chars()
    return _kept(field, dated(text, form).dt.strftime(ISO_DATE), text.str.contains(ISO_MOMENT), form, words)


def _kept(field: str, plain: pl.Expr, misread: pl.Expr, form: str, words: list[str]) -> pl.Expr:
    text = pl.col(field).str.strip_chars()
    is_blank = text.str.to_lowercase().is_in(words)
    marked = pl.when(misread).then(pl.concat_str(text, pl.lit(f" [not {form}]"))).otherwise(pl.col(field))
    return pl.when(is_blank).then(pl.col(field)).otherwise(pl.coalesce(plain, marked)).alias(field)
