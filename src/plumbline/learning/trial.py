"""Learning on older leads, judging on newer ones: what every contender would have said at the time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.assurance.calibration import shrunk_sigmoid
from plumbline.domain.bands import Cutoffs
from plumbline.learning.fitting import POINT, Learner, Task, again_on, fit, mean_of, paired, rounded
from plumbline.learning.metrics import Told, auc_difference, auc_of_folds, level_of
from plumbline.scorecard import score

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbline.learning.bins import Codes, Floats
    from plumbline.learning.fitting import Fitted
    from plumbline.learning.metrics import Figure
    from plumbline.scorecard.model import Scorecard

#: Sizes of a card that are tried, in cells of the whole card.
SIZES: Final = (30, 45, 60, 80)
#: A smaller card may cost this much AUC.
_PRICE: Final = 0.002
#: How far the coarse card must be ahead on the newest leads to be taken, and what a pair must bring.
_AHEAD: Final = 0.01
_WORTH: Final = 0.005
_SHARES: Final = {True: (0.5, 2 / 3, 5 / 6, 1.0), False: (0.5, 0.625, 0.75, 0.875, 1.0)}
_FEW_ROWS: Final = 500


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """One card-to-be: how it did on each fold, in whole points."""

    learner: Learner
    cells: int
    folds: tuple[Told, ...]

    @property
    def auc(self) -> Figure:
        """On all later folds."""
        return auc_of_folds(self.folds)


def forward(rows: int) -> list[tuple[Codes, Codes]]:
    """Folds in order of time: everything before, and the part that comes next."""
    cuts = [int(share * rows) for share in _SHARES[rows < _FEW_ROWS]]
    every = np.arange(rows)
    return [(every[:start], every[start:end]) for start, end in pairwise(cuts)]


def contend(task: Task, learners: Sequence[Learner], sizes: Sequence[int] = SIZES) -> list[Contender]:
    """Every learner in every size on every fold; a fold with too few outcomes to learn from is left out."""
    told: dict[tuple[Learner, int], list[Told]] = {}
    for older, newer in usable(task):
        part, later = task.of(older), task.of(newer)
        for learner, fine in _fits(learners, part):
            for cells, card in fine.cards(sizes).items():
                odds = rounded(card).log_odds(later.frame)
                told.setdefault((learner, cells), []).append(Told(odds, later.label, later.weight))
    every = max(map(len, told.values()), default=0)  # a pair that was not found on every fold is none
    return [
        Contender(learner, cells, tuple(folds))
        for (learner, cells), folds in told.items()
        if len(folds) == every
    ]


def _fits(learners: Sequence[Learner], task: Task) -> Iterator[tuple[Learner, Fitted]]:
    """Each learner; the mean of two is made of what is fitted anyway."""
    made: dict[Learner, Fitted] = {}
    for learner in learners:
        if learner is Learner.MEAN and {Learner.BOOST, Learner.RIDGE} <= made.keys():
            made[learner] = mean_of(made[Learner.BOOST], made[Learner.RIDGE])
        elif learner is Learner.AGAIN and Learner.MEAN in made:
            made[learner] = again_on(made[Learner.MEAN], task)
        elif learner is Learner.PAIR and Learner.BOOST in made:
            made[learner] = paired(made[Learner.BOOST], task)
        else:
            made[learner] = fit(learner, task)
        yield learner, made[learner]


def usable(task: Task) -> list[tuple[Codes, Codes]]:
    """Folds whose older part has at least five outcomes of each kind."""
    return [
        (older, newer)
        for older, newer in forward(task.label.size)
        if min(task.label[older].sum(), (1 - task.label[older]).sum()) >= 5
    ]


def best(contenders: Sequence[Contender]) -> Contender:
    """The learner that orders later leads best, in the smallest size that costs next to nothing.

    A card with a pair is taken only where the folds prove it: a gain worth reading more, surely above zero.
    """
    largest: dict[Learner, Contender] = {}
    for each in sorted(contenders, key=lambda contender: contender.cells):
        largest[each.learner] = each
    paired = largest.pop(Learner.PAIR, None)
    chosen = max(largest.values(), key=lambda contender: contender.auc.value)
    coarse = next((c for c in largest.values() if c.learner in {Learner.RIDGE, Learner.STACK}), None)
    # Drift: where the coarse card is ahead on the newest leads, the fine one has learned what is over.
    if coarse is not None and _newest(coarse) > _newest(chosen) + _AHEAD:
        chosen = coarse
    if paired is not None and _proven(paired, chosen):
        chosen = paired
    mine = sorted((c for c in contenders if c.learner is chosen.learner), key=lambda c: c.cells)
    top = max(c.auc.value for c in mine)
    return next(c for c in mine if c.auc.value >= top - _PRICE)


def _newest(contender: Contender) -> float:
    return auc_of_folds(contender.folds[-1:]).value


def _proven(paired: Contender, plain: Contender) -> bool:
    gain = auc_difference(paired.folds, plain.folds)
    return gain.value >= _WORTH and gain.low > 0


def by_written(task: Task, card: Scorecard) -> list[Told]:
    """The written card on the same folds, its points turned into chances on the older leads of each."""
    points = written_odds(task.frame, card)
    told = []
    for older, newer in usable(task):
        fitted = shrunk_sigmoid(points[older] / POINT, task.label[older], task.weight[older])
        slope, level = (
            (fitted.slope, fitted.intercept)
            if fitted
            else (POINT, level_of(points[older], task.label[older], task.weight[older]))
        )
        odds = level + slope * points[newer] / POINT
        told.append(Told(odds, task.label[newer], task.weight[newer]))
    return told


def written_odds(frame: pl.DataFrame, card: Scorecard) -> Floats:
    """Points of a card in log-odds; a signal that is not there is unknown."""
    absent = [pl.lit(None).alias(signal.name) for signal in card.signals if signal.name not in frame.columns]
    points = score(frame.with_columns(absent), card, Cutoffs(0, 0, 0))["points"]
    return points.cast(pl.Float64).to_numpy() * POINT
