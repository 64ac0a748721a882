"""One week of the market after another: leads, messages, events, and the codes that hold the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from plumbline.simulate import duplicates, events, forms, messages, render
from plumbline.simulate.accounts import found
from plumbline.simulate.arrivals import DAY, arrive, volumes
from plumbline.simulate.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.simulate.settings import Settings


@dataclass(frozen=True, slots=True)
class Cohort:
    """What one week brought. ``codes`` holds the truth and never leaves the simulator as it is."""

    week: int
    codes: pl.DataFrame
    leads: pl.DataFrame
    messages: pl.DataFrame
    events: pl.DataFrame


def cohorts(settings: Settings, seed: int, accounts: pl.DataFrame | None = None) -> Iterator[Cohort]:
    """The weeks in order. Nothing here answers to what sales does, so one market serves many policies."""
    streams = Streams(seed)
    market = found(settings, streams) if accounts is None else accounts
    past: pl.DataFrame | None = None
    for week, size in enumerate(volumes(settings, streams)):
        cohort = _cohort(settings, streams, market, past, week, int(size))
        past = _remember(past, cohort.codes, week)
        yield cohort


def _cohort(
    settings: Settings,
    streams: Streams,
    market: pl.DataFrame,
    past: pl.DataFrame | None,
    week: int,
    size: int,
) -> Cohort:
    codes = arrive(settings, streams, market, week, size)
    codes = duplicates.repeat(settings, streams, codes, codes.clear() if past is None else past, week)
    tidy = render.render(settings, codes, market)
    said = messages.write_first(settings, streams, codes, tidy, week)
    leads = forms.spoil(settings.forms, streams, tidy, codes, week)
    leads = with_message(leads, codes, said)
    return Cohort(week, codes, leads, said, events.happen(streams, codes, week))


def with_message(leads: pl.DataFrame, codes: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """The export's message column: what the person wrote into the form."""
    text = codes.select("number").join(
        said.select("number", Message="text"), on="number", how="left", maintain_order="left"
    )
    return leads.with_columns(text["Message"])


def _remember(past: pl.DataFrame | None, codes: pl.DataFrame, week: int) -> pl.DataFrame:
    """Originals that later weeks may repeat."""
    originals = codes.filter(pl.col("likeness") == duplicates.NEW)
    if past is None:
        return originals
    recent = past.filter(pl.col("created") >= (week + 1 - duplicates.MEMORY) * 7 * DAY)
    return pl.concat([recent, originals])
