"""The organisations of the simulated market: who they are, and how well they truly fit."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate.words import choose, column, countries, cumulative, industries, pick, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings
    from plumbline.simulate.streams import Streams

TIERS: Final = ("standard", "target", "strategic")
_SIZE_MEAN, _SIZE_SPREAD = 2.0, 0.75  # of log10(employees): a median of 100 people, 1 in 6 above 560
_BEST_SIZE: Final = 2.6  # about 400 people; far smaller does not need planning, far larger buys elsewhere
_UNSEEN: Final = 0.55  # spread of the part of fit that no column tells


def found(settings: Settings, streams: Streams, count: int | None = None) -> pl.DataFrame:
    """All accounts, one row each, as codes and numbers; the row number is the account's own number."""
    size = count or max(8, round(settings.leads / settings.leads_per_account))
    rng = streams.rng("accounts")
    market, places = table("market")["industries"], table("places")
    industry = choose(cumulative(column(market, "share")), rng.random(size))
    country = choose(cumulative(column(places, "share")), rng.random(size))
    log_size = np.clip(rng.normal(_SIZE_MEAN, _SIZE_SPREAD, size), 0.0, 4.9)
    fit = _fit(
        column(market, "fit")[industry], column(places, "fit")[country], log_size, rng.normal(0, 1, size)
    )
    return pl.DataFrame(
        {
            "industry": industry.astype(np.int8),
            "country": country.astype(np.int8),
            "city": rng.integers(0, 1 << 15, size, dtype=np.int16),
            "employees": np.rint(10**log_size).astype(np.int32),
            "revenue": np.rint(10 ** (log_size + 5.05 + rng.normal(0, 0.2, size)) / 1e4) * 1e4,
            "tier": _tier(fit, log_size, rng.normal(0, 1, size)),
            "domain_style": rng.integers(0, 3, size, dtype=np.int8),
            "fit": fit,
        }
    )


def _fit(
    industry: NDArray[np.float64],
    country: NDArray[np.float64],
    log_size: NDArray[np.float64],
    unseen: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Latent fit of an account, about standard normal."""
    by_size = 0.7 - 0.8 * (log_size - _BEST_SIZE) ** 2
    raw: NDArray[np.float64] = 0.8 * industry + 0.6 * country + by_size + _UNSEEN * unseen
    return np.clip(raw, -3.5, 2.5)


def _tier(
    fit: NDArray[np.float64], log_size: NDArray[np.float64], opinion: NDArray[np.float64]
) -> NDArray[np.int8]:
    """Sales name about 3 % of accounts strategic and 9 % target: large, fitting, and by opinion."""
    appeal = 0.6 * fit + 1.2 * (log_size - 2.0) + 0.7 * opinion
    return ((appeal > 1.9).astype(np.int8) + (appeal > 2.75).astype(np.int8)).astype(np.int8)


def names(number: NDArray[np.int64], industry: NDArray[np.int64], country: NDArray[np.int64]) -> pl.DataFrame:
    """Columns ``company`` (with its legal form), ``bare`` (without) and ``domain`` of accounts by number.

    A bijection from number to syllables keeps names apart up to some 300,000 accounts; then they get a tail.
    """
    words = table("companies")
    roots = _roots()
    # 25,013 is prime to the number of roots, so neighbours get unlike names and nothing repeats early.
    root = pick(roots, number * 25_013 % len(roots))
    # The root comes round after a multiple of six numbers, so each round gives it another trade word.
    trade = _by_group(
        [words["trade"][name] for name in industries()], industry, number + number // len(roots)
    )
    legal = _by_group([words["legal"][name] for name in countries()], country, number)
    tail = pick(words["tail"], number // (len(roots) * 6))
    bare = pl.DataFrame({"root": root, "trade": trade, "tail": tail, "legal": legal})
    return bare.select(
        company=pl.concat_str("root", pl.lit(" "), "trade", pl.lit(" "), "tail", "legal").str.replace(
            "  ", " "
        ),
        bare=pl.concat_str("root", pl.lit(" "), "trade", pl.lit(" "), "tail").str.strip_chars(),
        domain=pl.concat_str(pl.concat_str("root", "trade", "tail").map_batches(_slug), pl.lit(".example")),
    )


@cache
def _roots() -> list[str]:
    words = table("companies")
    return [a + b + c for a in words["first"] for b in words["second"] for c in words["third"]]


def _by_group(groups: list[list[str]], group: NDArray[np.int64], index: NDArray[np.int64]) -> pl.Series:
    """The index-th word of each row's group; all groups here have the same number of words or fewer."""
    width = max(len(words) for words in groups)
    flat = [words[i % len(words)] for words in groups for i in range(width)]
    return pick(flat, group * width + index % width)


def _slug(text: pl.Series) -> pl.Series:
    return text.str.to_lowercase().str.replace_all(re.compile(r"[^a-z0-9]").pattern, "")
