"""``learn``: from rows with outcomes to a card and a verdict. The gate may say no."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.domain.bands import Cutoffs
from plumbline.domain.signals import COMPLETENESS
from plumbline.learning.card import bands_like, card_of, rare_bins
from plumbline.learning.chances import JUDGED, calibrated, judged_json
from plumbline.learning.fitting import POINT, Learner, Task, fit, rounded
from plumbline.learning.metrics import Told, auc_difference, auc_of_folds, log_loss_difference
from plumbline.learning.trial import SIZES, Contender, best, by_written, contend, written_odds
from plumbline.learning.words import Code, Note
from plumbline.scorecard import score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.learning.fitting import Fitted
    from plumbline.learning.metrics import Figure
    from plumbline.learning.rows import Rows
    from plumbline.scorecard.encode import Json
    from plumbline.scorecard.model import Scorecard

#: Outcomes of the rarer kind: below the first nothing is learned, below the second nothing is promoted.
FEWEST: Final = 20
FEWEST_TO_PROMOTE: Final = 40
_RIDGE_FROM: Final = 60
_BOOST_FROM: Final = 200
_STACK_BELOW: Final = 1_000
#: Below so many rows only the blend ships.
_BLEND_BELOW: Final = 500
#: A loss of AUC that the gate must be able to exclude.
TOLERATED: Final = 0.01
_SEED: Final = 20


@dataclass(frozen=True, slots=True)
class Options:
    """``completeness``: whether the signal that speaks about missing data may count. ``cells``: at most."""

    completeness: bool = True
    cells: int = max(SIZES)
    seed: int = _SEED
    bags: int = 4
    trial_bags: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What came of it. ``card`` is a proposal unless ``promoted``; ``None`` below twenty outcomes.

    ``figures``: by name, with intervals, on leads later than those learned from. ``contenders``: all tried.
    ``coarse``: a card of few wide bins from the same rows, to run in shadow: what drifts, drifts in fine bins
    first. ``None`` where the card itself is the coarse one.
    ``price``: AUC that the completeness signal brings. ``bands``: cut-offs that fill the bands as before.
    """

    promoted: bool
    code: Code | None
    card: Scorecard | None = None
    coarse: Scorecard | None = None
    learner: Learner | None = None
    figures: Mapping[str, Figure] = field(default_factory=dict)
    contenders: tuple[Contender, ...] = ()
    price: Figure | None = None
    bands: Cutoffs | None = None
    shares: tuple[float, float] | None = None
    notes: tuple[Note, ...] = ()


def learn(
    rows: Rows,
    written: Scorecard | None,
    *,
    name: str,
    cutoffs: Cutoffs | None = None,
    about: Mapping[str, Json] | None = None,
    options: Options | None = None,
) -> Learned:
    """Learn a card, try it on later leads, and say whether it may replace the written one.

    ``about``: what the manifest should say of where the rows come from: label definition, policy hash.
    """
    options = options or Options()
    if rows.rarer < FEWEST:
        note = Note(Code.TOO_FEW, f"There are {rows.rarer}, at least {FEWEST} are needed.")
        return Learned(promoted=False, code=Code.TOO_FEW, notes=(*rows.notes, note))
    used = rows if options.completeness else rows.without_completeness()
    task = Task(used.frame, used.label, used.weight, used.signals, written, options.seed, options.trial_bags)
    sizes = (*(size for size in SIZES if size < options.cells), options.cells)
    contenders = contend(task, ladder(rows), sizes)
    chosen = best(contenders)
    figures = _figures(task, chosen)
    code = _gate(rows, figures)
    final = replace(task, bags=options.bags)
    manifest = _manifest(used, options.seed, chosen, figures, code, about or {})
    fitted = fit(chosen.learner, final)
    card, bands = _card(final, fitted, chosen, name=name, cutoffs=cutoffs, manifest=manifest)
    coarse = coarse_of(contenders, chosen)
    return Learned(
        promoted=code is None,
        code=code,
        card=card,
        coarse=None if coarse is None else _coarse_card(final, coarse, name, cutoffs, manifest),
        learner=chosen.learner,
        figures=figures,
        contenders=tuple(contenders),
        price=_price(task, chosen) if options.completeness else None,
        bands=bands,
        shares=fitted.shares,
        notes=(*rows.notes, *_disagreements(card, written), *_rare(card), *_drift(chosen, coarse)),
    )


