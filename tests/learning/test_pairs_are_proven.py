"""A pair of signals comes onto a card only where later leads prove it, and adds up like all else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from helpers_learning import SPECS, history
from plumbline.domain.bands import Cutoffs
from plumbline.domain.signals import SignalSpec
from plumbline.domain.words import Dimension, Kind
from plumbline.learning.card import card_of
from plumbline.learning.fitting import POINT, Learner, Task, fit, rounded
from plumbline.learning.learn import Options, learn
from plumbline.learning.pairs import CELLS, told_together
from plumbline.learning.rows import rows_of
from plumbline.learning.surface import Surface
from plumbline.scorecard import score
from plumbline.scorecard.artefact import dump, load

MONTHS = ("Jan", "Apr", "Jul", "Oct", "Nov", "Dec")
SIGNALS = (
    *SPECS,
    SignalSpec("month", Kind.TEXT, "Month", Dimension.FIT, "extra.month"),
    SignalSpec("day", Kind.NUMBER, "Day", Dimension.FIT, "extra.day"),
)


def calendar(rows: int = 5_000, seed: int = 3, *, together: float = 1.6, lasts: float = 1.0) -> pl.DataFrame:
    """Leads of a campaign's days do better or worse by month; after ``lasts`` of the rows, the other way."""
    frame, rng = history(rows, seed), np.random.default_rng(seed)
    month, day = rng.choice(MONTHS, rows), rng.integers(1, 32, rows)
    way = np.where(np.isin(month, MONTHS[:3]), 1, -1) * np.where(day <= 12, 1, -1)
    way = np.where(np.arange(rows) < lasts * rows, way, -way)
    odds = np.where(frame["label"] == 1, 0.5, -0.5) + together * way
    label = rng.random(rows) < 1 / (1 + np.exp(-odds))
    blank = rng.random((rows, 2)) < 0.1
    return frame.with_columns(
        pl.Series("label", label.astype(int), dtype=pl.Int8),
        pl.Series("month", month).set(pl.Series(blank[:, 0]), None),
        pl.Series("day", day.astype(float)).set(pl.Series(blank[:, 1]), None),
    )


def task(frame: pl.DataFrame, signals=SIGNALS) -> Task:
    label = frame["label"].cast(pl.Float64).to_numpy()
    return Task(frame, label, frame["weight"].to_numpy(), signals, None, 3, 1)


@pytest.fixture(scope="module")
def past() -> pl.DataFrame:
    return calendar()


@pytest.fixture(scope="module")
def fitted(past):
    return fit(Learner.PAIR, task(past))


@pytest.fixture(scope="module")
def card(fitted):
    return fitted.card(80)


def learned(frame: pl.DataFrame):
    return learn(rows_of(frame, SIGNALS), None, name="x", options=Options(bags=1, trial_bags=1))


def test_a_pair_that_later_leads_prove_comes_onto_the_card(past) -> None:
    found = learned(past)
    assert found.learner is Learner.PAIR
    term = next(term for term in found.card.terms if len(term.signals) == 2)
    assert set(term.signals) == {"month", "day"}
    assert load(dump(found.card)) == found.card
    inside = [low <= points <= high for points, (low, high) in zip(term.points, term.intervals, strict=True)]
    assert all(inside)
    assert sum(term.rows) == past.filter(pl.col("month").is_not_null() & pl.col("day").is_not_null()).height


@pytest.mark.parametrize("history_", [{"together": 0.0}, {"lasts": 0.6}])
def test_without_one_or_with_one_that_does_not_last_the_card_has_none(history_) -> None:
    """Negative controls: nothing is said together; and what was said in the older part is over."""
    found = learned(calendar(**history_))
    assert found.learner is not Learner.PAIR
    assert all(len(term.signals) == 1 for term in found.card.terms)


def test_only_signals_of_one_dimension_make_a_pair(past) -> None:
    apart = tuple(replace(s, dimension=Dimension.INTENT) if s.name == "day" else s for s in SIGNALS)
    for signals, wanted in ((SIGNALS, {"month", "day"}), (apart, None)):
        job = task(past, signals)
        fine = fit(Learner.BOOST, job)
        places = told_together(job, fine.additive, [axis.codes(past) for axis in fine.axes])
        assert (places and {signals[at].name for at in places}) == wanted


def test_a_pair_says_only_what_neither_signal_says_alone(card) -> None:
    rows, table = card.joint.rows, card.joint.table
    assert np.abs((rows * table).sum(axis=1)).max() < 1e-6 * rows.sum()
    assert np.abs((rows * table).sum(axis=0)).max() < 1e-6 * rows.sum()
    assert np.abs(table).max() > 1.0
    assert not table[0].any()
    assert not table[:, 0].any()


def test_a_card_with_a_pair_keeps_to_its_size(fitted, card) -> None:
    assert fitted.pair.cells <= CELLS
    assert {size: made.cells <= size for size, made in fitted.cards((30, 60, 80)).items()} == {
        60: True,
        80: True,
    }
    one, two = card.joint.places
    sizes = [len(axis.order) for axis in card.axes]
    assert card.cells == sum(sizes) + sizes[one] * sizes[two]


def test_the_evaluator_says_what_the_table_with_a_pair_says(past, card) -> None:
    whole = rounded(card)
    artefact = card_of(whole, task(past), name="x", calibration=None, manifest={})
    points = score(past, artefact, Cutoffs(0, 0, 0))["points"].to_numpy()
    assert np.abs(points * POINT - whole.log_odds(past)).max() < 1e-9


def test_the_pair_is_what_orders_these_leads(past, card) -> None:
    """Its points follow the way the outcomes were made: up in one half of the year, down in the other."""
    month = card.axes[card.joint.places[0]]
    first = np.array([[m, d] for m in ("Jan", "Dec") for d in (5, 25)])
    frame = (
        past.clear()
        .select("month", "day")
        .vstack(pl.DataFrame({"month": first[:, 0], "day": first[:, 1].astype(float)}))
    )
    codes = [axis.codes(frame) for axis in (card.axes[at] for at in card.joint.places)]
    said = card.joint.table[codes[0], codes[1]]
    assert month.bins.name == "month"
    assert said[0] > 0.5 > -0.5 > said[1]
    assert said[3] > 0.5 > -0.5 > said[2]


def test_a_surface_is_merged_where_nothing_changes() -> None:
    steps = np.array([[1.0, 1.0, -1.0, -1.0], [-1.0, -1.0, 1.0, 1.0], [1.0, 1.0, -1.0, -1.0]])
    labels = Surface(steps.copy(), np.ones((3, 4)), (True, False))
    labels.shrink(8)
    assert labels.parts == ([[0, 2], [1]], [[0, 1], [2, 3]])
    ordered = Surface(steps.copy(), np.ones((3, 4)), (False, False))
    ordered.shrink(11)
    assert ordered.parts == ([[0], [1], [2]], [[0, 1], [2, 3]])
    ordered.shrink(8)
    assert ordered.cells == 8
