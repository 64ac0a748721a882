"""STATISTICS B.7: a score that only repeats the old routing is found out by leads drawn by lot."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from plumbline.assurance.mimicry import NEEDED, Follows, mimicry
from plumbline.assurance.ranking import auc


def funnel(rng: np.random.Generator, *, rows: int = 4000, eps: float = 0.15, effort: float):
    """Leads with demand nobody sees whole, an old routing by source, and outcomes.

    ``effort``: how much more often a lead becomes good because it was pursued, whatever its demand.
    Drawn leads are worked like any other, by reps who do not know: they get the plain effort.
    """
    demand, source = rng.standard_normal((2, rows))
    pursued = source > 0.3
    drawn = ~pursued & (rng.random(rows) < eps)
    odds = -1.6 + 1.0 * demand + effort * pursued
    good = rng.random(rows) < 1 / (1 + np.exp(-odds))
    label = np.where(pursued | drawn, good.astype(float), np.nan)
    # What a careless history says of leads that nobody worked: lost.
    careless = np.where(np.isnan(label), 0.0, label)
    return demand, source, pursued, drawn, label, careless, np.full(rows, eps)


def learned(signals: list[np.ndarray], label: np.ndarray) -> np.ndarray:
    """The order of a plain logistic regression on the labelled rows, for every row."""
    known = np.isfinite(label)
    x, y = np.column_stack([np.ones(label.size), *signals]), label[known]
    part, beta = x[known], np.zeros(x.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-part @ beta))
        bend = (part * (p * (1 - p))[:, None]).T @ part + 1e-3 * np.eye(x.shape[1])
        beta += np.linalg.solve(bend, part.T @ (y - p))
    return x @ beta


def told(seed: int, *, mimic: bool) -> tuple[Follows, float]:
    """The verdict on a learned score, and how good it looks to somebody who takes labels as they stand."""
    rng = np.random.default_rng(seed)
    demand, source, pursued, drawn, label, careless, chance = funnel(rng, effort=2.0 if mimic else 0.0)
    if mimic:
        score = learned([source + 0.2 * rng.standard_normal(source.size)], careless)
    else:
        score = learned([demand + 0.5 * rng.standard_normal(demand.size), source], label)
    naive = auc(score, careless.astype(np.int64)).value
    return mimicry(score, pursued, drawn, label, chance).follows, naive


def test_a_planted_mimic_is_flagged_in_95_of_100_worlds_although_it_looks_excellent() -> None:
    found = [told(seed, mimic=True) for seed in range(100)]
    said = Counter(verdict for verdict, _ in found)
    assert said[Follows.ROUTING] + said[Follows.BOTH] >= 95
    # That it knew nothing of demand beside is a 5 % statement of its own.
    assert said[Follows.ROUTING] >= 87
    # Negative control: the area that everybody would look at is blind to it.
    assert np.mean([naive for _, naive in found]) > 0.7


def test_a_score_of_demand_is_left_in_peace() -> None:
    found = Counter(told(1_000 + seed, mimic=False)[0] for seed in range(100))
    assert found[Follows.DEMAND] >= 87


def test_a_score_of_demand_beside_a_routing_by_the_same_signals_is_never_called_a_mimic() -> None:
    """Routing and score agree because both are right: the drawn leads say so."""
    found = Counter()
    for seed in range(60):
        rng = np.random.default_rng(seed)
        demand = rng.standard_normal(4000)
        pursued = demand + 0.3 * rng.standard_normal(4000) > 0
        drawn = ~pursued & (rng.random(4000) < 0.3)
        good = rng.random(4000) < 1 / (1 + np.exp(1.0 - 1.5 * demand))
        label = np.where(pursued | drawn, good.astype(float), np.nan)
        found[mimicry(demand, pursued, drawn, label, np.full(4000, 0.3)).follows] += 1
    assert found[Follows.ROUTING] == 0
    assert found[Follows.BOTH] > 50


@pytest.mark.parametrize("drawn_good", [0, NEEDED - 1])
def test_too_few_drawn_leads_are_no_verdict(drawn_good: int) -> None:
    rng = np.random.default_rng(3)
    pursued = np.arange(400) < 200
    drawn = np.arange(400) >= 300
    label = np.where(pursued, rng.integers(0, 2, 400), np.nan).astype(float)
    label[300:] = 0.0
    label[300 : 300 + drawn_good] = 1.0
    said = mimicry(rng.random(400), pursued, drawn, label, np.full(400, 0.1))
    assert said.follows is Follows.UNKNOWN
    assert said.rows == (100, drawn_good)
