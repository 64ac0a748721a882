from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from helpers_simulate import SEED, SMALL, blank, small_market, small_truth, within_binomial
from plumbline.simulate import Forms, Settings, make_market, truth_of
from plumbline.simulate.duplicates import DOUBLE, OTHER_COMPANY, SECOND_ADDRESS
from plumbline.simulate.words import table
from plumbline.simulate.world import begin

N = SMALL.leads
REPEATED = pl.col("likeness").is_between(DOUBLE, SECOND_ADDRESS)


def share(condition: pl.Expr) -> float:
    return float(small_market().codes.select(condition.mean()).item())


def test_every_lead_asked_for_comes_in_and_no_other() -> None:
    assert small_market().visible.leads.height == N
    assert small_market().visible.leads["Lead ID"].n_unique() == N
    assert small_market().visible.leads["Created"].is_sorted()


def test_the_share_of_duplicates_is_the_one_set() -> None:
    assert within_binomial(share(REPEATED), SMALL.duplicates, N)
    doubled = make_market(replace(SMALL, duplicates=0.16), seed=SEED).codes
    assert not within_binomial(float(doubled.select(REPEATED.mean()).item()), SMALL.duplicates, N)


def test_the_share_of_people_who_will_not_buy_is_the_one_set() -> None:
    # Channels differ, so a lead's chance varies around the mean: the binomial bound is a safe one.
    assert within_binomial(share(pl.col("not_buyer") > 0), SMALL.not_buyers, N)
    assert not within_binomial(share(pl.col("not_buyer") > 0), 2 * SMALL.not_buyers, N)


def test_the_share_of_objections_is_the_one_set() -> None:
    assert within_binomial(share(pl.col("objected")), SMALL.objections, N)
    assert not within_binomial(share(pl.col("objected")), 4 * SMALL.objections, N)


@pytest.mark.parametrize("target", [0.04, 0.12, 0.30])
def test_the_share_of_good_leads_is_the_one_set(target: float) -> None:
    world = begin(replace(SMALL, good_share=target), seed=SEED)
    chance = truth_of(world).leads["p_qualify"].to_numpy()
    # Leads of one account are alike, so there is less news in them than in as many strangers.
    error = 1.7 * chance.std() / np.sqrt(N)
    assert abs(chance.mean() - target) < 4 * error
    assert abs(chance.mean() - 1.4 * target) > 4 * error


def test_what_becomes_of_a_well_worked_lead_agrees_with_its_chance() -> None:
    leads = small_truth().leads.with_columns(bin=pl.col("p_qualify").rank("ordinal") * 8 // (N + 1))
    binned = leads.group_by("bin").agg(pl.len(), pl.col("p_qualify").mean(), pl.col("would_qualify").mean())
    for _, n, chance, became in binned.iter_rows():
        assert within_binomial(became, chance, n, inflation=1.5)


@pytest.mark.parametrize("column", [name for name in SMALL.forms.missing if name != "Phone"])
def test_as_many_cells_are_missing_as_set(column: str) -> None:
    cells = blank(small_market().visible.leads[column])
    assert within_binomial(float(cells.mean()), SMALL.forms.missing[column], N)
    assert not within_binomial(float(cells.mean()), SMALL.forms.missing[column] + 0.05, N)


def test_cells_are_not_missing_at_random_unless_so_set() -> None:
    def gap(market: object) -> float:
        codes, leads = market.codes, market.visible.leads  # type: ignore[attr-defined]
        eager = codes["intent"].to_numpy() > codes["intent"].median()
        cells = blank(leads["Timeframe"]).to_numpy()
        return float(cells[~eager].mean() - cells[eager].mean())

    assert gap(small_market()) > 0.1
    at_random = make_market(replace(SMALL, forms=Forms(missing_slope=0.0)), seed=SEED)
    assert abs(gap(at_random)) < 0.05


def test_channels_bring_the_shares_they_have_and_differ_in_quality() -> None:
    entries = table("market")["channels"]
    total = sum(entry["share"] for entry in entries.values())
    counts = small_truth().leads.group_by("channel").agg(pl.len(), pl.col("p_qualify").mean())
    quality = {channel: chance for channel, _, chance in counts.iter_rows()}
    for channel, n, _ in counts.iter_rows():
        assert within_binomial(n / N, entries[channel]["share"] / total, N)
    assert quality["Demo Form"] > 2 * quality["Paid Social"]


def test_leads_come_on_working_days_and_in_working_hours() -> None:
    created = small_market().visible.leads["Created"].str.to_datetime()
    assert 0.02 < (created.dt.weekday() > 5).mean() < 0.12
    assert (created.dt.hour().is_between(7, 19)).mean() > 0.85


def test_a_year_has_its_seasons() -> None:
    def quiet_weeks(season: float) -> float:
        created = make_market(Settings(leads=8_000, weeks=52, season=season), seed=2).visible.created
        weekly = np.bincount(created // (7 * 86_400), minlength=52)
        return float(weekly[[30, 31, 50, 51]].mean() / weekly.mean())

    assert quiet_weeks(0.3) < 0.75
    assert quiet_weeks(0.0) > 0.85


def test_people_who_moved_are_known_as_the_same_person_at_another_company() -> None:
    leads = small_truth().leads
    moved = leads.filter(pl.col("likeness") == "other_company")
    assert moved.height > 10
    assert moved["duplicate_of"].is_null().all()
    others = moved.join(leads, on="person").filter(pl.col("lead.id") != pl.col("lead.id_right"))
    assert (others["account"] != others["account_right"]).mean() > 0.95
    assert small_market().codes.filter(pl.col("likeness") == OTHER_COMPANY).height == moved.height


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong in (
        {"leads": 0},
        {"weeks": 0},
        {"duplicates": 0.9},
        {"good_share": 0.9},
        {"start": SMALL.start.replace(day=7)},
    ):
        with pytest.raises(ValueError, match=r"needs|lie|starts"):
            replace(SMALL, **wrong)
    with pytest.raises(ValueError, match="no form leaves out Shoe Size"):
        Forms(missing={"Shoe Size": 0.1})
    with pytest.raises(ValueError, match="between 0 and"):
        Forms(missing={"Phone": 0.9})
