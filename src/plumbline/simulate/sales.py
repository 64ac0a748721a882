"""The people who work the leads: how many, how able, how diligent, and what they like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate import people

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings
    from plumbline.simulate.streams import Streams

#: Places in reps' days that one lead takes on average, with some slack for busy weeks.
TOUCHES: Final = 3.0
_WORKDAYS: Final = 5
_SMALLEST: Final = 3


@dataclass(frozen=True, slots=True)
class Sales:
    """One entry per rep. ``likes`` weighs firm size, seniority and whether a message was written."""

    team: NDArray[np.int64]
    senior: NDArray[np.bool_]
    capacity: NDArray[np.int64]
    skill: NDArray[np.float64]
    patience: NDArray[np.int64]
    laziness: NDArray[np.float64]
    likes: NDArray[np.float64]

    @property
    def size(self) -> int:
        """How many reps there are."""
        return self.team.size

    @property
    def teams(self) -> int:
        """How many teams."""
        return int(self.team.max()) + 1


def hire(settings: Settings, streams: Streams) -> Sales:
    """A sales force of the size that the market and the wanted coverage ask for."""
    rng, team = streams.rng("sales"), settings.team
    daily = team.coverage * settings.leads / settings.weeks * TOUCHES / _WORKDAYS
    size = team.reps or max(_SMALLEST, round(daily / team.touches_per_day))
    groups = max(1, min(4, size // _SMALLEST))
    return Sales(
        team=np.arange(size) % groups,
        senior=np.arange(size) // groups == 0,
        capacity=np.full(size, max(1, round(daily / size)) if not team.reps else team.touches_per_day),
        skill=np.clip(1 - np.abs(rng.normal(0, team.skill_spread, size)), 0.5, 1.0),
        patience=rng.integers(3, 7, size),
        laziness=np.clip(rng.exponential(team.laziness, size), 0, 0.6),
        likes=rng.normal(0, 0.6, (size, 3)),
    )


def roster(sales: Sales, streams: Streams) -> pl.DataFrame:
    """Who the reps are, as a company knows them: id, name, team, seniority, touches a day."""
    code = streams.rng("roster").integers(0, 1 << 20, (2, sales.size))
    english = np.zeros(sales.size, dtype=np.int64)
    first, last = people.given_names(english, code[0]), people.surnames(english, code[1])
    return pl.DataFrame(
        {
            "rep": rep_ids(np.arange(sales.size)),
            "name": pl.select(pl.concat_str(pl.lit(first), pl.lit(" "), pl.lit(last))).to_series(),
            "team": [f"Team {team + 1}" for team in sales.team],
            "senior": sales.senior,
            "touches_per_day": sales.capacity,
        }
    )


def rep_ids(rep: NDArray[np.int64]) -> pl.Series:
    """``R01`` and so on; null for no rep (a negative number)."""
    text = "R" + pl.Series(rep + 1).cast(pl.String).str.zfill(2)
    return text.zip_with(pl.Series(rep >= 0), pl.Series([None], dtype=pl.String))
