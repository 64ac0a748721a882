"""From files to rows that a card can be learned from: a ready table, or a history with its outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.history import MOMENT
from plumbline.assurance.training import training_rows
from plumbline.connectors.events import read_events
from plumbline.connectors.files import open_source
from plumbline.domain.errors import UnreadableFileError
from plumbline.domain.words import Kind
from plumbline.library.chosen import chosen_from, weighted
from plumbline.library.history import gather
from plumbline.library.inputs import intake_from, policy_from, read_text
from plumbline.library.signal_columns import Signals, history_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from plumbline.assurance.outcomes import Outcomes
    from plumbline.assurance.readiness import Material
    from plumbline.library.history import HistoryFiles
    from plumbline.qualify import Bundle

_TYPES: Final = {Kind.NUMBER: pl.Float64, Kind.TEXT: pl.String, Kind.FLAG: pl.Boolean, Kind.DATE: pl.Date}
_LABEL: Final = "label"
_LEAD: Final = "lead.id"


@dataclass(frozen=True, slots=True)
class Taught:
    """A training table, the policy it belongs to, and what was left out of it."""

    table: pl.DataFrame
    bundle: Bundle
    as_of: datetime | None
    definition: str
    left_out: Mapping[str, int]

    @property
    def chances(self) -> str:
        """What is known of the chance that each outcome could become known: ``absent`` is nothing at all."""
        if "chosen_by" in self.table.columns:
            return "assumed" if (self.table["chosen_by"] == "assumed").all() else "logged"
        return "given" if {"label_chance", "weight"} & set(self.table.columns) else "absent"


def training_from(files: HistoryFiles, *, now: datetime) -> Taught:
    """Read a history. A Parquet file with a column ``label`` is taken as a training table as it is."""
    if files.policy is None:
        raise UnreadableFileError(
            "Learning needs a policy: it says what a signal is, and what it may be used for."
        )
    if files.leads.suffix == ".parquet" and (table := _ready(files.leads)) is not None:
        bundle, _ = policy_from(read_text(files.policy))
        typed = weighted(_typed(table, bundle), _chosen(files))
        return Taught(typed, bundle, files.as_of, _definition(bundle), {})
    return _from_history(files, files.policy, now)


def _chosen(files: HistoryFiles) -> pl.DataFrame | None:
    return None if files.chosen is None else chosen_from(files.chosen)


def _ready(path: Path) -> pl.DataFrame | None:
    try:
        names = pl.read_parquet_schema(path)
        return pl.read_parquet(path) if _LABEL in names else None
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UnreadableFileError(f"{path} cannot be read as Parquet: {error!s:.200}") from error


def _typed(table: pl.DataFrame, bundle: Bundle) -> pl.DataFrame:
    kinds = {spec.name: _TYPES[spec.kind] for spec in bundle.policy.signals if spec.name in table.columns}
    try:
        return table.with_columns(pl.col(name).cast(kind) for name, kind in kinds.items())
    except pl.exceptions.PolarsError as error:
        raise UnreadableFileError(f"A column is not of its signal's kind: {error!s:.200}") from error


def _definition(bundle: Bundle) -> str:
    definition = bundle.policy.definition
    return f"{definition.outcome} within {definition.within} days"


def _from_history(files: HistoryFiles, policy: Path, now: datetime) -> Taught:
    material = gather(files, now=now)
    intake = intake_from(files.leads, files.mapping)
    bundle, _ = policy_from(read_text(policy), cells=intake.cells)
    as_of = material.facts.as_of
    outcomes = material.outcomes
    if not material.has_time:
        outcomes = _with_order(material, as_of)
    leads = material.leads.join(outcomes.leads.select(_LEAD, "decided_at"), on=_LEAD, maintain_order="left")
    given = Signals(files, leads, bundle, intake, outcomes, pl.DataFrame(), as_of)
    events = None if files.events is None else read_events(open_source(files.events)).frame
    made = training_rows(
        history_of(given),
        outcomes,
        bundle=bundle,
        as_of=as_of,
        events=events,
        chosen=_chosen(files),
        segments=("lead.source",),
    )
    return Taught(made.frame, bundle, as_of, material.definition, made.left_out)


def _with_order(material: Material, as_of: datetime) -> Outcomes:
    """Leads with a running number and no time: a second apart up to the export, so they keep their order."""
    rows = material.outcomes.leads.height
    moments = pl.select(
        pl.lit(as_of).cast(MOMENT) - pl.duration(seconds=pl.int_range(rows, 0, -1))
    ).to_series()
    return replace(material.outcomes, leads=material.outcomes.leads.with_columns(moments.alias("decided_at")))
