"""Training rows: what was known of each lead when it was decided, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.history import MOMENT
from plumbline.assurance.maturity import censoring_weights
from plumbline.assurance.propensity import label_chances, weights_of
from plumbline.domain.words import Purpose
from plumbline.qualify.path import triage_batch
from plumbline.signals import event_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from plumbline.assurance.history import History
    from plumbline.assurance.outcomes import Outcomes
    from plumbline.qualify.bundle import Bundle

_LEAD: Final = "lead.id"
_OBJECTED: Final = "lead.objected"
#: Columns of segments are called ``segment.source`` and the like.
SEGMENT: Final = "segment."


@dataclass(frozen=True, slots=True)
class Training:
    """One row per lead that may teach something.

    ``frame``: ``lead.id``, ``decided_at``; a column per signal that may be used for training, typed like the
    signals of the main path; ``segment.*``; ``label`` (Int8, null where it is not known), ``weight``
    (Float64, mean 1 over the labelled rows, 0 elsewhere), ``label_chance``, ``chosen_by``, ``state``.
    ``left_out``: leads per reason. ``unused``: declared signals that may not train, or did not exist.
    ``effective``: rows of equal weight that would tell as much.
    """

    frame: pl.DataFrame
    signals: tuple[str, ...]
    unused: tuple[str, ...]
    left_out: Mapping[str, int]
    effective: float


def training_rows(
    history: History,
    outcomes: Outcomes,
    *,
    bundle: Bundle,
    as_of: datetime,
    events: pl.DataFrame | None = None,
    chosen: pl.DataFrame | None = None,
    segments: Sequence[str] = (),
) -> Training:
    """The training frame: signals as of each lead's own decision, outcomes as of now.

    Args:
        history: versions of the fields. Read only at the moments of decision.
        outcomes: the states of the leads, with ``decided_at``.
        bundle: the policy, by which cells are read and signals made.
        as_of: now. Somebody who has objected by now is in no training row (law 7).
        events: ``lead.id``, ``kind``, ``at`` of behaviour.
        chosen: which leads were worked by policy or lot; see ``propensity.label_chances``.
        segments: fields that say which part of the market a lead is of, such as ``lead.source``.
    """
    moments = outcomes.leads.select(_LEAD, "decided_at")
    known = signals_at(history, moments, bundle, events)
    first = known.clean["triage.duplicate_of"].is_null()
    willing = ~known.clean[_LEAD].is_in(_objectors(history, bundle, as_of).implode())
    kept, signals = (one.filter(first & willing) for one in (known.clean, known.signals))
    specs = bundle.policy.signals
    usable = tuple(spec.name for spec in specs if Purpose.TRAIN in spec.purposes)
    frame = kept.select(_LEAD, "decided_at").hstack(signals.select(usable)).hstack(_segments(kept, segments))
    labelled = _labelled(frame, outcomes, chosen)
    left_out = {
        "a row of a lead already seen": int((~first).sum()),
        "the person objected to profiling": int((first & ~willing).sum()),
        "no lead by the rules of intake": moments.height - known.clean.height,
    }
    unused = tuple(spec.name for spec in specs if spec.name not in usable)
    return Training(labelled[0], usable, unused, left_out, labelled[1])


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of leads at their moments: clean fields with ``decided_at``, and signals, row by row."""

    clean: pl.DataFrame
    signals: pl.DataFrame


def signals_at(history: History, moments: pl.DataFrame, bundle: Bundle, events: pl.DataFrame | None) -> Known:
    """Clean fields and signals of each lead as of its own moment, by the main path's own functions.

    Args:
        history: versions of the fields.
        moments: ``lead.id``, ``decided_at``; one moment per lead.
        bundle: the policy.
        events: ``lead.id``, ``kind``, ``at`` of behaviour.
    """
    clean = triage_batch(with_rows(history.as_of(moments)), bundle).clean
    clean = clean.join(moments, on=_LEAD, how="left", maintain_order="left")
    state = None if events is None else event_state(events, bundle.policy.signals, as_of=moments)
    signals = bundle.assembler.assemble(clean.drop("decided_at"), as_of=clean["decided_at"], events=state)
    return Known(clean, signals)


def with_rows(fields: pl.DataFrame) -> pl.DataFrame:
    """Fields as the intake takes them: with the number of the row."""
    rows = fields.drop("decided_at")
    return rows if "row" in rows.columns else rows.with_row_index("row", 1)


def _labelled(
    frame: pl.DataFrame, outcomes: Outcomes, chosen: pl.DataFrame | None
) -> tuple[pl.DataFrame, float]:
    known = outcomes.leads.with_columns(censoring=pl.Series(censoring_weights(outcomes)))
    joined = frame.join(
        known.select(_LEAD, "label", "state", "censoring"), on=_LEAD, how="left", maintain_order="left"
    )
    joined = joined.join(label_chances(frame, chosen), on=_LEAD, how="left", maintain_order="left")
    weighted = weights_of(joined, joined["censoring"].to_numpy())
    # A rep's own pick has a label and no known chance: it stays out of learning.
    label = pl.when(pl.lit(pl.Series(weighted.weights > 0))).then("label")
    return (
        joined.with_columns(label.cast(pl.Int8).alias("label"), pl.Series("weight", weighted.weights)).drop(
            "censoring"
        ),
        weighted.effective,
    )


def _segments(clean: pl.DataFrame, segments: Sequence[str]) -> pl.DataFrame:
    held = [name for name in segments if name in clean.columns]
    return clean.select(
        pl.col(name).cast(pl.String).alias(f"{SEGMENT}{name.rpartition('.')[2]}") for name in held
    )


def _objectors(history: History, bundle: Bundle, as_of: datetime) -> pl.Series:
    """Leads of people who have objected by now; an objection that cannot be read counts as one."""
    now = history.leads.select(_LEAD, pl.lit(as_of.astimezone(UTC)).cast(MOMENT).alias("decided_at"))
    fields = history.as_of(now)
    if _OBJECTED not in fields.columns:
        return pl.Series(_LEAD, [], dtype=pl.String)
    known = triage_batch(with_rows(fields).select("row", _LEAD, _OBJECTED), bundle).clean
    unreadable = pl.col("triage.unreadable").list.contains(_OBJECTED)
    said = pl.col(_OBJECTED).fill_null(value=False) | unreadable.fill_null(value=False)
    return known.filter(said)[_LEAD]
