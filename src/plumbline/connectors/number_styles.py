"""Numbers as people in different places write them: ``1.234,56``, ``1 234,56``, ``1'234.56``, ``€ 12k``.

A style is declared for a column, as one example of itself. Under it every cell is read the same way: what
does not fit is unreadable, and never read another way because that happens to work for this row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

#: Styles that exports use. The first is what is read where no style is declared.
STYLES: Final = ("1,234.56", "1.234,56", "1 234,56", "1'234.56", "1 234.56", "1234,56", "1234.56")
_EXAMPLE: Final = re.compile(r"1([.,' ]?)234([.,])56")
_CURRENCY: Final = r"(?:[A-Z]{2}\$|[A-Z]{3}|[$€£¥₹₺₽₩₪฿₴]|[kK]r\.?|zł|Kč|Ft|lei|Fr\.)"
#: Spaces that stand between digits: plain, no-break, thin, narrow no-break.
_SPACE: Final = "[ \u00a0\u2009\u202f]"
_GROUPS: Final = {"": "", ",": ",", ".": r"\.", "'": "['\u2019]", " ": _SPACE}
#: Words after a number and what they are worth. Left out are those that depend on the language: "billion" is
#: 1e9 or 1e12, "mil" a million or a thousand, "t" a thousand, a trillion or tonnes.
_TIMES: Final = {
    "k": 1e3, "tsd": 1e3, "thousand": 1e3, "mille": 1e3, "t€": 1e3, "teur": 1e3,
    "m": 1e6, "mm": 1e6, "mn": 1e6, "mio": 1e6, "mill": 1e6, "million": 1e6, "millions": 1e6,
    "millionen": 1e6,
    "mln": 1e6, "milj": 1e6, "miljoner": 1e6, "milioni": 1e6, "millones": 1e6,
    "bn": 1e9, "mrd": 1e9, "md": 1e9, "mld": 1e9, "milliard": 1e9, "milliards": 1e9, "milliarden": 1e9,
    "miljard": 1e9, "miljarder": 1e9,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """The sign between thousands and the one before decimals. ``currency``: the only one that is accepted."""

    group: str
    decimal: str
    currency: str | None = None

    @classmethod
    def of(cls, example: str, currency: str | None = None) -> NumberStyle:
        """The style that an example such as ``1.234,56`` shows; ``ValueError`` when it shows none."""
        shown = _EXAMPLE.fullmatch(example.replace("\u00a0", " "))
        if shown is None or shown[1] == shown[2]:
            raise ValueError(f"{example!r} shows no style of numbers; write one of {', '.join(STYLES)}")
        return cls(shown[1], shown[2], currency)

    def __str__(self) -> str:
        return f"1{self.group}234{self.decimal}56"


def plain_number(text: pl.Expr, style: NumberStyle) -> pl.Expr:
    """Trimmed text as a number, null where it does not fit the style. Percent give the number as written.

    Brackets and a minus behind the digits are negative, as in accounts.
    """
    pattern = _pattern(style)
    digits = text.str.extract(pattern, 4)
    for sign in _signs(style.group):
        digits = digits.str.replace_all(sign, "", literal=True)
    number = digits.str.replace(style.decimal, ".", literal=True).cast(pl.Float64, strict=False)
    word = text.str.extract(pattern, 5).str.to_lowercase().str.strip_chars_end(".")
    times = word.replace_strict(_TIMES, default=None, return_dtype=pl.Float64)
    # A product of floats may miss 1100000 for 1.1m by a hair.
    worth = pl.when(word.is_null() | (word == "")).then(number).otherwise((number * times).round(6))
    signs = [text.str.extract(pattern, place) for place in (1, 3, 6)]
    minus = pl.concat_str(signs).str.contains(r"[-\u2212(]")
    return pl.when(minus).then(-worth).otherwise(worth)


def currency_of(text: pl.Expr) -> pl.Expr:
    """The currency written before or behind a number, as it is written; null where there is none."""
    before = text.str.extract(rf"^[-+(]?\s*({_CURRENCY})\s*[-+]?\d")
    return pl.coalesce(before, text.str.extract(rf"\d[\d.,'\s]*\s*[A-Za-z]*\.?\s*({_CURRENCY})\s*\)?-?$"))


def is_percent(text: pl.Expr) -> pl.Expr:
    """Whether a percent sign is written behind a number."""
    return text.str.contains(r"\d\s*%$")


@lru_cache(maxsize=64)
def _pattern(style: NumberStyle) -> str:
    """Groups: sign or bracket, currency, sign again, digits, word, closing."""
    group = _GROUPS[style.group]
    # Two digits between signs are those of India: 12,34,567.
    whole = rf"\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}}|\d+" if group else r"\d+"
    money = _CURRENCY if style.currency is None else _spellings(style.currency)
    words = "|".join(sorted(_TIMES, key=len, reverse=True))
    return (
        rf"^([-+\u2212(]?)\s*({money}?)\s*([-+\u2212]?)\s*((?:{whole})(?:{re.escape(style.decimal)}\d*)?)"
        rf"\s*((?i:(?:{words})\.?)?)\s*(?:{money}|%)?\s*(\)?-?)$"
    )


def _signs(group: str) -> tuple[str, ...]:
    return {"": (), " ": (" ", "\u00a0", "\u2009", "\u202f"), "'": ("'", "\u2019")}.get(group, (group,))


_SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "CHF": "Fr.", "SEK": "kr"}


def _spellings(currency: str) -> str:
    both = [currency, *([_SYMBOLS[currency]] if currency in _SYMBOLS else [])]
    return f"(?:{'|'.join(map(re.escape, both))})"
