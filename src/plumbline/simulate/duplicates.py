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

#: How a row is like an earlier one: sent twice by a double click, with the same details later, and so on.
#: The last is the same person, but not the same lead.
LIKENESSES: Final = ("new", "double", "exact", "nickname", "typo", "second_address", "other_company")
NEW, DOUBLE, EXACT, NICKNAME, TYPO, SECOND_ADDRESS, OTHER_COMPANY = range(7)
#: Weeks back that an original lies at most.
MEMORY: Final = 12
_SHARES: Final = cumulative(np.array([0.12, 0.34, 0.18, 0.18, 0.18]))
#: Leads of people who were seen at another company, per duplicate.
_MOVED: Final = 0.08
#: Share of the last four weeks that a storm of strength 1 sends again each week.
_RESENT: Final = 0.25
#: What a repetition keeps from its arrival, what a double click does not even keep, and what makes a person.
_OWN: Final = ("number", "likeness", "duplicate_of")
_OF_THE_FORM: Final = ("key", "created", "channel", "campaign")
_PERSON: Final = ("person", "language", "given", "surname")


def repeat(settings: Settings, streams: Streams, codes: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """The weeks' codes with a share of rows turned into repetitions of earlier leads."""
    kind = _kinds(settings, streams, codes)
    pool = pl.concat([past, codes.filter(pl.Series(kind == NEW))])
    before = np.searchsorted(pool["created"].to_numpy(), codes["created"].to_numpy(), side="left")
    neighbour = past.height + np.cumsum(kind == NEW) - 1
    kind = np.where((before > 0) | (kind == DOUBLE), kind, NEW)
    # The square root favours the recent: most people who fill a form twice do so within days.
    recency = np.sqrt(streams.lots("duplicates recency", codes["number"].to_numpy()))
    chosen = np.where(kind == DOUBLE, neighbour, np.maximum(before - 1, 0) * recency)
    codes = codes.with_columns(likeness=pl.Series(kind, dtype=pl.Int8))
    return _take_over(codes, pool[chosen.astype(np.int64)]) if pool.height else codes


def _kinds(settings: Settings, streams: Streams, codes: pl.DataFrame) -> NDArray[np.int64]:
    """What each row is; only the row after a new lead can be its double click."""
    number = codes["number"].to_numpy()
    lot, how = (streams.lots(f"duplicates {name}", number) for name in ("lot", "how"))
    moved = lot > 1 - settings.duplicates * _MOVED
    kind = np.where(moved, OTHER_COMPANY, np.where(lot < settings.duplicates, 1 + choose(_SHARES, how), NEW))
    after_new = np.concatenate([[False], kind[:-1] == NEW])[: kind.size]
    return np.where((kind == DOUBLE) & ~after_new, EXACT, kind)


def _take_over(codes: pl.DataFrame, original: pl.DataFrame) -> pl.DataFrame:
    """Each repetition keeps its arrival and takes the rest, or only the person, from its original."""
    merged = codes.with_columns(original.select(pl.all().name.prefix("o:")).get_columns())
    likeness = pl.col("likeness")
    same, person = likeness.is_between(DOUBLE, SECOND_ADDRESS), likeness == OTHER_COMPANY
    when = dict.fromkeys(_PERSON, same | person) | dict.fromkeys(_OF_THE_FORM, likeness == DOUBLE)
    taken = [
        pl.when(when.get(name, same)).then(f"o:{name}").otherwise(name).alias(name)
        for name in codes.columns
        if name not in _OWN
    ]
    known = pl.when(same).then("o:number").otherwise("duplicate_of").alias("duplicate_of")
    return merged.with_columns(*taken, known).with_columns(_second_address()).select(codes.columns)


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
