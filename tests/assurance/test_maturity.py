from __future__ import annotations

from math import erf

import numpy as np
import polars as pl
import pytest

from helpers_assurance import NOW, day, leads, outcomes, reports, touches
from plumbline.assurance.history import MOMENT
from plumbline.assurance.maturity import (
    ALL,
    CLOSED,
    GOOD,
    IMMATURE,
    MATURE,
    OPEN,
    censoring_weights,
    curve,
    events_of,
    good_rate,
    horizons,
)

#: A nominal 5 % method fails only beyond the 1-in-1000 line of its number of runs.
ALLOWED_OF_150 = 17


def test_without_refusals_and_open_leads_the_curve_is_the_share() -> None:
    found = curve(np.array([1.0, 2.0, 3.0, 9.0]), np.array([GOOD, GOOD, GOOD, OPEN]))
    assert found.at(2.5)[0] == pytest.approx(0.5)
    assert found.at(0.5)[0] == 0.0


def test_the_curve_is_kaplan_and_meier_on_their_kind_of_data() -> None:
    # 1 - 5/6 * 3/4 * 0.5/1: three events, two withdrawals in between.
    found = curve(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), np.array([GOOD, OPEN, GOOD, OPEN, GOOD, OPEN]))
    assert found.at(6)[0] == pytest.approx(1 - 5 / 6 * 3 / 4 * 1 / 2)
    # Greenwood, on the scale of survival.
    greenwood = (5 / 6 * 3 / 4 * 1 / 2) ** 2 * (1 / (6 * 5) + 1 / (4 * 3) + 1 / (2 * 1))
    assert found.se[-1] ** 2 == pytest.approx(greenwood)


def test_a_refused_lead_cannot_become_good_any_more() -> None:
    refused = curve(np.array([1.0, 5.0]), np.array([CLOSED, GOOD]))
    waiting = curve(np.array([1.0, 5.0]), np.array([OPEN, GOOD]))
    assert refused.at(9)[0] == pytest.approx(0.5)
    assert waiting.at(9)[0] == pytest.approx(1.0)


def test_no_good_lead_is_no_certainty() -> None:
    share, low, high = curve(np.full(10, 50.0), np.full(10, CLOSED)).at(90)
    assert (share, low) == (0.0, 0.0)
    assert high == pytest.approx(0.3085, abs=1e-4)


def cohort(rng: np.random.Generator, rows: int = 3000) -> tuple[np.ndarray, np.ndarray, float]:
    """Leads of half a year, good ones after log-normal days, seen to its end; and the true 90-day share."""
    good, median, spread = 0.15, 28.0, 0.95
    when = median * np.exp(spread * rng.standard_normal(rows))
    came = rng.uniform(0, 180, rows)
    seen = 180 - came
    is_good = rng.random(rows) < good
    after = np.where(is_good & (when <= seen), when, seen)
    kind = np.where(is_good & (when <= seen), GOOD, OPEN)
    within = 0.5 * (1 + erf(np.log(90 / median) / spread / np.sqrt(2)))
    return after, kind, good * within


def test_the_curve_is_right_where_counting_what_closed_is_a_fifth_too_low() -> None:
    rng, errors, naive, missed = np.random.default_rng(5), [], [], 0
    for _ in range(150):
        after, kind, truth = cohort(rng)
        share, low, high = curve(after, kind).at(90)
        errors.append(share - truth)
        naive.append(float(((kind == GOOD) & (after <= 90)).mean()) / truth - 1)
        missed += not low <= truth <= high
    assert abs(np.mean(errors)) <= 0.003
    assert np.mean(naive) <= -0.15
    assert missed <= ALLOWED_OF_150


def test_the_interval_test_sees_an_interval_that_is_too_narrow() -> None:
    rng, missed = np.random.default_rng(5), 0
    for _ in range(150):
        after, kind, truth = cohort(rng)
        share, low, high = curve(after, kind).at(90)
        missed += not share - (share - low) / 3 <= truth <= share + (high - share) / 3
    assert missed > ALLOWED_OF_150


def a_year(rows: int = 600, seed: int = 3):
    """Leads of a year of which a third becomes good after some 30 days and a third is refused after 2."""
    rng = np.random.default_rng(seed)
    ids, came = [f"L{n}" for n in range(rows)], rng.uniform(0, 360, rows)
    kind, wait = rng.integers(0, 3, rows), rng.lognormal(np.log(30), 0.5, rows)
    of = pl.DataFrame(
        {"lead.id": ids, "decided_at": [day(at) for at in came]}, schema_overrides={"decided_at": MOMENT}
    )
    told = [(ids[n], "contacted", came[n] + 1) for n in range(rows)]
    told += [(ids[n], "opportunity_accepted", came[n] + wait[n]) for n in range(rows) if kind[n] == 0]
    told += [(ids[n], "rejected", came[n] + 2) for n in range(rows) if kind[n] == 1]
    past = [row for row in told if day(row[2]) <= NOW]
    return outcomes(of, reports(*past), touches("L0")), came


def test_horizons_are_read_per_segment_and_borrowed_where_a_segment_is_small() -> None:
    found, came = a_year()
    segments = pl.Series(["early" if at < 300 else "tiny" if at > 355 else "late" for at in came])
    told = horizons(found, segments)
    assert told.segments[0].segment == ALL
    assert told.of("early").days is not None
    assert 30 < told.of("early").days < 90
    assert told.of("tiny").borrowed
    assert told.of("tiny").days == told.segments[0].days
    assert told.of("nobody knows") == told.segments[0]


def test_a_new_quarter_makes_new_horizons_with_a_version_of_their_own() -> None:
    found, _ = a_year()
    again, _ = a_year()
    other, _ = a_year(seed=4)
    assert horizons(found).version == horizons(again).version
    assert horizons(found).version != horizons(other).version


def test_mature_and_immature_leads_are_never_mixed_and_the_rate_says_which() -> None:
    found, came = a_year()
    old, young = good_rate(found, 60), good_rate(found, 60, immature=True)
    assert (old.maturity, young.maturity) == (MATURE, IMMATURE)
    assert "immature" in str(young)
    assert old.leads + young.leads == sum(1 for at in came)
    assert old.low <= 1 / 3 <= old.high
    assert young.high - young.low > old.high - old.low
    assert good_rate(outcomes(leads("a", at=360), reports(), touches("a")), None).share is None


def test_weights_of_censoring_undo_the_haste_of_refusals() -> None:
    weighted, plain = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        _, kind, wait = rng.uniform(0, 360, 800), rng.integers(0, 3, 800), rng.lognormal(np.log(30), 0.5, 800)
        truth = float(((kind == 0) & (wait <= 90)).mean())
        found, _ = a_year(800, seed)
        weight = censoring_weights(found)
        label = found.leads["label"].to_numpy()
        known = ~np.isnan(label)
        assert (weight[known] >= 1).all()
        assert (weight[~known] == 0).all()
        weighted.append((weight[known] * label[known]).sum() / weight[known].sum() - truth)
        plain.append(label[known].mean() - truth)
    assert abs(np.mean(weighted)) <= 0.004
    # The control: rows as they come hold too few of the young leads that only silence will decide.
    assert np.mean(plain) >= 0.008


def test_a_lead_good_and_later_closed_counts_as_good() -> None:
    found = outcomes(leads("a"), reports(("a", "opportunity_accepted", 20), ("a", "lost", 50)), touches("a"))
    days, kind = events_of(found.leads)
    assert (days.tolist(), kind.tolist()) == ([20.0], [GOOD])
