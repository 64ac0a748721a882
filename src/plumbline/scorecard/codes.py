"""From values to axis positions: the only place where a signal's value meets the card's bins."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl

from plumbline.domain.errors import SignalsMismatchError
from plumbline.domain.words import Kind
from plumbline.scorecard.model import MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from plumbline.scorecard.arrays import Codes
    from plumbline.scorecard.model import SignalBins


class Coder(Protocol):
    """Positions of one signal's values on its axis. ``ValueError`` when a value is none of its kind."""

    def __call__(self, values: pl.Series) -> Codes:
        """One position per value."""

    def one(self, value: Any) -> int:  # noqa: ANN401 - whatever kind the signal has
        """The position of one value that is known."""


@dataclass(frozen=True, slots=True, eq=False)
class NumberCoder:
    """Ranges by cuts, then special values, then what lies outside."""

    signal: SignalBins
    cuts: NDArray[np.float64]

    def __call__(self, values: pl.Series) -> Codes:
        """Refuses NaN."""
        numbers = values.cast(pl.Float64).to_numpy()
        unknown = np.isnan(numbers)  # to_numpy gives NaN for null
        if int(unknown.sum()) != values.null_count():
            raise ValueError("holds NaN; unknown is null")
        codes = np.searchsorted(self.cuts, numbers, side="right") + 1
        self._place_outside(codes, numbers)
        for place, special in enumerate(self.signal.specials, start=len(self.cuts) + 2):
            codes[numbers == special] = place
        codes[unknown] = MISSING
        return codes

    def one(self, value: float) -> int:
        """Refuses NaN."""
        number = float(value)
        if math.isnan(number):
            raise ValueError("holds NaN; unknown is null")
        if number in self.signal.specials:
            return len(self.cuts) + 2 + self.signal.specials.index(number)
        low, high = self.signal.low, self.signal.high
        if (low is not None and number < low) or (high is not None and number >= high):
            return self.signal.unseen
        return bisect_right(self.signal.cuts, number) + 1

    def _place_outside(self, codes: Codes, numbers: NDArray[np.float64]) -> None:
        if self.signal.low is not None:
            codes[numbers < self.signal.low] = self.signal.unseen
        if self.signal.high is not None:
            codes[numbers >= self.signal.high] = self.signal.unseen


@dataclass(frozen=True, slots=True, eq=False)
class TextCoder:
    """Labels, letter by letter. ``table``: the group of each label, and unseen as its last entry."""

    labels: pl.Enum
    table: Codes
    groups: Mapping[str, int]

    def __call__(self, values: pl.Series) -> Codes:
        """Null is missing; a label in no group is unseen."""
        if values.null_count() == len(values):
            return np.zeros(len(values), dtype=np.intp)
        text = values.cast(pl.String)
        places = text.cast(self.labels, strict=False).to_physical().to_numpy()
        if places.dtype.kind == "f":  # null, so unknown or in no group
            places = np.nan_to_num(places, nan=len(self.table) - 1)
        codes: Codes = self.table[places.astype(np.intp)]
        if text.null_count():
            codes[text.is_null().to_numpy()] = MISSING
        return codes

    def one(self, value: str) -> int:
        """The group of the label, or unseen."""
        return self.groups.get(value, int(self.table[-1]))


class FlagCoder:
    """No is 1, yes is 2."""

    def __call__(self, values: pl.Series) -> Codes:
        """Null is missing."""
        numbers = values.cast(pl.Float32).to_numpy()
        codes: Codes = np.nan_to_num(numbers + 1, nan=MISSING).astype(np.intp)
        return codes

    def one(self, value: bool) -> int:
        """The position of the flag."""
        return 1 + value


def coder(signal: SignalBins) -> Coder:
    """The way from values to positions, prepared once per card."""
    if signal.kind is Kind.NUMBER:
        return NumberCoder(signal, np.array(signal.cuts, dtype=np.float64))
    if signal.kind is Kind.TEXT:
        places = [place for place, group in enumerate(signal.groups, start=1) for _ in group]
        labels = pl.Enum([label for group in signal.groups for label in group])
        groups = dict(zip(labels.categories, places, strict=True))
        return TextCoder(labels, np.array([*places, signal.unseen], dtype=np.intp), groups)
    return FlagCoder()


def codes_of(signals: pl.DataFrame, bins: Sequence[SignalBins], coders: Sequence[Coder]) -> list[Codes]:
    """Axis positions, one array per signal of the card. ``SignalsMismatchError`` names every unfit column."""
    known = frozenset(signals.columns)
    columns = [signals.get_column(signal.name) if signal.name in known else None for signal in bins]
    unfit = [
        message for signal, column in zip(bins, columns, strict=True) for message in _unfit(signal, column)
    ]
    if unfit:
        raise SignalsMismatchError("; ".join(unfit))
    return [_code(column, code) for column, code in zip(columns, coders, strict=True) if column is not None]


def _code(values: pl.Series, code: Coder) -> Codes:
    try:
        return _code_of_one(values[0], code) if len(values) == 1 else code(values)
    except ValueError as error:
        raise SignalsMismatchError(f"signal '{values.name}' {error}") from None


def _code_of_one(value: object, code: Coder) -> Codes:
    """Without the detour over columns, which for one value is the longer way."""
    return np.array([MISSING if value is None else code.one(value)], dtype=np.intp)


def _unfit(signal: SignalBins, column: pl.Series | None) -> list[str]:
    if column is None:
        return [f"signal '{signal.name}' is not among the columns"]
    if _fits(column.dtype, signal.kind) or column.dtype == pl.Null:
        return []
    return [f"signal '{signal.name}' should hold {signal.kind} and holds {column.dtype}"]


def _fits(dtype: pl.DataType, kind: Kind) -> bool:
    if kind is Kind.NUMBER:
        return dtype.is_numeric()
    if kind is Kind.TEXT:
        return dtype == pl.String or isinstance(dtype, (pl.Categorical, pl.Enum))
    return dtype == pl.Boolean
