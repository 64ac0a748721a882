"""Which way round dates and decimals are written, found over the whole file or settled once for it.

``03/04/2026`` is the third of April or the fourth of March, ``1.234`` a bit more than one or a thousand. One
value that can only be read one way settles its column; a column that is settled so settles the others of the
file, for one system writes one way. What is left is asked, once per file, and never guessed row by row.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from plumbline.connectors.looks import date_fits, number_fits
from plumbline.connectors.number_styles import STYLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from plumbline.connectors.files import Source
    from plumbline.connectors.looks import Look

_ROWS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person said for the whole file: ``day_first`` of dates, the style of numbers."""

    day_first: bool | None = None
    numbers: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about how a column is written. ``choices`` are left for a person: none when settled."""

    column: str
    message: str
    choices: tuple[str, ...] = ()


@dataclass(slots=True)
class Settled:
    """The looks of the columns with what could be settled, and what is to be said of it."""

    looks: dict[str, Look]
    findings: list[Finding] = field(default_factory=list)

    def narrow(
        self, column: str, message: str, *, dates: tuple[str, ...] = (), styles: tuple[str, ...] = ()
    ) -> None:
        """Keep only some readings of a column."""
        look = self.looks[column]
        self.looks[column] = replace(
            look, date_formats=dates or look.date_formats, number_styles=styles or look.number_styles
        )
        self.findings.append(Finding(column, message))


def settle(looks: Mapping[str, Look], choice: Choice, source: Source | None = None) -> Settled:
    """Settle what the sample leaves open: by the rest of the file, a person's word, the other columns."""
    settled = Settled(dict(looks))
    if source is not None:
        _by_the_file(settled, source)
    _by_choice(settled, choice)
    _dates_by_the_others(settled)
    _numbers_by_the_others(settled)
    _commas(settled)
    for column in _open_dates(settled):
        choices = settled.looks[column].date_formats
        said = f"its dates could be {' or '.join(choices)}, all over the file"
        settled.findings.append(Finding(column, said, choices))
    for column in _open_numbers(settled):
        choices = settled.looks[column].number_styles
        settled.findings.append(Finding(column, "its dots could stand before thousands or decimals", choices))
    for column, look in settled.looks.items():
        if len(look.currencies) > 1:
            said = (
                f"currencies are mixed ({', '.join(look.currencies)}); 'currency: EUR' would accept one only"
            )
            settled.findings.append(Finding(column, said))
        if 0 < look.percents < look.filled:
            settled.findings.append(
                Finding(column, f"{look.percents:,} of its values are percent, others are not")
            )
    return settled


def day_first(date_format: str) -> bool | None:
    """Whether the day comes before a month in digits; None where that cannot be mistaken."""
    if "%m" not in date_format or date_format.startswith("%Y"):
        return None
    return date_format.index("%d") < date_format.index("%m")


def _open_dates(settled: Settled) -> list[str]:
    return [c for c, look in settled.looks.items() if len(look.date_formats) > 1 and not look.iso_date]


def _open_numbers(settled: Settled) -> list[str]:
    return [c for c, look in settled.looks.items() if len(look.number_styles) > 1]


def _by_the_file(settled: Settled, source: Source) -> None:
    """Read the columns in question to their end."""
    dates, numbers = _open_dates(settled), _open_numbers(settled)
    if not dates and not numbers:
        return
    fits: dict[str, Counter[str]] = {column: Counter() for column in (*dates, *numbers)}
    for batch in source.batches(_ROWS):
        for column in dates:
            fits[column].update(date_fits(_texts(batch.frame, column), settled.looks[column].date_formats))
        for column in numbers:
            fits[column].update(number_fits(_texts(batch.frame, column), settled.looks[column].number_styles))
    for column, counts in fits.items():
        most = max(counts.values())
        kept = tuple(one for one in counts if counts[one] == most)
        if len(kept) < len(counts) and column in dates:
            settled.narrow(column, f"dates are {' or '.join(kept)}: the whole file says so", dates=kept)
        elif len(kept) < len(counts):
            settled.narrow(
                column, f"numbers are like {' or '.join(kept)}: the whole file says so", styles=kept
            )


def _texts(frame: pl.DataFrame, column: str) -> pl.Series:
    text = frame.get_column(column).drop_nulls().str.strip_chars()
    return text.filter(text != "")


def _by_choice(settled: Settled, choice: Choice) -> None:
    if choice.day_first is not None:
        for column in _open_dates(settled):
            formats = settled.looks[column].date_formats
            if kept := tuple(one for one in formats if day_first(one) == choice.day_first):
                settled.narrow(column, f"dates are {kept[0]}, as was said for the file", dates=kept[:1])
    if choice.numbers is not None:
        for column in _open_numbers(settled):
            if choice.numbers in settled.looks[column].number_styles:
                said = f"numbers are like {choice.numbers}, as was said for the file"
                settled.narrow(column, said, styles=(choice.numbers,))


def _dates_by_the_others(settled: Settled) -> None:
    known = {
        column: day_first(look.date_formats[0])
        for column, look in settled.looks.items()
        if len(look.date_formats) == 1 and not look.iso_date and day_first(look.date_formats[0]) is not None
    }
    if len(set(known.values())) != 1:
        return
    witness, order = next(iter(known.items()))
    for column in _open_dates(settled):
        formats = settled.looks[column].date_formats
        if kept := tuple(one for one in formats if day_first(one) == order):
            settled.narrow(column, f"dates are {kept[0]}, as in the column {witness!r}", dates=kept[:1])


def _numbers_by_the_others(settled: Settled) -> None:
    """Columns with decimals that can be read one way only say which sign stands before decimals."""
    known = {
        column: look.number_styles[0][-3]
        for column, look in settled.looks.items()
        if len(look.number_styles) == 1 and look.number_signs and not look.phone
    }
    if len(set(known.values())) != 1:
        return
    witness, decimal = next(iter(known.items()))
    for column in _open_numbers(settled):
        kept = tuple(one for one in settled.looks[column].number_styles if one[-3] == decimal)
        if kept:
            settled.narrow(
                column, f"numbers are like {kept[0]}, as in the column {witness!r}", styles=kept[:1]
            )


def _commas(settled: Settled) -> None:
    """Commas before three digits each are taken for thousands, as where no style is declared; it is said."""
    for column in _open_numbers(settled):
        look = settled.looks[column]
        if look.number_signs == "," and STYLES[0] in look.number_styles:
            said = f"its commas are taken for thousands, like {STYLES[0]}"
            settled.narrow(column, said, styles=STYLES[:1])
