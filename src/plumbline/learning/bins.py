"""Fine bins: as many as the data can tell apart, in the same form as those of a card.

The learner and the finished card read a value with the same code, so nothing can differ between them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard.codes import coder
from plumbline.scorecard.encode import number_text
from plumbline.scorecard.model import Scorecard, SignalBins

if TYPE_CHECKING:
    from plumbline.domain.signals import SignalSpec

Floats: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.intp]

#: A label or an amount that is rarer than this shares a bin.
_LEAST: Final = 5
_MOST_LABELS: Final = 300
_MOST_SPECIALS: Final = 60


@dataclass(frozen=True, slots=True)
class Grain:
    """How fine bins are: ranges per number; the least share with which a label or an amount stands alone."""

    ranges: int = 255
    share: float = 0.0
    special: float = 0.002


FINE: Final = Grain()
COARSE: Final = Grain(ranges=8, share=0.01, special=0.04)
FEW: Final = Grain(ranges=6, share=0.0, special=0.08)


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """The bins of one signal. ``order``: axis positions that rows can be in, numbers by size.

    Without an order of their own (``nominal``), labels are put in the order of their outcomes.
    """

    bins: SignalBins
    dimension: Dimension
    order: tuple[int, ...]
    nominal: bool
    whole: bool = False

    def codes(self, frame: pl.DataFrame) -> Codes:
        """Axis positions of a frame's rows; 0 is missing."""
        return coder(self.bins)(frame[self.bins.name])


def axis_of(
    spec: SignalSpec, values: pl.Series, grain: Grain, *, written: SignalBins | None, completeness: bool
) -> Axis:
    """Bins for the known values of a signal. Edges and labels of a written card are kept among them."""
    dimension = spec.dimension or Dimension.FIT
    make = {Kind.NUMBER: _numbers, Kind.TEXT: _texts, Kind.FLAG: _flags}[spec.kind]
    empty = SignalBins(spec.name, spec.kind, spec.label, (), completeness=completeness)
    bins, order = make(empty, values.drop_nulls(), grain, written)
    whole = spec.kind is Kind.NUMBER and bool((values.drop_nulls() % 1 == 0).all())
    return Axis(bins, dimension, order, nominal=spec.kind is Kind.TEXT, whole=whole)


def _flags(
    empty: SignalBins, _values: pl.Series, _grain: Grain, _written: SignalBins | None
) -> tuple[SignalBins, tuple[int, ...]]:
    return replace(empty, labels=("no", "yes")), (1, 2)


def _texts(
    empty: SignalBins, values: pl.Series, grain: Grain, written: SignalBins | None
) -> tuple[SignalBins, tuple[int, ...]]:
    counts = (
        values.cast(pl.String).value_counts(name="rows").sort("rows", values.name, descending=[True, False])
    )
    least = max(_LEAST, grain.share * values.len())
    kept = counts.filter((pl.col("rows") >= least) & (pl.col(values.name) != ""))[values.name]
    labels = kept.head(_MOST_LABELS).to_list()
    told = [label for group in written.groups for label in group] if written else []
    labels += [label for label in told if label not in set(labels)]
    labels = [label for label in labels if len(label) <= 200]
    groups = tuple((label,) for label in labels)
    named = tuple(_label(label) for label in labels)
    return replace(empty, labels=named, groups=groups), tuple(range(1, len(labels) + 2))


def _label(label: str) -> str:
    """Words that already mean something else on a card are put in quotes."""
    return f"'{label}'" if label in {"not known", "another value"} or not label.strip() else label


def _numbers(
    empty: SignalBins, values: pl.Series, grain: Grain, written: SignalBins | None
) -> tuple[SignalBins, tuple[int, ...]]:
    known = values.cast(pl.Float64).to_numpy()
    found, rows = np.unique(known, return_counts=True)
    specials = _specials(found, rows, grain)
    cuts = _cuts(np.sort(known), found, specials, grain)
    if written is not None:
        edges = {*written.cuts, *(e for e in (written.low, written.high) if e is not None)}
        specials = sorted({*specials, *written.specials})
        cuts = sorted({*cuts, *edges})
    # A special value cuts the range it stands in, so that fine ranges never reach over it.
    cuts = sorted({*cuts, *specials})
    return _with_numbers(empty, cuts, specials)


