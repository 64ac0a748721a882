"""What a lead's decision depends on beyond its own row, kept as text so that the decision replays alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.qualify.said import STOPPED, TEXTS, with_readings
from plumbline.signals import EventState

if TYPE_CHECKING:
    from plumbline.triage import Triaged

_PREFIX: Final = "context."
_SHARES: Final = "context.shares_email"
_EVENTS: Final = "context.events."
#: What was read in the messages of a lead, as ``said.to_text`` writes it.
READINGS: Final = "context.readings"
_STOPPED: Final = "context.sender_stopped"
#: Flags that other rows gave.
_FLAGS: Final = "context.flags"
_GIVEN: Final = "triage.flags_of_neighbours"


def context_of(clean: pl.DataFrame, events: EventState | None) -> pl.DataFrame:
    """Per lead, all as text: whether an earlier lead has its address, what it wrote, its folded events."""
    sources = {_SHARES: "triage.shares_email", READINGS: TEXTS, _STOPPED: STOPPED, _FLAGS: _GIVEN}
    known = pl.DataFrame(
        [
            clean.get_column(source).cast(pl.String).alias(name)
            for name, source in sources.items()
            if source in clean.columns
        ]
    )
    if events is None:
        return known
    state = events.of(clean).drop("lead.id")
    return known.hstack(state.select(pl.all().cast(pl.String).name.prefix(_EVENTS)))


def attach_context(inputs: pl.DataFrame, context: pl.DataFrame) -> pl.DataFrame:
    """The received rows with their context beside them."""
    return pl.concat([inputs, context], how="horizontal")


def received_of(inputs: pl.DataFrame) -> pl.DataFrame:
    """The received columns alone."""
    return inputs.select(name for name in inputs.columns if not name.startswith(_PREFIX))


def events_of(inputs: pl.DataFrame) -> EventState | None:
    """The folded events of stored inputs; None where the run had no events table."""
    names = [name for name in inputs.columns if name.startswith(_EVENTS)]
    if not names:
        return None
    values = [pl.col(name).cast(pl.Float64).alias(name.removeprefix(_EVENTS)) for name in names]
    return EventState(inputs.select("lead.id", *values))


def with_context(triaged: Triaged, inputs: pl.DataFrame) -> pl.DataFrame:
    """Clean leads as they stood in their run: what only earlier rows could tell comes from the context."""
    shares = inputs.get_column(_SHARES).eq("true").alias("triage.shares_email")
    unique = pl.lit(None, dtype=pl.String).alias("triage.duplicate_of")
    clean = _with_flags(triaged.clean.with_columns(shares, unique), inputs)
    if READINGS not in inputs.columns:
        return clean
    stopped = inputs.get_column(_STOPPED).eq("true")
    return with_readings(clean, inputs.get_column(READINGS), stopped)


def _with_flags(clean: pl.DataFrame, inputs: pl.DataFrame) -> pl.DataFrame:
    """Flags as they were: those of a lead's own values, and those that the rows of its run gave it."""
    if _GIVEN not in clean.columns:
        return clean
    from plumbline.triage.derive import with_neighbours  # noqa: PLC0415 - only where flags are wanted

    stored = inputs.get_column(_FLAGS) if _FLAGS in inputs.columns else None
    nobody = pl.Series(_FLAGS, [None], dtype=pl.String).new_from_index(0, clean.height)
    return with_neighbours(clean, nobody if stored is None else stored)
