"""How far a field can be relied on, in one number whose parts can be read (STATISTICS B.9)."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.assurance.ranking import Auc, auc, cell_scores, cells
from plumbline.domain.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.assurance.fields import Column, Floats, Ints, Leads

#: What each part weighs. Parts that cannot be measured leave their weight to the others.
WEIGHTS: Final[Mapping[str, float]] = {
    "coverage": 0.20,
    "agreement": 0.20,
    "consistency": 0.20,
    "freshness": 0.15,
    "stability": 0.15,
    "uniqueness": 0.10,
}
PART_WORDS: Final[Mapping[str, str]] = {
    "coverage": "share of leads that have it at the decision, in the segment that has it least",
    "agreement": "share of values confirmed by a second look or source",
    "consistency": "share that keeps to its type and was not rewritten after the outcome",
    "freshness": "share no older than the policy allows",
    "stability": "how little its values shifted from quarter to quarter",
    "uniqueness": "how far it says something that no other field says",
}
#: Scores from which a signal may be used, and the least of every part for use without a person.
ACT, RECOMMEND, LEAST_PART = 70, 50, 0.5
_SEGMENT: Final = 50
_WEEKS: Final = 13
#: Shift at which nothing is left of stability.
_SHIFT: Final = 0.25
_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Reliability:
    """The score of a field from 0 to 100, its parts from 0 to 1 (None: not measured), and what it is worth.

    ``usefulness`` stands beside the score and never in it: a field can be reliable and say nothing.
    """

    column: str
    score: float
    parts: Mapping[str, float | None]
    usefulness: Auc
    leaks: bool

    @property
    def use(self) -> str:
        """What the score allows: act, recommend or neither."""
        least = min((part for part in self.parts.values() if part is not None), default=0.0)
        if self.score >= ACT and least >= LEAST_PART:
            return "act"
        return "recommend" if self.score >= RECOMMEND else "not yet"


def reliability(
    column: Column, leads: Leads, *, leaks: bool = False, others: float | None = None
) -> Reliability:
    """The reliability of one column; ``others`` is its strongest association with any other column."""
    parts = {
        "coverage": _coverage(column, leads),
        "agreement": None if column.agree is None else wilson(*column.agree).low,
        "consistency": _consistency(column),
        "freshness": _freshness(column),
        "stability": _stability(column, leads),
        "uniqueness": None if others is None else 1 - others,
    }
    measured = {name: part for name, part in parts.items() if part is not None}
    total = sum(WEIGHTS[name] for name in measured)
    score = prod(part ** (WEIGHTS[name] / total) for name, part in measured.items()) if measured else 0.0
    return Reliability(column.name, 0.0 if leaks else 100 * score, parts, usefulness(column, leads), leaks)


def usefulness(column: Column, leads: Leads) -> Auc:
    """How well the column alone tells the outcomes apart; unknown values say nothing."""
    known = leads.known
    codes, _ = cells(column.values.filter(pl.Series(known)))
    label = leads.label[known]
    weight = None if leads.weight is None else leads.weight[known]
    return auc(cell_scores(codes, label, weight), label, weight)


def _coverage(column: Column, leads: Leads) -> float:
    filled = column.filled
    if leads.segment is None:
        return wilson(int(filled.sum()), filled.size).low
    frame = pl.DataFrame({"segment": leads.segment, "filled": filled})
    sizes = frame.group_by("segment").agg(pl.len().alias("n"), pl.col("filled").sum())
    large = sizes.filter((pl.col("n") >= _SEGMENT) & pl.col("segment").is_not_null())
    lows = [wilson(hits, size).low for _, size, hits in large.iter_rows()]
    return min(lows, default=wilson(int(filled.sum()), filled.size).low)


def _consistency(column: Column) -> float | None:
    given = int(column.filled.sum()) + column.unreadable
    if not given:
        return None
    broken = wilson(given - column.unreadable, given).low
    kept = wilson(max(given - column.rewritten, 0), given).low
    return max(0.0, broken + kept - 1)


def _freshness(column: Column) -> float | None:
    if column.max_age is None or column.age is None:
        return None
    ages = column.age.filter(pl.Series(column.filled)).drop_nulls()
    return wilson(int((ages <= column.max_age).sum()), ages.len()).low if ages.len() else None


def _stability(column: Column, leads: Leads) -> float | None:
    """1 without any shift between quarters, 0 from the shift on that banks call large."""
    if not leads.ordered:
        return None
    codes, names = cells(column.values, most=10)
    windows = _windows(leads, codes.size)
    if len(windows) < 2 or not names:
        return None
    size = int(codes.max(initial=0)) + 2
    shifts = [
        _shift(
            np.bincount(codes[one] + 1, minlength=size).astype(np.float64),
            np.bincount(np.delete(codes, one) + 1, minlength=size).astype(np.float64),
        )
        for one in windows
    ]
    return 1 - min(1.0, max(0.0, float(np.mean(shifts))) / _SHIFT)


def _windows(leads: Leads, rows: int) -> list[Ints]:
    """Rows of each quarter of thirteen weeks; of a file without times, of each quarter of its rows."""
    if leads.decided_at is None:
        return [part for part in np.array_split(np.arange(rows), 4) if part.size >= 2 * _SEGMENT]
    weeks = ((leads.decided_at - leads.decided_at.min()).dt.total_days() // (7 * _WEEKS)).to_numpy()
    found = [np.flatnonzero(weeks == number) for number in np.unique(weeks[~np.isnan(weeks)])]
    return [part for part in found if part.size >= 2 * _SEGMENT]


def _shift(here: Floats, there: Floats) -> float:
    """Population stability index less what chance alone gives, (B - 1)(1/n + 1/m) (Yurdakul and Naranjo)."""
    used = (here + there) > 0
    n, m = here.sum(), there.sum()
    one, other = (here[used] + 0.5) / (n + 0.5 * used.sum()), (there[used] + 0.5) / (m + 0.5 * used.sum())
    index = float(((one - other) * np.log(one / other)).sum())
    return float(index - (int(used.sum()) - 1) * (1 / n + 1 / m))


def associations(columns: Sequence[Column]) -> dict[str, tuple[float, str]]:
    """For each column its strongest association with another one, from 0 to 1, and which one that is.

    Cramer's V of the columns' cells, corrected for its bias (Bergsma 2013), over rows with both.
    """
    step = max(1, (columns[0].values.len() if columns else 0) // _ROWS)
    coded = [cells(column.values.gather_every(step), most=10)[0] for column in columns]
    best = {column.name: (0.0, "") for column in columns}
    for at, one in enumerate(columns):
        for later, other in enumerate(columns[at + 1 :], at + 1):
            value = cramer(coded[at], coded[later])
            for name, partner in ((one.name, other.name), (other.name, one.name)):
                if value > best[name][0]:
                    best[name] = (value, partner)
    return best


def cramer(one: Ints, other: Ints) -> float:
    """Cramer's V without its bias; 0 where too few rows have both."""
    both = (one >= 0) & (other >= 0)
    n = int(both.sum())
    if n < _SEGMENT:
        return 0.0
    rows, columns = _dense(one[both]), _dense(other[both])
    high, wide = int(rows.max()) + 1, int(columns.max()) + 1
    if min(high, wide) < 2:
        return 0.0
    table = np.bincount(rows * wide + columns, minlength=high * wide).reshape(high, wide).astype(np.float64)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / n
    phi = float(((table - expected) ** 2 / expected).sum()) / n
    phi = max(0.0, phi - (high - 1) * (wide - 1) / (n - 1))
    tall, broad = high - (high - 1) ** 2 / (n - 1), wide - (wide - 1) ** 2 / (n - 1)
    return float(min(1.0, np.sqrt(phi / max(min(tall, broad) - 1, 1e-9))))


def _dense(codes: Ints) -> Ints:
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)
