"""Events of leads (visits, demo requests, answers) from a file: lead id, kind, time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW
from plumbline.connectors.errors import MissingColumnError
from plumbline.connectors.headers import normal
from plumbline.domain.rowcodes import RowCode
from plumbline.triage.parse import ISO_MOMENT
from plumbline.triage.report import issues, joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.connectors.files import Source

LEAD_ID: Final = "lead.id"
#: What the three columns are called, most usual first.
_NAMES: Final[Mapping[str, Sequence[str]]] = {
    LEAD_ID: ("lead id", "lead", "id", "record id", "contact id", "prospect id"),
    "kind": ("kind", "event", "event type", "event name", "type", "action", "activity", "activity type"),
    "at": (
        "at",
        "time",
        "timestamp",
        "date",
        "when",
        "event time",
        "event date",
        "occurred at",
        "created at",
    ),
}
_BATCH: Final = 200_000
_SCHEMA: Final = {"row": pl.Int64, LEAD_ID: pl.String, "kind": pl.String, "at": pl.String}


@dataclass(frozen=True, slots=True)
class Events:
    """``frame``: ``row``, ``lead.id``, ``kind`` and ``at`` as text, the time as ISO 8601 in UTC.

    ``rejected``: one line per row without a lead, a kind or a time that can be read.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame


def read_events(source: Source) -> Events:
    """Read a file of events. Its columns are found by their names, in any order, beside any others.

    A time without an offset is taken as UTC, a date as its first moment. ``MissingColumnError`` when one of
    the three columns is not there.
    """
    columns = _columns(source)
    parts = [_checked(batch.frame.select(columns), batch.rejected) for batch in source.batches(_BATCH)]
    if not parts:
        return Events(pl.DataFrame(schema=_SCHEMA), joined([]))
    return Events(pl.concat(part.frame for part in parts), joined([part.rejected for part in parts]))


def orphans(events: pl.DataFrame, lead_ids: pl.Series) -> pl.DataFrame:
    """One line for every event whose lead is not among the leads."""
    known = lead_ids.cast(pl.String).str.strip_chars().unique()
    lost = events.filter(~pl.col(LEAD_ID).is_in(known.implode()))
    return issues(lost, RowCode.ORPHAN_EVENT, column=LEAD_ID, value=pl.col(LEAD_ID))


def _columns(source: Source) -> list[pl.Expr]:
    found = {normal(name): name for name in reversed(source.columns)}
    chosen = {to: next((found[n] for n in names if n in found), None) for to, names in _NAMES.items()}
    missing = [f"{to} ({', '.join(_NAMES[to][:3])})" for to, name in chosen.items() if name is None]
    if missing:
        raise MissingColumnError(f"{source.path} has no column for {'; '.join(missing)}")
    return [pl.col(ROW).alias("row"), *(pl.col(str(name)).alias(to) for to, name in chosen.items())]


def _checked(frame: pl.DataFrame, rejected: pl.DataFrame) -> Events:
    trimmed = frame.with_columns(_filled(pl.col(LEAD_ID)), _filled(pl.col("kind")), received=pl.col("at"))
    timed = trimmed.with_columns(moment(pl.col("at").str.strip_chars()).alias("at"))
    lost = pl.col(LEAD_ID).is_null()
    nameless = ~lost & pl.col("kind").is_null()
    timeless = ~lost & ~nameless & pl.col("at").is_null()
    lines = [
        issues(timed.filter(lost), RowCode.MISSING_ID, column=LEAD_ID, value=pl.lit(None)),
        issues(timed.filter(nameless), RowCode.MISSING_KIND, column="kind", value=pl.lit(None)),
        issues(timed.filter(timeless), RowCode.NOT_A_DATE, column="at", value=pl.col("received")),
    ]
    kept = timed.filter(~(lost | nameless | timeless)).drop("received")
    return Events(kept, joined([rejected, *lines]))


def _filled(text: pl.Expr) -> pl.Expr:
    trimmed = text.str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def moment(text: pl.Expr) -> pl.Expr:
    """An ISO moment in UTC as text of one form, null when it is none."""
    clock = text.str.slice(11)
    parts = (
        text.str.slice(0, 10),
        pl.lit("T"),
        clock.str.extract(r"^(\d\d:\d\d)").fill_null("00:00"),
        pl.lit(":"),
        clock.str.extract(r"^\d\d:\d\d:(\d\d)").fill_null("00"),
        pl.lit("."),
        clock.str.extract(r"[.,](\d{1,6})").fill_null("0").str.pad_end(6, "0"),
    )
    local = pl.concat_str(parts).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us", strict=False)
    utc = local - pl.duration(minutes=_offset_minutes(clock))
    return pl.when(text.str.contains(ISO_MOMENT)).then(utc.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))


def _offset_minutes(clock: pl.Expr) -> pl.Expr:
    sign = pl.when(clock.str.contains(r"-\d\d:?\d*$")).then(-1).otherwise(1)
    hours = clock.str.extract(r"[+-](\d\d):?\d*$").cast(pl.Int64).fill_null(0)
    minutes = clock.str.extract(r"[+-]\d\d:?(\d\d)$").cast(pl.Int64).fill_null(0)
    return sign * (hours * 60 + minutes)
