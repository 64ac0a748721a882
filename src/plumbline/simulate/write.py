"""Files of a simulation: what a company would have, and apart from it, in ``truth/``, what nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from plumbline.simulate.cohort import cohorts
from plumbline.simulate.events import KINDS
from plumbline.simulate.render import lead_ids, moments
from plumbline.simulate.words import pick

if TYPE_CHECKING:
    from pathlib import Path

    from plumbline.simulate.settings import Settings


def write_leads_csv(settings: Settings, seed: int, path: Path) -> int:
    """Only the leads, week by week, so that memory does not grow with their number; returns how many."""
    count = 0
    with path.open("wb") as file:
        for cohort in cohorts(settings, seed):
            cohort.leads.write_csv(file, include_header=count == 0)
            count += cohort.leads.height
    return count


def events_frame(settings: Settings, events: pl.DataFrame) -> pl.DataFrame:
    """Events as a company has them: ``lead.id``, ``kind``, ``at``, all text."""
    return events.select(
        lead_ids(pl.col("number")).alias("lead.id"),
        pick(KINDS, events["kind"]).alias("kind"),
        moments(settings, pl.col("at")).dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("at"),
    )
