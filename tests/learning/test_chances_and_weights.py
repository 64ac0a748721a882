"""What is said of chances holds, and rows stand for the leads that nobody worked (STATISTICS B.3, B.4)."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from helpers_learning import SPECS, history
from plumbline.domain.words import Dimension, Kind
from plumbline.learning.chances import JUDGED, Chances, calibrated, interval_of, judged_json
from plumbline.learning.fitting import POINT
from plumbline.learning.metrics import Told, chance
from plumbline.learning.rows import rows_of
from plumbline.learning.said import chance_of
from plumbline.library.chosen import weighted
from plumbline.scorecard import Provenance, Scorecard, Sigmoid, SignalBins, Term, dump, load


def judged(rows: int, seed: int = 1, *, slope: float = 1.0) -> tuple[Chances, np.ndarray, np.ndarray]:
    """A card whose points are ``slope`` times too steep, judged on so many leads; and fresh leads."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-1.0, 1.2, 2 * rows)
    label = (rng.random(2 * rows) < chance(odds)).astype(float)
    points = np.round(slope * odds / POINT)
    known, fresh = slice(None, rows), slice(rows, None)
    ones = np.ones(rows)
    told = calibrated([Told(points[known] * POINT, label[known], ones)], points[known], label[known], ones)
    return told, points[fresh], label[fresh]


def card_with(chances: Chances) -> Scorecard:
    bins = SignalBins("demo", Kind.FLAG, "Demo", ("no", "yes"))
    term = Term("demo", "Demo", Dimension.INTENT, ("demo",), (0, -7, 7, 0))
    fitted = chances.calibration
    sigmoid = None if fitted is None else Sigmoid("0.03", "-1", fitted.rows)
    manifest = {JUDGED: judged_json(chances)}
    return Scorecard(
        "t", (bins,), (term,), provenance=Provenance.LEARNED, calibration=sigmoid, manifest=manifest
    )


def test_below_200_judged_leads_there_are_no_chances_and_below_1000_no_intervals() -> None:
    assert judged(199)[0] == Chances(None)
    few, points, _ = judged(999)
    assert few.calibration is not None
    assert interval_of(card_with(few), points * POINT) is None
    enough, points, _ = judged(1_000)
    assert interval_of(card_with(enough), points * POINT) is not None


def test_one_lead_has_its_chance_with_an_interval_from_1000_judged_leads_on() -> None:
    for rows, shown in ((500, False), (1_500, True)):
        told = chance_of(card_with(judged(rows)[0]), 10)
        assert (told.low is not None) is shown
        assert ("to" in str(told)) is shown
        assert told.leads == rows
    assert chance_of(card_with(Chances(None)), 10) is None


def test_what_a_card_was_judged_on_survives_its_file() -> None:
    chances, _, _ = judged(1_500)
    kept = load(dump(card_with(chances)))
    assert kept.manifest[JUDGED] == [list(each) for each in chances.judged]
    assert sum(rows for _, rows, _ in chances.judged) == 1_500


@pytest.mark.parametrize("slope", [1.0, 1.6])
def test_the_interval_of_a_chance_is_calibrated_for_fresh_leads(slope) -> None:
    """The middle of the intervals adds up to what came, by tenths, within sampling error."""
    chances, points, label = judged(3_000, slope=slope)
    odds = chances.calibration.intercept + chances.calibration.slope * points
    low, high, middle = interval_of(card_with(chances), odds)
    assert (low <= high).all()
    for part in np.array_split(np.argsort(middle, kind="stable"), 5):
        error = np.sqrt((middle[part] * (1 - middle[part])).sum()) / part.size
        assert abs(middle[part].mean() - label[part].mean()) < 4 * error


def test_a_steep_card_is_drawn_back_by_its_calibration() -> None:
    """Negative control: taken at their word, the points of a steep card say too much."""
    chances, points, label = judged(10_000, slope=1.6)
    said = chance(chances.calibration.intercept + chances.calibration.slope * points)
    taken = chance(points * POINT)
    top = points >= np.quantile(points, 0.9)
    assert abs(said[top].mean() - label[top].mean()) < 0.05
    assert abs(taken[top].mean() - label[top].mean()) > 0.05


def selected(seed: int) -> tuple[float, float, float]:
    """Share of good leads: true; from labels as they stand; from labels with the logged chances."""
    rng = np.random.default_rng(seed)
    table = history(3_000, seed)
    good = table["label"].to_numpy()
    # The old policy knew more than the signals tell: it pursued mostly good leads.
    pursued = rng.random(good.size) < np.where(good == 1, 0.7, 0.2)
    drawn = ~pursued & (rng.random(good.size) < 0.1)
    worked = table.with_columns(label=pl.when(pl.Series(pursued | drawn)).then("label")).drop("weight")
    chosen = pl.DataFrame(
        {"lead.id": table["lead.id"], "pursued": pursued, "drawn": drawn, "chance": np.full(good.size, 0.1)}
    )
    naive = rows_of(worked, SPECS)
    rows = rows_of(weighted(worked, chosen), SPECS)
    return float(good.mean()), float(naive.label.mean()), float(rows.weight @ rows.label / rows.weight.sum())


def test_labels_alone_are_biased_and_labels_with_their_chances_are_not() -> None:
    truth, naive, logged = np.mean([selected(seed) for seed in range(40)], axis=0)
    assert abs(logged - truth) <= 0.02
    assert naive - truth >= 0.2


def test_a_reps_own_pick_teaches_nothing() -> None:
    table = history(50)
    chosen = pl.DataFrame(
        {
            "lead.id": table["lead.id"],
            "pursued": [True] * 49 + [False],
            "drawn": [False] * 50,
            "chance": [0.1] * 50,
        }
    )
    told = weighted(table, chosen)
    assert told["label"][49] is None
    assert told["weight"][49] == 0.0
    assert told["label"].null_count() == 1
