from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_assurance import START, drawn, facts
from plumbline.assurance.fields import Column
from plumbline.assurance.reliability import (
    PART_WORDS,
    WEIGHTS,
    associations,
    cramer,
    reliability,
    usefulness,
)

ROWS = 1200
RNG = np.random.default_rng(4)
LABEL = drawn(np.random.default_rng(1), ROWS)
CAME = (
    pl.Series([START] * ROWS).dt.cast_time_unit("us")
    + pl.select(pl.duration(days=pl.lit(pl.Series(np.arange(ROWS) * 360 // ROWS)))).to_series()
)
LEADS = facts(LABEL, decided_at=CAME)
VALUES = pl.Series("x", RNG.standard_normal(ROWS))
SOUND = Column(
    "x", VALUES, agree=(190, 200), max_age=365, age=pl.Series(np.full(ROWS, 10)), unreadable=5, rewritten=3
)


def score(column: Column, **more) -> float:
    return reliability(column, LEADS, others=0.2, **more).score


def with_empty(share: float) -> Column:
    return replace(SOUND, values=VALUES.set(pl.Series(np.arange(ROWS) % 100 < 100 * share), None))


def test_weights_are_those_of_the_note_and_every_part_is_explained() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)
    assert set(WEIGHTS) == set(PART_WORDS)


def test_a_sound_column_may_act_and_one_that_knows_the_outcome_scores_nothing() -> None:
    found = reliability(SOUND, LEADS, others=0.2)
    assert found.score > 80
    assert found.use == "act"
    assert reliability(SOUND, LEADS, leaks=True).score == 0.0
    assert all(0 <= part <= 1 for part in found.parts.values() if part is not None)


def test_parts_that_nobody_measured_leave_their_weight_to_the_others() -> None:
    bare = Column("x", VALUES)
    found = reliability(bare, facts(LABEL, ordered=False))
    assert {name for name, part in found.parts.items() if part is None} == {
        "agreement", "freshness", "stability", "uniqueness",
    }  # fmt: skip
    assert found.score > 95
    assert reliability(Column("x", pl.Series([None] * ROWS, dtype=pl.Float64)), facts(LABEL)).use == "not yet"


@given(st.floats(0, 0.9), st.floats(0, 0.9))
def test_the_score_falls_as_values_go_missing(one, other) -> None:
    low, high = sorted((one, other))
    assert score(with_empty(high)) <= score(with_empty(low)) + 1e-9


@pytest.mark.parametrize(
    "harm",
    [
        lambda n: replace(SOUND, rewritten=n),
        lambda n: replace(SOUND, unreadable=n),
        lambda n: replace(SOUND, agree=(200 - n // 8, 200)),
        lambda n: replace(SOUND, age=pl.Series(np.where(np.arange(ROWS) < n, 900, 10))),
    ],
)
def test_the_score_falls_with_rewrites_unreadable_cells_disagreement_and_age(harm) -> None:
    scores = [score(harm(n)) for n in (10, 100, 300, 600, 900)]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 0.9 * scores[0]


def test_the_score_falls_where_values_shift_from_quarter_to_quarter() -> None:
    drift = pl.Series("x", VALUES.to_numpy() + np.linspace(0, 3, ROWS))
    assert score(replace(SOUND, values=drift)) < 0.6 * score(SOUND)


def test_a_segment_that_lacks_the_field_pulls_its_coverage_down() -> None:
    segment = pl.Series(["form"] * 1000 + ["list"] * 200)
    values = VALUES.set(segment == "list", None)
    parts = reliability(replace(SOUND, values=values), replace(LEADS, segment=segment)).parts
    assert parts["coverage"] < 0.03


def test_usefulness_stands_beside_the_score_and_never_in_it() -> None:
    useful = replace(SOUND, values=pl.Series("x", VALUES.to_numpy() + 1.5 * LABEL))
    assert usefulness(useful, LEADS).low > 0.75
    assert usefulness(SOUND, LEADS).high < 0.6
    # A shift that follows the label is no shift in time, so the two scores are all but equal.
    assert score(useful) == pytest.approx(score(SOUND), abs=5)


def test_columns_that_say_the_same_are_found_and_small_samples_do_not_look_alike() -> None:
    words = pl.Series("w", RNG.choice(list("abcd"), ROWS))
    twin = Column("twin", words.replace({"a": "A", "b": "B"}))
    other = Column("other", pl.Series("o", RNG.choice([f"v{n}" for n in range(30)], ROWS)))
    found = associations([Column("one", words), twin, other])
    assert found["one"] == (pytest.approx(1.0, abs=0.01), "twin")
    assert found["other"][0] < 0.15
    assert cramer(np.zeros(500, dtype=np.int64), np.arange(500) % 4) == 0.0
    assert cramer(np.arange(20) % 2, np.arange(20) % 2) == 0.0
