"""A scorecard by penalised logistic regression: few bins, shrunk towards what people wrote.

Each bin is a column, centred over the known answers and zero where the answer is unknown: missing is 0 in the
fit. Two penalties: of the distance to the written points (ridge), and of jumps between neighbouring
ranges that the written card does not make (smoothness). Their strengths are chosen by cross-validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.domain.words import Kind
from plumbline.learning.boost import Additive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from plumbline.learning.bins import Axis, Codes, Floats

#: Strengths tried: (ridge, smoothness).
PENALTIES: Final = ((0.5, 0.5), (1.0, 4.0), (3.0, 3.0), (8.0, 8.0), (25.0, 25.0), (100.0, 100.0))
_STEPS: Final = 30
_CLOSE: Final = 1e-6
#: A blend: its level is free, the two shares are drawn to a half each. The shares it may be made of.
_HALVES: Final = np.array([0.0, 0.5, 0.5])
_DRAWN: Final = np.diag([0.0, 2.0, 2.0])
_KEPT: Final = ([0, 1, 2], [0, 1], [0, 2], [0])


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Centred columns of all bins; ``prior``: the written points in log-odds, per column.

    ``spans``: the columns of each axis. ``shares``: the share of known rows per axis position.
    """

    axes: tuple[Axis, ...]
    columns: Floats
    prior: Floats
    jumps: Floats
    spans: tuple[slice, ...]
    shares: tuple[Floats, ...]

    @classmethod
    def of(
        cls, axes: Sequence[Axis], codes: Sequence[Codes], weight: Floats, prior: Sequence[Floats]
    ) -> Design:
        """Columns for the rows that ``codes`` describe."""
        shares = [_shares(axis, code, weight) for axis, code in zip(axes, codes, strict=True)]
        ends = np.cumsum([0, *(len(axis.order) for axis in axes)]).tolist()
        spans = tuple(slice(a, b) for a, b in pairwise(ends))
        flat = [before[list(axis.order)] for axis, before in zip(axes, prior, strict=True)]
        return cls(
            tuple(axes),
            cls._columns(axes, codes, shares),
            np.concatenate(flat) if flat else np.zeros(0),
            _jumps(axes, spans, ends[-1]),
            spans,
            tuple(shares),
        )

    @staticmethod
    def _columns(axes: Sequence[Axis], codes: Sequence[Codes], shares: Sequence[Floats]) -> Floats:
        parts = []
        for axis, code, share in zip(axes, codes, shares, strict=True):
            cells = np.array(axis.order)
            known = np.isin(code, cells)
            parts.append((code[:, None] == cells).astype(np.float64) - known[:, None] * share[cells])
        return np.hstack(parts)

    def tables(self, points: Floats) -> tuple[Floats, ...]:
        """Points per column as tables by axis position, centred."""
        made = []
        for axis, span, share in zip(self.axes, self.spans, self.shares, strict=True):
            table = np.zeros(axis.bins.axis)
            cells = list(axis.order)
            table[cells] = points[span] - share[cells] @ points[span]
            if cells[-1] == axis.bins.unseen and share[-1] == 0:
                table[-1] = self.prior[span][-1]  # nothing was seen of it: it stays as it is written
            made.append(table)
        return tuple(made)


def _shares(axis: Axis, code: Codes, weight: Floats) -> Floats:
    rows = np.bincount(code, weight, axis.bins.axis)
    rows[0] = 0.0
    share: Floats = rows / max(rows.sum(), 1e-12)
    return share


def _jumps(axes: Sequence[Axis], spans: Sequence[slice], width: int) -> Floats:
    """The penalty of differences between neighbouring numbers, as a matrix."""
    matrix = np.zeros((width, width))
    for axis, span in zip(axes, spans, strict=True):
        if axis.bins.kind is Kind.NUMBER:
            for at in range(span.start, span.stop - 1):
                matrix[at : at + 2, at : at + 2] += np.array([[1.0, -1.0], [-1.0, 1.0]])
    return matrix


def fit(design: Design, label: Floats, weight: Floats, penalties: tuple[float, float]) -> Additive:
    """The penalised maximum of likelihood, by damped Newton steps."""
    intercept, points = _fit(design, np.ones(label.size, dtype=bool), label, weight, penalties)
    return Additive(intercept, design.tables(points))


