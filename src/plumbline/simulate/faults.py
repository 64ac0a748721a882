"""What goes wrong on purpose, so that one can see who notices, and after how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate.arrivals import DAY
from plumbline.simulate.latents import WEIGHTS
from plumbline.simulate.settings import FaultKind
from plumbline.simulate.words import channels, not_buyers

if TYPE_CHECKING:
    from plumbline.simulate.settings import Settings
    from plumbline.simulate.streams import Streams


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a fault does to the data, and what a good system should notice."""

    does: str
    notice: str


EXPLANATIONS: Final[dict[FaultKind, Explanation]] = {
    FaultKind.FIELD_RELABELLED: Explanation(
        "The web team renames the industries on part of the forms; the firms stay the same.",
        "Labels never seen before, and scores that fall while outcomes do not.",
    ),
    FaultKind.ENRICHMENT_WRONG: Explanation(
        "The data provider takes part of the leads for another firm: size and revenue are somebody else's.",
        "Size no longer goes with crew size, industry or outcome; agreement with other sources drops.",
    ),
    FaultKind.CHANNEL_SHIFT: Explanation(
        "Part of the leads come through paid social instead of their old channel, with less fit and intent.",
        "The channel mix moves, low bands grow, and the level of the scores still means what it meant.",
    ),
    FaultKind.DEFINITION_CHANGE: Explanation(
        "Sales management refuses opportunities of firms below 100 people; the leads stay the same.",
        "Outcomes of small firms drop at equal scores: a concept shift, and a definition to be versioned.",
    ),
    FaultKind.DUPLICATE_STORM: Explanation(
        "Every Sunday night an integration sends part of the last four weeks' leads again under new ids.",
        "A burst of known addresses at one hour, and more leads without more people.",
    ),
    FaultKind.FEEDBACK_LOOP: Explanation(
        "Reps take the order for the truth: the lower half gets one half-hearted attempt and a refusal.",
        "Low-ranked leads lose their outcomes only where worked by order; the random reserve disagrees.",
    ),
    FaultKind.LAZY_REPS: Explanation(
        "Reps make fewer calls a day and give up after one or two attempts; the leads stay the same.",
        "Attempts and speed fall, refusals for silence rise: follow-up got worse, not the leads.",
    ),
    FaultKind.ADVERSARIAL_FORMS: Explanation(
        "An affiliate paid per lead fills in forms with the answers that score well; nobody there buys.",
        "One campaign's leads look perfect, alike, and never pick up; the top band loses its outcomes.",
    ),
    FaultKind.TRACKING_LOST: Explanation(
        "Part of the visits to the web site is no longer recorded; people behave as before.",
        "Events thin out for all leads at once: report blindness, do not read it as lost interest.",
    ),
}

#: Shares that strength 1 reaches.
_WRONGLY_ENRICHED: Final = 0.6
_GAMED: Final = 0.5
_RELABELLED_TO: Final = {
    "Facilities Management": "FM & Property Services", "Construction": "Building Trades",
    "Energy & Utilities": "Utilities/Infrastructure", "Manufacturing": "Industrial Goods",
    "Logistics": "Transport & Supply Chain", "Telecommunications": "Telco", "Healthcare": "Health & Care",
    "Retail": "Consumer & Retail", "Public Sector": "Government", "Software": "Technology",
    "Professional Services": "Business Services",
    "Education": "Schools & Training", "Financial Services": "Banking & Insurance",
    "Non-profit": "Third Sector",
}  # fmt: skip


def spoil_codes(
    settings: Settings, streams: Streams, codes: pl.DataFrame, accounts: pl.DataFrame
) -> pl.DataFrame:
    """The faults that concern single leads, marked and applied row by row."""
    week = codes["created"].to_numpy() // (7 * DAY)
    key = codes["key"].to_numpy()
    hit = {
        kind: pl.Series(
            streams.lots(f"fault {kind}", key) < share * settings.strengths(kind, week), dtype=pl.Boolean
        )
        for kind, share in (
            (FaultKind.FIELD_RELABELLED, 1.0),
            (FaultKind.ENRICHMENT_WRONG, _WRONGLY_ENRICHED),
            (FaultKind.ADVERSARIAL_FORMS, _GAMED),
        )
    }
    other = (streams.lots("enriched from", key) * accounts.height).astype(np.int32)
    codes = codes.with_columns(
        relabelled=hit[FaultKind.FIELD_RELABELLED],
        enriched_from=pl.when(pl.lit(hit[FaultKind.ENRICHMENT_WRONG]))
        .then(pl.lit(pl.Series(other)))
        .otherwise("enriched_from"),
        gamed=hit[FaultKind.ADVERSARIAL_FORMS] & (codes["channel"] == channels().index("Paid Search")),
    )
    return _gamed(codes)


def _gamed(codes: pl.DataFrame) -> pl.DataFrame:
    """Nobody is behind a gamed form: no buyer, no interest, though every answer is the best one."""
    gamed = pl.col("gamed")
    spam = not_buyers().index("spam") + 1
    best = {"timeline": 0, "budget": 0, "authority": 0, "seniority": 2, "function": 0, "not_buyer": spam}
    codes = codes.with_columns(
        *(
            pl.when(gamed).then(pl.lit(value, pl.Int8)).otherwise(name).alias(name)
            for name, value in best.items()
        ),
        *(pl.when(gamed).then(pl.lit(-2.0)).otherwise(name).alias(name) for name in ("intent", "readiness")),
    )
    logit = pl.sum_horizontal(
        w * pl.col(n) for w, n in zip(WEIGHTS, ("fit", "intent", "readiness"), strict=True)
    )
    return codes.with_columns(logit=pl.when(gamed).then(logit).otherwise("logit"))


def spoil_messages(said: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """All gamed forms carry one and the same text; its labels stay those of somebody who will not buy."""
    gamed = said["number"].is_in(codes.filter("gamed")["number"].implode())
    text = "We need this within two weeks. The budget is approved. Please show us the product."
    quotes = [
        pl.when(gamed).then(None).otherwise(name).alias(name)
        for name in said.columns
        if name.startswith("quote_")
    ]
    return said.with_columns(pl.when(gamed).then(pl.lit(text)).otherwise("text").alias("text"), *quotes)


def spoil_cells(leads: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """The faults that show in the cells themselves."""
    relabelled, gamed = pl.lit(codes["relabelled"]), pl.lit(codes["gamed"])
    best = {
        "Industry": "Facilities Management", "Employees": "450", "Field Crew Size": "180",
        "Country": "United Kingdom", "Timeframe": "This month", "Budget": "Approved",
        "Campaign": "Search: job scheduling", "Job Title": "Head of Operations",
    }  # fmt: skip
    return leads.with_columns(
        pl.when(relabelled)
        .then(pl.col("Industry").replace(_RELABELLED_TO))
        .otherwise("Industry")
        .alias("Industry")
    ).with_columns(
        pl.when(gamed).then(pl.lit(value)).otherwise(name).alias(name) for name, value in best.items()
    )
