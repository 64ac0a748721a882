"""A run that is kept in memory and recorded nowhere: for trying things out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from plumbline.engines.local import PART_ROWS
from plumbline.engines.mix import first_rows, with_mix
from plumbline.qualify.path import qualify
from plumbline.qualify.record import record
from plumbline.triage import Seen
from plumbline.triage.report import joined, no_issues

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from plumbline.engines.intake import Intake
    from plumbline.qualify.bundle import Bundle
    from plumbline.qualify.path import Qualified
    from plumbline.signals import EventState


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that came out. ``records`` are as a run folder keeps them; ``bundle`` is what decided."""

    bundle: Bundle
    records: pl.DataFrame
    rejected: pl.DataFrame
    issues: pl.DataFrame
    duplicates: pl.DataFrame
    blanks: pl.DataFrame


def run_in_memory(
    intake: Intake, bundle: Bundle, *, as_of: datetime, events: EventState | None = None
) -> Kept | None:
    """Qualify every row of an intake; None when it has none."""
    sample = first_rows(intake, PART_ROWS)
    if sample is None:
        return None
    weighed = with_mix(bundle, qualify(sample, bundle=bundle, as_of=as_of, events=events))
    rejected, noted = [no_issues()], [no_issues()]
    parts = list(_parts(intake, weighed, as_of, events, rejected, noted))
    return Kept(
        bundle=weighed,
        records=pl.concat(record(part) for part in parts),
        rejected=pl.concat([*rejected, *(part.triaged.rejected for part in parts)]).sort("row"),
        issues=joined([*noted, *(part.triaged.issues for part in parts)]),
        duplicates=pl.concat(part.duplicates for part in parts),
        blanks=pl.concat(part.triaged.blanks for part in parts),
    )


def _parts(
    intake: Intake,
    bundle: Bundle,
    as_of: datetime,
    events: EventState | None,
    rejected: list[pl.DataFrame],
    noted: list[pl.DataFrame],
) -> Iterator[Qualified]:
    seen, inbox = Seen(), None
    for batch in intake.batches(PART_ROWS):
        rejected.append(batch.rejected)
        noted.append(batch.noted)
        part = qualify(batch.received, bundle=bundle, as_of=as_of, events=events, inbox=inbox, seen=seen)
        seen, inbox = part.seen, part.inbox
        yield part
