"""What people do on the web and with our mail, before and after they become a lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate.arrivals import DAY
from plumbline.simulate.settings import FaultKind
from plumbline.simulate.words import channels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings
    from plumbline.simulate.streams import Streams

#: Nobody does one thing more often than this.
_MOST: Final = 60
KINDS: Final = ("page_view", "pricing_view", "demo_request", "download", "email_open", "unsubscribe")


def happen(settings: Settings, streams: Streams, codes: pl.DataFrame) -> pl.DataFrame:
    """Columns ``number``, ``kind`` (code) and ``at`` (seconds). The interested do more of everything."""
    codes = codes.filter(pl.col("number") == pl.col("key"))  # what an integration sends again has no visits
    parts = [_drawn(streams, codes, kind, rate, after=False) for kind, rate in _before(codes).items()]
    parts += [_drawn(streams, codes, kind, rate, after=True) for kind, rate in _after(codes).items()]
    parts += [_by_form(codes), _faked(codes)]
    return lose_tracking(settings, streams, pl.concat(parts)).sort("at", "number", "kind")


def _before(codes: pl.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Mean number of events in the weeks before the lead came in."""
    intent = codes["intent"].to_numpy()
    return {
        "page_view": np.exp(0.5 + 0.40 * intent),
        "pricing_view": np.exp(-1.4 + 0.75 * intent),
        "demo_request": np.exp(-3.4 + 0.8 * intent),
        "download": np.exp(-2.0 + 0.2 * intent),
        "email_open": np.exp(-1.2 + 0.2 * intent),
    }


def _after(codes: pl.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Mean number of events in the weeks after."""
    intent = codes["intent"].to_numpy()
    return {
        "page_view": np.exp(-0.6 + 0.45 * intent),
        "pricing_view": np.exp(-2.2 + 0.8 * intent),
        "email_open": np.exp(-0.2 + 0.35 * intent),
        "unsubscribe": np.exp(-4.2 - 0.5 * intent),
    }


def _drawn(
    streams: Streams, codes: pl.DataFrame, kind: str, rate: NDArray[np.float64], *, after: bool
) -> pl.DataFrame:
    """Poisson counts, spread over time: the ready come back sooner before they write."""
    name, number = f"event {kind} {after}", codes["number"].to_numpy()
    count = _counts(rate, streams.lots(name, number))
    row = np.repeat(np.arange(codes.height), count)
    nth = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
    pace = np.clip(np.exp(-0.3 * codes["readiness"].to_numpy()[row]), 0.3, 3.0)
    gap = -np.log1p(-streams.lots(f"{name} time", number[row], nth)) * 10 * DAY * pace
    gap = np.minimum(gap, 120 * DAY).astype(np.int64)
    created = codes["created"].to_numpy()[row]
    return _frame(number[row], kind, created + gap + 60 if after else created - gap - 5)


def _counts(rate: NDArray[np.float64], lot: NDArray[np.float64]) -> NDArray[np.int64]:
    """Poisson counts by inversion: a lead's count answers to its own rate and lot alone."""
    rate = np.minimum(rate, _MOST / 2)
    term = np.exp(-rate)
    total, count = term.copy(), np.zeros(rate.size, dtype=np.int64)
    for k in range(1, _MOST):
        beyond = lot >= total
        if not beyond.any():
            break
        count += beyond
        term = term * rate / k
        total = total + term
    return count


def _by_form(codes: pl.DataFrame) -> pl.DataFrame:
    """The form itself is an event: a demo asked for, a paper downloaded."""
    channel, created = codes["channel"].to_numpy(), codes["created"].to_numpy()
    number = codes["number"].to_numpy()
    parts = []
    for name, kind in (("Demo Form", "demo_request"), ("Content Download", "download")):
        here = channel == channels().index(name)
        parts.append(_frame(number[here], kind, created[here]))
    return pl.concat(parts)


def _faked(codes: pl.DataFrame) -> pl.DataFrame:
    """Who games the form also clicks where it counts."""
    number, created = (codes.filter("gamed")[name].to_numpy() for name in ("number", "created"))
    return pl.concat(
        [
            _frame(number, kind, created - 30 * (k + 1))
            for k, kind in enumerate(("demo_request", "pricing_view"))
        ]
    )


def lose_tracking(settings: Settings, streams: Streams, events: pl.DataFrame) -> pl.DataFrame:
    """The fault *tracking lost*: from then on part of the visits to the site is not recorded."""
    week = np.clip(events["at"].to_numpy() // (7 * DAY), 0, settings.weeks + 60)
    share = settings.strengths(FaultKind.TRACKING_LOST, week)
    on_site = events["kind"].is_in([KINDS.index(kind) for kind in ("page_view", "pricing_view", "download")])
    lot = streams.lots("tracking", events["number"].to_numpy(), events["at"].to_numpy())
    return events.filter(~(on_site & pl.Series(lot < share, dtype=pl.Boolean)))


def _frame(number: NDArray[np.int64], kind: str, at: NDArray[np.int64]) -> pl.DataFrame:
    code = np.full(number.size, KINDS.index(kind), dtype=np.int8)
    return pl.DataFrame({"number": number, "kind": code, "at": at})
