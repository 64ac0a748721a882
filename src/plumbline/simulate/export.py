"""The CRM's export on a given day: the leads, with the columns that sales fills in afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.simulate.history import history, latest
from plumbline.simulate.world import look

if TYPE_CHECKING:
    from plumbline.simulate.observed import Observed
    from plumbline.simulate.world import World

#: What the status of a lead says once this has been reported; a score that reads it reads the answer.
_STATUS: Final = {
    "accepted": "Working", "contacted": "Working", "no_show": "Working", "meeting_held": "Meeting held",
    "opportunity_created": "Opportunity", "opportunity_accepted": "Opportunity", "won": "Customer",
    "lost": "Closed lost", "rejected": "Unqualified",
}  # fmt: skip


def export(world: World) -> pl.DataFrame:
    """All leads so far as strings, as of now: with owner, status, later answers and objections."""
    observed = look(world)
    leads = latest(observed.leads.with_columns(_objections(world, observed)), history(world))
    ids = leads.select(pl.col("Lead ID").alias("lead.id"))
    touched = observed.touches().group_by("lead.id").agg(pl.last("rep"), pl.last("at").alias("touched"))
    reported = (
        observed.outcomes().group_by("lead.id").agg(pl.last("outcome"), pl.last("at").alias("reported"))
    )
    known = ids.join(touched, on="lead.id", how="left", maintain_order="left")
    known = known.join(reported, on="lead.id", how="left", maintain_order="left")
    return leads.with_columns(
        known["rep"].alias("Owner"),
        known["outcome"].replace_strict(_STATUS, default="New", return_dtype=pl.String).alias("Lead Status"),
        known["touched"].str.slice(0, 10).alias("Last Contacted"),
        pl.max_horizontal(
            "Created", *(pl.lit(_plain(known[name])) for name in ("touched", "reported"))
        ).alias("Modified"),
    )


def fresh(leads: pl.DataFrame) -> pl.DataFrame:
    """The same columns before sales has seen any lead."""
    return leads.with_columns(
        pl.lit(None, pl.String).alias("Owner"),
        pl.lit("New").alias("Lead Status"),
        pl.lit(None, pl.String).alias("Last Contacted"),
        pl.col("Created").alias("Modified"),
    )


def _objections(world: World, observed: Observed) -> pl.Series:
    """Objections written later by e-mail stand in the CRM too: somebody read them and ticked the box."""
    visible, labels = world.market.visible, world.market.labels
    said = (labels["data_rights"] == "object").fill_null(value=False) & (labels["at"] <= observed.second)
    rows = pl.Series(visible.messages_of).filter(said)
    flags = observed.leads["Opted Out of Profiling"].to_frame().with_row_index("row")
    objected = flags["row"].cast(pl.Int64).is_in(rows.implode())
    return (
        flags["Opted Out of Profiling"]
        .zip_with(~objected, pl.Series(["Yes"]))
        .alias("Opted Out of Profiling")
    )


def _plain(moment: pl.Series) -> pl.Series:
    """``2025-01-06T09:00:00Z`` as ``2025-01-06 09:00:00``."""
    return moment.str.replace("T", " ", literal=True).str.replace("Z", "", literal=True)
