"""Passes over many leads: decided in batches into a folder and the ledger, then brought into the tables.

Every step can be killed and taken up again: the leads are written down first, the run goes on where the
ledger ends, the tables where the run says. One run of a kind at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from plumbline.app.actors import Actor
from plumbline.app.errors import ConflictError, NoPolicyError, NotFoundError
from plumbline.app.models import Run
from plumbline.app.services import intakes, loading, outbox
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.live import bundle_of_policy, live
from plumbline.app.services.outbox import NotYetError
from plumbline.domain.errors import PlumblineError, RunConflictError, TamperedError
from plumbline.domain.permissions import Perm
from plumbline.engines import LocalRun, RunRequest
from plumbline.store import RunFolder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plumbline.app.services.intakes import StoredLeads
    from plumbline.app.services.outbox import Job

TOPIC: Final = "run"
ALL: Final = "all"
CHANGED: Final = "changed"
OF_IMPORT: Final = "import"
_SCOPES: Final[Mapping[str, Mapping[str, object]]] = {ALL: {}, CHANGED: {"changed": True}}
_BUSY: Final = 5.0
_OPEN: Final = (Run.State.WAITING, Run.State.RUNNING)
#: What no second try mends.
_FINAL: Final = (NoPolicyError, RunConflictError, TamperedError)


def start(actor: Actor, kind: str, *, now: datetime) -> Run:
    """Ask for all leads, or those that changed since they were decided, to be decided by the live policy.

    Raises:
        ConflictError: There is such a run already, waiting or under way.
        NoPolicyError: No policy is live.
        NotFoundError: There is no such kind of run.
        NotAllowedError: The actor may not start runs.
    """
    actor.require(Perm.RUN_START)
    if kind not in _SCOPES:
        raise NotFoundError("There is no such kind of run.")
    with transaction.atomic():
        if Run.objects.filter(kind=kind, state__in=_OPEN).exists():
            raise ConflictError("Such a run is on its way already.")
        run = create(actor, kind, _SCOPES[kind], now=now)
        outbox.put(TOPIC, {"run": run.key}, now=now)
    return run


def create(actor: Actor, kind: str, scope: Mapping[str, object], *, now: datetime) -> Run:
    """A run that waits. It decides by the policy that is live now, as of now."""
    policy = live().policy
    made = Run(kind=kind, policy=policy, as_of=now, started_by=actor.name, created_at=now, scope=dict(scope))
    made.folder = f"{now:%Y-%m-%d}-{kind}-{made.key}"
    made.save()
    return made


def carry_out(job: Job) -> None:
    """Do what ``start`` asked for."""
    decide(Run.objects.select_related("policy").get(key=job.payload["run"]), job)


def decide(run: Run, job: Job) -> None:
    """Carry a run out, or go on with it where another worker stopped."""
    if run.state not in _OPEN:
        return
    _begin(run)
    try:
        _decide(run, job)
    except _FINAL as error:
        fail(run, error)
        raise


def _decide(run: Run, job: Job) -> None:
    folder, bundle = RunFolder(folder_of(run)), bundle_of_policy(run.policy)
    stored = intakes.write(folder, run, bundle, job)
    _tell(run, total=stored.rows)
    if stored.rows:
        request = RunRequest(
            intake=stored,
            policy_text=run.policy.text,
            bundle=bundle,
            as_of=run.as_of,
            folder=folder,
            ledger=DatabaseLedger(),
            actor=run.started_by,
            clock=timezone.now,
            events=stored.events(),
            inbox=stored.inbox(),
            part_rows=intakes.PART,
        )
        LocalRun(request, progress=lambda done: _progress(run, done, job)).run()
        loading.load(run, folder, stored, job)
    _finish(run, stored)


def folder_of(run: Run) -> str:
    """Where a run is kept."""
    return str(settings.DATA / "runs" / run.folder)


def fail(run: Run, error: PlumblineError | str) -> None:
    """Say why a run did not come to an end."""
    Run.objects.filter(pk=run.pk, state__in=_OPEN).update(
        state=Run.State.FAILED, error=str(error)[:300], finished_at=timezone.now()
    )


def given_up(job: Job, why: str) -> None:
    """The worker tried often enough."""
    for run in Run.objects.filter(key=job.payload["run"]):
        fail(run, why)


def rescore(now: datetime) -> Run | None:
    """Every night: decide all leads again, for time passes and some of what they are told hangs on it."""
    try:
        return start(Actor.of_system("nightly"), ALL, now=now)
    except (ConflictError, NoPolicyError):
        return None


def _begin(run: Run) -> None:
    try:
        with transaction.atomic():
            Run.objects.filter(pk=run.pk, state=Run.State.WAITING).update(state=Run.State.RUNNING)
    except IntegrityError as error:
        # Another run of this kind is under way; the database lets only one be.
        raise NotYetError(_BUSY) from error


def _progress(run: Run, done: int, job: Job) -> None:
    _tell(run, done=done)
    job.keep()


def _tell(run: Run, **columns: int) -> None:
    Run.objects.filter(pk=run.pk).update(**columns)


def _finish(run: Run, stored: StoredLeads) -> None:
    Run.objects.filter(pk=run.pk).update(state=Run.State.DONE, finished_at=timezone.now())
    run.state = Run.State.DONE
    stored.drop()
