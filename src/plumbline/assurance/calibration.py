"""From points to chances: a sigmoid shrunk to what the points claim, and an honest interval beside it.

Points of a learned card are log-odds already, so a small sample should not bend them: the slope is drawn
towards 1. Nothing is fitted below ``LEAST`` matured rows, and the interval of Venn and Abers is shown from
``LEAST_INTERVAL`` rows on. Rows whose outcomes are not mature must not come here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from plumbline.assurance.thresholds import clopper_pearson

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

LEAST: Final = 200
LEAST_INTERVAL: Final = 1_000
#: How strongly the slope is drawn towards 1: as if so many nats of evidence spoke for it.
_PULL: Final = 20.0
_STEPS: Final = 50
_LN2: Final = log(2)


class Calibration(NamedTuple):
    """Log-odds = ``intercept`` + ``slope`` x points, fitted on ``rows`` leads."""

    slope: float
    intercept: float
    rows: int

    def chances(self, points: Floats) -> Floats:
        """The chance of a good outcome for each number of points."""
        value: Floats = 1 / (1 + np.exp(-np.clip(self.intercept + self.slope * points, -700, 700)))
        return value


def shrunk_sigmoid(
    points: Floats, label: Floats, weight: Floats | None = None, *, scale: int = 20
) -> Calibration | None:
    """Fit by damped Newton steps; ``None`` below 200 rows or where one outcome is missing.

    The penalty is on the slope alone; the level follows the outcomes. Clipped or separated points cannot make
    it diverge: a step that does not help is halved.
    """
    weights = np.ones(points.size) if weight is None else weight
    if points.size < LEAST or not 0 < weights @ label < weights.sum():
        return None
    odds = np.asarray(points, dtype=np.float64) * _LN2 / scale
    base = float(weights @ label / weights.sum())
    start = np.array([log(base / (1 - base)) - float(weights @ odds / weights.sum()), 1.0])
    intercept, slope = _newton(odds, np.asarray(label, dtype=np.float64), weights, start)
    return Calibration(slope * _LN2 / scale, intercept, points.size)


def _newton(odds: Floats, label: Floats, weight: Floats, start: Floats) -> tuple[float, float]:
    columns = np.column_stack([np.ones(odds.size), odds])
    penalty, centre = np.diag([0.0, _PULL]), np.array([0.0, 1.0])

    def loss(point: Floats) -> float:
        z, away = columns @ point, point - centre
        return float(weight @ (np.logaddexp(0.0, z) - label * z) + away @ penalty @ away / 2)

    point, best = start, loss(start)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(columns @ point, -500, 500)))
        slope = columns.T @ (weight * (chance - label)) + penalty @ (point - centre)
        bend = (columns * (weight * chance * (1 - chance))[:, None]).T @ columns + penalty
        step = np.linalg.solve(bend + 1e-9 * np.eye(2), slope)
        size = 1.0
        while size > 1e-9 and (found := loss(point - size * step)) > best:
            size /= 2
        if size <= 1e-9 or best - found < 1e-10:
            break
        point, best = point - size * step, found
    return float(point[0]), float(point[1])


class Interval(NamedTuple):
    """``low`` and ``high`` chance, and the one between them that stands for both."""

    low: Floats
    high: Floats
    chance: Floats


def venn_abers(known: Floats, label: Floats, points: Floats) -> Interval | None:
    """Chances that hold whatever the outcome of the lead itself turns out to be (Vovk, arXiv 1511.00213).

    ``known`` points with their outcomes, ``points`` to be judged. Valid as far as leads are exchangeable.
    ``None`` below 1,000 rows.
    """
    if known.size < LEAST_INTERVAL:
        return None
    values, place = np.unique(points, return_inverse=True)
    scores, at = np.unique(known, return_inverse=True)
    rows: Floats = np.bincount(at).astype(np.float64)
    good: Floats = np.bincount(at, label).astype(np.float64)
    ends = np.array(
        [[_isotonic_at(scores, rows, good, value, add) for add in (0.0, 1.0)] for value in values]
    )
    low, high = ends[place, 0], ends[place, 1]
    return Interval(low, high, high / (1 - low + high))


def _isotonic_at(scores: Floats, rows: Floats, good: Floats, value: float, outcome: float) -> float:
    """The rising fit at a value, once a lead with this value and outcome is among the known ones."""
    at = int(np.searchsorted(scores, value))
    if at < scores.size and scores[at] == value:
        rows, good = rows.copy(), good.copy()
        rows[at] += 1
        good[at] += outcome
    else:
        rows, good = np.insert(rows, at, 1.0), np.insert(good, at, outcome)
    return _rising(rows, good)[at]


def _rising(rows: Floats, good: Floats) -> list[float]:
    """The best rising shares (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []
    for n, k in zip(rows.tolist(), good.tolist(), strict=True):
        block = (n, k, 1)
        while blocks and blocks[-1][1] * block[0] >= block[1] * blocks[-1][0]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    return [k / n for n, k, count in blocks for _ in range(count)]


@dataclass(frozen=True, slots=True)
class Bin:
    """Leads of one band or one range of chances: what was said, what came true, and its 95 % interval."""

    name: str
    rows: int
    good: int
    said: float
    low: float
    high: float

    @property
    def came(self) -> float:
        """The share that came true."""
        return self.good / self.rows if self.rows else 0.0

    @property
    def holds(self) -> bool:
        """Whether what was said lies within what the outcomes allow."""
        return self.low <= self.said <= self.high


def reliability(names: Sequence[str], chance: Floats, label: Floats) -> tuple[Bin, ...]:
    """Said against came true, by name, in the order the names first come in. Exact intervals."""
    found = []
    keys = np.array(names)
    for name in dict.fromkeys(names):
        mine = keys == name
        rows, good = int(mine.sum()), int(label[mine].sum())
        found.append(Bin(str(name), rows, good, float(chance[mine].mean()), *clopper_pearson(good, rows)))
    return tuple(found)


class Fit(NamedTuple):
    """In the large (said less came), slope (1 is right), and the error left after chance is taken off."""

    large: float
    slope: float
    error: float


def calibration_fit(chance: Floats, label: Floats, bins: int = 10) -> Fit:
    """How well chances fit outcomes. ``error`` is the expected calibration error without its bias.

    With few rows even perfect chances miss by some: the variance of a bin is taken off its squared miss.
    """
    safe = np.clip(chance, 1e-9, 1 - 1e-9)
    odds = np.log(safe / (1 - safe))
    _, slope = _free(odds, label)
    order = np.argsort(chance, kind="stable")
    error = 0.0
    for part in np.array_split(order, min(bins, chance.size)):
        miss = float((chance[part].mean() - label[part].mean()) ** 2)
        noise = float((chance[part] * (1 - chance[part])).sum()) / part.size**2
        error += part.size / chance.size * max(0.0, miss - noise)
    return Fit(float(chance.mean() - label.mean()), slope, float(np.sqrt(error)))


def _free(odds: Floats, label: Floats) -> tuple[float, float]:
    """Intercept and slope without shrinkage, a few damped steps from the identity."""
    columns = np.column_stack([np.ones(odds.size), odds])
    point = np.array([0.0, 1.0])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(columns @ point, -500, 500)))
        bend = (columns * (p * (1 - p))[:, None]).T @ columns + 1e-6 * np.eye(2)
        step = np.linalg.solve(bend, columns.T @ (p - label))
        point = point - step * min(1.0, 2.0 / max(1e-12, float(np.abs(step).max())))
        if np.abs(step).max() < 1e-9:
            break
    return float(point[0]), float(point[1])
