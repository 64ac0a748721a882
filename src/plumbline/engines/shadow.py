"""What scorecards in shadow said in a run, beside the decisions that were made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from plumbline.engines.local import SHADOW
from plumbline.engines.recorded import readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.store import RunFolder


@dataclass(frozen=True, slots=True)
class Beside:
    """One scorecard in shadow. ``bands``: ``"AB"`` counts leads decided as A that it would have put in B."""

    shadow: str
    leads: int
    other_band: int
    other_route: int
    bands: Mapping[str, int]


def beside(folder: RunFolder) -> list[Beside]:
    """Every scorecard that ran in shadow. Leads nobody scored, or who were erased, are not counted."""
    if not folder.parts(SHADOW):
        return []
    with readable(folder):
        decided = folder.scan().select("lead.id", "points", "band", "intended_route")
        said = folder.scan(SHADOW).rename({"band": "theirs", "intended_route": "their_route"})
        both = (
            said.drop("points")
            .join(decided.filter(pl.col("points").is_not_null()), on="lead.id", how="inner")
            .group_by("shadow", "band", "theirs", pl.col("intended_route") != pl.col("their_route"))
            .len()
            .collect()
            .sort("shadow", "band", "theirs")
        )
    return [_told(str(name), part) for (name,), part in both.group_by("shadow", maintain_order=True)]


def _told(name: str, part: pl.DataFrame) -> Beside:
    other = part["band"] != part["theirs"]
    bands = part.group_by("band", "theirs").agg(pl.col("len").sum()).sort("band", "theirs")
    return Beside(
        name,
        int(part["len"].sum()),
        int(part["len"].filter(other).sum()),
        int(part["len"].filter(part["intended_route"]).sum()),
        {f"{live}{theirs}": rows for live, theirs, rows in bands.iter_rows()},
    )
