"""The market week after week: leads, messages, events, and the codes that hold the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from plumbline.simulate import duplicates, events, faults, forms, messages, render
from plumbline.simulate.accounts import found
from plumbline.simulate.arrivals import DAY, arrive, blocks, volumes
from plumbline.simulate.calibrate import levels
from plumbline.simulate.replies import write_later
from plumbline.simulate.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from plumbline.simulate.calibrate import Levels
    from plumbline.simulate.settings import Settings


@dataclass(frozen=True, slots=True)
class Cohort:
    """What some weeks brought. ``codes`` holds the truth and never leaves the simulator as it is."""

    codes: pl.DataFrame
    leads: pl.DataFrame
    messages: pl.DataFrame
    events: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Maker:
    settings: Settings
    streams: Streams
    accounts: pl.DataFrame
    level: Levels

    def make(self, past: pl.DataFrame | None, week: NDArray[np.int64]) -> Cohort:
        """The block of weeks after ``past``, whose leads some of the new ones repeat."""
        fresh = arrive(self.settings, self.streams, self.accounts, week)
        known = fresh.clear() if past is None else past
        codes = duplicates.repeat(self.settings, self.streams, fresh, known)
        codes = faults.spoil_codes(self.settings, self.streams, codes, self.accounts)
        weeks = range(int(week[0]), int(week[-1]) + 1)
        again = duplicates.storm(self.settings, self.streams, pl.concat([known, codes]), weeks)
        codes = pl.concat([codes, again]).sort("created", "number")
        tidy = render.render(self.settings, codes, self.accounts)
        said = messages.write_first(self.settings, self.streams, codes, tidy)
        said = faults.spoil_messages(said, codes)
        said = pl.concat([said, write_later(self.settings, self.streams, codes, tidy, said)])
        leads = forms.spoil(self.settings, self.streams, tidy, codes, self.level)
        leads = faults.spoil_cells(with_message(with_full_name(leads), codes, said), codes)
        return Cohort(codes, leads, said, events.happen(self.settings, self.streams, codes))


def cohorts(settings: Settings, seed: int, accounts: pl.DataFrame | None = None) -> Iterator[Cohort]:
    """The market in order of time. Nothing in it answers to what sales does, so it serves many policies."""
    streams = Streams(seed)
    market = found(settings, streams) if accounts is None else accounts
    maker = _Maker(settings, streams, market, levels(settings))
    past: pl.DataFrame | None = None
    for _, week in blocks(volumes(settings, streams)):
        if week.size:
            cohort = maker.make(past, week)
            past = _remember(past, cohort.codes, int(week[-1]))
            yield cohort


def with_message(leads: pl.DataFrame, codes: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """The export's message column: what the person wrote into the form."""
    text = codes.select("number").join(
        said.filter(pl.col("data_rights").is_null()).select("number", Message="text"),
        on="number",
        how="left",
        maintain_order="left",
    )
    return leads.with_columns(text["Message"])


def with_full_name(leads: pl.DataFrame) -> pl.DataFrame:
    """The export's column with both names, as they were typed."""
    both = pl.concat_str("First Name", pl.lit(" "), "Last Name").alias("Full Name")
    return leads.select("Lead ID", "Created", both, pl.exclude("Lead ID", "Created"))


def _remember(past: pl.DataFrame | None, codes: pl.DataFrame, week: int) -> pl.DataFrame:
    """Originals that later weeks may repeat."""
    originals = codes.filter(pl.col("likeness") == duplicates.NEW)
    if past is None:
        return originals
    recent = past.filter(pl.col("created") >= (week + 1 - duplicates.MEMORY) * 7 * DAY)
    return pl.concat([recent, originals])
