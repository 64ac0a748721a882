"""How well an order foretells later outcomes: figures with intervals, and differences of two orders."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from plumbline.assurance.ranking import below, mean_and_variance
from plumbline.domain.intervals import Z95

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.learning.bins import Codes, Floats

_NEVER: Final = 1e-12


class Figure(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def _normal(value: float, variance: float) -> Figure:
    half = Z95 * sqrt(max(variance, 0.0))
    return Figure(value, value - half, value + half)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Leads with outcomes, and what one card said of them. ``odds`` are log-odds."""

    odds: Floats
    label: Floats
    weight: Floats

    def part(self, rows: Codes) -> Told:
        """Some of the rows."""
        return Told(self.odds[rows], self.label[rows], self.weight[rows])

    @property
    def both(self) -> bool:
        """Whether both outcomes occur."""
        good = self.label == 1
        return bool(self.weight[good].sum() > 0 and self.weight[~good].sum() > 0)


def auc(told: Told) -> Figure:
    """The chance that a good lead stands before a bad one; ties count half. Variance by DeLong (1988)."""
    return auc_of_folds([told])


def auc_of_folds(folds: Sequence[Told]) -> Figure:
    """The mean over folds, weighted by their good leads: points of two cards are never mixed."""
    return _pooled([_told_apart(_placements(fold), fold) for fold in folds if fold.both])


def auc_difference(ours: Sequence[Told], theirs: Sequence[Told]) -> Figure:
    """AUC of ours less theirs on the same leads, with the paired interval."""
    parts = []
    for one, two in zip(ours, theirs, strict=True):
        if one.both:
            ours_good, ours_bad = _placements(one)
            theirs_good, theirs_bad = _placements(two)
            parts.append(_told_apart((ours_good - theirs_good, ours_bad - theirs_bad), one))
    return _pooled(parts)


def _size(told: Told) -> float:
    good, bad = told.weight[told.label == 1].sum(), told.weight[told.label == 0].sum()
    return float(good * bad / (good + bad))


def _pooled(parts: Sequence[tuple[float, float, float]]) -> Figure:
    if not parts:
        return Figure(0.5, 0.0, 1.0)
    total = sum(size for _, _, size in parts)
    value = sum(mean * size for mean, _, size in parts) / total
    return _normal(value, sum(variance * size**2 for _, variance, size in parts) / total**2)


def _placements(told: Told) -> tuple[Floats, Floats]:
    """For each good lead the share of bad ones behind it, for each bad one the share of good ones before."""
    good = told.label == 1
    return (
        below(told.odds[good], told.odds[~good], told.weight[~good]),
        1 - below(told.odds[~good], told.odds[good], told.weight[good]),
    )


def _told_apart(placements: tuple[Floats, Floats], told: Told) -> tuple[float, float, float]:
    """Mean, variance (DeLong) and size of one fold."""
    value, of_good = mean_and_variance(placements[0], told.weight[told.label == 1])
    _, of_bad = mean_and_variance(placements[1], told.weight[told.label == 0])
    return value, of_good + of_bad, _size(told)


def log_loss_difference(ours: Sequence[Told], theirs: Sequence[Told]) -> Figure:
    """Log loss of ours less theirs on the same leads; below 0 is better."""
    loss = np.concatenate([_losses(a) - _losses(b) for a, b in zip(ours, theirs, strict=True)])
    return _mean_of(loss, np.concatenate([each.weight for each in ours]))


def brier(told: Told) -> Figure:
    """Mean squared distance between chance and outcome."""
    return _mean_of((chance(told.odds) - told.label) ** 2, told.weight)


def chance(odds: Floats) -> Floats:
    """From log-odds to chances."""
    value: Floats = 1 / (1 + np.exp(-np.clip(odds, -700, 700)))
    return value


def level_of(odds: Floats, label: Floats, weight: Floats) -> float:
    """What to add so that chances add up to the good leads: a few damped steps of Newton in one number."""
    level = 0.0
    for _ in range(50):
        p = chance(level + odds)
        step = float(weight @ (label - p)) / max(float(weight @ (p * (1 - p))), _NEVER)
        level += max(-2.0, min(2.0, step))
        if abs(step) < 1e-10:
            break
    return level


def _losses(told: Told) -> Floats:
    loss: Floats = np.logaddexp(0.0, told.odds) - told.label * told.odds
    return loss


def _mean_of(values: Floats, weight: Floats) -> Figure:
    share = weight / max(weight.sum(), _NEVER)
    mean = float(share @ values)
    return _normal(mean, float(share**2 @ (values - mean) ** 2))


def capture(told: Told, share: float = 0.2) -> float:
    """Of all good leads, how many stand in the first fifth; ties at the edge count by their share."""
    order = np.argsort(-told.odds, kind="stable")
    odds, weight = told.odds[order], told.weight[order]
    room = share * weight.sum()
    edge = odds[min(int(np.searchsorted(np.cumsum(weight), room)), odds.size - 1)]
    inside, on = told.odds > edge, told.odds == edge
    part = (room - told.weight[inside].sum()) / max(told.weight[on].sum(), _NEVER)
    good = told.weight * told.label
    return float((good[inside].sum() + min(1.0, max(0.0, part)) * good[on].sum()) / max(good.sum(), _NEVER))
