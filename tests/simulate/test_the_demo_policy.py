from __future__ import annotations

from datetime import timedelta
from functools import cache

import numpy as np
import polars as pl

from plumbline.connectors.mapping import parse_mapping
from plumbline.qualify import Bundle, CellReading, compile_bundle, qualify
from plumbline.qualify.examples import example_issues, run_examples
from plumbline.signals import event_state
from plumbline.simulate import (
    Observed,
    Settings,
    Team,
    arrival_order,
    begin,
    demo,
    fly,
    newest_first,
    truth_of,
)
from plumbline.simulate.arrivals import DAY

#: The points were chosen with a look at another seed; this one they have never seen.
FRESH = 2_026
WEEK = 7 * DAY


@cache
def bundle() -> Bundle:
    mapping = parse_mapping(demo("mapping.yaml"))
    cells = CellReading(mapping.blank_words or (), dict(mapping.date_formats))
    compiled, issues = compile_bundle(demo("policy.yaml"), draw_key=bytes(32), cells=cells)
    assert compiled is not None, issues
    assert issues == []
    return compiled


@cache
def decided() -> pl.DataFrame:
    """Every lead decided about at the end of its week, beside its truth."""
    settings = Settings(leads=8_000, weeks=16)
    world = begin(settings, seed=FRESH)
    visible, ready = world.market.visible, bundle()
    mapping = parse_mapping(
        demo("mapping.yaml"), [*visible.leads.columns, "Owner", "Lead Status", "Last Contacted", "Modified"]
    )
    columns = [
        pl.col(name).alias(field) for name, field in mapping.columns.items() if name in visible.leads.columns
    ]
    received = visible.leads.select(pl.int_range(1, pl.len() + 1).cast(pl.Int64).alias("row"), *columns)
    parts = []
    for week in range(settings.weeks):
        first, last = np.searchsorted(visible.created, [week * WEEK, (week + 1) * WEEK])
        ours = (
            (visible.events_of >= first)
            & (visible.events_of < last)
            & (visible.events_at <= (week + 1) * WEEK)
        )
        as_of = settings.epoch + timedelta(weeks=week + 1)
        events = event_state(visible.events.filter(pl.Series(ours)), ready.policy.signals, as_of=as_of)
        parts.append(qualify(received[first:last], bundle=ready, as_of=as_of, events=events).decisions)
    return pl.concat(parts).join(truth_of(world).leads, on="lead.id")


def test_the_policy_is_fit_for_use_without_a_single_remark() -> None:
    assert example_issues(bundle()) == []


def test_its_examples_come_out_as_written() -> None:
    results = run_examples(bundle())
    assert len(results) >= 6
    assert all(result.passed for result in results)


def test_better_bands_hold_better_leads() -> None:
    by_band = (
        decided().drop_nulls("band").group_by("band").agg(pl.len(), pl.col("p_qualify").mean()).sort("band")
    )
    assert by_band["band"].to_list() == ["A", "B", "C", "D"]
    chance, share = by_band["p_qualify"].to_numpy(), by_band["len"].to_numpy() / by_band["len"].sum()
    assert (chance[:-1] > 1.5 * chance[1:]).all()
    assert (share > 0.05).all()
    # It ranks well, and it is not an oracle: even A holds many leads that come to nothing.
    assert 0.25 < chance[0] < 0.6


def test_each_dimension_speaks_about_its_own_truth() -> None:
    frame = decided().drop_nulls("points")
    for dimension in ("fit", "intent", "readiness"):
        own = np.corrcoef(frame[f"points.{dimension}"], frame[dimension])[0, 1]
        others = [
            np.corrcoef(frame[f"points.{dimension}"], frame[name])[0, 1]
            for name in ("fit", "intent", "readiness")
            if name != dimension
        ]
        assert own > 0.4
        assert own > max(others)


def test_people_are_asked_to_look_at_a_bearable_share() -> None:
    shares = dict(decided()["route"].value_counts(normalize=True).iter_rows())
    assert set(shares) == {"review", "fast_track", "queue", "nurture"}
    assert 0.02 < shares["review"] < 0.15
    assert 0.15 < shares["nurture"] < 0.5


def test_those_who_objected_are_not_scored() -> None:
    objected = decided().filter(pl.col("points").is_null())
    assert objected.height > 20
    assert set(objected["owner"].unique()) == {"privacy-desk"}


def routed_by_policy(observed: Observed) -> pl.DataFrame:
    """The whole main path as a router: what a company would do each morning."""
    ready, leads = bundle(), observed.leads
    mapping = parse_mapping(demo("mapping.yaml"))
    columns = [pl.col(name).alias(field) for name, field in mapping.columns.items() if name in leads.columns]
    received = leads.select(pl.int_range(1, pl.len() + 1).cast(pl.Int64).alias("row"), *columns)
    events = event_state(observed.events(leads), ready.policy.signals, as_of=observed.now)
    decisions = qualify(received, bundle=ready, as_of=observed.now, events=events).decisions
    ids = leads.select(pl.col("Lead ID").alias("lead.id"))
    known = ids.join(
        decisions.select("lead.id", "route", "points"), on="lead.id", how="left", maintain_order="left"
    )
    return known.select(
        "lead.id",
        pl.col("route").fill_null("nurture"),  # a repetition goes with its first copy
        order=-pl.col("points").fill_null(30).cast(pl.Float64),
    )


def test_it_finds_more_good_leads_than_the_order_of_arrival_with_the_same_team() -> None:
    settings = Settings(leads=3_000, weeks=10, team=Team(coverage=0.35))
    start = begin(settings, seed=FRESH)
    won = {}
    for router in (routed_by_policy, newest_first, arrival_order):
        world = fly(start, router, settings.weeks)
        outcomes = truth_of(world).outcomes.filter(pl.col("outcome") == "opportunity_accepted")
        won[router.__name__] = outcomes.height
    assert won["routed_by_policy"] > 1.2 * max(won["newest_first"], won["arrival_order"])
