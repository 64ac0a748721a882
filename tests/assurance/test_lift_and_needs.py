from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from helpers_assurance import NOW, day, drawn, facts, leads, outcomes, reports, touches
from plumbline.assurance.fields import Column
from plumbline.assurance.history import MOMENT
from plumbline.assurance.lift import Learnable, candidates, lift
from plumbline.assurance.needs import half_width, precision_need, supply
from plumbline.assurance.ranking import NOTHING, auc, cell_scores, cells

#: A nominal 5 % method fails only beyond the 1-in-1000 line of its number of runs.
ALLOWED_OF_200 = 21


def columns(rng: np.random.Generator, label: np.ndarray, gain: float, number: int = 6) -> list[Column]:
    found = [
        Column(f"n{n}", pl.Series("x", rng.standard_normal(label.size) + gain * label)) for n in range(number)
    ]
    words = np.where(
        rng.random(label.size) < 0.4 * gain * label, "yes", rng.choice(["yes", "no", "so"], label.size)
    )
    return [*found, Column("word", pl.Series("w", words))]


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    score, label = np.array([3.0, 2.0, 2.0, 1.0]), np.array([1, 1, 0, 0])
    assert auc(score, label).value == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert auc(-score, label).value == pytest.approx(1 - 3.5 / 4)
    assert auc(score, np.zeros(4, dtype=np.int64)) == NOTHING
    assert auc(score, np.array([1, 1, 0, 0]), np.array([1.0, 1, 0, 0])) == NOTHING


def test_weights_of_the_area_are_repetitions() -> None:
    rng = np.random.default_rng(1)
    score, label = rng.random(60), drawn(rng, 60)
    weight = rng.integers(1, 4, 60)
    repeated = auc(np.repeat(score, weight), np.repeat(label, weight))
    assert auc(score, label, weight.astype(float)).value == pytest.approx(repeated.value)


def test_intervals_of_the_area_cover_the_truth_as_often_as_they_say() -> None:
    rng, missed, narrow = np.random.default_rng(3), 0, 0
    for _ in range(200):
        label = drawn(rng, 200)
        found = auc(rng.standard_normal(200) + label, label)
        missed += not found.low <= 0.7602 <= found.high  # the normal shift of one, Phi(1 / sqrt 2)
        narrow += abs(found.value - 0.7602) > 0.6 * found.se
    assert missed <= ALLOWED_OF_200 < narrow


def test_a_perfect_order_of_few_leads_is_not_certain() -> None:
    found = auc(np.arange(10.0), (np.arange(10) > 4).astype(np.int64))
    assert found.value == 1.0
    assert found.low < 0.65


def test_no_row_is_scored_by_its_own_outcome() -> None:
    rng = np.random.default_rng(5)
    label = drawn(rng, 500, 0.5)
    ids = pl.Series([f"v{n % 60}" for n in range(500)])
    codes, _ = cells(ids)
    found = auc(cell_scores(codes, label), label)
    assert found.low < 0.5 < found.high


def test_round_amounts_are_cells_of_their_own_and_unknown_is_minus_one() -> None:
    values = pl.Series([5000.0] * 50 + list(map(float, range(100))) + [None] * 10)
    codes, _ = cells(values)
    assert set(codes[150:]) == {-1}
    same = codes[:50]
    assert set(same) == {same[0]}
    assert same[0] not in codes[50:150]
    assert cells(pl.Series([None, None], dtype=pl.Float64))[0].tolist() == [-1, -1]
    assert cells(pl.Series([True, None, False]))[0].tolist() == [1, -1, 0]


def test_something_is_found_where_there_is_something() -> None:
    rng = np.random.default_rng(1)
    label = drawn(rng, 2000)
    found = lift(columns(rng, label, 0.5), facts(label))
    assert found.verdict is Learnable.SOMETHING
    assert found.top.rate > 0.3
    assert {name for name, parts in found.used if parts == 4} >= {"n0", "n1", "n2"}


def test_pure_noise_is_called_something_no_more_often_than_stated() -> None:
    rng = np.random.default_rng(2)
    verdicts = []
    for _ in range(200):
        label = drawn(rng, 1500)
        verdicts.append(lift(columns(rng, label, 0.0, number=2), facts(label)).verdict)
    assert verdicts.count(Learnable.SOMETHING) <= ALLOWED_OF_200
    assert verdicts.count(Learnable.NOTHING) > 100


