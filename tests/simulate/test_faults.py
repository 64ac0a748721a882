from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from helpers_simulate import SEED, SMALL, small_market, small_world
from plumbline.simulate import Fault, FaultKind, World, arrival_order, begin, fly, look, make_market, truth_of
from plumbline.simulate.arrivals import DAY
from plumbline.simulate.duplicates import DOUBLE
from plumbline.simulate.faults import EXPLANATIONS

if TYPE_CHECKING:
    from plumbline.simulate.market import Market

START = 10
SECOND = START * 7 * DAY
IN_MARKET = (
    FaultKind.FIELD_RELABELLED,
    FaultKind.ENRICHMENT_WRONG,
    FaultKind.CHANNEL_SHIFT,
    FaultKind.DUPLICATE_STORM,
    FaultKind.ADVERSARIAL_FORMS,
    FaultKind.TRACKING_LOST,
)
IN_SALES = (FaultKind.DEFINITION_CHANGE, FaultKind.FEEDBACK_LOOP, FaultKind.LAZY_REPS)


@cache
def market_with(kind: FaultKind, strength: float = 0.8) -> Market:
    return make_market(replace(SMALL, faults=(Fault(kind, START, strength),)), seed=SEED)


@cache
def world_with(kind: FaultKind, strength: float = 0.8) -> World:
    """A fault of the sales team, in the calm market."""
    settings = replace(SMALL, faults=(Fault(kind, START, strength),))
    market = replace(small_market(), settings=settings)
    return fly(begin(settings, seed=SEED, market=market), arrival_order, SMALL.weeks)


def since(market: Market) -> pl.DataFrame:
    return market.visible.leads.filter(pl.Series(market.visible.created >= SECOND))


def until(market: Market) -> pl.DataFrame:
    return market.visible.leads.filter(pl.Series(market.visible.created < SECOND))


def early_events(market: Market) -> pl.DataFrame:
    """Events before the fault, of leads before the fault."""
    visible = market.visible
    early = (visible.events_at < SECOND) & (visible.created[visible.events_of] < SECOND)
    return visible.events.filter(pl.Series(early))


def changed_columns(one: pl.DataFrame, other: pl.DataFrame) -> set[str]:
    return {name for name in one.columns if not one[name].equals(other[name])}


def test_every_fault_says_what_it_does_and_what_to_notice() -> None:
    assert set(EXPLANATIONS) == set(FaultKind) == {*IN_MARKET, *IN_SALES}
    assert all(text.endswith(".") for entry in EXPLANATIONS.values() for text in (entry.does, entry.notice))


@pytest.mark.parametrize("kind", FaultKind)
def test_a_fault_of_no_strength_changes_nothing(kind: FaultKind) -> None:
    quiet = market_with(kind, 0.0)
    assert quiet.codes.equals(small_market().codes)
    assert quiet.visible.leads.equals(small_market().visible.leads)
    assert quiet.visible.events.equals(small_market().visible.events)
    assert look(world_with(kind, 0.0)).outcomes().equals(look(small_world()).outcomes())


@pytest.mark.parametrize("kind", IN_MARKET)
def test_nothing_differs_before_the_fault_begins(kind: FaultKind) -> None:
    faulty = market_with(kind)
    assert until(faulty).equals(until(small_market()))
    assert early_events(faulty).equals(early_events(small_market()))
    assert early_events(faulty).height > 5_000
    # Negative control: from then on something does.
    same_leads = since(faulty).equals(since(small_market()))
    assert not (same_leads and faulty.visible.events.equals(small_market().visible.events))


@pytest.mark.parametrize("kind", IN_SALES)
def test_nothing_is_reported_differently_before_the_sales_team_changes(kind: FaultKind) -> None:
    start = f"{SMALL.moment(START):%Y-%m-%dT%H:%M:%SZ}"

    def reported(world: World, early: bool) -> pl.DataFrame:
        frame = look(world).outcomes().sort("at", "lead.id", "outcome")
        return frame.filter((pl.col("at") < start) == early)

    assert reported(world_with(kind), early=True).equals(reported(small_world(), early=True))
    assert not reported(world_with(kind), early=False).equals(reported(small_world(), early=False))


