"""Behaviour with a time, folded into one compact row per lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.signals import EVENT, Measure, SignalSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS_A_DAY: Final = 86_400
#: Decayed counts keep three decimals, so that a cut-off means the same on every machine.
_DECIMALS: Final = 3


@dataclass(frozen=True, slots=True)
class EventState:
    """One row per lead that has events: ``lead.id`` and a column per event signal."""

    frame: pl.DataFrame

    def of(self, leads: pl.DataFrame) -> pl.DataFrame:
        """The event columns of these leads, in their order; a lead without events has none, which is 0."""
        if self.frame.get_column("lead.id").equals(leads.get_column("lead.id")):
            joined = self.frame
        else:
            joined = leads.select("lead.id").join(self.frame, on="lead.id", how="left", maintain_order="left")
        counts = [name for name, dtype in joined.schema.items() if dtype == pl.Float64]
        return joined.with_columns(
            pl.col(name).fill_null(0.0) for name in counts if not name.startswith("since:")
        )


def event_state(
    events: pl.DataFrame, specs: Sequence[SignalSpec], *, as_of: datetime | pl.DataFrame
) -> EventState:
    """Fold events into one row per lead, seeing nothing that happened after ``as_of``.

    Args:
        events: ``lead.id``, ``kind`` and ``at`` as text; times are ISO 8601, UTC where no offset is given.
        specs: the declared signals; those with another source are ignored.
        as_of: the moment of the decision, with a time zone; or a frame with each lead's own: ``lead.id``,
            ``decided_at``. A lead that is not in it has no events.
    """
    timed = _known_at(events, as_of)
    columns = [_measured(spec).alias(event_column(spec)) for spec in specs if is_event(spec)]
    return EventState(timed.group_by("lead.id", maintain_order=True).agg(columns))


def is_event(spec: SignalSpec) -> bool:
    """Whether a signal is made of events."""
    return spec.source is not None and spec.source.startswith(EVENT)


def event_expr(spec: SignalSpec) -> pl.Expr:
    """The signal's column out of the joined state."""
    return pl.col(event_column(spec)).alias(spec.name)


def event_column(spec: SignalSpec) -> str:
    """The column of an event signal in the state."""
    # The time since an event that never happened is unknown, not 0: its column says so in its name.
    prefix = "since:" if spec.measure is Measure.DAYS_SINCE else "count:"
    return prefix + spec.name


def _known_at(events: pl.DataFrame, as_of: datetime | pl.DataFrame) -> pl.DataFrame:
    at = pl.col("at").str.to_datetime(time_zone="UTC", time_unit="us", strict=False)
    timed, moment = events.with_columns(at), pl.col("decided_at")
    if isinstance(as_of, datetime):
        moment = pl.lit(as_of.astimezone(UTC))
    else:
        decided = as_of.select("lead.id", "decided_at")
        timed = timed.join(decided, on="lead.id", how="inner", maintain_order="left")
    age = (moment - pl.col("at")).dt.total_seconds()
    return timed.filter(pl.col("at") <= moment).with_columns(age=age)


def _measured(spec: SignalSpec) -> pl.Expr:
    kind = (spec.source or "").removeprefix(EVENT)
    age = pl.col("age").filter(_counts(spec, kind))
    if spec.measure is Measure.DAYS_SINCE:
        return (age.min() // _SECONDS_A_DAY).cast(pl.Float64)
    if spec.measure is Measure.DECAYED_COUNT:
        # A product, not a quotient: Polars divides one row and many rows by a number differently.
        per_second = 1.0 / ((spec.half_life or 1) * _SECONDS_A_DAY)
        return (0.5 ** (age.cast(pl.Float64) * per_second)).sum().round(_DECIMALS)
    return age.len().cast(pl.Float64)


def _counts(spec: SignalSpec, kind: str) -> pl.Expr:
    is_kind = pl.col("kind") == kind
    return is_kind if spec.window is None else is_kind & (pl.col("age") <= spec.window * _SECONDS_A_DAY)
