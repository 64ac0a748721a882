"""Chances come true as often as they say; the checks see chances that do not (STATISTICS B.4)."""

from __future__ import annotations

import numpy as np
import pytest

from plumbline.assurance.calibration import (
    calibration_fit,
    reliability,
    shrunk_sigmoid,
    venn_abers,
)

LN2 = float(np.log(2))


def leads(rng: np.random.Generator, rows: int, *, stretch: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Whole points whose true log-odds are ``stretch`` times what they claim, with a level of -1."""
    points = np.round(rng.normal(0, 30, rows))
    chance = 1 / (1 + np.exp(1 - stretch * points * LN2 / 20))
    return points, (rng.random(rows) < chance).astype(float)


def test_below_two_hundred_rows_nothing_is_fitted() -> None:
    points, label = leads(np.random.default_rng(1), 199)
    assert shrunk_sigmoid(points, label) is None


def test_one_outcome_alone_is_not_fitted() -> None:
    assert shrunk_sigmoid(np.arange(300.0), np.zeros(300)) is None


def test_points_that_claim_too_much_are_pulled_together() -> None:
    points, label = leads(np.random.default_rng(2), 4_000, stretch=0.5)
    fitted = shrunk_sigmoid(points, label)
    assert fitted is not None
    assert 0.4 < fitted.slope * 20 / LN2 < 0.65
    assert fitted.chances(points).mean() == pytest.approx(label.mean(), abs=1e-6)


def test_a_small_sample_is_shrunk_towards_what_the_points_claim() -> None:
    rng = np.random.default_rng(3)
    small, large = (
        np.std([shrunk_sigmoid(*leads(rng, rows)).slope * 20 / LN2 for _ in range(60)])
        for rows in (200, 2_000)
    )
    free = np.std([calibration_fit(_claimed(p), y).slope for p, y in (leads(rng, 200) for _ in range(60))])
    assert small < 0.75 * free
    assert large < small


def _claimed(points: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(1 - points * LN2 / 20))


def test_points_that_separate_the_outcomes_do_not_make_it_diverge() -> None:
    points = np.concatenate([np.full(150, -4_000.0), np.full(150, 4_000.0)])
    fitted = shrunk_sigmoid(points, (points > 0).astype(float))
    assert fitted is not None
    assert np.isfinite(fitted.slope)
    assert 0 < fitted.slope * 20 / LN2 < 3


def test_weights_count_as_repeated_rows() -> None:
    points, label = leads(np.random.default_rng(4), 600)
    weight = np.where(np.arange(600) < 300, 2.0, 1.0)
    doubled = shrunk_sigmoid(np.concatenate([points, points[:300]]), np.concatenate([label, label[:300]]))
    weighted = shrunk_sigmoid(points, label, weight)
    assert weighted.slope == pytest.approx(doubled.slope)
    assert weighted.intercept == pytest.approx(doubled.intercept)


# --- the honest interval ------------------------------------------------------------------------------------


def test_below_a_thousand_rows_no_interval_is_shown() -> None:
    points, label = leads(np.random.default_rng(5), 999)
    assert venn_abers(points, label, points) is None


def test_the_interval_holds_what_comes_and_its_middle_is_calibrated() -> None:
    rng = np.random.default_rng(6)
    points, label = leads(rng, 2_000, stretch=0.4)
    later, came = leads(rng, 20_000, stretch=0.4)
    found = venn_abers(points, label, later)
    assert np.all((found.low <= found.chance) & (found.chance <= found.high))
    assert found.low.mean() - 0.02 < came.mean() < found.high.mean() + 0.02
    assert calibration_fit(found.chance, came).error < 0.04
    assert calibration_fit(_claimed(later), came).error > 0.06  # the check sees chances that are off


def test_the_ends_are_what_the_rising_fit_gives_with_the_lead_added() -> None:
    """Held against the definition, spelled out slowly on a small case repeated to the least size."""
    known, label = np.repeat([0.0, 1.0, 2.0], 400), np.tile([0.0, 1.0, 1.0, 0.0], 300)
    label[:400] = 0.0
    found = venn_abers(known, label, np.array([1.0]))
    upper = label[400:].sum()
    assert found.low[0] == pytest.approx(min(label[400:800].sum() / 401, upper / 801))
    assert found.high[0] == pytest.approx(min((label[400:800].sum() + 1) / 401, (upper + 1) / 801))


def test_more_rows_narrow_the_interval() -> None:
    rng = np.random.default_rng(7)
    at = np.linspace(-40, 40, 9)
    widths = []
    for rows in (1_000, 8_000):
        found = venn_abers(*leads(rng, rows), at)
        widths.append(float((found.high - found.low).mean()))
    assert widths[1] < 0.5 * widths[0]


# --- what a report shows ------------------------------------------------------------------------------------


def bands(chance: np.ndarray) -> list[str]:
    return ["D" if c < 0.2 else "C" if c < 0.4 else "B" if c < 0.6 else "A" for c in chance]


def holding(rng: np.random.Generator, stretch: float, runs: int = 100) -> int:
    """Bands of many reports in which what was said lies within the exact interval of what came."""
    good = 0
    for _ in range(runs):
        points, label = leads(rng, 800, stretch=stretch)
        chance = _claimed(points)
        good += sum(each.holds for each in reliability(bands(chance), chance, label))
    return good


def test_intervals_of_bands_cover_true_chances_and_not_false_ones() -> None:
    rng = np.random.default_rng(8)
    assert holding(rng, 1.0) >= 370  # of 400
    assert holding(rng, 0.4) < 370


def test_the_error_left_is_small_for_true_chances_and_large_for_false_ones() -> None:
    rng = np.random.default_rng(9)
    true, false = (
        calibration_fit(_claimed(p), y) for p, y in (leads(rng, 5_000), leads(rng, 5_000, stretch=0.4))
    )
    assert true.error < 0.02
    assert false.error > 0.05
    assert abs(true.large) < 0.02
    assert true.slope == pytest.approx(1, abs=0.1)
    assert false.slope == pytest.approx(0.4, abs=0.1)
