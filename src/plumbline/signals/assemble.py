"""From clean fields to one column per declared signal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.fields import CONFIDENCE, READING, lineage
from plumbline.domain.signals import COMPLETENESS, Measure, SignalSpec
from plumbline.domain.words import Kind
from plumbline.signals.events import EventState, event_expr, is_event
from plumbline.signals.one import OneLead, is_counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from plumbline.signals.one import Derive

_DTYPES: Final[Mapping[Kind, pl.DataType]] = {
    Kind.NUMBER: pl.Float64(),
    Kind.TEXT: pl.String(),
    Kind.FLAG: pl.Boolean(),
    Kind.DATE: pl.Date(),
}
_NOTHING_UNREADABLE: Final = pl.lit([], dtype=pl.List(pl.String))


def signal_dtype(kind: Kind) -> pl.DataType:
    """The column type of a signal of this kind."""
    return _DTYPES[kind]


class Assembler:
    """Builds the signals frame of a batch. Made once per policy: it keeps what does not depend on the rows.

    Args:
        specs: the declared signals; a derived one stands after those it reads.
        derived: per derived signal, its compiled expression and the names it reads.
        rows: per derived signal, the same expression as a function of one lead's signals. A lone lead is
            assembled with these where every derived signal has one.
    """

    def __init__(
        self,
        specs: Sequence[SignalSpec],
        derived: Mapping[str, tuple[pl.Expr, tuple[str, ...]]],
        rows: Mapping[str, Derive] | None = None,
    ) -> None:
        self._specs = tuple(specs)
        self._direct = tuple(spec for spec in specs if spec.expr is None and spec.source != COMPLETENESS)
        self._complete = tuple(spec for spec in specs if spec.source == COMPLETENESS)
        self._levels = _levels([spec for spec in specs if spec.expr is not None], derived)
        self._reads = _reads(self._specs, {name: reads for name, (_, reads) in derived.items()})
        self._counted = tuple(spec for spec in self._direct if is_counted(spec))
        self._schema = pl.Schema(
            {
                "lead.id": pl.String(),
                **{spec.name: signal_dtype(spec.kind) for spec in specs},
                "unreadable": pl.List(pl.String),
            }
        )
        rows = {spec.name: rows[spec.name] for spec in specs if rows and spec.name in rows}
        self._one = OneLead(self._specs, rows, self._reads) if rows.keys() == derived.keys() else None

    def assemble(
        self, clean: pl.DataFrame, *, as_of: datetime | pl.Series, events: EventState | None
    ) -> pl.DataFrame:
        """One row per lead: ``lead.id``, every signal typed by its kind, and ``unreadable``.

        ``as_of`` is one moment for all, or a series with each row's own (training rows have been decided at
        different times). ``unreadable`` lists the signals whose value was received but could not be read.
        Without an events table every event signal is unknown; with one, a lead that has no events counts 0.
        """
        joined = clean if events is None else clean.hstack(events.of(clean).drop("lead.id"))
        if self._one and clean.height == 1 and isinstance(as_of, datetime):
            one = self._one.assemble(joined.row(0, named=True), as_of.astimezone(UTC).date())
            if one is not None:
                return pl.from_dicts([one], schema=self._schema)
        available = set(joined.columns)
        columns = [self._value(spec, available, as_of) for spec in self._direct]
        return self.derive(joined.select("lead.id", self._unreadable(clean), *columns))

    def derive(self, direct: pl.DataFrame) -> pl.DataFrame:
        """Add derived signals and completeness to the others, ``lead.id`` and ``unreadable``."""
        frame = direct
        for level in self._levels:
            frame = frame.with_columns(*level)
        if self._complete:
            frame = frame.with_columns(self._completeness().alias(spec.name) for spec in self._complete)
        return frame.select("lead.id", *(spec.name for spec in self._specs), "unreadable")

    def _value(self, spec: SignalSpec, available: set[str], as_of: datetime | pl.Series) -> pl.Expr:
        if is_event(spec):
            known = any(column.endswith(f":{spec.name}") for column in available)
            return event_expr(spec) if known else _unknown(spec)
        if spec.source not in available:
            return _unknown(spec)
        value = _sure_enough(_measured(spec, as_of).cast(signal_dtype(spec.kind)), spec)
        return _while_fresh(value, spec, available, as_of).alias(spec.name)

    def _completeness(self) -> pl.Expr:
        known = pl.sum_horizontal(pl.col(spec.name).is_not_null() for spec in self._counted)
        return (known * 100 // max(len(self._counted), 1)).cast(pl.Float64)

    def _unreadable(self, clean: pl.DataFrame) -> pl.Expr:
        fields = _unreadable_fields(clean)
        touched = [name for name, reads in self._reads.items() if fields.intersection(reads)]
        if not touched:
            return _NOTHING_UNREADABLE.alias("unreadable")
        marks = [_mark(name, self._reads[name] & fields) for name in touched]
        return pl.concat_list(marks).list.drop_nulls().alias("unreadable")


def _unknown(spec: SignalSpec) -> pl.Expr:
    return pl.lit(None, dtype=signal_dtype(spec.kind)).alias(spec.name)


def _today(as_of: datetime | pl.Series) -> pl.Expr:
    day = as_of.dt.date() if isinstance(as_of, pl.Series) else as_of.astimezone(UTC).date()
    return pl.lit(day)


def _measured(spec: SignalSpec, as_of: datetime | pl.Series) -> pl.Expr:
    column = pl.col(spec.source or "")
    if spec.measure is not Measure.AGE_DAYS:
        return column
    age = (_today(as_of) - column).dt.total_days()
    # One day ahead is a time zone; more is a wrong date, and a wrong age is worse than none.
    return pl.when(age >= -1).then(age.clip(lower_bound=0))


def _sure_enough(value: pl.Expr, spec: SignalSpec) -> pl.Expr:
    """A reading that is less likely to be right than the policy asks for is unknown."""
    if not (spec.source or "").startswith(READING):
        return value
    return pl.when(pl.col(f"{spec.source}{CONFIDENCE}") >= (spec.min_confidence or 0)).then(value)


def _while_fresh(
    value: pl.Expr, spec: SignalSpec, available: set[str], as_of: datetime | pl.Series
) -> pl.Expr:
    """A fact older than its maximum age is unknown again. Its age is that of the lead it came with."""
    if spec.max_age is None or "lead.created_at" not in available:
        return value
    age = (_today(as_of) - pl.col("lead.created_at")).dt.total_days()
    return pl.when(age.fill_null(0) <= spec.max_age).then(value)


def _levels(
    specs: Iterable[SignalSpec], derived: Mapping[str, tuple[pl.Expr, tuple[str, ...]]]
) -> tuple[tuple[pl.Expr, ...], ...]:
    """Derived signals grouped so that each group reads only earlier groups: one pass over the frame each."""
    depth: dict[str, int] = {}
    groups: dict[int, list[pl.Expr]] = {}
    for spec in specs:
        expr, reads = derived[spec.name]
        depth[spec.name] = 1 + max((depth.get(name, 0) for name in reads), default=0)
        groups.setdefault(depth[spec.name], []).append(expr.cast(signal_dtype(spec.kind)).alias(spec.name))
    return tuple(tuple(groups[level]) for level in sorted(groups))


def _reads(specs: Iterable[SignalSpec], derived: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """The fields each signal stands on, through derived fields and derived signals."""
    fields: dict[str, frozenset[str]] = {}
    for spec in specs:
        if spec.expr is not None:
            parts = [fields.get(name, frozenset()) for name in derived[spec.name]]
            fields[spec.name] = frozenset[str]().union(*parts)
        elif spec.source is not None:
            fields[spec.name] = frozenset((spec.source, *lineage(spec.source)))
    return fields


def _unreadable_fields(clean: pl.DataFrame) -> frozenset[str]:
    column = clean.get_column("triage.unreadable")
    return frozenset(column.explode(empty_as_null=False).drop_nulls().unique().to_list())


def _mark(signal: str, fields: Iterable[str]) -> pl.Expr:
    hit = pl.any_horizontal(pl.col("triage.unreadable").list.contains(field) for field in sorted(fields))
    return pl.when(hit).then(pl.lit(signal))
