"""What nobody in a company can know: kept apart, written apart, never handed to a router."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from plumbline.simulate import duplicates, people
from plumbline.simulate.arrivals import DAY
from plumbline.simulate.latents import well_worked
from plumbline.simulate.render import lead_ids
from plumbline.simulate.sales import rep_ids
from plumbline.simulate.words import channels, countries, industries, not_buyers, pick

if TYPE_CHECKING:
    from plumbline.simulate.world import World


@dataclass(frozen=True, slots=True)
class Truth:
    """One frame per subject. ``leads`` and ``messages`` join the visible ones by ``lead.id`` (and ``at``).

    Of a lead: ``p_qualify`` is its chance to become an accepted opportunity if worked well (first attempt on
    the first possible day, six attempts, an able rep); ``would_qualify`` is how that lot falls; with
    ``_in_time`` it also falls within the settings' days after creation. ``outcomes`` holds the future too.
    """

    leads: pl.DataFrame
    messages: pl.DataFrame
    accounts: pl.DataFrame
    reps: pl.DataFrame
    outcomes: pl.DataFrame


def truth_of(world: World) -> Truth:
    """The truth about the whole market, also about weeks not flown yet."""
    visible = world.market.visible
    labels = world.market.labels.with_columns(at=visible.messages["at"])
    return Truth(
        leads=_leads(world),
        messages=labels.select(lead_ids(pl.col("number")).alias("lead.id"), pl.exclude("number", "text")),
        accounts=_accounts(world),
        reps=_reps(world),
        outcomes=world.records.outcomes(visible.leads["Lead ID"]),
    )


def _leads(world: World) -> pl.DataFrame:
    codes, facts = world.market.codes, world.office.facts
    chance = well_worked(codes["chance"].to_numpy(), codes["intent"].to_numpy())
    reached = facts.lots["reach"] < 1 - (1 - facts.pick_up) ** 6
    good = reached & (facts.lots["qualify"] < facts.chance)
    days = world.settings.qualified_within_days
    # A well-worked lead is spoken to some three days after it came in; acceptance takes three days more.
    in_time = facts.to_opportunity + 6 * DAY <= days * DAY
    account = world.market.accounts[codes["account"]]
    return codes.select(
        lead_ids(pl.col("number")).alias("lead.id"),
        lead_ids(pl.col("person")).str.replace("L", "P").alias("person"),
        "account",
        "fit",
        "intent",
        "readiness",
        pl.Series("p_qualify", chance),
        pl.Series("would_qualify", good),
        pl.Series("would_qualify_in_time", good & in_time),
        pick([None, *not_buyers()], codes["not_buyer"]).alias("not_a_buyer"),
        lead_ids(pl.col("duplicate_of")).alias("duplicate_of"),
        pick(duplicates.LIKENESSES, codes["likeness"]).alias("likeness"),
        pick(channels(), codes["channel"]).alias("channel"),
        pick(people.functions(), codes["function"]).alias("function"),
        pick(people.seniorities(), codes["seniority"]).alias("seniority"),
        pick(industries(), account["industry"]).alias("industry"),
        pick(countries(), account["country"]).alias("country"),
        account["employees"],
        "relabelled",
        "gamed",
        wrongly_enriched=pl.col("enriched_from") != pl.col("account"),
    )


def _accounts(world: World) -> pl.DataFrame:
    accounts = world.market.accounts
    return accounts.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("account"),
        pick(industries(), accounts["industry"]).alias("industry"),
        pick(countries(), accounts["country"]).alias("country"),
        "employees",
        "revenue",
        "fit",
    )


def _reps(world: World) -> pl.DataFrame:
    sales = world.sales
    return pl.DataFrame(
        {
            "rep": rep_ids(np.arange(sales.size)),
            "skill": sales.skill,
            "patience": sales.patience,
            "laziness": sales.laziness,
            "likes_size": sales.likes[:, 0],
            "likes_seniority": sales.likes[:, 1],
            "likes_messages": sales.likes[:, 2],
        }
    )