def _fit(
    design: Design, rows: NDArray[np.bool_], label: Floats, weight: Floats, penalties: tuple[float, float]
) -> tuple[float, Floats]:
    columns = np.column_stack([np.ones(int(rows.sum())), design.columns[rows]])
    y, w = label[rows], weight[rows]
    ridge, smooth = penalties
    inner = ridge * np.eye(design.prior.size) + smooth * design.jumps
    penalty = np.zeros((columns.shape[1], columns.shape[1]))
    penalty[1:, 1:] = inner
    centre = np.concatenate([[0.0], design.prior])
    base = float(np.clip(w @ y / w.sum(), 1e-6, 1 - 1e-6))
    point = centre.copy()
    point[0] = np.log(base / (1 - base))
    point = _newton(columns, y, w, penalty, centre, point)
    return float(point[0]), point[1:]


def drawn_to(
    columns: Floats, label: Floats, weight: Floats, offset: Floats, centre: Floats, pull: float
) -> tuple[float, Floats]:
    """Points drawn to ``centre``, with log-odds that are given for every row; the level comes first."""
    inside = np.column_stack([np.ones(label.size), columns])
    penalty = pull * np.eye(inside.shape[1])
    penalty[0, 0] = 0.0
    target = np.concatenate([[0.0], centre])
    point = _newton(inside, label, weight, penalty, target, target, offset)
    return float(point[0]), point[1:]


def _newton(
    columns: Floats,
    label: Floats,
    weight: Floats,
    penalty: Floats,
    centre: Floats,
    start: Floats,
    offset: Floats | float = 0.0,
) -> Floats:
    def loss(point: Floats) -> float:
        return _loss(columns @ point + offset, label, weight, penalty, point - centre)

    point, best = start, loss(start)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(columns @ point + offset, -500, 500)))
        slope = columns.T @ (weight * (chance - label)) + penalty @ (point - centre)
        bend = (columns * (weight * chance * (1 - chance))[:, None]).T @ columns + penalty
        step = np.linalg.solve(bend + 1e-9 * np.eye(bend.shape[0]), slope)
        size = 1.0
        while size > 1e-6 and (found := loss(point - size * step)) > best:
            size /= 2
        if size <= 1e-6 or best - found < _CLOSE:
            return point - size * step if size > 1e-6 else point
        point, best = point - size * step, found
    return point


def _loss(odds: Floats, label: Floats, weight: Floats, penalty: Floats, away: Floats) -> float:
    """What a fit makes least: surprise at the outcomes, and the distance from where it is drawn to."""
    return float(weight @ (np.logaddexp(0.0, odds) - label * odds) + away @ penalty @ away / 2)


def choose(design: Design, label: Floats, weight: Floats, fold: Codes) -> tuple[tuple[float, float], Floats]:
    """The penalties with the least loss on rows left out, and the log-odds of each row from the others."""
    best, chosen, kept = np.inf, PENALTIES[0], np.zeros(label.size)
    for penalties in PENALTIES:
        odds = np.zeros(label.size)
        for part in np.unique(fold):
            rows = fold != part
            intercept, points = _fit(design, rows, label, weight, penalties)
            odds[~rows] = intercept + design.columns[~rows] @ points
        loss = float(weight @ (np.logaddexp(0.0, odds) - label * odds))
        if loss < best:
            best, chosen, kept = loss, penalties, odds
    return chosen, kept


def stacked(written: Floats, learned: Floats, label: Floats, weight: Floats) -> tuple[float, float, float]:
    """``c + a x written + b x learned`` with a and b not below 0, drawn towards a half each.

    ``learned`` are log-odds of rows left out. Of all such blends the one with the least penalised loss: the
    loss is convex, so one of the four below is it, each the least with some shares left out.
    """
    columns = np.column_stack([np.ones(label.size), written, learned])
    best, chosen = np.inf, np.zeros(3)
    for keep in _KEPT:
        point = np.zeros(3)
        point[keep] = _newton(
            columns[:, keep], label, weight, _DRAWN[np.ix_(keep, keep)], _HALVES[keep], _HALVES[keep]
        )
        # A share that is left out pays for it like any other: else none would be cheaper than a little.
        loss = _loss(columns @ point, label, weight, _DRAWN, point - _HALVES)
        if point[1:].min() >= 0 and loss < best:
            best, chosen = loss, point
    return float(chosen[0]), float(chosen[1]), float(chosen[2])


def plain(columns: Floats, label: Floats, weight: Floats, penalty: float = 1.0) -> tuple[float, Floats]:
    """Logistic regression with a light ridge towards zero: a baseline, not a card."""
    base = float(np.clip(weight @ label / weight.sum(), 1e-6, 1 - 1e-6))
    inside = np.column_stack([np.ones(label.size), columns])
    start = np.zeros(inside.shape[1])
    start[0] = np.log(base / (1 - base))
    matrix = penalty * np.eye(inside.shape[1])
    matrix[0, 0] = 0.0
    point = _newton(inside, label, weight, matrix, np.zeros_like(start), start)
    return float(point[0]), point[1:]
