"""Simple ways to route, to compare with: each takes what can be seen and says where every new lead goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from plumbline.domain.words import Route

if TYPE_CHECKING:
    from plumbline.simulate.observed import Observed
    from plumbline.simulate.streams import Streams
    from plumbline.simulate.world import Chooser


def arrival_order(observed: Observed) -> pl.DataFrame:
    """First come, first served."""
    return _queued(observed, pl.Series("order", observed.created, dtype=pl.Float64))


def newest_first(observed: Observed) -> pl.DataFrame:
    """Last come, first served."""
    return _queued(observed, -pl.Series("order", observed.created, dtype=pl.Float64))


def random_order(streams: Streams) -> Chooser:
    """A router that draws lots; the same streams give the same order."""

    def choose(observed: Observed) -> pl.DataFrame:
        lots = streams.lots("random order", observed.rows)
        return _queued(observed, pl.Series("order", lots))

    return choose


def _queued(observed: Observed, order: pl.Series) -> pl.DataFrame:
    return observed.leads.select(
        pl.col("Lead ID").alias("lead.id"), pl.lit(Route.QUEUE.word).alias("route"), order.alias("order")
    )
