"""One learner of the ladder at work on some rows: fine bins, fit, few cells, whole points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import log
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.domain.signals import COMPLETENESS
from plumbline.learning import ridge
from plumbline.learning.bins import COARSE, FEW, FINE, Axis, axis_of, points_on, written_points
from plumbline.learning.boost import Additive, Settings, boost
from plumbline.learning.merge import Merged, merged_sizes
from plumbline.learning.pairs import Pair, fit_pair, told_together, with_pair
from plumbline.scorecard.model import SCALE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from plumbline.domain.signals import SignalSpec
    from plumbline.learning.bins import Codes, Floats, Grain
    from plumbline.scorecard.model import Scorecard

#: Log-odds of one point.
POINT: Final = log(2) / SCALE
_FOLDS: Final = 5
#: More rows than this do not make the strengths of penalties clearer.
_ENOUGH: Final = 4_000
_FEW_ROWS: Final = 500
#: Merged points that are fitted again are drawn to what they were by this. Fewer cells are as they are.
_PULL: Final = 20.0
_AGAIN_FROM: Final = 45


class Learner(StrEnum):
    """The rungs of the ladder above the written card."""

    STACK = "stack"
    RIDGE = "ridge"
    BOOST = "boost"
    MEAN = "mean of boost and ridge"
    AGAIN = "mean of boost and ridge, fitted again"
    PAIR = "boost with one pair"


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What a learner is given. ``written`` may be none."""

    frame: pl.DataFrame
    label: Floats
    weight: Floats
    signals: tuple[SignalSpec, ...]
    written: Scorecard | None
    seed: int
    bags: int

    def of(self, rows: Codes | slice) -> Task:
        """The same on some rows."""
        return replace(self, frame=self.frame[rows], label=self.label[rows], weight=self.weight[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Fine tables and what they stand on. ``shares``: how much of a blend is written, how much learned.

    ``again``: the rows on which merged points are fitted once more.
    """

    learner: Learner
    additive: Additive
    axes: tuple[Axis, ...]
    rows: tuple[Floats, ...]
    shares: tuple[float, float] | None = None
    pair: Pair | None = None
    again: Task | None = None

    def card(self, cells: int) -> Merged:
        """The same in few cells."""
        return self.cards([cells])[cells]

    def cards(self, sizes: Sequence[int]) -> dict[int, Merged]:
        """The same in several sizes."""
        if self.pair is None:
            made = merged_sizes(self.additive, self.axes, self.rows, sizes)
            return {size: self._settled(card, size) for size, card in made.items()}
        return with_pair(self.additive, self.axes, self.rows, self.pair, sizes)

    def _settled(self, card: Merged, size: int) -> Merged:
        return card if self.again is None or size < _AGAIN_FROM else _refitted(card, self.again)


def fit(learner: Learner, task: Task) -> Fitted:
    """Fit one learner."""
    if learner is Learner.MEAN:
        return mean_of(fit(Learner.BOOST, task), fit(Learner.RIDGE, task))
    if learner is Learner.AGAIN:
        return again_on(fit(Learner.MEAN, task), task)
    if learner is Learner.PAIR:
        return paired(fit(Learner.BOOST, task), task)
    grain = FINE if learner is Learner.BOOST else FEW if task.label.size < _FEW_ROWS else COARSE
    axes = _axes(task, grain)
    codes = [axis.codes(task.frame) for axis in axes]
    rows = tuple(
        np.bincount(code, task.weight, axis.bins.axis).astype(np.float64)
        for axis, code in zip(axes, codes, strict=True)
    )
    if learner is Learner.BOOST:
        settings = Settings(bags=task.bags)
        tables = boost(axes, codes, task.label, task.weight, seed=task.seed, settings=settings)
        return Fitted(learner, tables, axes, rows)
    return _penalised(learner, task, axes, codes, rows)


def mean_of(fine: Fitted, coarse: Fitted) -> Fitted:
    """Half of each: two additive tables make one. The coarse one steadies what the fine one saw too well."""
    pairs = zip(fine.axes, coarse.axes, fine.additive.tables, coarse.additive.tables, strict=True)
    tables = [(mine + points_on(axis, other, theirs)) / 2 for axis, other, mine, theirs in pairs]
    level = (fine.additive.intercept + coarse.additive.intercept) / 2
    return Fitted(Learner.MEAN, Additive(level, tuple(tables)), fine.axes, fine.rows)


def again_on(fine: Fitted, task: Task) -> Fitted:
    """The same, its merged points fitted once more together: few cells can take over from those that went."""
    return replace(fine, learner=Learner.AGAIN, again=task)


def _refitted(card: Merged, task: Task) -> Merged:
    codes = [axis.codes(task.frame) for axis in card.axes]
    design = ridge.Design.of(card.axes, codes, task.weight, card.tables)
    found = ridge.fit(design, task.label, task.weight, (_PULL, 0.0))
    return replace(card, intercept=found.intercept, tables=found.tables)


def paired(fine: Fitted, task: Task) -> Fitted:
    """The same with the pair of signals that says most beyond it; without one, if none does."""
    codes = [axis.codes(task.frame) for axis in fine.axes]
    places = told_together(task, fine.additive, codes)
    found = fit_pair(task, fine.additive, codes, places) if places else None
    return replace(fine, learner=Learner.PAIR, pair=found)


def _axes(task: Task, grain: Grain) -> tuple[Axis, ...]:
    bins = {signal.name: signal for signal in task.written.signals} if task.written else {}
    kept = bins if grain is not FINE else {}
    return tuple(
        axis_of(
            spec,
            task.frame[spec.name],
            grain,
            written=kept.get(spec.name),
            completeness=spec.source == COMPLETENESS,
        )
        for spec in task.signals
    )


def _penalised(
    learner: Learner, task: Task, axes: tuple[Axis, ...], codes: Sequence[Codes], rows: tuple[Floats, ...]
) -> Fitted:
    written = [written_points(axis, task.written) * POINT for axis in axes]
    prior = written if learner is Learner.RIDGE else [np.zeros_like(each) for each in written]
    design = ridge.Design.of(axes, codes, task.weight, prior)
    some = slice(None) if task.label.size <= _ENOUGH else slice(None, None, -(-task.label.size // _ENOUGH))
    part = replace(design, columns=design.columns[some])
    fold = np.arange(part.columns.shape[0]) % _FOLDS
    penalties, left_out = ridge.choose(part, task.label[some], task.weight[some], fold)
    fitted = ridge.fit(design, task.label, task.weight, penalties)
    if learner is Learner.RIDGE:
        return Fitted(learner, fitted, axes, rows)
    told = Additive(0.0, tuple(written)).log_odds([code[some] for code in codes])
    level, a, b = ridge.stacked(told, left_out, task.label[some], task.weight[some])
    tables = tuple(a * one + b * two for one, two in zip(written, fitted.tables, strict=True))
    return Fitted(learner, Additive(level + b * fitted.intercept, tables), axes, rows, (a, b))


def rounded(card: Merged) -> Merged:
    """Whole points, in log-odds: the only truth from here on."""
    tables = tuple(_whole(table) for table in card.tables)
    joint = card.joint and replace(card.joint, table=_whole(card.joint.table))
    return Merged(card.axes, round(card.intercept / POINT) * POINT, tables, card.rows, joint)


def _whole(table: Floats) -> Floats:
    whole: Floats = np.round(table / POINT) * POINT
    return whole
