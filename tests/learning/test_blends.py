"""A blend takes from the written card and from what was learned, and from neither less than nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from helpers_learning import SPECS, history
from plumbline.learning.fitting import Learner, Task, fit
from plumbline.learning.metrics import Told, auc, chance
from plumbline.learning.ridge import stacked
from plumbline.scorecard import Scorecard

ROWS = 200


def half_wrong(card: Scorecard) -> Scorecard:
    """Two of its three terms turned around."""
    turned = [replace(term, points=tuple(-each for each in term.points)) for term in card.terms]
    kept = [term if term.id == "source" else wrong for term, wrong in zip(card.terms, turned, strict=True)]
    return replace(card, terms=tuple(kept))


def blend(seed: int, written: Scorecard | None):
    frame = history(ROWS, seed=seed)
    label = frame["label"].to_numpy().astype(float)
    return fit(Learner.STACK, Task(frame, label, np.ones(ROWS), SPECS, written, 3, 2))


def test_a_half_wrong_card_costs_a_blend_of_200_leads_next_to_nothing(sane) -> None:
    """On fresh leads, at most 0.01 of AUC in the mean of twelve histories."""
    fresh = history(4_000, seed=99)
    label = fresh["label"].to_numpy().astype(float)

    def worth(seed: int, written: Scorecard | None) -> float:
        odds = blend(seed, written).card(10_000).log_odds(fresh)
        return auc(Told(odds, label, np.ones(label.size))).value

    wrong = half_wrong(sane)
    cost = [worth(seed, None) - worth(seed, wrong) for seed in range(10, 22)]
    assert np.mean(cost) <= 0.01
    assert max(cost) <= 0.05


def test_what_was_learned_is_not_dropped_for_a_little_of_a_card_that_harms(sane) -> None:
    """Both shares together would leave the card less than nothing, and the pull to a half keeps a little."""
    written, learned = blend(14, half_wrong(sane)).shares
    assert written == 0
    assert learned > 0.5


def penalised(shares, written, learned, label) -> float:
    """What a blend makes least, written out again."""
    level, a, b = shares
    odds = level + a * written + b * learned
    return float((np.logaddexp(0, odds) - label * odds).sum() + (a - 0.5) ** 2 + (b - 0.5) ** 2)


@pytest.mark.parametrize("of_written", [-1.5, -0.3, 0.0, 0.8])
@pytest.mark.parametrize("of_learned", [-1.5, -0.3, 0.0, 0.8])
def test_no_other_blend_has_a_smaller_loss(of_written, of_learned) -> None:
    lots = np.random.default_rng(7)
    written, learned = lots.normal(size=(2, ROWS))
    written += 0.7 * learned  # alike, as two descriptions of the same leads are
    label = (lots.random(ROWS) < chance(of_written * written + of_learned * learned - 1)).astype(float)
    found = stacked(written, learned, label, np.ones(ROWS))
    assert min(found[1:]) >= 0
    least = penalised(found, written, learned, label)
    levels, shares = np.linspace(-3, 1, 17), np.linspace(0, 2, 11)
    others = (
        penalised((level, a, b), written, learned, label) for level in levels for a in shares for b in shares
    )
    assert least <= min(others) + 1e-6
