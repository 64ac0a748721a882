"""People who judge a lead from its file: mostly right, sometimes late, and now and then not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from plumbline.simulate.arrivals import DAY
from plumbline.simulate.render import moments
from plumbline.simulate.truth import truth_of

if TYPE_CHECKING:
    from plumbline.simulate.world import World


def review(world: World, leads: pl.Series, reader: int = 0) -> pl.DataFrame:
    """What a reader says of leads put before them now: ``lead.id``, ``verdict``, ``at``.

    The verdict is whether the lead deserves to be worked; null where it is never given. A reader errs by the
    rates of ``Settings.readers``; the same reader and lead give the same verdict, another reader's errors are
    independent. This is the only way by which truth comes out of the simulator, and it comes out blurred.
    """
    rates, streams = world.settings.readers, world.market.streams.under("reviews")
    asked = pl.DataFrame({"lead.id": leads})
    good = asked.join(truth_of(world).leads, on="lead.id", how="left", maintain_order="left")["would_qualify"]
    number = leads.str.slice(1).cast(pl.Int64).to_numpy()
    lot, late, silent = (
        pl.Series(streams.lots(name, number, np.full(number.size, reader)))
        for name in ("error", "late", "silent")
    )
    right = (
        lot
        < pl.select(pl.when(pl.lit(good)).then(rates.sensitivity).otherwise(rates.specificity)).to_series()
    )
    given = (
        silent
        >= pl.select(
            pl.when(pl.lit(good)).then(rates.silent_on_good).otherwise(rates.silent_on_bad)
        ).to_series()
    )
    said = pl.DataFrame({"lead.id": leads, "verdict": good == right, "given": given, "late": late})
    days = (-(1 - pl.col("late")).log() * rates.mean_days * DAY).cast(pl.Int64)
    at = moments(world.settings, world.second + days).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return said.select(
        "lead.id",
        pl.when("given").then("verdict").alias("verdict"),
        pl.when("given").then(at).alias("at"),
    )
