"""What the values of a column look like, judged from a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from plumbline.connectors.headers import BLANKS
from plumbline.connectors.month_names import dated, has_name
from plumbline.connectors.number_styles import STYLES, NumberStyle, currency_of, is_percent, plain_number
from plumbline.domain.words import Kind
from plumbline.triage.parse import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EMAIL: Final = r"^\s*[^@\s]+@[^@\s]+\.[^@\s.]{2,}\s*$"
_PHONE: Final = r"^\s*(?:\+|00|\()?[\d][\d\s().\-/]{6,18}\s*$"
_URL: Final = r"^\s*(?:https?://|www\.)\S+$|^\s*[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,6}/?\s*$"
_NUMBER: Final = r"^\s*[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\s*$"
_FLAG: Final = r"(?i)^\s*(?:yes|no|true|false|y|n|0|1)\s*$"
#: Date formats that exports use, the unambiguous first.
DATE_FORMATS: Final = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y/%m/%d",
    "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%y", "%d %B %Y", "%B %d, %Y", "%d %B %y",
    "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y",
)  # fmt: skip
_MOST: Final = 0.9
_ISO: Final = r"^\s*\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?\s*$"


@dataclass(frozen=True, slots=True)
class Look:
    """Facts of a column in the sample.

    ``blanks`` counts blank words as written, ``date_formats`` are those that fit, ``middle`` is the median.
    ``number_styles`` are those that fit and say different things, ``number_signs`` the dots and commas in
    them; ``number`` is that no style need be declared. ``flag`` is that nearly all say yes or no,
    ``amounts`` that they do so in numbers and some number is neither 0 nor 1.
    """

    filled: int
    distinct: int
    blanks: Mapping[str, int]
    samples: tuple[str, ...]
    common: tuple[str, ...]
    email: bool = False
    phone: bool = False
    url: bool = False
    number: bool = False
    flag: bool = False
    amounts: bool = False
    iso_date: bool = False
    date_formats: tuple[str, ...] = ()
    middle: int = 0
    number_styles: tuple[str, ...] = ()
    number_signs: str = ""
    currencies: tuple[str, ...] = ()
    percents: int = 0

    @property
    def kind(self) -> Kind:
        """The kind that its values have."""
        if self.flag and not self.amounts:
            return Kind.FLAG
        if self.iso_date or self.date_formats:
            return Kind.DATE
        local = bool(self.number_styles) and not self.phone
        return Kind.NUMBER if self.number or local else Kind.TEXT

    @property
    def constant(self) -> bool:
        """Every filled row has the same value."""
        return self.filled > 1 and self.distinct == 1

    @property
    def unique(self) -> bool:
        """Every row has its own value."""
        return self.filled > 1 and self.distinct == self.filled


def look_at(column: pl.Series) -> Look:
    """Look at a column of text."""
    values = column.drop_nulls()
    word = values.str.strip_chars()
    is_blank = word.str.to_lowercase().is_in(BLANKS) | (word == "")
    counted = word.filter(is_blank & (word != "")).value_counts(sort=True, name="rows").rows()
    real = word.filter(~is_blank)
    if real.is_empty():
        return Look(0, 0, dict(counted), (), ())
    common = real.value_counts(sort=True, name="rows")
    is_number = _mostly(real, _NUMBER)
    date_formats = () if is_number else _formats(real)
    is_flag = _mostly(real, _FLAG)
    return Look(
        filled=len(real),
        distinct=real.n_unique(),
        blanks=dict(counted),
        samples=tuple(real.unique(maintain_order=True).head(3)),
        common=tuple(common.filter(pl.col("rows") > 1).to_series(0).head(6)),
        email=_mostly(real, _EMAIL),
        phone=_mostly(real, _PHONE) and not date_formats,
        url=_mostly(real, _URL),
        number=is_number,
        flag=is_flag,
        amounts=is_flag and is_number and has_amounts(real),
        iso_date=_mostly(real, _ISO),
        date_formats=date_formats,
        middle=_middle(real),
        **({} if date_formats else _numbers(real)),
    )


def has_amounts(values: pl.Series) -> bool:
    """Whether trimmed values hold a number that is neither 0 nor 1: one in a hundred must not be lost."""
    rest = values.drop_nulls().unique()
    read = _as_numbers(rest.filter(~rest.str.contains(_FLAG)), STYLES)
    return bool(read.select(pl.any_horizontal(pl.all().is_not_null()).any()).item())


def _numbers(values: pl.Series) -> dict[str, Any]:
    """The styles of numbers that fit nearly all values, and the currencies written there."""
    styles = _styles(values)
    if not styles:
        return {}
    text = pl.col(values.name)
    money = values.to_frame().select(currency_of(text).drop_nulls().unique().sort()).to_series()
    percents = values.to_frame().select(is_percent(text).sum()).item()
    signs = "".join(sign for sign in ".," if values.str.contains(sign, literal=True).any())
    return {
        "number_styles": styles,
        "number_signs": signs,
        "currencies": tuple(money),
        "percents": int(percents),
    }


def _styles(values: pl.Series) -> tuple[str, ...]:
    """Styles that read nearly all values, one of each reading: several when the values do not decide."""
    if not _mostly(values, r"\d"):
        return ()
    read = _as_numbers(values, STYLES)
    fits = {one: read.height - read.get_column(one).null_count() for one in STYLES}
    most = max(fits.values())
    if most < _MOST * len(values):
        return ()
    kept: list[str] = []
    for one in STYLES:
        same = (read.get_column(one).equals(read.get_column(other), null_equal=True) for other in kept)
        if fits[one] == most and not any(same):
            kept.append(one)
    return tuple(kept)


def _middle(values: pl.Series) -> int:
    """The median as a whole number; 0 where there are no numbers."""
    numbers = values.str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False)
    median = numbers.filter(numbers.is_finite()).median()
    return round(float(median)) if isinstance(median, float) and abs(median) < 1e15 else 0


def _mostly(values: pl.Series, pattern: str) -> bool:
    return float(values.str.contains(pattern).mean() or 0) >= _MOST  # type: ignore[arg-type]


def _formats(values: pl.Series) -> tuple[str, ...]:
    """The formats that read nearly all values; more than one when days and months could be swapped."""
    if not _mostly(values, r"\d"):
        return ()
    fits = date_fits(values)
    most = max(fits.values())
    if most < _MOST * len(values):
        return ()
    return tuple(date_format for date_format, count in fits.items() if count == most)


def number_fits(values: pl.Series, styles: Sequence[str]) -> dict[str, int]:
    """How many trimmed values each style of numbers reads."""
    read = _as_numbers(values, styles)
    return {one: read.height - read.get_column(one).null_count() for one in styles}


def _as_numbers(values: pl.Series, styles: Sequence[str]) -> pl.DataFrame:
    text = pl.col(values.name)
    return values.to_frame().select(plain_number(text, NumberStyle.of(one)).alias(one) for one in styles)


def date_fits(values: pl.Series, formats: Sequence[str] = DATE_FORMATS) -> dict[str, int]:
    """How many trimmed values each format reads as a day between 1900 and 2100."""
    text = pl.col(values.name)
    dates = values.to_frame().select(_read(text, one).alias(one) for one in formats)
    usual = dates.select(pl.all().dt.year().is_between(FIRST_YEAR, LAST_YEAR).sum())
    return {one: int(usual.item(0, one) or 0) for one in formats}


def _read(text: pl.Expr, date_format: str) -> pl.Expr:
    return dated(text, date_format) if has_name(date_format) else text.str.to_date(date_format, strict=False)
