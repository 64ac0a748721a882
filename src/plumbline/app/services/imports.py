"""Imports: an uploaded file becomes leads, row by row accounted for, decided, and undone if it was a mistake.

A batch of rows, its counts and how far the import is are one transaction, so an import that is killed goes on
with the batch after it: no row is lost, none counted twice.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from plumbline.app.actors import Actor
from plumbline.app.errors import ConflictError, NoPolicyError
from plumbline.app.models import Import
from plumbline.app.received import as_kept, without_repeats
from plumbline.app.services import arrivals, notices, outbox, runs, uploads
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.live import live
from plumbline.app.services.outbox import LeaseLostError
from plumbline.connectors.export import csv_bytes
from plumbline.connectors.mapping import parse_mapping
from plumbline.domain.errors import MappingError, UnreadableFileError
from plumbline.domain.permissions import Perm
from plumbline.ledger import Draft, Event
from plumbline.store import write_atomically
from plumbline.store.files import storage_errors
from plumbline.triage.firsts import Firsts
from plumbline.triage.report import joined, no_issues

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from plumbline.app.received import Apart
    from plumbline.app.services.outbox import Job
    from plumbline.library.inputs import MappedRows

TOPIC: Final = "import"
#: Rows in one transaction.
BATCH: Final = 20_000
_SYSTEM: Final = Actor.of_system("import")
_OPEN: Final = (Import.State.WAITING, Import.State.RUNNING)
#: What no second try mends.
_FINAL: Final = (MappingError, NoPolicyError, UnreadableFileError)


def start(actor: Actor, one: Import, mapping: str, *, now: datetime) -> None:
    """Let a file be read through a mapping, and its leads be decided.

    Raises:
        ConflictError: It was started already.
        InvalidMappingError: The mapping has problems; all of them are named.
        NoPolicyError: No policy is live, so that nobody could say where the leads belong.
    """
    actor.require(Perm.IMPORT_RUN)
    live()
    parse_mapping(mapping)
    with transaction.atomic():
        waiting = Import.objects.filter(pk=one.pk, state=Import.State.UPLOADED)
        if not waiting.update(state=Import.State.WAITING, mapping=mapping):
            raise ConflictError("This import was started already.")
        outbox.put(TOPIC, {"import": one.key}, now=now, key=f"i-{one.key}"[:16])


def carry_out(job: Job) -> None:
    """Read the file, then decide about what is new or changed in it; or go on with that."""
    one = Import.objects.select_related("run__policy", "by").get(key=job.payload["import"])
    if one.state not in _OPEN:
        return
    try:
        if one.run is None:
            _read(one, job)
        if one.run is not None:
            runs.decide(one.run, job)
        _finish(one)
    except _FINAL as error:
        _fail(one, str(error))


def given_up(job: Job, why: str) -> None:
    """The worker tried often enough."""
    for one in Import.objects.select_related("run", "by").filter(key=job.payload["import"]):
        _fail(one, why)


def _read(one: Import, job: Job) -> None:
    """Every row of the file into the tables, batch by batch."""
    Import.objects.filter(pk=one.pk).update(state=Import.State.RUNNING)
    intake = uploads.seen_through(one)
    words = intake.cells.blank_words
    seen, read = Firsts(), 0
    for index, batch in enumerate(intake.batches(BATCH)):
        apart = without_repeats(as_kept(batch.received, intake.mapping, words), seen)
        seen, begun = apart.seen, read
        read += batch.received.height + batch.rejected.height
        if begun >= one.done:
            _take_in(one, index, batch, apart, begun)
        job.keep()
    with transaction.atomic():
        one.rows, one.state = read, Import.State.RUNNING
        one.run = runs.create(_SYSTEM, runs.OF_IMPORT, {"import": one.pk}, now=timezone.now())
        one.save(update_fields=["rows", "run", "state"])


def _take_in(one: Import, index: int, batch: MappedRows, apart: Apart, begun: int) -> None:
    with transaction.atomic():
        mine = Import.objects.select_for_update().get(pk=one.pk)
        if mine.done != begun:
            raise LeaseLostError
        taken = arrivals.take_in(_SYSTEM, apart.leads, now=timezone.now(), batch=one)
        rejected = joined([batch.rejected, apart.rejected, taken.rejected])
        _keep(one, "rejected", index, rejected)
        _keep(one, "noted", index, batch.noted)
        one.done = begun + batch.received.height + batch.rejected.height
        one.added += taken.added
        one.changed += taken.changed
        one.unchanged += taken.unchanged
        one.repeats += apart.repeats
        one.rejected += rejected.height
        one.save(update_fields=["done", "added", "changed", "unchanged", "repeats", "rejected"])


def _finish(one: Import) -> None:
    """Say in the ledger and to the person what became of the rows."""
    now = timezone.now()
    counts = {
        name: getattr(one, name) for name in ("rows", "added", "changed", "unchanged", "rejected", "repeats")
    }
    with transaction.atomic():
        if not Import.objects.filter(pk=one.pk, state=Import.State.RUNNING).update(
            state=Import.State.DONE, finished_at=now
        ):
            return
        facts = {**counts, "file": one.digest, "by": f"user:{one.by.key}"}
        draft = Draft(Event.IMPORT_FINISHED, one.key, _SYSTEM.name, facts)
        DatabaseLedger().append([draft], now=now)
        text = f"An import is in: {one.added:,} added, {one.changed:,} changed, {one.rejected:,} rejected."
        notices.tell([one.by], "import", text, path=f"/imports/{one.key}/", now=now)


def _fail(one: Import, why: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        failed = Import.objects.filter(pk=one.pk, state__in=_OPEN)
        if failed.update(state=Import.State.FAILED, error=why[:300], finished_at=now):
            notices.tell(
                [one.by], "import", "An import stopped before its end.", path=f"/imports/{one.key}/", now=now
            )
    if one.run is not None:
        runs.fail(one.run, why)


def rejected_rows(one: Import) -> pl.DataFrame:
    """The rows that became no leads: ``row``, ``column``, ``value``, ``rule`` and ``code``."""
    return _kept(one, "rejected")


def noted_rows(one: Import) -> pl.DataFrame:
    """What was noted of rows that stayed, or of the whole file."""
    return _kept(one, "noted")


def report(actor: Actor, one: Import) -> bytes:
    """The rejected rows as a CSV that is safe to open."""
    actor.require(Perm.IMPORT_RUN)
    return csv_bytes(rejected_rows(one))


def _folder(one: Import, kind: str) -> Path:
    folder: Path = settings.DATA / "uploads" / one.key / kind
    return folder


def _keep(one: Import, kind: str, index: int, lines: pl.DataFrame) -> None:
    """Before the counts are written: a batch that is read again writes the same lines again."""
    if lines.is_empty():
        return
    folder = _folder(one, kind)
    with storage_errors(folder):
        folder.mkdir(exist_ok=True)
    write_atomically(folder / f"part-{index:05d}.parquet", lines.write_parquet)


def _kept(one: Import, kind: str) -> pl.DataFrame:
    files = sorted(_folder(one, kind).glob("part-*.parquet"))
    return joined([pl.read_parquet(file, glob=False) for file in files]) if files else no_issues()


def forget_rows(one: Import) -> None:
    """Delete the report lines of an import: they hold values of rows."""
    for kind in ("rejected", "noted"):
        shutil.rmtree(_folder(one, kind), ignore_errors=True)
