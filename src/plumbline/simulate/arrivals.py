"""Who comes in when: one week's leads as codes and numbers, with the truth about each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate import people
from plumbline.simulate.latents import add_facts, add_latents
from plumbline.simulate.settings import FaultKind
from plumbline.simulate.words import channels, choose, column, cumulative, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings
    from plumbline.simulate.streams import Streams

#: Lead numbers are week * WEEK + place in the week; a fault that adds rows uses the upper places.
WEEK: Final = 10_000_000
DAY: Final = 86_400
#: Leads drawn at once, and the most weeks that make up such a block.
_BLOCK: Final = 6_000
_LONGEST: Final = 13
#: Share of all leads that a channel shift of strength 1 moves.
_SHIFTED: Final = 0.5
_WEEKDAYS: Final = np.array([1.10, 1.20, 1.15, 1.10, 0.90, 0.25, 0.20])
#: Midnight first; most forms are filled in office hours.
_HOURS: Final = np.array(
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1.2, 2.2, 2.8, 2.8, 2.4,
     1.8, 2.2, 2.6, 2.5, 2.2, 1.6, 0.9, 0.7, 0.7, 0.6, 0.4, 0.2]
)  # fmt: skip


def volumes(settings: Settings, streams: Streams) -> NDArray[np.int64]:
    """Leads per week, summing to ``settings.leads``: a quiet summer, a quiet Christmas, some noise."""
    weeks = np.arange(settings.weeks)
    of_year = (weeks + settings.start.isocalendar().week - 1) % 52
    dip = np.exp(-(((of_year - 31) / 3.0) ** 2)) + 1.6 * np.exp(-(((of_year - 51.5) / 1.5) ** 2))
    level = np.clip(1 + settings.season * (np.sin(2 * np.pi * of_year / 26) * 0.5 - 2 * dip), 0.05, None)
    rng = streams.rng("volumes")
    shares = level * np.exp(rng.normal(0, 0.06, settings.weeks))
    return rng.multinomial(settings.leads, shares / shares.sum()).astype(np.int64)


def blocks(size: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """The weeks in groups of some thousand leads: the first week, and the week of every lead.

    Drawing thousands of rows at once costs hardly more than drawing hundreds.
    """
    step = int(np.clip(round(_BLOCK / max(1.0, float(size.mean()))), 1, _LONGEST))
    for first in range(0, size.size, step):
        weeks = np.arange(first, min(first + step, size.size))
        yield first, np.repeat(weeks, size[weeks])


def arrive(
    settings: Settings, streams: Streams, accounts: pl.DataFrame, week: NDArray[np.int64]
) -> pl.DataFrame:
    """The leads of some weeks before any of them is a duplicate, in order of arrival.

    ``week`` holds the week of each lead, ascending.
    """
    size, first = week.size, int(week[0]) if week.size else 0
    rng = streams.rng("arrivals", first)
    channel = choose(_edges(), rng.random(size))
    channel = shift_channels(settings, streams, channel, week)
    account = _account(rng, accounts, channel)
    created = np.sort(week * 7 * DAY + _moment(rng, size))
    number = week * WEEK + _place(week)
    base = {
        "number": number,
        "person": number,
        "key": number,
        "created": created,
        "channel": channel.astype(np.int8),
        "campaign": rng.integers(0, 1 << 15, size, dtype=np.int16),
        "account": account.astype(np.int32),
        "enriched_from": account.astype(np.int32),
        "not_buyer": _not_buyer(settings, rng, channel),
        "email_kind": _email_kind(rng, channel),
    }
    country = accounts["country"].to_numpy()[account].astype(np.int64)
    codes = pl.DataFrame(base | people.draw(streams.rng("people", first), size, country))
    codes = add_latents(codes, accounts, streams.rng("latents", first))
    codes = add_facts(settings, codes, streams.rng("facts", first))
    return codes.with_columns(
        duplicate_of=pl.lit(None, pl.Int64),
        likeness=pl.lit(0, pl.Int8),
        relabelled=pl.lit(value=False),
        gamed=pl.lit(value=False),
    )


def shift_channels(
    settings: Settings, streams: Streams, channel: NDArray[np.int64], week: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The fault *channel shift*: part of the leads come through paid social instead."""
    share = _SHIFTED * settings.strengths(FaultKind.CHANNEL_SHIFT, week)
    if not share.any():
        return channel
    moved = streams.rng("channel shift", int(week[0])).random(channel.size) < share
    return np.where(moved, channels().index("Paid Social"), channel)


def _place(week: NDArray[np.int64]) -> NDArray[np.int64]:
    """Running number of each lead within its week."""
    return np.arange(week.size) - np.searchsorted(week, week)


@cache
def _edges() -> NDArray[np.float64]:
    return cumulative(column(table("market")["channels"], "share"))


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
