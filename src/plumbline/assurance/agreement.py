"""Do people mean the same? Agreement of two who judged the same leads, and of reps with each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.domain.intervals import Z95, Share, wilson

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbline.assurance.ranking import Floats

#: Leads that two people judged, below which agreement is not spoken of.
FEWEST: Final = 20
_REP: Final = 30


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement beyond chance: 1 is full, 0 is what chance gives; with its 95 % interval."""

    method: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Raters:
    """Two people on the same leads: how often they agree, and by three ways of taking chance out."""

    leads: int
    same: Share
    cohen: Agreement
    gwet: Agreement
    krippendorff: Agreement

    @property
    def enough(self) -> bool:
        """Whether so many were judged twice that the numbers can be read."""
        return self.leads >= FEWEST


def agreement(first: pl.Series, second: pl.Series) -> Raters:
    """Agreement of two series of verdicts, of any categories; leads with one verdict only are left out.

    Cohen's kappa (1960), Gwet's AC1 (2008, steady where one verdict is rare) and Krippendorff's alpha for
    nominal data, each with a jackknife interval over leads.
    """
    both = pl.DataFrame({"a": first.cast(pl.String), "b": second.cast(pl.String)}).drop_nulls()
    names = sorted(set(both["a"]) | set(both["b"]))
    place = {name: at for at, name in enumerate(names)}
    size = len(names)
    table = np.zeros((size, size))
    for one, other, rows in both.group_by("a", "b").len().iter_rows():
        table[place[one], place[other]] = rows
    same = wilson(int(np.trace(table)), both.height)
    return Raters(
        both.height,
        same,
        _with_interval("Cohen's kappa", cohen, table),
        _with_interval("Gwet's AC1", gwet, table),
        _with_interval("Krippendorff's alpha", krippendorff, table),
    )


def cohen(table: Floats) -> float:
    """Cohen's kappa of a table of verdicts, first rater by second."""
    n = table.sum()
    chance = float((table.sum(axis=0) * table.sum(axis=1)).sum() / n**2) if n else 1.0
    return _beyond(float(np.trace(table) / n) if n else 0.0, chance)


def gwet(table: Floats) -> float:
    """Gwet's AC1: chance is that of raters who guess where they cannot tell."""
    n, size = table.sum(), table.shape[0]
    if not n or size < 2:
        return float("nan")
    share = (table.sum(axis=0) + table.sum(axis=1)) / (2 * n)
    return _beyond(float(np.trace(table) / n), float((share * (1 - share)).sum() / (size - 1)))


def krippendorff(table: Floats) -> float:
    """Krippendorff's alpha for two raters and nominal categories."""
    pairs = table + table.T
    n, sums = pairs.sum(), pairs.sum(axis=0)
    if n < 2:
        return float("nan")
    seen = float(np.trace(pairs) / n)
    chance = float((sums * (sums - 1)).sum() / (n * (n - 1)))
    return _beyond(seen, chance)


def _beyond(seen: float, chance: float) -> float:
    return float("nan") if chance >= 1 else (seen - chance) / (1 - chance)


def _with_interval(method: str, statistic: Callable[[Floats], float], table: Floats) -> Agreement:
    """Jackknife over leads: leads of one cell of the table are alike, so each cell is left out once."""
    n, value = table.sum(), statistic(table)
    filled = np.argwhere(table > 0)
    if n < 3 or not np.isfinite(value):
        return Agreement(method, value, -1.0, 1.0)
    without = np.empty(len(filled))
    for at, (row, column) in enumerate(filled):
        less = table.copy()
        less[row, column] -= 1
        without[at] = statistic(less)
    without = np.where(np.isfinite(without), without, value)
    counts = table[filled[:, 0], filled[:, 1]]
    mean = float((counts * without).sum() / n)
    se = sqrt((n - 1) / n * float((counts * (without - mean) ** 2).sum()))
    edge = 3 / n if se == 0 else 0.0
    return Agreement(method, value, max(-1.0, value - Z95 * se - edge), min(1.0, value + Z95 * se))


@dataclass(frozen=True, slots=True)
class RepLabels:
    """How one rep's leads turned out, beside what the same kind of leads do elsewhere.

    ``expected`` is the share of good ones that other reps have with the same mix; ``odd``: the interval of
    this rep's share excludes it, at a level that allows for the number of reps.
    """

    rep: str
    share: Share
    expected: float
    odd: bool


def label_consistency(leads: pl.DataFrame) -> tuple[RepLabels, ...]:
    """Labels per rep, against other reps with the same mix of segments.

    Args:
        leads: ``rep``, ``segment``, ``label`` (1, 0); rows with a null are left out.
    """
    known = leads.drop_nulls()
    sizes = dict(known["rep"].value_counts().iter_rows()) if known.height else {}
    reps = sorted(rep for rep, rows in sizes.items() if rows >= _REP)
    z = _bonferroni(len(reps))
    compared = (_rep(known, rep, z) for rep in reps) if len(reps) > 1 else ()
    return tuple(one for one in compared if one is not None)


def _rep(known: pl.DataFrame, rep: str, z: float) -> RepLabels | None:
    """One rep on the kinds of leads that others work too; None where these are too few to compare."""
    mine, rest = known.filter(pl.col("rep") == rep), known.filter(pl.col("rep") != rep)
    kinds = rest.group_by("segment").agg(pl.len().alias("n"), pl.col("label").mean().alias("rate"))
    shared = mine.join(kinds.filter(pl.col("n") >= _REP), on="segment", how="inner")
    if shared.height < _REP:
        return None
    expected = float(shared["rate"].to_numpy().mean())
    # What the others do is itself known only so well.
    counts = shared.group_by("segment").agg(pl.len().alias("m"), pl.col("n").first(), pl.col("rate").first())
    part = counts["m"].to_numpy() / shared.height
    spread = counts["rate"].to_numpy() * (1 - counts["rate"].to_numpy()) / counts["n"].to_numpy()
    slack = z * sqrt(float((part**2 * spread).sum()))
    hits = int(shared["label"].sum())
    wide = wilson(hits, shared.height, z)
    odd = expected + slack < wide.low or expected - slack > wide.high
    return RepLabels(rep, wilson(hits, shared.height), expected, odd)


def _bonferroni(reps: int) -> float:
    """The normal quantile at 5 % shared among so many reps, two-sided."""
    return NormalDist().inv_cdf(1 - 0.05 / max(reps, 1) / 2)
