"""Cut-offs with a guarantee break it no more often than they say; the plain quantile does (see B.4)."""

from __future__ import annotations

import numpy as np
import pytest

from plumbline.assurance.thresholds import (
    Refusal,
    Verdict,
    binomial_cdf,
    certified_high,
    certified_low,
    certified_low_weighted,
    clopper_pearson,
    cutoff,
    needed_for,
    three_way,
)

RUNS, ALLOWED = 300, 28  # a 5 % method exceeds 28 of 300 less than once in a thousand times


def leads(rng: np.random.Generator, rows: int = 3_000) -> tuple[np.ndarray, np.ndarray]:
    """A fifth is good; good leads have more points on average."""
    label = (rng.random(rows) < 0.2).astype(float)
    return rng.normal(0, 1, rows) + 1.2 * label, label


def missed_share(cut: float) -> float:
    """The true share of good leads below a cut-off."""
    from math import erf

    return 0.5 * (1 + erf((cut - 1.2) / 2**0.5))


def wasted_share(cut: float) -> float:
    from math import erf

    def above(mean: float) -> float:
        return 0.5 * (1 - erf((cut - mean) / 2**0.5))

    return 0.8 * above(0) / (0.8 * above(0) + 0.2 * above(1.2))


def broken(rule, risk, limit: float, seed: int) -> int:
    rng = np.random.default_rng(seed)
    cuts = [rule(*leads(rng)) for _ in range(RUNS)]
    return sum(cut is not None and risk(cut) > limit for cut in cuts)


def test_the_low_cut_off_misses_no_more_than_it_says() -> None:
    assert broken(lambda p, y: certified_low(p, y, missed=0.1).value, missed_share, 0.1, 1) <= ALLOWED


def test_the_weighted_low_cut_off_misses_no_more_than_it_says() -> None:
    rng = np.random.default_rng(8)

    def rule(points: np.ndarray, label: np.ndarray) -> float | None:
        """Leads with few points were drawn less often, so their weights are larger."""
        chance = np.where(points < 0.5, 0.4, 0.8)
        drawn = rng.random(points.size) < chance
        found = certified_low_weighted(points[drawn], label[drawn], 1 / chance[drawn], missed=0.1)
        return found.value

    assert broken(rule, missed_share, 0.1, 2) <= ALLOWED


def test_the_high_cut_off_wastes_no_more_than_it_says() -> None:
    assert broken(lambda p, y: certified_high(p, y, wasted=0.4).value, wasted_share, 0.4, 3) <= ALLOWED


def test_the_plain_quantile_breaks_the_promise() -> None:
    """Negative control: the simulation sees a rule without a guarantee."""
    assert broken(lambda p, y: np.quantile(p[y == 1], 0.1), missed_share, 0.1, 4) > ALLOWED


def test_ignoring_the_weights_breaks_the_promise() -> None:
    """Negative control for the weighted rule: the same draws, taken as if they were equal."""
    rng = np.random.default_rng(9)

    def rule(points: np.ndarray, label: np.ndarray) -> float | None:
        drawn = rng.random(points.size) < np.where(points < 0.5, 0.4, 0.8)
        return certified_low(points[drawn], label[drawn], missed=0.1).value

    assert broken(rule, missed_share, 0.1, 5) > ALLOWED


def test_the_cut_off_is_not_needlessly_low() -> None:
    rng = np.random.default_rng(6)
    shares = [missed_share(certified_low(*leads(rng), missed=0.1).value) for _ in range(50)]
    assert 0.06 < float(np.mean(shares)) < 0.1


def test_twenty_good_leads_certify_nothing_at_a_twentieth() -> None:
    points, label = np.arange(200.0), (np.arange(200) >= 180).astype(float)
    found = certified_low(points, label, missed=0.05)
    assert (found.value, found.refusal, found.rows, found.needed) == (None, Refusal.TOO_FEW, 20, 59)
    assert "cannot be certified: 20 leads, at least 59" in str(found)
    assert certified_low_weighted(points, label, np.ones(200), missed=0.05).refusal is Refusal.TOO_FEW


