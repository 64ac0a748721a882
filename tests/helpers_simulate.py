"""Small simulated worlds, made once, and the bounds that shares are held against."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from plumbline.simulate import Settings, arrival_order, begin, fly, make_market, truth_of

if TYPE_CHECKING:
    import polars as pl

    from plumbline.simulate import Truth, World
    from plumbline.simulate.market import Market

SEED = 11
SMALL = Settings(leads=6_000, weeks=20)


@cache
def small_market() -> Market:
    return make_market(SMALL, seed=SEED)


@cache
def small_world() -> World:
    """The small market under arrival order, flown to its last week."""
    return fly(begin(SMALL, seed=SEED, market=small_market()), arrival_order, SMALL.weeks)


@cache
def small_truth() -> Truth:
    return truth_of(small_world())


def within_binomial(share: float, target: float, n: int, *, inflation: float = 1.0) -> bool:
    """Whether a share of ``n`` independent cases is within 4 standard errors of its target.

    ``inflation`` is the design effect where cases come in clusters.
    """
    return abs(share - target) <= 4 * np.sqrt(inflation * target * (1 - target) / n)


def blank(column: pl.Series) -> pl.Series:
    """Cells left out, whether empty or with a word that means so."""
    words = [
        "Select",
        "- Please select -",
        "Choose...",
        "N/A",
        "-",
        "n/a",
        "unknown",
        "none",
        "?",
        "TBD",
        ".",
    ]
    return column.is_null() | column.is_in(words)