def test_what_only_held_in_the_past_is_not_called_something() -> None:
    rng = np.random.default_rng(3)
    label = drawn(rng, 3000)
    gain = np.where(np.arange(3000) < 1200, 1.5, 0.0)
    gone = Column("gone", pl.Series("x", rng.standard_normal(3000) + gain * label))
    assert lift([gone], facts(label)).verdict is not Learnable.SOMETHING
    # The control: shuffled in time, the same column is worth something.
    mixed = rng.permutation(3000)
    assert (
        lift([replace(gone, values=gone.values.gather(mixed))], facts(label[mixed])).verdict
        is Learnable.SOMETHING
    )


def test_few_outcomes_or_no_columns_leave_it_open() -> None:
    rng = np.random.default_rng(4)
    few = np.array([1] * 10 + [0] * 400)
    assert lift(columns(rng, few, 1.0), facts(few)).verdict is Learnable.UNCLEAR
    assert lift([], facts(drawn(rng, 500))).verdict is Learnable.UNCLEAR


def test_dates_ids_and_constants_are_no_candidates() -> None:
    one = Column("one", pl.Series(["a"] * 300))
    ids = Column("ids", pl.Series([f"i{n}" for n in range(300)]))
    running = Column("running", pl.Series(range(300)))
    dates = Column("dates", pl.Series([day(n).date() for n in range(300)]))
    amounts = Column("amounts", pl.Series(np.random.default_rng(1).random(300)))
    words = Column("words", pl.Series(["a", "b", "c"] * 100))
    found = candidates([one, ids, running, dates, amounts, words], frozenset({"words"}))
    assert [column.name for column in found] == ["amounts"]


def stock(good: int, bad: int, weeks: int = 40):
    ids = [f"L{n}" for n in range(good + bad)]
    # Everything reported within the last weeks before now, evenly.
    ages = np.linspace(10, weeks * 7, good + bad)
    rng = np.random.default_rng(1)
    order = rng.permutation(good + bad)
    of = pl.DataFrame(
        {"lead.id": ids, "decided_at": [NOW - timedelta(days=float(age) + 5) for age in ages]},
        schema_overrides={"decided_at": MOMENT},
    )
    told = []
    for n, lead in enumerate(ids):
        at = 364 - 5 - float(ages[n])
        told += [
            (lead, "contacted", at + 1),
            (lead, "opportunity_accepted" if order[n] < good else "rejected", at + 4),
        ]
    return outcomes(of, reports(*told), touches("L0"))


def test_it_is_said_what_there_is_what_is_needed_and_when_it_will_be_there() -> None:
    told = supply(stock(15, 120))
    assert (told.good, told.bad, told.rarer) == (15, 120, 15)
    first, second = told.steps[:2]
    assert not first.reached
    assert NOW < first.earliest < first.latest
    # 15 in 40 weeks: 25 more take some 67 weeks.
    assert second.earliest < NOW + timedelta(weeks=67) < second.latest
    low, rate, high = told.per_week[1], told.per_week[0], told.per_week[2]
    assert low < rate < high
    assert supply(stock(60, 200)).steps[0].reached


def test_without_new_outcomes_nobody_can_say_when() -> None:
    old = stock(15, 120)
    late = replace(old, as_of=NOW + timedelta(days=900))
    told = supply(late)
    assert told.per_week[0] == 0.0
    assert told.steps[0].latest is None
    untimed = replace(old, leads=old.leads.with_columns(pl.lit(None, MOMENT).alias("decided_at")))
    assert supply(untimed).per_week is None
    assert supply(untimed).steps[0].latest is None


def test_the_precision_promised_is_the_precision_seen() -> None:
    need = precision_need(0.05, 0.2)
    tested = need.rarer // 5, (need.known - need.rarer) // 5
    assert half_width(*tested) == pytest.approx(0.05, rel=0.06)
    rng, shift = np.random.default_rng(6), 0.9539  # AUC 0.75
    values = []
    for _ in range(200):
        label = np.array([1] * tested[0] + [0] * tested[1])
        values.append(auc(rng.standard_normal(label.size) + shift * label, label).value)
    # The formula is on the safe side for leads of the usual kind.
    assert 0.035 <= 1.96 * np.std(values) <= 0.052


def test_no_outcome_at_all_is_no_supply() -> None:
    told = supply(outcomes(leads("a"), reports(), touches("a")))
    assert (told.rarer, told.half_width, told.per_week) == (0, None, None)
