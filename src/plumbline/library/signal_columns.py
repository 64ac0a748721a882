"""A policy's signals as columns: as they were at each decision, and as they would read today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.assurance.fields import Column
from plumbline.assurance.history import MOMENT, History
from plumbline.assurance.training import signals_at
from plumbline.connectors.events import read_events
from plumbline.connectors.files import open_source
from plumbline.connectors.sales_tables import CHANGES, read_table
from plumbline.domain.fields import lineage
from plumbline.domain.signals import Measure
from plumbline.library.columns import hint_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plumbline.assurance.fields import Floats
    from plumbline.assurance.outcomes import Outcomes
    from plumbline.domain.signals import SignalSpec
    from plumbline.library.history import HistoryFiles
    from plumbline.library.inputs import FileIntake
    from plumbline.qualify import Bundle

_LEAD: Final = "lead.id"
_BATCH: Final = 200_000
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Signals:
    """What the signals of a history are made from."""

    files: HistoryFiles
    leads: pl.DataFrame
    bundle: Bundle
    intake: FileIntake
    outcomes: Outcomes
    reports: pl.DataFrame
    as_of: datetime


@dataclass(frozen=True, slots=True)
class MadeSignals:
    """One column per declared signal, cells that could not be read, and the fields they stand on."""

    columns: tuple[Column, ...]
    unreadable: Mapping[str, int]
    sources: frozenset[str]


def history_of(given: Signals) -> History:
    """The leads with what is known about when their cells were filled."""
    received = pl.concat(batch.received for batch in given.intake.batches(_BATCH))
    first = given.leads.select("row").join(received, on="row", how="inner", maintain_order="left")
    came = first.select("row").join(given.leads, on="row", how="left", maintain_order="left")["decided_at"]
    changes = None
    if given.files.changes is not None:
        fields = dict(given.intake.mapping.columns)
        table = read_table(open_source(given.files.changes), CHANGES).frame
        changes = table.filter(pl.col("at").is_not_null()).with_columns(pl.col("field").replace(fields))
    return History.of_export(first, came, changes)


def signal_columns(given: Signals) -> tuple[MadeSignals, bool]:
    """The signals as of each decision, and whether the history says what was known when."""
    history = history_of(given)
    events = None if given.files.events is None else read_events(open_source(given.files.events)).frame
    moments = given.outcomes.leads.select(_LEAD, "decided_at")
    then = signals_at(history, moments, given.bundle, events).signals
    today = moments.with_columns(pl.lit(given.as_of.astimezone(UTC)).cast(MOMENT).alias("decided_at"))
    now = signals_at(history, today, given.bundle, events).signals
    then, now = (
        moments.select(_LEAD).join(one, on=_LEAD, how="left", maintain_order="left") for one in (then, now)
    )
    columns_of = {field: name for name, field in given.intake.mapping.columns.items()}
    fills = _fills(history, given.reports)
    columns = tuple(
        _column(spec, then, now, fills, columns_of) for spec in given.bundle.policy.signals
    )  # fmt: skip
    sources = {source for spec in given.bundle.policy.signals for source in _sources(spec)}
    broken = then["unreadable"].explode().drop_nulls().value_counts()
    return MadeSignals(columns, dict(broken.iter_rows()), frozenset(sources)), history.rewound


def _column(
    spec: SignalSpec,
    then: pl.DataFrame,
    now: pl.DataFrame,
    fills: Mapping[str, tuple[Floats, int]],
    columns_of: Mapping[str, str],
) -> Column:
    days, rewritten = fills.get(spec.source or "", (None, 0))
    # The age of a lead grows with the calendar alone: that today's is greater tells nothing.
    moves = spec.measure is not Measure.AGE_DAYS and spec.expr is None
    unreadable = int(then["unreadable"].list.contains(spec.name).fill_null(value=False).sum())
    return Column(
        name=spec.name,
        values=then[spec.name],
        today=now[spec.name] if moves else None,
        fills=days,
        rewritten=rewritten,
        unreadable=unreadable,
        hint=hint_of(columns_of.get(spec.source or "", "")),
        max_age=spec.max_age,
        label=spec.label,
    )


def _sources(spec: SignalSpec) -> tuple[str, ...]:
    return () if spec.source is None else (spec.source, *lineage(spec.source))


def _fills(history: History, reports: pl.DataFrame) -> dict[str, tuple[Floats, int]]:
    """Per field, the days between each later fill and the nearest report; and fills after the last report."""
    fills = history.fills().rename({"known_at": "at"}).sort("at")
    told = (
        reports.filter(pl.col("at").is_not_null()).select(_LEAD, "at", pl.col("at").alias("told")).sort("at")
    )
    joined = fills.join_asof(told, on="at", by=_LEAD, strategy="nearest", check_sortedness=False)
    last = told.group_by(_LEAD).agg(pl.col("told").max().alias("last"))
    joined = joined.join(last, on=_LEAD, how="left")
    away = joined.with_columns(
        days=(pl.col("at") - pl.col("told")).dt.total_seconds() / _DAY,
        late=(pl.col("at") > pl.col("last")).fill_null(value=False),
    )
    return {
        str(part["field"][0]): (
            part["days"].fill_null(np.inf).to_numpy(),
            int(part["late"].sum()),
        )
        for part in away.partition_by("field")
    }
