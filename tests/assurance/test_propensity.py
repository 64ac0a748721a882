from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from plumbline.assurance.propensity import (
    CHANCE,
    LEAST_CHANCE,
    effective_rows,
    label_chances,
    weighted_share,
    weights_of,
)
from plumbline.domain.errors import MissingPropensityError


def chosen(*rows: tuple[str, bool, bool, float | None]) -> pl.DataFrame:
    schema = {"lead.id": pl.String, "pursued": pl.Boolean, "drawn": pl.Boolean, "chance": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


IDS = pl.DataFrame({"lead.id": ["a", "b", "c", "d"]})


def test_pursued_is_certain_drawn_has_its_lots_chance_and_a_reps_pick_has_none() -> None:
    told = label_chances(
        IDS, chosen(("a", True, False, 0.05), ("b", False, True, 0.05), ("c", False, False, 0.05))
    )
    assert told[CHANCE].to_list() == [1.0, 0.05, None, None]
    assert told["chosen_by"].to_list() == ["policy", "draw", "rep", "rep"]


def test_without_any_record_every_lead_counts_as_pursued_and_it_is_said() -> None:
    told = label_chances(IDS, None)
    assert told[CHANCE].to_list() == [1.0] * 4
    assert set(told["chosen_by"]) == {"assumed"}


@pytest.mark.parametrize("chance", [None, 0.0])
def test_a_drawn_lead_without_a_logged_chance_is_refused(chance) -> None:
    with pytest.raises(MissingPropensityError, match="1 drawn"):
        label_chances(IDS, chosen(("a", False, True, chance)))


def test_training_rows_without_their_chance_are_refused() -> None:
    with pytest.raises(MissingPropensityError, match=CHANCE):
        weights_of(IDS)


def test_weights_have_mean_one_are_clipped_and_leave_the_unknown_out() -> None:
    frame = IDS.with_columns(pl.Series(CHANCE, [1.0, 0.05, 0.0001, None]))
    told = weights_of(frame)
    assert told.rows == 3
    assert told.weights[:3].mean() == pytest.approx(1.0)
    assert told.weights[3] == 0.0
    assert told.weights[2] / told.weights[0] == pytest.approx(1 / LEAST_CHANCE)
    assert told.effective == pytest.approx(effective_rows(told.weights))
    assert told.effective < 3
    assert weights_of(frame.with_columns(pl.lit(None, pl.Float64).alias(CHANCE))).effective == 0.0


def test_equal_weights_lose_no_rows() -> None:
    assert effective_rows(np.ones(40)) == pytest.approx(40)
    assert np.isnan(weighted_share(np.array([True]), np.array([0.0]))[0])


# STATISTICS B.3: labels exist where the policy pursued, where the lottery drew, and where a rep chose.


def market(rng: np.random.Generator, rows: int = 6000, eps: float = 0.06):
    """Leads of which the policy pursues the half it likes; reps pick a few more of the good ones."""
    score = rng.standard_normal(rows)
    good = rng.random(rows) < 1 / (1 + np.exp(2.2 - 0.35 * score))
    pursued = score > 0.25
    drawn = ~pursued & (rng.random(rows) < eps)
    rescued = ~pursued & ~drawn & good & (rng.random(rows) < 0.05)
    frame = pl.DataFrame(
        {"lead.id": [str(n) for n in range(rows)], "pursued": pursued, "drawn": drawn, "chance": eps},
        schema_overrides={"chance": pl.Float64},
    )
    return good, pursued, drawn, rescued, frame


def recalls(seed: int) -> tuple[float, float, float]:
    """The policy's share of all good leads: true, from labels alone, and with the logged chances."""
    good, pursued, drawn, rescued, frame = market(np.random.default_rng(seed))
    weights = weights_of(label_chances(frame, frame)).weights
    labelled = pursued | drawn
    naive = float((good & pursued).sum() / (good & (pursued | drawn | rescued)).sum())
    among_good = weighted_share(pursued[labelled & good], weights[labelled & good])[0]
    return float((good & pursued).sum() / good.sum()), naive, among_good


def test_weights_recover_the_recall_that_labels_alone_overstate() -> None:
    truth, naive, weighted = np.mean([recalls(seed) for seed in range(200)], axis=0)
    assert abs(weighted - truth) <= 0.02
    assert naive - truth >= 0.2


def fitted(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """A ridge logistic regression by Newton's steps; the intercept is free."""
    beta, pull = np.zeros(x.shape[1]), np.diag([1e-6, *np.full(x.shape[1] - 1, 40.0)])
    for _ in range(15):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -15, 15)))
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + pull
        beta += np.linalg.solve(hessian, x.T @ (weight * (y - p)) - pull @ beta)
    return beta


def niche_recall(seed: int, eps: float, *, weighted: bool, rounds: int = 12) -> float:
    """Share of the good niche leads pursued, after retraining again and again on what was worked before.

    Leads of the niche look small, and small leads are mostly bad; those of the niche are not. The first
    policy goes by size alone, so the niche is in no training set unless a lottery puts it there.
    """
    rng = np.random.default_rng(seed)
    kept, beta = [], np.array([-1.6, 1.2, 0.0])
    for _ in range(rounds + 1):
        niche = rng.random(900) < 0.2
        size = rng.standard_normal(900) - 2.0 * niche
        x = np.column_stack([np.ones(900), size, niche])
        good = rng.random(900) < 1 / (1 + np.exp(-np.where(niche, -0.4, -1.6 + 1.2 * size)))
        order = x @ beta
        pursued = order >= np.quantile(order, 0.6)
        drawn = ~pursued & (rng.random(900) < eps)
        worked = pursued | drawn
        chance = np.where(pursued, 1.0, eps or 1.0)
        kept.append((x[worked], good[worked], 1 / chance[worked] if weighted else np.ones(worked.sum())))
        past = [np.concatenate([part[at] for part in kept[-6:]]) for at in range(3)]
        beta = fitted(past[0], past[1].astype(float), past[2] / past[2].mean())
    return float((pursued & good & niche).sum() / (good & niche).sum())


def test_a_reserve_finds_the_niche_and_finds_it_better_with_weights() -> None:
    none, unweighted, weighted = (
        np.mean([niche_recall(seed, eps, weighted=with_weights) for seed in range(15)])
        for eps, with_weights in ((0.0, False), (0.03, False), (0.03, True))
    )
    assert weighted - none >= 0.04
    assert weighted - unweighted >= 0.04
