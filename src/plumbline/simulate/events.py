"""What people do on the web and with our mail, before and after they become a lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate.arrivals import DAY, channels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.streams import Streams

KINDS: Final = ("page_view", "pricing_view", "demo_request", "download", "email_open", "unsubscribe")


def happen(streams: Streams, codes: pl.DataFrame, week: int) -> pl.DataFrame:
    """Columns ``number``, ``kind`` (code) and ``at`` (seconds). The interested do more of everything."""
    rng = streams.rng("events", week)
    parts = [_draw(rng, codes, kind, rate, after=False) for kind, rate in _before(codes).items()]
    rng = streams.rng("events after", week)
    parts += [_draw(rng, codes, kind, rate, after=True) for kind, rate in _after(codes).items()]
    return pl.concat([*parts, _by_form(codes)]).sort("at", "number", "kind")


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


def _draw(
    rng: np.random.Generator, codes: pl.DataFrame, kind: str, rate: NDArray[np.float64], *, after: bool
) -> pl.DataFrame:
    """Poisson counts, spread over time: the ready come back sooner before they write."""
    count = rng.poisson(np.minimum(rate, 40))
    row = np.repeat(np.arange(codes.height), count)
    pace = np.exp(-0.3 * codes["readiness"].to_numpy()[row])
    gap = rng.exponential(10 * DAY, row.size) * np.clip(pace, 0.3, 3.0)
    created = codes["created"].to_numpy()[row]
    at = (
        created + gap.astype(np.int64) + 60
        if after
        else created - np.minimum(gap, 120 * DAY).astype(np.int64) - 5
    )
    return _frame(codes["number"].to_numpy()[row], kind, at)


def _by_form(codes: pl.DataFrame) -> pl.DataFrame:
    """The form itself is an event: a demo asked for, a paper downloaded."""
    channel, created = codes["channel"].to_numpy(), codes["created"].to_numpy()
    number = codes["number"].to_numpy()
    parts = []
    for name, kind in (("Demo Form", "demo_request"), ("Content Download", "download")):
        here = channel == channels().index(name)
        parts.append(_frame(number[here], kind, created[here]))
    return pl.concat(parts)


def _frame(number: NDArray[np.int64], kind: str, at: NDArray[np.int64]) -> pl.DataFrame:
    code = np.full(number.size, KINDS.index(kind), dtype=np.int8)
    return pl.DataFrame({"number": number, "kind": code, "at": at})
