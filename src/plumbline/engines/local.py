"""One machine, any number of leads: batches through the main path into a run folder and the ledger.

Memory holds a batch and the hashes that find duplicates, whatever the size of the file. A run that was killed
is started again with the same arguments and goes on where the ledger ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.engines.ahead import ahead
from plumbline.engines.mix import first_rows, with_mix
from plumbline.ledger import Draft, Event
from plumbline.ledger.runs import run_id
from plumbline.qualify.bundle import cells_json
from plumbline.qualify.inbox import Inbox
from plumbline.qualify.path import qualify, triage_batch
from plumbline.qualify.record import record
from plumbline.qualify.shadow import shadows_of
from plumbline.qualify.tasks import tasks_of
from plumbline.scorecard import dump
from plumbline.store.recorder import RunPlan, RunRecorder
from plumbline.triage import Seen, missing_key_fields
from plumbline.triage.report import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from plumbline.engines.intake import Intake, IntakeBatch
    from plumbline.qualify.bundle import Bundle
    from plumbline.qualify.path import Qualified
    from plumbline.signals import EventState
    from plumbline.store import Ledger, RunFolder
    from plumbline.triage import Triaged

PART_ROWS: Final = 100_000
POLICY: Final = "policy.yaml"
SCORECARD: Final = "scorecard.json"
SHADOW: Final = "shadow"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run, where to record it, and in whose name.

    ``events_hash``, ``messages_hash`` and ``corrections_hash`` are those of their files, empty without one;
    ``documents`` are kept beside the run. ``key_fields`` are those whose absence is counted. ``shadows`` are
    bundles with other scorecards that score the same leads beside and decide nothing; ``model`` says which
    version of the registry is in charge.
    """

    intake: Intake
    policy_text: str
    bundle: Bundle
    as_of: datetime
    folder: RunFolder
    ledger: Ledger
    actor: str
    clock: Callable[[], datetime]
    events: EventState | None = None
    events_hash: str = ""
    inbox: Inbox = field(default_factory=Inbox)
    messages_hash: str = ""
    corrections_hash: str = ""
    documents: Mapping[str, bytes] = field(default_factory=dict)
    key_fields: tuple[str, ...] = ()
    shadows: Mapping[str, Bundle] = field(default_factory=dict)
    model: Mapping[str, object] = field(default_factory=dict)
    part_rows: int = PART_ROWS


class LocalRun:
    """Carries out a request. ``progress`` is called with the rows read so far, after every batch."""

    def __init__(self, request: RunRequest, *, progress: Callable[[int], None] = lambda _: None) -> None:
        self._request = request
        self._progress = progress

    def run(self) -> None:
        """Qualify every row of the intake, record it, and say in the ledger that the run is whole."""
        request = self._request
        bundle = self._with_mix()
        with RunRecorder(request.folder, request.ledger, actor=request.actor) as recorder:
            self._commit_draw_key()
            recorder.start(self._plan(bundle), now=request.clock())
            read = self._record_batches(recorder, bundle)
            recorder.finish(now=request.clock(), facts={"read": read})

    def _record_batches(self, recorder: RunRecorder, bundle: Bundle) -> int:
        read = 0
        with ahead(self._qualified(recorder, bundle)) as batches:
            for index, (batch, qualified) in enumerate(batches):
                if qualified is not None:
                    self._record(recorder, index, batch, qualified)
                read += batch.received.height + batch.rejected.height
                self._progress(read)
        return read

    def _qualified(
        self, recorder: RunRecorder, bundle: Bundle
    ) -> Iterator[tuple[IntakeBatch, Qualified | None]]:
        """Each batch decided; of one that is recorded already only what later batches must know of it."""
        seen, inbox, recorded = Seen(), self._request.inbox, frozenset(recorder.recorded)
        with ahead(self._request.intake.batches(recorder.part_rows)) as batches:
            for index, batch in enumerate(batches):
                if index in recorded and not bundle.reads:
                    seen = triage_batch(batch.received, bundle, seen).seen
                    yield batch, None
                else:
                    qualified = self._qualify(batch.received, bundle, seen, inbox)
                    seen, inbox = qualified.seen, qualified.inbox
                    yield batch, None if index in recorded else qualified

    def _qualify(self, received: pl.DataFrame, bundle: Bundle, seen: Seen, inbox: Inbox) -> Qualified:
        request = self._request
        return qualify(
            received, bundle=bundle, as_of=request.as_of, events=request.events, inbox=inbox, seen=seen
        )

    def _record(self, recorder: RunRecorder, index: int, batch: IntakeBatch, qualified: Qualified) -> None:
        triaged, records = qualified.triaged, record(qualified)
        beside = {
            "rejected": pl.concat([batch.rejected, triaged.rejected]).sort("row"),
            "issues": joined([batch.noted, triaged.issues]),
            "blanks": triaged.blanks,
            "duplicates": qualified.duplicates,
            "key_fields": self._missing(triaged),
            "tasks": tasks_of(records),
            SHADOW: shadows_of(qualified, self._request.shadows),
        }
        recorder.record(index, records, now=self._request.clock(), beside=beside)

    def _missing(self, triaged: Triaged) -> pl.DataFrame:
        first = pl.col("triage.duplicate_of").is_null()
        return missing_key_fields(triaged.clean.filter(first), self._request.key_fields)

    def _with_mix(self) -> Bundle:
        """The run's bundle: an unknown value is as likely as it is among the first leads that know it."""
        request = self._request
        sample = first_rows(request.intake, request.part_rows)
        if sample is None:
            return request.bundle
        return with_mix(request.bundle, self._qualify(sample, request.bundle, Seen(), request.inbox))

    def _plan(self, bundle: Bundle) -> RunPlan:
        request = self._request
        intake_hash = request.intake.sha256()
        read_by = self._read_by(bundle)
        beside = [f"{name} {shadow.card.hash}" for name, shadow in sorted(request.shadows.items())]
        parts = (intake_hash, request.events_hash, request.messages_hash, *read_by, *beside)
        input_hash = sha256("".join(parts).encode()).hexdigest()
        about = {
            "source": request.intake.name,
            "input_hash": intake_hash,
            "events_hash": request.events_hash,
            "messages_hash": request.messages_hash,
            "reader": read_by[0] if read_by else "",
            "as_of": request.as_of.isoformat(),
            "versions": bundle.versions(),
            "cells": cells_json(bundle.cells),
        }
        if request.model:
            about["model"] = dict(request.model)
        documents = {
            **request.documents,
            **{f"{SHADOW}-{name}.json": dump(shadow.card) for name, shadow in request.shadows.items()},
            POLICY: request.policy_text.encode(),
            SCORECARD: dump(bundle.card),
        }
        return RunPlan(
            run_id(input_hash, bundle.hash, request.as_of),
            request.part_rows,
            documents=documents,
            about=about,
        )

    def _read_by(self, bundle: Bundle) -> tuple[str, ...]:
        """Who reads and what makes it read as it does: part of what makes two runs the same run."""
        if not bundle.reads:
            return ()
        inbox = self._request.inbox
        return (inbox.reader.name, self._request.corrections_hash, *sorted(inbox.our_names))

    def _commit_draw_key(self) -> None:
        """The key's hash is in the ledger before the first draw: nobody can choose a luckier one later."""
        digest = sha256(self._request.bundle.draw_key).hexdigest()
        draft = Draft(Event.DRAWS_KEY_COMMITTED, digest[:32], self._request.actor, {"key": digest})
        self._request.ledger.append([draft], now=self._request.clock())
