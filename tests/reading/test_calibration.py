"""Confidence is corrected by enough sampled labels of the reader itself, or left alone with the reason."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.reading import EmbeddedReader, Field, Message
from plumbline.reading.calibration import (
    LEAST,
    CalibratedReader,
    Calibration,
    Curve,
    Fitted,
    calibrate,
    fit,
    log_loss,
)
from plumbline.reading.corrections import How, Label

NOW = datetime(2026, 3, 2, tzinfo=UTC)
POINTS = st.lists(st.tuples(st.integers(0, 10_000), st.booleans()), min_size=1, max_size=60)


def labels(count, chance, *, seed=1, how=How.SAMPLED, field=Field.URGENCY, reader="r 1"):
    """Labels of a reader whose stated confidence is true only as ``chance`` says."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        stated = dice.choice([5500, 6500, 7500, 8500, 9500])
        right = dice.random() < chance(stated / 10_000)
        before, at = "high" if right else "normal", NOW + timedelta(hours=number)
        found.append(
            Label(at, "Kim", field, before, "high", stated, reader, how, f"m{number}", f"s{number % 40}")
        )
    return found


def boastful(stated):
    """Right less often than it says: of its odds only a third are true."""
    odds = stated / (1 - stated) / 3
    return odds / (1 + odds)


def test_a_reader_that_says_too_much_is_brought_down_to_what_is_true():
    curve = calibrate(labels(2000, boastful), "r 1", objected=()).fields[Field.URGENCY].curve
    for stated in (5500, 7500, 9500):
        assert curve.chance(stated) == pytest.approx(boastful(stated / 10_000), abs=0.05)


def test_an_honest_reader_stays_as_it_is():
    fitted = calibrate(labels(2000, lambda stated: stated), "r 1", objected=()).fields[Field.URGENCY]
    curve = fitted.curve or Curve()
    for stated in (5500, 7500, 9500):
        assert curve.chance(stated) == pytest.approx(stated / 10_000, abs=0.04)


def test_below_enough_labels_nothing_changes_and_it_says_so():
    fitted = calibrate(labels(LEAST - 1, boastful), "r 1", objected=()).fields[Field.URGENCY]
    assert (fitted.curve, fitted.said) == (None, f"unchanged: {LEAST - 1} of the {LEAST} labels it takes")
    assert calibrate(labels(400, boastful), "r 1", objected=()).fields[Field.URGENCY].curve is not None


@pytest.mark.parametrize("how", ["noticed", "other reader", "objected", "abstained"])
def test_labels_that_do_not_show_the_reader_as_it_is_do_not_count(how):
    found = labels(400, boastful)
    if how == "noticed":
        found = [replace(label, how=How.NOTICED) for label in found]
    if how == "abstained":
        found = [replace(label, before=None) for label in found]
    reader = "r 2" if how == "other reader" else "r 1"
    objected = {f"s{number}" for number in range(40)} if how == "objected" else ()
    assert calibrate(found, reader, objected=objected).fields[Field.URGENCY].labels == 0


def test_a_fit_that_does_worse_on_newer_labels_is_not_used():
    """The reader was bad, and became what it says."""
    old, new = labels(210, boastful), labels(90, lambda stated: min(1, stated + 0.15), seed=2)
    newer = [replace(label, at=NOW + timedelta(days=90 + n), message=f"n{n}") for n, label in enumerate(new)]
    fitted = calibrate([*old, *newer], "r 1", objected=()).fields[Field.URGENCY]
    assert fitted.curve is None
    assert fitted.after > fitted.before
    assert "worse on newer labels" in fitted.said


def test_few_labels_change_less_than_many():
    wrong = (9000, False)
    chances = [fit([wrong] * count).chance(9000) for count in (1, 5, 50, 500)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.75
    assert chances[-1] < 0.05


@given(POINTS)
def test_a_curve_never_falls_and_never_does_worse_than_nothing_on_its_own_labels(points):
    curve = fit(points)
    chances = [curve.chance(confidence) for confidence in range(0, 10_001, 500)]
    assert chances == sorted(chances)
    assert all(0 < chance < 1 for chance in chances)
    if curve.slope > 0:
        assert log_loss(points, curve) <= log_loss(points) + 1e-6


@given(POINTS)
def test_the_curve_is_the_least_of_what_it_minimises(points):
    """Any step away from it costs, on labels and pull together."""
    from plumbline.reading.calibration import PRIOR

    def cost(curve):
        pull = PRIOR / 8 * (curve.intercept**2 + (curve.slope - 1) ** 2)
        return log_loss(points, curve) * len(points) + pull

    curve = fit(points)
    if curve.slope > 0:
        for a, b in ((0.05, 0), (-0.05, 0), (0, 0.05), (0, -0.05)):
            assert cost(Curve(curve.intercept + a, curve.slope + b)) >= cost(curve) - 1e-7


def test_a_reader_in_front_of_its_calibration_keeps_values_quotes_and_abstentions(reader):
    message = Message("We need a demo by Friday.")
    plain = reader.read(message)
    curve = Fitted(Field.REQUEST, 99, Curve(-1.0, 1.0), "corrected")
    corrected = CalibratedReader(reader, Calibration(reader.name, {Field.REQUEST: curve})).read(message)
    assert corrected[Field.REQUEST].confidence < plain[Field.REQUEST].confidence
    assert replace(
        corrected[Field.REQUEST], confidence=plain[Field.REQUEST].confidence
    ) == plain[Field.REQUEST]  # fmt: skip
    assert corrected[Field.BUDGET] == plain[Field.BUDGET]
    assert CalibratedReader(reader, Calibration("other 1", {Field.REQUEST: curve})).read(message) == plain


def test_a_calibrated_reader_conforms():
    from plumbline.reading.conformance import failures

    reader = EmbeddedReader()
    curve = {name: Fitted(name, 99, Curve(0.3, 0.5), "corrected") for name in Field}
    assert failures(CalibratedReader(reader, Calibration(reader.name, curve))) == []
