"""The tables that are fitted: unknown is zero in the fit, the card says what the fit says, seeds decide."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from helpers_learning import SPECS, history
from plumbline.domain.bands import Cutoffs
from plumbline.domain.signals import SignalSpec
from plumbline.domain.words import Dimension, Kind
from plumbline.learning.bins import FINE, axis_of, between
from plumbline.learning.boost import Settings, boost
from plumbline.learning.fitting import POINT, Learner, Task, fit, rounded
from plumbline.learning.merge import merged
from plumbline.learning.metrics import Told, auc
from plumbline.scorecard import Scorecard, Term, score
from plumbline.scorecard.model import MISSING

LEARNERS = list(Learner)
#: Learners whose merged points are the average of what they hold, and nothing is fitted again.
AVERAGED = [learner for learner in LEARNERS if learner is not Learner.AGAIN]


def task(frame: pl.DataFrame, written=None, seed: int = 3) -> Task:
    label = frame["label"].cast(pl.Float64).to_numpy()
    return Task(frame, label, frame["weight"].to_numpy(), SPECS, written, seed, 2)


@pytest.fixture(scope="module")
def past() -> pl.DataFrame:
    return history(2_000)


@pytest.mark.parametrize("learner", LEARNERS)
def test_unknown_counts_zero_in_every_table(learner, past, sane) -> None:
    fitted = fit(learner, task(past, sane))
    for axis, table in zip(fitted.axes, fitted.additive.tables, strict=True):
        assert table[MISSING] == 0, axis.bins.name
        assert np.abs(table).max() > 0, axis.bins.name


@pytest.mark.parametrize("learner", [Learner.RIDGE, Learner.BOOST])
def test_the_average_known_answer_counts_zero_too(learner, past) -> None:
    """Else an unknown answer would be bad by comparison."""
    fitted = fit(learner, task(past))
    for axis, table, rows in zip(fitted.axes, fitted.additive.tables, fitted.rows, strict=True):
        mean = table[1:] @ rows[1:] / rows[1:].sum()
        assert abs(mean) < 0.05, (axis.bins.name, mean)  # bags see slightly other rows than the whole


def test_zero_is_part_of_the_fit_and_not_written_over_it() -> None:
    """Where blank forms fail, the blank is not punished: completeness takes it; known answers stay fair."""
    frame = history(3_000, blank=0.5)
    blank = frame["employees"].is_null()
    label = (frame["label"].cast(pl.Boolean) & (~blank | (frame["budget"].fill_null(0) > 9_000))).cast(
        pl.Int8
    )
    fitted = fit(Learner.BOOST, task(frame.with_columns(label)))
    by_name = dict(zip((a.bins.name for a in fitted.axes), fitted.additive.tables, strict=True))
    assert by_name["employees"][MISSING] == 0
    filled = by_name["filled"][list(fitted.axes[-1].order)]
    assert filled[-1] > filled[0] + 0.3


@pytest.mark.parametrize("learner", LEARNERS)
def test_the_same_seed_gives_the_same_tables(learner, past, sane) -> None:
    one, two = (fit(learner, task(past, sane)) for _ in range(2))
    for a, b in zip(one.additive.tables, two.additive.tables, strict=True):
        assert np.array_equal(a, b)


def test_another_seed_gives_other_tables(past) -> None:
    one, two = (fit(Learner.BOOST, task(past, seed=seed)) for seed in (3, 4))
    assert not np.array_equal(one.additive.tables[0], two.additive.tables[0])


def test_weights_count_like_repeated_rows() -> None:
    frame = history(700, blank=0.1)
    twice = pl.concat([frame, frame.head(300)])
    weighted = frame.with_columns(
        pl.when(pl.int_range(pl.len()) < 300).then(2.0).otherwise(1.0).alias("weight")
    )
    heavy = fit(Learner.RIDGE, task(weighted))
    repeated = fit(Learner.RIDGE, task(twice))
    odds = [each.card(1_000).log_odds(frame) for each in (heavy, repeated)]
    assert np.corrcoef(odds[0], odds[1])[0, 1] > 0.99


def test_a_round_amount_keeps_a_bin_of_its_own() -> None:
    frame = history(6_000, blank=0.0)
    card = fit(Learner.BOOST, task(frame)).card(60)
    budget = next(axis for axis in card.axes if axis.bins.name == "budget")
    table = card.tables[card.axes.index(budget)]
    assert 5_000.0 in budget.bins.specials
    place = len(budget.bins.cuts) + 2 + budget.bins.specials.index(5_000.0)
    assert table[place] > 0.5
    assert budget.bins.labels[place - 1] == "exactly 5000"


# --- the card says what the fit says ------------------------------------------------------------------------


def stress(frame: pl.DataFrame, axes) -> pl.DataFrame:
    """Values on, just below and just above each cut, unknown and unseen ones, and infinities."""
    columns = {}
    for axis in axes:
        bins = axis.bins
        if bins.kind is Kind.NUMBER:
            edges = [*bins.cuts, *bins.specials]
            pool = [v for e in edges for v in (e, math.nextafter(e, -math.inf), math.nextafter(e, math.inf))]
            values, dtype = [None, math.inf, -math.inf, 0.0, -0.0, *pool], pl.Float64
        elif bins.kind is Kind.TEXT:
            labels = [label for group in bins.groups for label in group]
            values, dtype = [None, "", "never seen", "1", "1.0", "True", "nan", *labels], pl.String
        else:
            values, dtype = [None, True, False], pl.Boolean
        columns[bins.name] = (values, dtype)
    rng = np.random.default_rng(5)
    picks = {name: rng.integers(0, len(values), 4_000) for name, (values, _) in columns.items()}
    return pl.DataFrame(
        {n: pl.Series([values[at] for at in picks[n]], dtype=dtype) for n, (values, dtype) in columns.items()}
    )


@pytest.mark.parametrize("learner", AVERAGED)
def test_unmerged_the_card_gives_what_was_fitted_on_every_stress_row(learner, past, sane) -> None:
    """To 1e-9 in log-odds, before rounding: bins, cuts, unseen and unknown mean the same in both."""
    fitted = fit(learner, task(past, sane))
    rows = stress(past, fitted.axes)
    wanted = fitted.additive.log_odds([axis.codes(rows) for axis in fitted.axes])
    got = fitted.card(10_000).log_odds(rows)
    assert np.abs(got - wanted).max() < 1e-9


@pytest.mark.parametrize("learner", AVERAGED)
def test_merged_cells_are_the_average_of_what_they_hold(learner, past, sane) -> None:
    fitted = fit(learner, task(past, sane))
    small = fitted.card(15)
    assert small.cells <= 15
    names = [axis.bins.name for axis in fitted.axes]
    for axis, table, rows in zip(small.axes, small.tables, small.rows, strict=True):
        at = names.index(axis.bins.name)
        fine, codes = fitted.axes[at], axis.codes(past)
        told = fitted.additive.tables[at][fine.codes(past)]
        for code in np.unique(codes[codes > 0]):
            assert told[codes == code].mean() == pytest.approx(table[code], abs=0.02), (axis.bins.name, code)
        assert rows.sum() == pytest.approx(past.height)


def test_points_that_are_fitted_again_keep_bins_and_unknown_and_fit_better(past) -> None:
    once, again = (fit(learner, task(past)).card(60) for learner in (Learner.MEAN, Learner.AGAIN))
    assert [axis.bins for axis in again.axes] == [axis.bins for axis in once.axes]
    assert all(table[MISSING] == 0 for table in again.tables)
    label = past["label"].cast(pl.Float64).to_numpy()
    loss = [
        np.mean(np.logaddexp(0, odds) - label * odds) for odds in (c.log_odds(past) for c in (once, again))
    ]
    assert loss[1] < loss[0]
    apart = [np.abs(a - b).max() for a, b in zip(once.tables, again.tables, strict=True)]
    assert 0.01 < max(apart) < 1.0  # drawn to what it was


def test_the_evaluator_and_sql_rules_agree_with_the_merged_table(past) -> None:
    """The points of the artefact, evaluated by the core, are the rounded table."""
    card = rounded(fit(Learner.BOOST, task(past)).card(40))
    terms = tuple(
        Term(
            a.bins.name, a.bins.label, a.dimension, (a.bins.name,), tuple(round(float(v / POINT)) for v in t)
        )
        for a, t in zip(card.axes, card.tables, strict=True)
    )
    artefact = Scorecard("x", tuple(a.bins for a in card.axes), terms, base=round(card.intercept / POINT))
    rows = stress(past, card.axes)
    points = score(rows, artefact, Cutoffs(0, 0, 0))["points"].to_numpy()
    assert np.abs(points * POINT - card.log_odds(rows)).max() < 1e-9


def test_the_comparison_sees_a_cut_on_the_wrong_side(past) -> None:
    """Negative control for the three above."""
    fitted = fit(Learner.BOOST, task(past))
    rows = stress(past, fitted.axes)
    wanted = fitted.additive.log_odds([axis.codes(rows) for axis in fitted.axes])
    axes = list(fitted.axes)
    moved = tuple(math.nextafter(cut, math.inf) for cut in axes[0].bins.cuts)
    axes[0] = replace(axes[0], bins=replace(axes[0].bins, cuts=moved))
    wrong = merged(fitted.additive, axes, fitted.rows, cells=10_000).log_odds(rows)
    assert np.abs(wrong - wanted).max() > 1e-3


def test_rounding_costs_next_to_nothing(past) -> None:
    card = fit(Learner.BOOST, task(past)).card(60)
    label = past["label"].cast(pl.Float64).to_numpy()
    fine, whole = (
        auc(Told(c.log_odds(past), label, np.ones(label.size))).value for c in (card, rounded(card))
    )
    assert abs(fine - whole) < 0.002


# --- bins ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "cut"),
    [
        (49.0, 50.0, 50.0),
        (1.0, 9.0, 9.0),
        (0.123, 0.156, 0.15),
        (1234.0, 1987.0, 1900.0),
        (-3.0, -1.0, -1.0),
        (-1.0, 0.0, 0.0),
    ],
)
def test_a_cut_is_the_shortest_number_between_two_values(low, high, cut) -> None:
    assert between(low, high) == cut
    assert low < between(low, high) <= high


def test_neighbouring_doubles_still_have_a_cut_between_them() -> None:
    low = 0.1
    high = math.nextafter(low, 1)
    assert low < between(low, high) <= high


def test_ten_thousand_labels_share_one_bin_but_for_the_common_ones() -> None:
    values = pl.Series("source", [f"label {at}" for at in range(10_000)] + ["web"] * 50)
    axis = axis_of(SPECS[2], values, FINE, written=None, completeness=False)
    assert axis.bins.groups == (("web",),)


def test_a_constant_of_all_bins_is_left_out_of_the_card() -> None:
    spec = SignalSpec("noise", Kind.FLAG, "Noise", Dimension.FIT)
    frame = history(800).with_columns(pl.Series("noise", [at % 2 == 0 for at in range(800)]))
    job = replace(task(frame), signals=(*SPECS, spec))
    small = fit(Learner.BOOST, job).card(12)
    assert "noise" not in [axis.bins.name for axis in small.axes]


def test_a_bag_stops_by_itself() -> None:
    frame = history(400)
    axes = [axis_of(s, frame[s.name], FINE, written=None, completeness=s.name == "filled") for s in SPECS]
    label = frame["label"].cast(pl.Float64).to_numpy()
    codes = [a.codes(frame) for a in axes]
    found = [
        boost(axes, codes, label, np.ones(400), seed=1, settings=Settings(bags=1, rounds=rounds))
        for rounds in (300, 3_000, 10)
    ]
    assert np.array_equal(found[0].tables[0], found[1].tables[0])
    assert not np.array_equal(found[0].tables[0], found[2].tables[0])
