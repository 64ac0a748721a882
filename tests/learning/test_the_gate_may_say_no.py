"""What is promoted, what stays a proposal, what is refused; every verdict has a code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from helpers_learning import SPECS, START, history
from plumbline.domain.bands import Cutoffs
from plumbline.learning.fitting import Learner
from plumbline.learning.learn import Options, learn, told_of
from plumbline.learning.metrics import auc
from plumbline.learning.rows import rows_of
from plumbline.learning.words import ABOUT, CannotLearnError, Code
from plumbline.scorecard import Provenance, dump, load

FAST = Options(bags=1, trial_bags=1)
BANDS = Cutoffs(30, 10, -5)


def learned(frame: pl.DataFrame, written=None, **more):
    return learn(rows_of(frame, SPECS), written, name="demo", cutoffs=BANDS, options=FAST, **more)


@pytest.fixture(scope="module")
def rich():
    return learned(history(2_500))


def test_what_can_be_learned_is_promoted(rich) -> None:
    assert rich.promoted
    assert rich.figures["auc"].low > 0.6
    later = history(3_000, seed=2)
    told = told_of(rich.card, later, later["label"].cast(pl.Float64).to_numpy(), np.ones(3_000))
    assert auc(told).value > 0.7


def test_outcomes_that_have_nothing_to_do_with_anything_are_not_promoted() -> None:
    """Negative control, ten times: no lift, whatever the seed."""
    verdicts = [learned(history(450, seed=seed, signal=0.0)).code for seed in range(10)]
    assert verdicts.count(None) <= 1
    assert Code.NO_LIFT in verdicts


def test_below_twenty_outcomes_the_written_card_stays(sane) -> None:
    frame = history(150, level=-3.2)
    label = frame["label"].to_numpy().copy()
    label[np.flatnonzero(label)[10:]] = 0
    found = learned(frame.with_columns(pl.Series("label", label)), sane)
    assert (found.promoted, found.code, found.card) == (False, Code.TOO_FEW, None)
    assert "There are 10" in str(found.notes[-1])


def test_between_twenty_and_forty_it_is_a_proposal(sane) -> None:
    frame = history(110, seed=4)
    found = learned(frame, sane)
    assert 20 <= min(frame["label"].sum(), (1 - frame["label"]).sum()) < 40
    assert (found.promoted, found.code, found.learner) == (False, Code.TOO_FEW, Learner.STACK)
    assert found.card is not None


def test_a_small_history_is_blended_with_what_is_written(sane, reversed_card) -> None:
    frame = history(300, seed=6)
    good, bad = learned(frame, sane), learned(frame, reversed_card)
    assert good.learner is bad.learner is Learner.STACK
    assert good.shares[0] > 0.2
    assert bad.shares[0] < good.shares[0]


def test_a_reversed_written_card_costs_little_from_two_hundred_rows_on(reversed_card) -> None:
    later = history(4_000, seed=99)
    label = later["label"].cast(pl.Float64).to_numpy()
    losses = []
    for seed in range(4):
        alone, blended = (learned(history(240, seed=seed), w).card for w in (None, reversed_card))
        told = [auc(told_of(card, later, label, np.ones(label.size))).value for card in (alone, blended)]
        losses.append(told[0] - told[1])
    assert np.median(losses) < 0.02


def test_a_good_written_card_helps_a_small_history(sane) -> None:
    later = history(4_000, seed=98)
    label = later["label"].cast(pl.Float64).to_numpy()
    gains = []
    for seed in range(6):
        alone, blended = (learned(history(90, seed=seed), w).card for w in (None, sane))
        told = [auc(told_of(card, later, label, np.ones(label.size))).value for card in (alone, blended)]
        gains.append(told[1] - told[0])
    assert np.median(gains) > 0


def test_a_card_that_may_be_worse_than_the_written_one_stays_out(sane) -> None:
    """Outcomes that follow the written points alone: a small sample cannot beat them."""
    frame = history(260, seed=3)
    points = told_of(sane, frame, np.zeros(260), np.ones(260)).odds
    rng = np.random.default_rng(1)
    label = (rng.random(260) < 1 / (1 + np.exp(1 - 1.5 * points))).astype(np.int8)
    found = learned(frame.with_columns(pl.Series("label", label)), sane)
    assert found.promoted is False or found.figures["auc_gain"].low > -0.01
    assert "auc_written" in found.figures


# --- the artefact -------------------------------------------------------------------------------------------


def test_the_card_is_an_ordinary_scorecard_file(rich) -> None:
    card = load(dump(rich.card))
    assert card == rich.card
    assert card.provenance is Provenance.LEARNED
    assert all(term.intervals and term.rows for term in card.terms)
    assert card.manifest["rows"] == 2_500
    assert card.manifest["verdict"] == "promoted"
    assert len(card.manifest["data"]) == 64


def test_the_same_rows_give_the_same_bytes() -> None:
    one, two = (dump(learned(history(700)).card) for _ in range(2))
    assert one == two


def test_intervals_hold_their_points_and_narrow_with_rows() -> None:
    widths = []
    for rows in (450, 3_000):
        card = learned(history(rows, seed=8)).card
        demo = next(term for term in card.terms if term.id == "demo")
        assert all(
            low <= points <= high for points, (low, high) in zip(demo.points, demo.intervals, strict=True)
        )
        widths.append(demo.intervals[2][1] - demo.intervals[2][0])
    assert widths[1] < 0.6 * widths[0]


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """Asking for a demo is worth 1.3 in log-odds. Both ends are taken apart, so they cover it more often."""
    covered, told = 0, 0
    for seed in range(25):
        card = learned(history(450, seed=seed, blank=0.0)).card
        demo = next((t for t in card.terms if t.id == "demo"), None)
        if demo is not None:
            low = demo.intervals[2][0] - demo.intervals[1][1]
            high = demo.intervals[2][1] - demo.intervals[1][0]
            told += 1
            covered += low <= 1.3 / np.log(2) * 20 <= high
    assert told >= 20
    assert covered >= told - 3


def test_bands_fill_as_they_did_before(sane) -> None:
    frame = history(450, seed=12)
    found = learned(frame, sane)
    shares = []
    for card, bands in ((sane, BANDS), (found.card, found.bands)):
        points = told_of(card, frame, np.zeros(450), np.ones(450)).odds
        slope = float(card.calibration.slope) if card.calibration else np.log(2) / 20
        level = float(card.calibration.intercept) if card.calibration else 0.0
        whole = np.round((points - level) / slope)
        shares.append([(whole >= cut).mean() for cut in (bands.a, bands.b, bands.c)])
    assert np.allclose(shares[0], shares[1], atol=0.1)


def test_bins_that_few_leads_fell_into_are_marked() -> None:
    few = learned(history(220, seed=3))
    assert any(note.code is Code.RARE for note in few.notes)
    marked = next(note.about for note in few.notes if note.code is Code.RARE)
    term = next(term for term in few.card.terms if marked.startswith(f"{term.id}:"))
    assert any(0 < rows < 30 for rows in term.rows)


def test_the_price_of_completeness_is_told_and_the_switch_works() -> None:
    frame = history(1_200, blank=0.4)
    blank = frame["demo"].is_null() & frame["source"].is_null()
    frame = frame.with_columns((pl.col("label").cast(pl.Boolean) & ~blank).cast(pl.Int8).alias("label"))
    with_it = learned(frame)
    assert with_it.price is not None
    assert with_it.price.value > 0
    rows = rows_of(frame, SPECS)
    without = learn(rows, None, name="demo", options=Options(bags=1, trial_bags=1, completeness=False))
    assert "filled" not in [signal.name for signal in without.card.signals]
    assert without.price is None


def test_outcomes_against_the_written_points_are_shown(reversed_card) -> None:
    found = learned(history(1_500, seed=21), reversed_card)
    assert any(note.code is Code.AGAINST_WRITTEN and "Employees" in note.about for note in found.notes)


# --- bad input ----------------------------------------------------------------------------------------------


def refused(frame: pl.DataFrame, **more) -> Code:
    with pytest.raises(CannotLearnError) as caught:
        rows_of(frame, SPECS, **more)
    assert caught.value.code == "cannot_learn"
    return caught.value.note.code


def test_one_outcome_alone_is_refused() -> None:
    assert refused(history(300).with_columns(pl.lit(1, pl.Int8).alias("label"))) is Code.ONE_CLASS


def test_no_matured_outcome_is_refused() -> None:
    assert refused(history(300).with_columns(pl.lit(None, pl.Int8).alias("label"))) is Code.NO_LABELS
    assert refused(history(300).drop("label")) is Code.NO_LABELS
    assert refused(history(300).with_columns(pl.lit(0.0).alias("weight"))) is Code.NO_LABELS


def test_a_signal_equal_to_the_outcome_is_refused_by_name() -> None:
    frame = history(400).with_columns((pl.col("label") == 1).alias("demo"))
    with pytest.raises(CannotLearnError, match="demo") as caught:
        rows_of(frame, SPECS)
    assert caught.value.note.code is Code.TELLS_OUTCOME


def test_a_signal_filled_in_with_the_outcome_is_refused_too() -> None:
    frame = history(400, blank=0.0)
    frame = frame.with_columns(pl.when(pl.col("label") == 1).then("budget").alias("budget"))
    with pytest.raises(CannotLearnError, match="whether it is filled in"):
        rows_of(frame, SPECS)


def test_an_honest_signal_is_not_refused() -> None:
    """Negative control for the two above."""
    assert rows_of(history(400), SPECS).label.size == 400


def test_two_definitions_are_never_mixed() -> None:
    frame = history(300).with_columns(pl.Series("definition", ["v1"] * 150 + ["v2"] * 150))
    assert refused(frame) is Code.TWO_DEFINITIONS


def test_a_few_contradictions_are_left_out_and_many_are_refused() -> None:
    frame = history(400)
    flipped = frame.head(2).with_columns((1 - pl.col("label")).alias("label"))
    rows = rows_of(pl.concat([frame, flipped]), SPECS)
    assert rows.label.size == 398
    assert any(note.code is Code.CONTRADICTORY for note in rows.notes)
    many = pl.concat([frame, frame.head(50).with_columns((1 - pl.col("label")).alias("label"))])
    assert refused(many) is Code.CONTRADICTORY


def test_decisions_of_the_future_are_left_out_and_said() -> None:
    rows = rows_of(history(300), SPECS, as_of=START + timedelta(minutes=199))
    assert rows.label.size == 200
    assert any(note.code is Code.FUTURE and "100" in note.about for note in rows.notes)
    assert refused(history(300), as_of=datetime(2024, 1, 1, tzinfo=UTC)) is Code.NO_LABELS


def test_constant_signals_are_said_and_nothing_but_constants_is_refused() -> None:
    rows = rows_of(history(300).with_columns(pl.lit("web").alias("source")), SPECS)
    assert "source" not in [spec.name for spec in rows.signals]
    assert any(note.code is Code.CONSTANT and "source" in note.about for note in rows.notes)
    names = [spec.name for spec in SPECS]
    assert refused(history(300).with_columns(pl.lit(None).alias(name) for name in names)) is Code.NO_SIGNALS


def test_signals_that_may_not_train_are_said_to_be_that() -> None:
    assert refused(history(300).drop(spec.name for spec in SPECS)) is Code.NOT_FOR_TRAINING


def test_ten_thousand_categories_are_said_and_do_no_harm() -> None:
    frame = history(12_000).with_columns(pl.Series("source", [f"label {at}" for at in range(12_000)]))
    rows = rows_of(frame, SPECS)
    assert any(note.code is Code.MANY_LABELS for note in rows.notes)


def test_without_weights_or_time_it_is_said() -> None:
    rows = rows_of(history(300).drop("weight", "decided_at"), SPECS)
    codes = {note.code for note in rows.notes}
    assert {Code.UNWEIGHTED, Code.NO_TIME} <= codes
    assert rows.window == ("", "")


def test_every_code_is_explained() -> None:
    assert set(ABOUT) == set(Code)
