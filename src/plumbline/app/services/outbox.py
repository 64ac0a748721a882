"""Work that an act has caused, carried out afterwards by a worker: at least once, under a lease.

An act writes a row in its own transaction, so the work is there if and only if the act is. A worker claims
a row by a conditional update and holds it until a moment of the database's clock; if it dies, the lease runs
out and another takes the row. Whoever lost a lease finds out before it says that it is done.

Task libraries for Django (django-tasks, Huey, Procrastinate) were looked at: they mark a task as running
without a lease that ends by itself, or need a broker or one database alone. What is needed here is a page.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.db.models import F, Q

from plumbline.app.models import Notice, Outbox, User
from plumbline.app.models.base import new_key
from plumbline.domain.permissions import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

#: How long a worker may be silent before another takes its job.
LEASE: Final = timedelta(minutes=2)
#: A lease that ends later than this was written before the clock was put back: it binds nobody.
_NO_LEASE: Final = 2 * LEASE
_FIRST_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 3_600.0
_WAITING: Final = Q(done_at=None, given_up_at=None)


class LeaseLostError(Exception):
    """Another worker has the job now: nothing more may be written for it here."""


class NotYetError(Exception):
    """The job has to wait for something else; that is no failure."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


class StoppedError(Exception):
    """This worker was told to stop: the job goes back for another."""


@dataclass(slots=True)
class Job:
    """A claimed row: what to do, and the lease it is done under.

    ``payload`` is what the act wrote, ``attempt`` counts from 1. Long work calls ``keep`` between its steps.
    """

    pk: int
    key: str
    topic: str
    payload: Mapping[str, Any]
    attempt: int
    lease: datetime
    stopped: Callable[[], bool] = lambda: False
    _kept: float = field(default_factory=time.monotonic)

    def keep(self) -> None:
        """Hold the job for longer.

        Raises:
            LeaseLostError: Another worker has it.
            StoppedError: This worker was told to stop.
        """
        if self.stopped():
            raise StoppedError
        # How long ago is asked of a clock that nobody sets; until when is written in the database's time.
        if time.monotonic() - self._kept < LEASE.total_seconds() / 4:
            return
        until = database_now() + LEASE
        if not _mine(self).update(lease_until=until):
            raise LeaseLostError
        self.lease, self._kept = until, time.monotonic()


def put(
    topic: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    key: str = "",
    not_before: datetime | None = None,
) -> None:
    """Ask for work, in the transaction of the act that causes it. A ``key`` asks for it once only."""
    row = Outbox(
        key=key or new_key(),
        topic=topic,
        payload=dict(payload),
        created_at=now,
        not_before=not_before or now,
    )
    Outbox.objects.bulk_create([row], ignore_conflicts=bool(key))


def database_now() -> datetime:
    """The time that all workers share. SQLite has none of its own: there it is this machine's."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def claim(topics: Collection[str]) -> Job | None:
    """Take the job of these topics that has been due for longest; None when nothing is."""
    while True:
        now = database_now()
        free = Q(lease_until=None) | Q(lease_until__lt=now) | Q(lease_until__gt=now + _NO_LEASE)
        due = Outbox.objects.filter(_WAITING, free, topic__in=topics, not_before__lte=now)
        row = due.order_by("not_before", "id").first()
        if row is None:
            return None
        until = now + LEASE
        taken = Outbox.objects.filter(_WAITING, pk=row.pk, lease_until=row.lease_until, attempts=row.attempts)
        if taken.update(lease_until=until, attempts=F("attempts") + 1):
            return Job(row.pk, row.key, row.topic, row.payload, row.attempts + 1, until)


def finish(job: Job, *, again_at: datetime | None = None) -> bool:
    """Say that a job is done, or when it is due again; whether the lease still was ours."""
    if again_at is None:
        return bool(_mine(job).update(done_at=database_now(), lease_until=None, error=""))
    return bool(_mine(job).update(not_before=again_at, lease_until=None, attempts=0, error=""))


def put_back(job: Job, *, seconds: float = 0.0) -> None:
    """Give a job back as if it had not been tried."""
    again = database_now() + timedelta(seconds=seconds)
    _mine(job).update(lease_until=None, not_before=again, attempts=F("attempts") - 1)


def retry(job: Job, why: str, *, chance: float) -> None:
    """Try a job again later, each time later than before. ``chance`` in [0, 1) keeps workers apart."""
    again = database_now() + timedelta(seconds=pause(job.attempt, chance))
    _mine(job).update(lease_until=None, not_before=again, error=why[:300])


def pause(attempt: int, chance: float) -> float:
    """Seconds to wait after an attempt: doubled each time, at most an hour, and half of it by chance."""
    return float(min(_FIRST_PAUSE * 2 ** (attempt - 1), _LONGEST_PAUSE) * (0.5 + chance / 2))


def give_up(job: Job, why: str) -> None:
    """Try a job no more, and tell RevOps loudly: what it stood for did not happen."""
    now = database_now()
    with transaction.atomic():
        if not _mine(job).update(given_up_at=now, lease_until=None, error=why[:300]):
            return
        text = f"Given up after {job.attempt} attempts: {job.topic} {job.key}. {why}"[:300]
        people = User.objects.filter(role=Role.REVOPS.value, is_active=True)
        Notice.objects.bulk_create(Notice(user=one, at=now, kind="given_up", text=text) for one in people)


def _mine(job: Job) -> Any:  # noqa: ANN401 - a queryset
    """The row, as long as our lease is the one that is written there."""
    return Outbox.objects.filter(_WAITING, pk=job.pk, lease_until=job.lease)
