"""The same person coming in again: word for word, under another spelling, address or employer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate import people
from plumbline.simulate.arrivals import DAY, WEEK
from plumbline.simulate.settings import FaultKind
from plumbline.simulate.words import choose, cumulative

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings
    from plumbline.simulate.streams import Streams

#: How a row is like an earlier one. The last is the same person, but not the same lead.
LIKENESSES: Final = ("new", "exact", "nickname", "typo", "second_address", "other_company")
NEW, EXACT, NICKNAME, TYPO, SECOND_ADDRESS, OTHER_COMPANY = range(6)
#: Weeks back that an original lies at most.
MEMORY: Final = 12
_SHARES: Final = cumulative(np.array([0.42, 0.20, 0.19, 0.19]))
#: Leads of people who were seen at another company, per duplicate.
_MOVED: Final = 0.08
_OWN: Final = ("number", "key", "created", "channel", "campaign", "likeness", "duplicate_of")
#: Share of the last four weeks that a storm of strength 1 sends again each week.
_RESENT: Final = 0.25
_PERSON: Final = ("person", "language", "given", "surname")


def repeat(settings: Settings, streams: Streams, codes: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """The week's codes with a share of rows turned into repetitions of earlier leads."""
    number = codes["number"].to_numpy()
    lot, recency, how = (streams.lots(f"duplicates {name}", number) for name in ("lot", "recency", "how"))
    moved = lot > 1 - settings.duplicates * _MOVED
    kind = np.where(moved, OTHER_COMPANY, np.where(lot < settings.duplicates, 1 + choose(_SHARES, how), NEW))
    fresh = codes.filter(pl.Series(kind == NEW))
    pool = pl.concat([past, fresh])
    before = np.searchsorted(pool["created"].to_numpy(), codes["created"].to_numpy(), side="left")
    kind = np.where(before > 0, kind, NEW)
    # The square root favours the recent: most people who fill a form twice do so within days.
    original = pool[(np.maximum(before - 1, 0) * np.sqrt(recency)).astype(np.int64)]
    codes = codes.with_columns(likeness=pl.Series(kind, dtype=pl.Int8))
    return _take_over(codes, original) if original.height == codes.height else codes


def _take_over(codes: pl.DataFrame, original: pl.DataFrame) -> pl.DataFrame:
    """Each repetition keeps its arrival and takes the rest, or only the person, from its original."""
    merged = codes.with_columns(original.select(pl.all().name.prefix("o:")).get_columns())
    same, person = pl.col("likeness").is_between(EXACT, SECOND_ADDRESS), pl.col("likeness") == OTHER_COMPANY
    taken = [
        pl.when(same | person if name in _PERSON else same).then(f"o:{name}").otherwise(name).alias(name)
        for name in codes.columns
        if name not in _OWN
    ]
    return (
        merged.with_columns(*taken, duplicate_of=pl.when(same).then("o:number").otherwise("duplicate_of"))
        .with_columns(_second_address())
        .select(codes.columns)
    )


def _second_address() -> pl.Expr:
    private = pl.when(pl.col("email_kind") == people.FREE).then(people.BUSINESS).otherwise(people.FREE)
    changed = pl.when(pl.col("likeness") == SECOND_ADDRESS).then(private).otherwise("email_kind")
    return changed.cast(pl.Int8).alias("email_kind")


def storm(settings: Settings, streams: Streams, recent: pl.DataFrame, weeks: range) -> pl.DataFrame:
    """Leads of the last four weeks that an integration sends once more on Sunday night, under new numbers."""
    waves = [
        _wave(streams, recent, week, strength)
        for week in weeks
        if (strength := settings.fault(FaultKind.DUPLICATE_STORM, week))
    ]
    return pl.concat([recent.clear(), *waves])


def _wave(streams: Streams, recent: pl.DataFrame, week: int, strength: float) -> pl.DataFrame:
    sunday = (week + 1) * 7 * DAY
    known = recent.filter(pl.col("created").is_between(sunday - 28 * DAY, sunday - 2 * 3600))
    lot = streams.lots("storm", known["number"].to_numpy(), np.full(known.height, week))
    again = known.filter(pl.Series(lot < _RESENT * strength, dtype=pl.Boolean))
    place: NDArray[np.int64] = np.arange(again.height)
    return again.with_columns(
        number=pl.Series(week * WEEK + WEEK // 2 + place),
        created=pl.Series(sunday - 3600 + place % 3600),
        likeness=pl.lit(EXACT, pl.Int8),
        duplicate_of=pl.col("duplicate_of").fill_null(pl.col("number")),
    )
