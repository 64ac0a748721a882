"""Cells that are filled in after the lead came in: by a data provider, and by reps as they learn.

A rep who gets a meeting asks, and writes the answers down. So the export of today holds more answers of those
with whom it went well: a trap for whoever learns from it as if all of it had been known from the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.simulate.arrivals import DAY
from plumbline.simulate.forms import BLANKS
from plumbline.simulate.render import moments, render
from plumbline.simulate.streams import Dice

if TYPE_CHECKING:
    from plumbline.simulate.world import World

#: Columns that a data provider may fill within days, and those that reps fill in after a meeting.
ENRICHED: Final = ("Employees", "Annual Revenue", "Industry")
ASKED: Final = ("Timeframe", "Budget", "Field Crew Size", "Current Tool")


def history(world: World) -> pl.DataFrame:
    """Later values so far: ``lead.id``, ``column``, ``value``, ``at``, ``by`` (``enrichment`` or ``rep``)."""
    codes, settings = world.market.codes.head(world.known), world.settings
    tidy = render(settings, codes, world.market.accounts)
    leads = world.market.visible.leads.head(world.known)
    dice = Dice(world.market.streams.under("history"), codes["key"].to_numpy())
    arrived = pl.Series(codes["created"].to_numpy() + DAY + (dice.uniform("delay") * 3 * DAY).astype("int64"))
    parts = [
        _filled(
            leads, tidy, name, arrived, dice.below(f"enriched {name}", settings.forms.enriched), "enrichment"
        )
        for name in ENRICHED
    ]
    met = _met(world, leads)
    parts += [
        _filled(leads, tidy, name, met, dice.below(f"asked {name}", settings.team.fills_in), "rep")
        for name in ASKED
    ]
    found = pl.concat(parts).filter(pl.col("second") <= world.second).sort("second", "lead.id", "column")
    return found.select("lead.id", "column", "value", _text(world), "by")


def _filled(
    leads: pl.DataFrame, tidy: pl.DataFrame, name: str, second: pl.Series, chosen: pl.Series, by: str
) -> pl.DataFrame:
    """The true answers for cells that were left out, where somebody fills them."""
    left_out = leads[name].is_null() | leads[name].is_in(BLANKS)
    frame = pl.DataFrame(
        {"lead.id": leads["Lead ID"], "value": tidy[name], "second": second, "chosen": left_out & chosen}
    )
    frame = frame.filter(pl.col("chosen") & pl.col("second").is_not_null() & pl.col("value").is_not_null())
    return frame.select("lead.id", pl.lit(name).alias("column"), "value", "second", pl.lit(by).alias("by"))


def _met(world: World, leads: pl.DataFrame) -> pl.Series:
    """The second after each lead's first meeting; null where there was none."""
    outcomes = world.records.outcomes(leads["Lead ID"], world.second)
    held = outcomes.filter(pl.col("outcome") == "meeting_held").group_by("lead.id").agg(pl.col("at").min())
    joined = leads.select(pl.col("Lead ID").alias("lead.id")).join(
        held, on="lead.id", how="left", maintain_order="left"
    )
    start = world.settings.epoch.replace(tzinfo=None)
    return (joined["at"].str.to_datetime("%Y-%m-%dT%H:%M:%SZ") - start).dt.total_seconds() + 3600


def _text(world: World) -> pl.Expr:
    return moments(world.settings, pl.col("second")).dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("at")


def latest(leads: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """The leads with the last value of every cell that was filled in later."""
    for name in sorted(set(later["column"])):
        values = later.filter(pl.col("column") == name).group_by("lead.id").agg(pl.last("value"))
        joined = leads.select(pl.col("Lead ID").alias("lead.id")).join(
            values, on="lead.id", how="left", maintain_order="left"
        )
        leads = leads.with_columns(pl.coalesce(pl.lit(joined["value"]), name).alias(name))
    return leads