def coarse_of(contenders: Sequence[Contender], chosen: Contender) -> Contender | None:
    """The smallest card of the most careful learner; ``None`` where that is the chosen one."""
    careful = [each for each in contenders if each.learner in {Learner.RIDGE, Learner.STACK}]
    if not careful:
        return None
    coarse = min(careful, key=lambda each: (each.learner is not Learner.RIDGE, each.cells))
    same = (coarse.learner, coarse.cells) == (chosen.learner, chosen.cells)
    return None if same else coarse


def _coarse_card(
    task: Task, coarse: Contender, name: str, cutoffs: Cutoffs | None, manifest: dict[str, Json]
) -> Scorecard | None:
    about: dict[str, Json] = {"learner": str(coarse.learner), "cells": coarse.cells, "role": "coarse"}
    about["figures"] = {"auc": str(coarse.auc)}
    fitted = fit(coarse.learner, task)
    return _card(
        task, fitted, coarse, name=f"{name}, coarse", cutoffs=cutoffs, manifest={**manifest, **about}
    )[0]


def _drift(chosen: Contender, coarse: Contender | None) -> list[Note]:
    """Where the coarse card is beyond doubt ahead on the newest part."""
    if coarse is None:
        return []
    ahead = auc_difference(coarse.folds[-1:], chosen.folds[-1:])
    return [Note(Code.COARSE_AHEAD, f"By {ahead} of AUC.")] if ahead.low > 0 else []


def ladder(rows: Rows) -> tuple[Learner, ...]:
    """Learners that so many outcomes can carry. Which of them is used is decided by folds, not by counts.

    The blend with the written card stays among them until its part no longer matters.
    """
    if rows.label.size < _BLEND_BELOW or rows.rarer < _RIDGE_FROM:
        return (Learner.STACK,)
    if rows.rarer < _BOOST_FROM:
        return (Learner.STACK, Learner.RIDGE)
    several = (Learner.RIDGE, Learner.BOOST, Learner.MEAN, Learner.AGAIN)
    return (Learner.STACK, *several) if rows.rarer < _STACK_BELOW else (*several, Learner.PAIR)


def _figures(task: Task, chosen: Contender) -> dict[str, Figure]:
    found = {"auc": chosen.auc, "auc_newest": auc_of_folds(chosen.folds[-1:])}
    if task.written is not None and task.written.terms:
        theirs = by_written(task, task.written)
        found["auc_written"] = auc_of_folds(theirs)
        found["auc_gain"] = auc_difference(chosen.folds, theirs)
        found["log_loss_gain"] = log_loss_difference(chosen.folds, theirs)
    return found


def _gate(rows: Rows, figures: Mapping[str, Figure]) -> Code | None:
    """Why not, or ``None``: enough outcomes, some lift, and no loss against the written card."""
    if rows.rarer < FEWEST_TO_PROMOTE:
        return Code.TOO_FEW
    if figures["auc"].low <= 0.5:
        return Code.NO_LIFT
    gain = figures.get("auc_gain")
    if gain is not None and (gain.low < -TOLERATED or figures["log_loss_gain"].value > 0):
        return Code.NOT_BETTER
    return None


def _price(task: Task, chosen: Contender) -> Figure | None:
    """AUC with the completeness signal less AUC without it, on the same folds."""
    without = tuple(spec for spec in task.signals if spec.source != COMPLETENESS)
    if len(without) == len(task.signals) or not without:
        return None
    (plain,) = contend(replace(task, signals=without), (chosen.learner,), (chosen.cells,))
    return auc_difference(chosen.folds, plain.folds)


