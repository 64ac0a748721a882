"""How well one column tells the outcomes apart: areas under the curve with intervals, without a learner."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl

from plumbline.domain.intervals import Z95, wilson

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

#: Cells a number is cut into, and rows of pseudo-data at the base rate that each cell starts with.
CELLS: Final = 20
_PRIOR: Final = 8.0
_FOLDS: Final = 5


class Auc(NamedTuple):
    """An area under the ROC curve with its 95 % interval. 0.5 tells nothing."""

    value: float
    low: float
    high: float
    se: float
    positives: int
    negatives: int


#: Said where one of the two classes is missing: nothing is known, so everything is possible.
NOTHING: Final = Auc(0.5, 0.0, 1.0, 0.5, 0, 0)


def auc(score: Floats, label: Ints, weight: Floats | None = None, z: float = Z95) -> Auc:
    """The chance that a good lead has a higher score than a bad one; ties count half.

    The variance is DeLong's (1988), with weights as of a survey; the interval is made on the logit scale.
    """
    weights = np.ones(score.size) if weight is None else weight
    good = label == 1
    if not good.any() or good.all() or not weights[good].sum() or not weights[~good].sum():
        return NOTHING
    ahead = below(score[good], score[~good], weights[~good])
    behind = 1 - below(score[~good], score[good], weights[good])
    value, spread_good = mean_and_variance(ahead, weights[good])
    _, spread_bad = mean_and_variance(behind, weights[~good])
    se = sqrt(spread_good + spread_bad)
    low, high = _interval(value, se, min(ahead.size, behind.size), z)
    return Auc(value, low, high, se, ahead.size, behind.size)


def below(score: Floats, others: Floats, weight: Floats) -> Floats:
    """For each score, the weighted share of the others below it, ties half."""
    order = np.argsort(others, kind="stable")
    ranked, total = others[order], np.concatenate([[0.0], np.cumsum(weight[order])])
    left = total[np.searchsorted(ranked, score, side="left")]
    right = total[np.searchsorted(ranked, score, side="right")]
    share: Floats = (left + right) / 2 / total[-1]
    return share


def mean_and_variance(values: Floats, weight: Floats) -> tuple[float, float]:
    """The weighted mean, and its variance as of a survey."""
    share = weight / weight.sum()
    mean = float(share @ values)
    correction = values.size / max(values.size - 1, 1)
    return mean, float((share**2) @ (values - mean) ** 2) * correction


def _interval(value: float, se: float, smallest: int, z: float) -> tuple[float, float]:
    if se < 1e-12 and 0 < value < 1:
        # Every pair is a tie: the column says nothing, and that is certain.
        return value, value
    if not 0 < value < 1:
        # No variance was seen; so few rows allow for more than that.
        edge = wilson(smallest, smallest, z).low
        return max(0.0, value - (1 - edge)), min(1.0, value + (1 - edge))
    middle, half = log(value / (1 - value)), z * se / (value * (1 - value))
    return 1 / (1 + exp(-(middle - half))), 1 / (1 + exp(-(middle + half)))


def cells(values: pl.Series, most: int = CELLS) -> tuple[Ints, tuple[str, ...]]:
    """A column as a few cells: cell number per row, -1 where unknown; and what each cell is called.

    Numbers and dates are cut at their quantiles, single values that stand for many rows kept apart; words
    that are rare share one cell.
    """
    if values.dtype == pl.Boolean:
        return values.cast(pl.Int64).fill_null(-1).to_numpy(), ("no", "yes")
    if values.dtype.is_numeric() or values.dtype.is_temporal():
        return _number_cells(values, most)
    return _word_cells(values.cast(pl.String))


def _number_cells(values: pl.Series, most: int) -> tuple[Ints, tuple[str, ...]]:
    physical = values.to_physical().cast(pl.Float64)
    known = physical.drop_nulls().to_numpy()
    if not known.size:
        return np.full(values.len(), -1, dtype=np.int64), ()
    edges = np.unique(np.quantile(known, np.linspace(0, 1, most + 1)[1:-1], method="inverted_cdf"))
    # Both sides of an edge are cuts, so that an amount on which many agree is a cell of its own.
    cuts = np.unique(np.concatenate([edges, np.nextafter(edges, np.inf)]))
    place = np.searchsorted(cuts, physical.fill_null(0.0).to_numpy(), side="right")
    codes = np.where(physical.is_null().to_numpy(), -1, place).astype(np.int64)
    return codes, tuple(str(number) for number in range(cuts.size + 1))


def _word_cells(values: pl.Series) -> tuple[Ints, tuple[str, ...]]:
    least = max(5, values.len() // 1000)
    counts = values.drop_nulls().value_counts(name="rows").filter(pl.col("rows") >= least)
    words = counts.sort("rows", values.name, descending=[True, False])[values.name].to_list()
    codes = {word: code for code, word in enumerate(words)}
    rest = len(words)
    place = values.replace_strict(codes, default=rest, return_dtype=pl.Int64)
    return place.set(values.is_null(), -1).to_numpy(), (*words, "other")


def cell_scores(codes: Ints, label: Ints, weight: Floats | None = None, *, unknown: bool = False) -> Floats:
    """Log-odds of each row's cell, learned from the other rows: no row is scored by its own outcome.

    ``unknown`` gives unknown cells a score of their own; else it is 0, which says nothing.
    """
    weights = np.ones(codes.size) if weight is None else weight
    number, fold = codes + 1, _fold(codes.size)
    size = int(number.max(initial=0)) + 1
    total = _sums(number, fold, weights, size)
    good = _sums(number, fold, weights * (label == 1), size)
    rows, hits = total.sum(axis=0) - total, good.sum(axis=0) - good
    base = np.clip(hits.sum(axis=1) / np.maximum(rows.sum(axis=1), 1e-9), 1e-6, 1 - 1e-6)[:, None]
    rate = (hits + _PRIOR * base) / (rows + _PRIOR)
    table = np.log(rate / (1 - rate)) - np.log(base / (1 - base))
    if not unknown:
        table[:, 0] = 0.0
    scores: Floats = table[fold, number]
    return scores


def _fold(rows: int) -> Ints:
    """The part each row belongs to: by its place, mixed, so that no pattern of the file falls into one."""
    mixed = (np.arange(rows, dtype=np.uint64) * np.uint64(2_654_435_761)) % np.uint64(1 << 32)
    return mixed.astype(np.int64) // 65_536 % _FOLDS


def _sums(number: Ints, fold: Ints, weights: Floats, size: int) -> Floats:
    flat = np.bincount(fold * size + number, weights=weights, minlength=_FOLDS * size)
    return flat.reshape(_FOLDS, size).astype(np.float64)
