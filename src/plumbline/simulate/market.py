"""A whole market: what can be seen of it, and apart from it, the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from plumbline.simulate.accounts import found
from plumbline.simulate.calibrate import levels
from plumbline.simulate.cohort import cohorts
from plumbline.simulate.events import KINDS
from plumbline.simulate.latents import quality
from plumbline.simulate.render import lead_ids, moments
from plumbline.simulate.streams import Streams
from plumbline.simulate.words import pick

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings


@dataclass(frozen=True, slots=True)
class Visible:
    """What a company has: the frames it could export, and the second at which each row came to be.

    ``leads`` are in order of arrival, ``events`` and ``messages`` in order of time; ``events_of`` and
    ``messages_of`` give the row of the lead each belongs to, ``number_rows`` that of each of ``numbers``.
    """

    leads: pl.DataFrame
    created: NDArray[np.int64]
    numbers: NDArray[np.int64]
    number_rows: NDArray[np.int64]
    events: pl.DataFrame
    events_at: NDArray[np.int64]
    events_of: NDArray[np.int64]
    messages: pl.DataFrame
    messages_at: NDArray[np.int64]
    messages_of: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Market:
    """All that happens outside of sales. ``codes`` and ``labels`` (of messages) are truth."""

    settings: Settings
    streams: Streams
    visible: Visible
    accounts: pl.DataFrame
    codes: pl.DataFrame
    labels: pl.DataFrame


def make_market(settings: Settings, *, seed: int) -> Market:
    """The market of a seed: always the same, whatever sales will do with it."""
    streams = Streams(seed)
    accounts = found(settings, streams)
    parts = list(cohorts(settings, seed, accounts))
    codes = pl.concat([part.codes for part in parts])
    chance = quality(codes["logit"].to_numpy(), codes["not_buyer"].to_numpy(), levels(settings).intercept)
    codes = codes.with_columns(chance=pl.Series(chance))
    labels = pl.concat([part.messages for part in parts]).sort("at", "number")
    events = pl.concat([part.events for part in parts]).sort("at", "number", "kind")
    leads = pl.concat([part.leads for part in parts])
    visible = _visible(settings, codes, leads, labels, events)
    return Market(settings, streams, visible, accounts, codes, labels)


def _visible(
    settings: Settings, codes: pl.DataFrame, leads: pl.DataFrame, labels: pl.DataFrame, events: pl.DataFrame
) -> Visible:
    number = codes["number"].to_numpy()
    by_number = np.argsort(number)
    lead_id, at = lead_ids(pl.col("number")).alias("lead.id"), _text(settings)
    return Visible(
        leads=leads,
        created=codes["created"].to_numpy(),
        numbers=number[by_number],
        number_rows=by_number,
        events=events.select(lead_id, pick(KINDS, events["kind"]).alias("kind"), at),
        events_at=events["at"].to_numpy(),
        events_of=_rows(codes, events),
        messages=labels.select(lead_id, at, "channel", "text"),
        messages_at=labels["at"].to_numpy(),
        messages_of=_rows(codes, labels),
    )


def _text(settings: Settings) -> pl.Expr:
    return moments(settings, pl.col("at")).dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("at")


def _rows(codes: pl.DataFrame, frame: pl.DataFrame) -> NDArray[np.int64]:
    """The row of the lead that each row of a frame belongs to."""
    index = codes.select("number", row=pl.int_range(pl.len(), dtype=pl.Int64))
    rows = frame.select("number").join(index, on="number", how="left", maintain_order="left")["row"]
    return rows.to_numpy()