def _card(
    task: Task,
    fitted: Fitted,
    chosen: Contender,
    *,
    name: str,
    cutoffs: Cutoffs | None,
    manifest: dict[str, Json],
) -> tuple[Scorecard | None, Cutoffs | None]:
    made = rounded(fitted.card(chosen.cells))
    if not made.axes:
        return None, None
    points = np.round(made.log_odds(task.frame) / POINT)
    chances = calibrated(chosen.folds, points, task.label, task.weight)
    manifest = {**manifest, JUDGED: judged_json(chances)}
    card = card_of(made, task, name=name, calibration=chances.calibration, manifest=manifest)
    if task.written is None or cutoffs is None:
        return card, None
    ours = score(task.frame, card, Cutoffs(0, 0, 0))["points"]
    theirs = pl.Series(np.round(written_odds(task.frame, task.written) / POINT))
    bands = bands_like(ours, theirs, cutoffs)
    few: dict[str, Json] = {term: list(bins) for term, bins in rare_bins(card).items()}
    edges: dict[str, Json] = {"A": bands.a, "B": bands.b, "C": bands.c}
    more: dict[str, Json] = {**manifest, "bands": edges, "rare": few}
    return replace(card, manifest=more), bands


def _manifest(
    rows: Rows,
    seed: int,
    chosen: Contender,
    figures: Mapping[str, Figure],
    code: Code | None,
    about: Mapping[str, Json],
) -> dict[str, Json]:
    first, last = rows.window
    return {
        "learner": str(chosen.learner),
        "cells": chosen.cells,
        "rows": rows.label.size,
        "good": int(rows.label.sum()),
        "window": [first, last],
        "data": rows.digest,
        "seed": seed,
        "signals": [spec.name for spec in rows.signals],
        "figures": {name: str(figure) for name, figure in figures.items()},
        "figures_on": "later leads than those learned from" if rows.timed else "leads drawn apart",
        "verdict": str(code) if code else "promoted",
        **about,
    }


def _disagreements(card: Scorecard | None, written: Scorecard | None) -> list[Note]:
    """Numbers whose outcomes rise where the written points fall, or the other way: shown, never overruled."""
    if card is None or written is None:
        return []
    theirs = {term.id: term for term in written.terms if len(term.signals) == 1}
    found = []
    for term in card.terms:
        other = theirs.get(term.id)
        if other is None or not card.signal(term.id).cuts or not written.signal(term.id).cuts:
            continue
        one, two = _slope(card, term.id), _slope(written, term.id)
        if one * two < 0:
            way = "rise" if one > 0 else "fall"
            found.append(Note(Code.AGAINST_WRITTEN, f"{term.label}: chances {way} with it."))
    return found


def _slope(card: Scorecard, name: str) -> float:
    """Whether points rise or fall over the ranges, from the first to the last."""
    points = np.array(next(term.points for term in card.terms if term.id == name), dtype=np.float64)
    ranges = points[1 : len(card.signal(name).cuts) + 2]
    place = np.arange(ranges.size) - (ranges.size - 1) / 2
    return float(place @ ranges)


def _rare(card: Scorecard | None) -> list[Note]:
    few: Mapping[str, Sequence[str]] = rare_bins(card) if card else {}
    return [Note(Code.RARE, f"{name}: {', '.join(bins)}.") for name, bins in few.items()]


def told_of(card: Scorecard, frame: pl.DataFrame, label: np.ndarray, weight: np.ndarray) -> Told:
    """What a card says of leads with outcomes."""
    points = score(frame, card, Cutoffs(0, 0, 0))["points"].cast(pl.Float64).to_numpy()
    if card.calibration is not None:
        return Told(float(card.calibration.intercept) + float(card.calibration.slope) * points, label, weight)
    return Told(points * POINT, label, weight)