def _with_numbers(
    empty: SignalBins, cuts: list[float], specials: list[float]
) -> tuple[SignalBins, tuple[int, ...]]:
    labels = tuple(f"bin {at}" for at in range(len(cuts) + 1 + len(specials)))
    bins = replace(empty, cuts=tuple(cuts), specials=tuple(specials), labels=labels)
    starts = [(-math.inf, 1), *((cut, 1) for cut in cuts), *((special, 0) for special in specials)]
    return bins, tuple(place + 1 for place in sorted(range(len(starts)), key=lambda at: starts[at]))


def _specials(found: Floats, rows: NDArray[np.intp], grain: Grain) -> list[float]:
    """Amounts that many leads share, where there are too many amounts for each to be a range."""
    if found.size <= grain.ranges:
        return []
    least = max(4 * _LEAST, grain.special * rows.sum())
    heaped = np.flatnonzero(rows >= least)
    largest = heaped[np.argsort(-rows[heaped], kind="stable")][:_MOST_SPECIALS]
    return sorted(found[largest].tolist())


def _cuts(known: Floats, found: Floats, specials: list[float], grain: Grain) -> list[float]:
    """Ends of ranges, each the shortest number between two neighbouring values."""
    if found.size <= grain.ranges:
        upper = found[1:]
    else:
        rest = known[~np.isin(known, specials)]
        if not rest.size:
            return []
        shares = np.linspace(0, 1, grain.ranges + 1)[1:-1]
        upper = np.unique(np.quantile(rest, shares, method="inverted_cdf"))
        upper = upper[upper > found[0]]
    below = found[np.searchsorted(found, upper) - 1]
    return sorted({between(low, high) for low, high in zip(below.tolist(), upper.tolist(), strict=True)})


def between(low: float, high: float) -> float:
    """The shortest number above ``low`` and not above ``high``."""
    for digits in range(1, 17):
        step = 10.0 ** (math.floor(math.log10(max(abs(high), 1e-300))) + 1 - digits)
        short = float(f"{math.floor(high / step) * step:.{17}g}")
        short = float(f"{short:.{digits}g}") if short else 0.0
        if low < short <= high:
            return short
    return high


def range_labels(bins: SignalBins, *, whole: bool) -> tuple[str, ...]:
    """Words for ranges and special values, as a policy would write them."""
    cuts = [number_text(cut) for cut in bins.cuts]
    if not cuts:
        ranges = ["any number"]
    else:
        middle = [_middle(low, high, whole=whole) for low, high in pairwise(bins.cuts)]
        ranges = [f"< {cuts[0]}", *middle, f">= {cuts[-1]}"]
    return (*ranges, *(f"exactly {number_text(special)}" for special in bins.specials))


def _middle(low: float, high: float, *, whole: bool) -> str:
    if whole and low == int(low) and high == int(high):
        return number_text(low) if high == low + 1 else f"{number_text(low)} to {number_text(high - 1)}"
    return f"{number_text(low)} to below {number_text(high)}"


def points_on(axis: Axis, other: Axis, table: Floats) -> Floats:
    """Another table of the same signal, read at the bins of this axis: at the lower end of each range."""
    points = np.zeros(axis.bins.axis)
    points[1:] = table[coder(other.bins)(_examples(axis.bins))]
    return points


def written_points(axis: Axis, card: Scorecard | None) -> Floats:
    """The written card's points for every axis position; 0 where it does not speak about the signal."""
    points = np.zeros(axis.bins.axis)
    term = next((t for t in card.terms if t.signals == (axis.bins.name,)), None) if card else None
    if card is None or term is None:
        return points
    other = card.signal(axis.bins.name)
    codes = coder(other)(_examples(axis.bins))
    points[1:] = np.array(term.points, dtype=np.float64)[codes]
    return points


def _examples(bins: SignalBins) -> pl.Series:
    """One value of every known bin, and one that is unseen (null where there is none)."""
    if bins.kind is Kind.TEXT:
        return pl.Series([*(group[0] for group in bins.groups), "\x00"], dtype=pl.String)
    if bins.kind is Kind.FLAG:
        return pl.Series([False, True, None], dtype=pl.Boolean)
    first = math.nextafter(bins.cuts[0], -math.inf) if bins.cuts else 0.0
    special = set(bins.specials)
    inside = [math.nextafter(cut, math.inf) if cut in special else cut for cut in bins.cuts]
    return pl.Series([first, *inside, *bins.specials, None], dtype=pl.Float64)
