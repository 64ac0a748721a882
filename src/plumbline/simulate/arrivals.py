"""Who comes in when: one week's leads as codes and numbers, with the truth about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate import people
from plumbline.simulate.latents import add_facts, add_latents
from plumbline.simulate.words import choose, column, cumulative, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings
    from plumbline.simulate.streams import Streams

#: Lead numbers are week * WEEK + place in the week; a fault that adds rows uses the upper places.
WEEK: Final = 10_000_000
DAY: Final = 86_400
_WEEKDAYS: Final = np.array([1.10, 1.20, 1.15, 1.10, 0.90, 0.25, 0.20])
#: Midnight first; most forms are filled in office hours.
_HOURS: Final = np.array(
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1.2, 2.2, 2.8, 2.8, 2.4,
     1.8, 2.2, 2.6, 2.5, 2.2, 1.6, 0.9, 0.7, 0.7, 0.6, 0.4, 0.2]
)  # fmt: skip


def channels() -> tuple[str, ...]:
    """Channel names in the order of their codes."""
    return tuple(table("market")["channels"])


def not_buyers() -> tuple[str, ...]:
    """Kinds of people who will never buy; code 0 of a lead means a buyer, code k the k-th of these."""
    return tuple(table("market")["not_buyers"])


def volumes(settings: Settings, streams: Streams) -> NDArray[np.int64]:
    """Leads per week, summing to ``settings.leads``: a quiet summer, a quiet Christmas, some noise."""
    weeks = np.arange(settings.weeks)
    of_year = (weeks + settings.start.isocalendar().week - 1) % 52
    dip = np.exp(-(((of_year - 31) / 3.0) ** 2)) + 1.6 * np.exp(-(((of_year - 51.5) / 1.5) ** 2))
    level = np.clip(1 + settings.season * (np.sin(2 * np.pi * of_year / 26) * 0.5 - 2 * dip), 0.05, None)
    rng = streams.rng("volumes")
    shares = level * np.exp(rng.normal(0, 0.06, settings.weeks))
    return rng.multinomial(settings.leads, shares / shares.sum()).astype(np.int64)


def arrive(
    settings: Settings, streams: Streams, accounts: pl.DataFrame, week: int, size: int
) -> pl.DataFrame:
    """The week's leads before any of them is a duplicate, in order of arrival."""
    rng = streams.rng("arrivals", week)
    channel = choose(channel_edges(0.0), rng.random(size))
    account = _account(rng, accounts, channel)
    country = accounts["country"].to_numpy()[account].astype(np.int64)
    number = week * WEEK + np.arange(size)
    base = {
        "number": number,
        "person": number,
        "created": np.sort(week * 7 * DAY + _moment(rng, size)),
        "channel": channel.astype(np.int8),
        "campaign": rng.integers(0, 1 << 15, size, dtype=np.int16),
        "account": account.astype(np.int32),
        "not_buyer": _not_buyer(settings, rng, channel),
        "email_kind": _email_kind(rng, channel),
    }
    codes = pl.DataFrame(base | people.draw(streams.rng("people", week), size, country))
    codes = add_latents(codes, accounts, streams.rng("latents", week))
    codes = add_facts(settings, codes, streams.rng("facts", week))
    return codes.with_columns(duplicate_of=pl.lit(None, pl.Int64), likeness=pl.lit(0, pl.Int8))


def channel_edges(shift: float) -> NDArray[np.float64]:
    """Upper edges of the channel shares; ``shift`` moves that share of all leads to paid social."""
    shares = column(table("market")["channels"], "share")
    moved = (1 - shift) * shares / shares.sum()
    moved[channels().index("Paid Social")] += shift
    return cumulative(moved)


def _moment(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """Seconds into the week, on working days and in working hours mostly."""
    day = choose(cumulative(_WEEKDAYS), rng.random(size))
    hour = choose(cumulative(_HOURS), rng.random(size))
    return day * DAY + hour * 3600 + rng.integers(0, 3600, size)


def _account(
    rng: np.random.Generator, accounts: pl.DataFrame, channel: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Some accounts send more people than others, and a good channel more often brings a fitting one."""
    shift = column(table("market")["channels"], "fit")[channel]
    first, second = ((accounts.height * rng.random(channel.size) ** 1.25).astype(np.int64) for _ in range(2))
    fit = accounts["fit"].to_numpy()
    better = np.where(fit[first] >= fit[second], first, second)
    worse = np.where(fit[first] >= fit[second], second, first)
    picks = rng.random(channel.size) < np.abs(shift)
    return np.where(picks, np.where(shift > 0, better, worse), first)


def _not_buyer(settings: Settings, rng: np.random.Generator, channel: NDArray[np.int64]) -> NDArray[np.int8]:
    """0 for a buyer; the share over all channels is as set."""
    market = table("market")
    noise, shares = column(market["channels"], "noise"), column(market["channels"], "share")
    chance = settings.not_buyers * noise / (noise @ shares / shares.sum())
    kinds = np.array(list(market["not_buyers"].values()))
    kind = 1 + choose(cumulative(kinds), rng.random(channel.size))
    return np.where(rng.random(channel.size) < chance[channel], kind, 0).astype(np.int8)


def _email_kind(rng: np.random.Generator, channel: NDArray[np.int64]) -> NDArray[np.int8]:
    free = column(table("market")["channels"], "free")[channel]
    edge = rng.random(channel.size)
    kind = np.select(
        [edge < free, edge < free + 0.012, edge < free + 0.05], [people.FREE, people.DISPOSABLE, people.ROLE]
    )
    return kind.astype(np.int8)
