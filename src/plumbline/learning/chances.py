"""From points to chances: fitted on what was said of later leads before their outcomes were used.

The same leads are kept with the card as counts, so that an interval can be told for every chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from plumbline.assurance.calibration import Calibration, shrunk_sigmoid, venn_abers
from plumbline.learning.cuts import thinned
from plumbline.learning.fitting import POINT
from plumbline.learning.metrics import level_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.assurance.calibration import Interval
    from plumbline.learning.bins import Floats
    from plumbline.learning.metrics import Told
    from plumbline.scorecard.encode import Json
    from plumbline.scorecard.model import Scorecard

#: Where a card keeps the leads its chances were judged on.
JUDGED: Final = "judged"


class Chances(NamedTuple):
    """Of the card's own points. ``judged``: calibrated log-odds in points, how many leads, how many good."""

    calibration: Calibration | None
    judged: tuple[tuple[int, int, int], ...] = ()


def calibrated(folds: Sequence[Told], points: Floats, label: Floats, weight: Floats) -> Chances:
    """Chances from points; none below 200 leads that were judged before their outcome was used.

    The spread is learned from what was said of later leads (``folds``), each fold with a level of its own;
    the level is that of all rows (``points`` and what follows). A level carried over from earlier times would
    count a change of the rate twice, since the card has seen the newest rows.
    """
    told = [_levelled(fold) for fold in folds if fold.both]
    said, came, counted = (np.concatenate([fold[at] for fold in told]) for at in range(3))
    fitted = shrunk_sigmoid(said, came, counted)
    if fitted is None:
        return Chances(None)
    level = level_of(fitted.slope * points, label, weight)
    kept = thinned(counted)
    odds = (fitted.intercept + fitted.slope * said[kept]) / POINT
    return Chances(Calibration(fitted.slope, level, said.size), _counts(odds, came[kept]))


def _levelled(fold: Told) -> tuple[Floats, Floats, Floats]:
    """Points of a fold, moved so that chances add up to its good leads."""
    moved = fold.odds + level_of(fold.odds, fold.label, fold.weight)
    return moved / POINT, fold.label, fold.weight


def _counts(odds: Floats, came: Floats) -> tuple[tuple[int, int, int], ...]:
    places, at = np.unique(np.round(odds).astype(np.int64), return_inverse=True)
    rows, good = np.bincount(at), np.bincount(at, came)
    return tuple((int(p), int(n), round(float(k))) for p, n, k in zip(places, rows, good, strict=True))


def judged_json(chances: Chances) -> list[Json]:
    """The counts as a manifest holds them."""
    return [list(each) for each in chances.judged]


def interval_of(card: Scorecard, odds: Floats) -> Interval | None:
    """Venn-Abers intervals of calibrated log-odds; ``None`` below 1,000 leads, or for an older card."""
    kept = (card.manifest or {}).get(JUDGED)
    if not isinstance(kept, list) or not kept or card.calibration is None:
        return None
    counts = np.array(kept, dtype=np.int64)
    known = np.repeat(counts[:, 0], counts[:, 1]).astype(np.float64)
    label = np.concatenate([np.arange(rows) < good for _, rows, good in counts]).astype(np.float64)
    return venn_abers(known, label, np.round(odds / POINT))
