"""What nobody needs any more goes: logs of deliveries, answers kept for repeated requests, work long done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from plumbline.app.models import Idempotency, Outbox
from plumbline.app.services import webhooks

if TYPE_CHECKING:
    from datetime import datetime

#: How long the answer to a request with an idempotency key is kept.
ANSWERS: Final = timedelta(days=2)
#: How long done work is kept, for those who ask what happened. What was given up stays.
DONE: Final = timedelta(days=14)
_SLICE: Final = 5_000


def tidy(now: datetime) -> int:
    """Drop what is older than it is kept for; how many rows. For the worker, once a day."""
    answers = Idempotency.objects.filter(at__lt=now - ANSWERS).delete()[0]
    return answers + webhooks.forget(now) + _forget_done(now - DONE)


def _forget_done(before: datetime) -> int:
    """In slices, so that nobody waits for a delete of millions."""
    gone = 0
    while pks := list(Outbox.objects.filter(done_at__lt=before).values_list("pk", flat=True)[:_SLICE]):
        gone += Outbox.objects.filter(pk__in=pks).delete()[0]
    return gone