def test_relabelling_touches_the_industry_alone() -> None:
    faulty, calm = since(market_with(FaultKind.FIELD_RELABELLED)), since(small_market())
    assert changed_columns(faulty, calm) == {"Industry"}
    new = set(faulty["Industry"].unique()) - set(calm["Industry"].unique())
    assert {"FM & Property Services", "Technology"} <= new
    assert (
        market_with(FaultKind.FIELD_RELABELLED)
        .codes.drop("relabelled")
        .equals(small_market().codes.drop("relabelled"))
    )


def test_wrong_enrichment_touches_size_and_revenue_and_breaks_their_tie_with_crew_size() -> None:
    faulty, calm = since(market_with(FaultKind.ENRICHMENT_WRONG)), since(small_market())
    assert changed_columns(faulty, calm) == {"Employees", "Annual Revenue"}

    def tie(leads: pl.DataFrame) -> float:
        both = leads.select(
            pl.col("Employees", "Field Crew Size").cast(pl.Float64, strict=False)
        ).drop_nulls()
        return float(np.corrcoef(np.log(both["Employees"]), np.log(both["Field Crew Size"]))[0, 1])

    assert tie(faulty) < tie(calm) - 0.2


def test_a_channel_shift_moves_leads_and_leaves_the_others_as_they_were() -> None:
    faulty, calm = since(market_with(FaultKind.CHANNEL_SHIFT)), since(small_market())
    stayed = (faulty["Lead Source"] == calm["Lead Source"]) & (
        faulty["Company"].fill_null("") == calm["Company"].fill_null("")
    )
    moved = (faulty["Lead Source"] == "Paid Social") & (calm["Lead Source"] != "Paid Social")
    assert 0.25 < moved.mean() < 0.45
    repeats = (
        since_codes(FaultKind.CHANNEL_SHIFT)["likeness"] > 0
    )  # they follow originals that may have moved
    same = (
        faulty.filter(stayed & ~repeats)
        .drop("Message")
        .equals(calm.filter(stayed & ~repeats).drop("Message"))
    )
    assert same
    assert stayed.mean() > 0.5
    chances = [
        market.codes.filter(pl.col("created") >= SECOND)["chance"].mean()
        for market in (market_with(FaultKind.CHANNEL_SHIFT), small_market())
    ]
    assert chances[0] < 0.9 * chances[1]


def since_codes(kind: FaultKind) -> pl.DataFrame:
    return market_with(kind).codes.filter(pl.col("created") >= SECOND)


def test_a_duplicate_storm_sends_known_leads_again_word_for_word() -> None:
    faulty, calm = market_with(FaultKind.DUPLICATE_STORM), small_market()
    extra = ~faulty.visible.leads["Lead ID"].is_in(calm.visible.leads["Lead ID"].implode())
    assert faulty.visible.leads.filter(~extra).equals(calm.visible.leads)
    again = faulty.visible.leads.filter(extra)
    assert again.height > 0.3 * since(calm).height
    hours = again["Created"].str.to_datetime()
    assert (hours.dt.weekday() == 7).all()
    assert (hours.dt.hour() == 23).all()
    truth = truth_of(begin(faulty.settings, seed=SEED, market=faulty)).leads.filter(extra)
    originals = truth.select("duplicate_of").join(
        calm.visible.leads, left_on="duplicate_of", right_on="Lead ID", maintain_order="left"
    )
    first_hand = pl.Series(truth["likeness"] == "exact") & ~truth["duplicate_of"].is_duplicated()
    same = again["Email"].fill_null("") == originals["Email"].fill_null("")
    assert same.filter(first_hand).mean() > 0.9
    assert faulty.visible.events.equals(calm.visible.events)


def test_gamed_forms_look_perfect_and_nobody_is_behind_them() -> None:
    market = market_with(FaultKind.ADVERSARIAL_FORMS)
    gamed = market.codes["gamed"]
    assert gamed.sum() > 100
    leads, calm = market.visible.leads, small_market().visible.leads
    assert leads.filter(gamed)["Budget"].unique().to_list() == ["Approved"]
    assert leads.filter(gamed)["Message"].drop_nulls().n_unique() == 1
    assert market.codes.filter(gamed)["chance"].max() < 0.05
    repeats = market.codes["likeness"] > 0
    assert leads.filter(~gamed & ~repeats).equals(calm.filter(~gamed & ~repeats))
    ids = leads.filter(gamed & (market.codes["likeness"] != DOUBLE)).select(
        pl.col("Lead ID").alias("lead.id")
    )
    clicks = market.visible.events.join(ids, on="lead.id").filter(pl.col("kind") == "demo_request")
    assert clicks["lead.id"].n_unique() == ids.height


