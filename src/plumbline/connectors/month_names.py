"""Month names of the languages that exports are written in, so that a date with one can be read."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Final

import polars as pl

_TABLE: Final = resources.files("plumbline.connectors").joinpath("data", "months.toml")
#: Name in lower case to the number of its month in two digits.
MONTHS: Final = {
    name: f"{number:02d}"
    for number, names in enumerate(tomllib.loads(_TABLE.read_text("utf-8"))["months"], 1)
    for name in names.split()
}
_WORD: Final = r"([^\W\d_]{3,})"


def has_name(date_format: str) -> bool:
    """Whether dates of this format name their month."""
    return any(sign in date_format for sign in ("%b", "%B", "%h"))


def dated(text: pl.Expr, date_format: str) -> pl.Expr:
    """Trimmed text as a date under a format that names the month; null where it does not fit.

    A dot behind a shortened month or a day ("3. Sept. 2026") does not matter, nor does the case.
    """
    plain = text.str.to_lowercase()
    word = plain.str.extract(_WORD)
    number = word.replace_strict(MONTHS, default=None, return_dtype=pl.String)
    # The letter keeps the month apart from the day.
    named = plain.str.replace(_WORD + r"\.?", pl.lit(" m") + number + pl.lit(" "))
    numbered = pl.when(number.is_not_null()).then(named)
    tidy = numbered.str.replace_all(r"[.,/\s-]+", " ").str.strip_chars()
    return tidy.str.to_date(numeric(date_format), strict=False)


def numeric(date_format: str) -> str:
    """The format with the month as ``m`` and its number, and single spaces between its parts."""
    parts = date_format
    for sign in ("%b", "%B", "%h"):
        parts = parts.replace(sign, " m%m ")
    for sign in ".,/-":
        parts = parts.replace(sign, " ")
    return " ".join(parts.split())
