"""E-mails that come later: requests under data-protection law, and people who want no more mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate.arrivals import DAY
from plumbline.simulate.messages import RIGHTS
from plumbline.simulate.streams import Dice
from plumbline.simulate.words import choose, cumulative, pick, pick_from, table

if TYPE_CHECKING:
    from plumbline.simulate.settings import Settings
    from plumbline.simulate.streams import Streams

_SHARES: Final = cumulative(np.array([0.40, 0.20, 0.20, 0.10, 0.10]))
_WITHIN: Final = 40 * DAY


def write_later(
    settings: Settings, streams: Streams, codes: pl.DataFrame, leads: pl.DataFrame, first: pl.DataFrame
) -> pl.DataFrame:
    """Rows of the same columns as ``first``: what a few people write in the weeks after their form."""
    chosen = Dice(streams.under("replies"), codes["number"].to_numpy()).below("writes", settings.data_rights)
    codes, leads = codes.filter(chosen), leads.filter(chosen)
    dice = Dice(streams.under("replies"), codes["number"].to_numpy())
    right = choose(_SHARES, dice.uniform("right"))
    words = table("messages")["en"]
    asked = pick_from([words["data_rights"][name] for name in RIGHTS], right, dice.index("words"))
    parts = pl.DataFrame(
        {
            "greeting": pick(("Hello,", "Dear team,", "To whom it may concern,"), dice.index("greeting")),
            "asked": asked,
            "name": leads["First Name"],
        }
    )
    late = pl.DataFrame(
        {
            "number": codes["number"],
            "at": codes["created"] + pl.Series((dice.uniform("when") * _WITHIN).astype(np.int64) + 3600),
            "channel": pl.repeat("email", codes.height, dtype=pl.String, eager=True),
            "text": parts.select(pl.concat_str(pl.all(), separator=" ")).to_series(),
            "language": pl.repeat("en", codes.height, dtype=pl.String, eager=True),
            "request": pick(["unsubscribe", *["data_rights"] * 4], right),
            "data_rights": pick(RIGHTS, right),
            "quote_request": asked,
        }
    )
    silent = {"need": "none", "timeline": "none", "budget": "not_mentioned", "authority": "none_stated"}
    late = late.with_columns(pl.lit(value).alias(name) for name, value in silent.items())
    missing = [
        pl.lit(None, first.schema[name]).alias(name) for name in first.columns if name not in late.columns
    ]
    return late.with_columns(missing).with_columns(competitor=pl.lit(value=False)).select(first.columns)
