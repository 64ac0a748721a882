"""From values to axis positions: the only place where a signal's value meets the card's bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from plumbline.domain.errors import SignalsMismatchError
from plumbline.domain.words import Kind
from plumbline.scorecard.model import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from plumbline.scorecard.arrays import Codes
    from plumbline.scorecard.model import SignalBins


class Coder(Protocol):
    """Positions of one signal's values on its axis. ``ValueError`` when a value is none of its kind."""

    def __call__(self, values: pl.Series) -> Codes:
        """One position per value."""


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


def flag_codes(values: pl.Series) -> Codes:
    """No is 1, yes is 2."""
    numbers = values.cast(pl.Float32).to_numpy()
    codes: Codes = np.nan_to_num(numbers + 1, nan=MISSING).astype(np.intp)
    return codes


def coder(signal: SignalBins) -> Coder:
    """The way from values to positions, prepared once per card."""
    if signal.kind is Kind.NUMBER:
        return NumberCoder(signal, np.array(signal.cuts, dtype=np.float64))
    if signal.kind is Kind.TEXT:
        places = [place for place, group in enumerate(signal.groups, start=1) for _ in group]
        labels = pl.Enum([label for group in signal.groups for label in group])
        return TextCoder(labels, np.array([*places, signal.unseen], dtype=np.intp))
    return flag_codes


def codes_of(signals: pl.DataFrame, bins: Sequence[SignalBins], coders: Sequence[Coder]) -> list[Codes]:
    """Axis positions, one array per signal of the card. ``SignalsMismatchError`` names every unfit column."""
    schema = signals.schema
    unfit = [message for signal in bins for message in _unfit(schema, signal)]
    if unfit:
        raise SignalsMismatchError("; ".join(unfit))
    return [_code(signals[signal.name], code) for signal, code in zip(bins, coders, strict=True)]


def _code(values: pl.Series, code: Coder) -> Codes:
    try:
        return code(values)
    except ValueError as error:
        raise SignalsMismatchError(f"signal '{values.name}' {error}") from None


def _unfit(schema: pl.Schema, signal: SignalBins) -> list[str]:
    if signal.name not in schema:
        return [f"signal '{signal.name}' is not among the columns"]
    dtype = schema[signal.name]
    if dtype == pl.Null or _fits(dtype, signal.kind):
        return []
    return [f"signal '{signal.name}' should hold {signal.kind} and holds {dtype}"]


def _fits(dtype: pl.DataType, kind: Kind) -> bool:
    if kind is Kind.NUMBER:
        return dtype.is_numeric()
    if kind is Kind.TEXT:
        return dtype == pl.String or isinstance(dtype, (pl.Categorical, pl.Enum))
    return dtype == pl.Boolean
