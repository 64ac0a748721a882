from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from plumbline.assurance.agreement import agreement, cohen, gwet, krippendorff, label_consistency
from plumbline.simulate import Settings, look, review, simulate


def verdicts(*cells: tuple[str, str, int]) -> tuple[pl.Series, pl.Series]:
    return (
        pl.Series([a for a, _, n in cells for _ in range(n)]),
        pl.Series([b for _, b, n in cells for _ in range(n)]),
    )


def test_the_three_ways_give_the_values_of_the_textbooks() -> None:
    # Gwet 2008 (two psychiatrists), the usual example of kappa, and Krippendorff's two raters of 2011.
    skewed = np.array([[118.0, 5.0], [2.0, 0.0]])
    assert cohen(skewed) == pytest.approx(-0.0234, abs=1e-4)
    assert gwet(skewed) == pytest.approx(0.9410, abs=1e-3)
    plain = np.array([[20.0, 5.0], [10.0, 15.0]])
    assert cohen(plain) == pytest.approx(0.40)
    # a: 0 1 0 0 0 0 0 0 1 0, b: 1 1 1 0 0 1 0 0 0 0 gives alpha 0.095 (Krippendorff 2011, C).
    assert krippendorff(np.array([[5.0, 3.0], [1.0, 1.0]])) == pytest.approx(0.095, abs=1e-3)


def test_full_agreement_is_one_and_no_verdict_is_unknown() -> None:
    same = agreement(*verdicts(("good", "good", 30), ("bad", "bad", 20)))
    assert (same.cohen.value, same.gwet.value, same.krippendorff.value) == (1.0, 1.0, 1.0)
    assert same.cohen.low < 1.0
    assert same.enough
    one_class = agreement(*verdicts(("good", "good", 30)))
    assert np.isnan(one_class.cohen.value)
    assert (one_class.cohen.low, one_class.cohen.high) == (-1.0, 1.0)
    nothing = agreement(pl.Series(["a", None]), pl.Series([None, "b"]))
    assert nothing.leads == 0
    assert not nothing.enough


def two_readers(rng: np.random.Generator, rows: int = 120) -> tuple[pl.Series, pl.Series]:
    truth = rng.random(rows) < 0.3
    seen = [np.where(rng.random(rows) < 0.88, truth, ~truth) for _ in range(2)]
    return pl.Series(seen[0]), pl.Series(seen[1])


@pytest.mark.parametrize("way", ["cohen", "gwet", "krippendorff"])
def test_intervals_of_agreement_cover_the_truth_as_often_as_they_say(way) -> None:
    rng = np.random.default_rng(7)
    truth = getattr(agreement(*two_readers(rng, 200_000)), way).value
    found = [getattr(agreement(*two_readers(rng)), way) for _ in range(200)]
    assert sum(not one.low <= truth <= one.high for one in found) <= 21
    narrow = sum(abs(one.value - truth) > (one.high - one.low) / 6 for one in found)
    assert narrow > 21


def test_simulated_readers_agree_as_well_as_their_error_rates_allow() -> None:
    world = simulate(Settings(leads=1500, weeks=12), seed=3)
    ids = look(world).leads["Lead ID"].head(400)
    one, other = (review(world, ids, reader)["verdict"] for reader in (0, 1))
    found = agreement(one, other)
    assert found.leads > 350
    assert found.same.low > 0.85
    assert found.gwet.value > 0.8 > found.cohen.value > 0.4


def reps(rng: np.random.Generator, *, shift: float = 0.0) -> pl.DataFrame:
    rep = rng.choice([f"R{n}" for n in range(8)], 3000)
    segment = rng.choice(["web", "fair"], 3000)
    rate = np.where(segment == "web", 0.1, 0.4) + np.where(rep == "R3", shift, 0.0)
    return pl.DataFrame({"rep": rep, "segment": segment, "label": (rng.random(3000) < rate).astype(int)})


def test_a_rep_who_reports_otherwise_is_found_and_alike_reps_are_left_alone() -> None:
    rng, false = np.random.default_rng(2), 0
    for _ in range(100):
        false += any(rep.odd for rep in label_consistency(reps(rng)))
    assert false <= 13
    told = label_consistency(reps(rng, shift=0.3))
    assert [rep.rep for rep in told if rep.odd] == ["R3"]


def test_a_rep_with_another_mix_of_leads_is_not_odd_for_that() -> None:
    rng = np.random.default_rng(2)
    rows = pl.DataFrame(
        {
            "rep": ["A"] * 1000 + ["B"] * 1000,
            "segment": ["web", *["fair"] * 9] * 100 + ["fair", *["web"] * 9] * 100,
        }
    )
    lots = pl.Series(rng.random(2000))
    told = label_consistency(
        rows.with_columns(
            label=(lots < pl.when(pl.col("segment") == "web").then(0.1).otherwise(0.4)).cast(pl.Int8)
        )
    )
    assert not any(rep.odd for rep in told)
    assert told[1].share.rate < 0.2 < told[0].share.rate
    apart = rows.with_columns(segment=pl.col("rep"), label=pl.Series(rng.integers(0, 2, 2000)))
    assert label_consistency(apart) == ()
    assert label_consistency(rows.head(5).with_columns(label=pl.lit(1))) == ()