def test_lost_tracking_thins_out_visits_and_nothing_else() -> None:
    faulty, calm = market_with(FaultKind.TRACKING_LOST), small_market()
    assert faulty.visible.leads.equals(calm.visible.leads)
    lost = calm.visible.events.join(faulty.visible.events, on=["lead.id", "kind", "at"], how="anti")
    assert set(lost["kind"].unique()) == {"page_view", "pricing_view", "download"}
    assert lost["at"].min() >= f"{SMALL.moment(START):%Y-%m-%dT%H:%M:%SZ}"
    visits = calm.visible.events.filter(
        (pl.col("at") >= lost["at"].min()) & pl.col("kind").is_in(["page_view"])
    )
    assert 0.7 < lost.filter(pl.col("kind") == "page_view").height / visits.height < 0.9


def test_a_definition_change_refuses_small_firms_only() -> None:
    def accepted(world: World) -> set[str]:
        found = world.records.outcomes(world.market.visible.leads["Lead ID"])
        return set(found.filter(pl.col("outcome") == "opportunity_accepted")["lead.id"].to_list())

    lost = accepted(small_world()) - accepted(world_with(FaultKind.DEFINITION_CHANGE))
    assert not accepted(world_with(FaultKind.DEFINITION_CHANGE)) - accepted(small_world())
    leads = truth_of(small_world()).leads.filter(pl.col("lead.id").is_in(list(lost)))
    assert leads.height > 10
    assert leads["employees"].max() < 100
    assert look(world_with(FaultKind.DEFINITION_CHANGE)).touches().equals(look(small_world()).touches())


def test_lazy_reps_try_less_and_give_up_sooner() -> None:
    def late(world: World) -> pl.DataFrame:
        return look(world).touches().filter(pl.col("at") >= f"{SMALL.moment(START + 2):%Y-%m-%dT%H:%M:%SZ}")

    lazy, calm = late(world_with(FaultKind.LAZY_REPS)), late(small_world())
    assert lazy.height < 0.85 * calm.height
    assert lazy["attempt"].max() <= 3
    assert calm["attempt"].max() >= 5


def test_a_feedback_loop_starves_whatever_stands_low_in_the_order() -> None:
    """With an order by lot, rank has nothing to do with worth: only the loop can make it matter."""

    def gap(kind: FaultKind | None) -> float:
        faults = (Fault(kind, 0, 1.0),) if kind else ()
        settings = replace(SMALL, faults=faults, leads=12_000)
        start = begin(settings, seed=SEED)
        lots = start.market.streams.lots("any order", np.arange(settings.leads))
        ids = start.market.visible.leads["Lead ID"]
        order = pl.DataFrame({"lead.id": ids, "order": lots})

        def choose(observed: object) -> pl.DataFrame:
            frame = arrival_order(observed).drop("order")  # type: ignore[arg-type]
            return frame.join(order, on="lead.id", maintain_order="left")

        world = fly(start, choose, SMALL.weeks)
        found = world.records.outcomes(ids).filter(pl.col("outcome") == "opportunity_accepted")["lead.id"]
        won = ids.is_in(found.implode()).to_numpy()
        return float(won[lots < 0.4].mean() - won[lots > 0.6].mean())

    assert gap(FaultKind.FEEDBACK_LOOP) > gap(None) + 0.02


def test_a_fault_is_typed_as_kind_week_and_strength() -> None:
    assert Fault.parse("lazy_reps@26:0.8") == Fault(FaultKind.LAZY_REPS, 26, 0.8)
    assert Fault.parse(" channel_shift@3 ") == Fault(FaultKind.CHANNEL_SHIFT, 3, 0.5)
    for wrong in ("lazy_reps", "lazy_reps@-1", "sleepy_reps@3", "lazy_reps@3:2.5x", ""):
        with pytest.raises(ValueError, match="is no fault"):
            Fault.parse(wrong)


def test_faults_that_make_no_sense_are_refused() -> None:
    for week, strength in ((-1, 0.5), (1, 1.5)):
        with pytest.raises(ValueError, match="week must be 0 or later"):
            Fault(FaultKind.LAZY_REPS, week, strength)