def test_what_cannot_be_met_is_refused() -> None:
    rng = np.random.default_rng(7)
    found = certified_high(rng.normal(size=500), np.zeros(500), wasted=0.3)
    assert (found.value, found.refusal) == (None, Refusal.NOT_MET)


@pytest.mark.parametrize(("share", "needed"), [(0.1, 29), (0.05, 59), (0.02, 149)])
def test_how_many_good_leads_it_takes(share, needed) -> None:
    assert needed_for(share) == needed


def test_exact_intervals_are_those_of_the_tables() -> None:
    """Known values: 0 of 10, 5 of 10, 10 of 10 at 95 %."""
    assert clopper_pearson(0, 10) == pytest.approx((0, 0.30850), abs=1e-5)
    assert clopper_pearson(5, 10) == pytest.approx((0.18709, 0.81291), abs=1e-5)
    assert clopper_pearson(10, 10) == pytest.approx((0.69150, 1), abs=1e-5)
    assert clopper_pearson(0, 0) == (0, 1)
    assert binomial_cdf(5, 10, 0.5) == pytest.approx(0.623046875)


def test_exact_intervals_cover_what_they_should_and_narrower_ones_do_not() -> None:
    rng = np.random.default_rng(10)
    hits = rng.binomial(40, 0.02, 1_000)
    spans = [clopper_pearson(int(k), 40) for k in hits]
    assert sum(not low <= 0.02 <= high for low, high in spans) <= 73
    plain = [(k / 40 - 1.96 * (k / 40 * (1 - k / 40) / 40) ** 0.5, 1) for k in hits]
    ends = [2 * k / 40 - low for k, (low, _) in zip(hits, plain, strict=True)]
    assert sum(not low <= 0.02 <= high for (low, _), high in zip(plain, ends, strict=True)) > 73


# --- costs and capacity -------------------------------------------------------------------------------------


def test_a_call_pays_from_the_chance_that_the_costs_say() -> None:
    chance = np.linspace(0, 1, 1_001)
    found = cutoff(chance, weeks=4, missed_costs=40, wasted_costs=1)
    assert found.chance == pytest.approx(1 / 41)
    assert found.turned_away == 0


def test_a_full_week_raises_the_cut_off_and_says_what_is_left() -> None:
    chance = np.linspace(0, 1, 1_001)
    found = cutoff(chance, weeks=2, missed_costs=40, wasted_costs=1, capacity=120)
    assert (chance >= found.chance).sum() == 240
    assert found.turned_away == pytest.approx(((chance >= 1 / 41).sum() - 240) / 2)
    assert found.missed == pytest.approx(chance[(chance >= 1 / 41) & (chance < found.chance)].sum() / 2)


def test_no_capacity_at_all_pursues_nobody() -> None:
    assert cutoff(np.array([0.2, 0.9]), weeks=1, missed_costs=1, wasted_costs=1, capacity=0).chance == 1.0


@pytest.mark.parametrize("bad", [{"missed_costs": 0}, {"weeks": 0}, {"wasted_costs": -1}])
def test_costs_that_make_no_sense_are_refused(bad) -> None:
    with pytest.raises(ValueError, match="above 0"):
        cutoff(np.ones(3), **{"weeks": 1, "missed_costs": 1, "wasted_costs": 1} | bad)


def test_between_the_cut_offs_a_person_decides() -> None:
    verdicts = [three_way(chance, 0.2, 0.6) for chance in (0.1, 0.2, 0.59, 0.6)]
    assert verdicts == [Verdict.NOT_PURSUE, Verdict.PERSON, Verdict.PERSON, Verdict.PURSUE]
    assert three_way(0.7, 0.2, 0.6, span=(0.55, 0.75)) is Verdict.PERSON
    assert three_way(0.1, 0.2, 0.6, span=(0.05, 0.25)) is Verdict.PERSON


def test_without_a_certificate_a_person_decides() -> None:
    assert three_way(0.99, None, 0.6) is Verdict.PERSON
    assert three_way(0.01, 0.2, None) is Verdict.PERSON
    assert three_way(0.5, 0.7, 0.3) is Verdict.PERSON
