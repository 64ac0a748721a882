"""What the worker can do: which function carries out which topic, and what happens every so often.

A service that puts work into the outbox has a line here. Its function is called at least once with the same
job, so it goes by the keys in the payload and leaves alone what it finds done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from plumbline.app.services import (
    access,
    erasure,
    imports,
    moving,
    notices,
    overrides,
    responses,
    reviews,
    runs,
    tidying,
    undoing,
    webhooks,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbline.app.services.outbox import Job

_MIDNIGHT: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Handler:
    """How a topic is carried out. ``long`` work has a lane of its own; ``given_up`` hears of a bad end."""

    work: Callable[[Job], None]
    long: bool = False
    attempts: int = 8
    given_up: Callable[[Job, str], None] | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """What is done every so often: ``every`` counts from midnight UTC, ``later`` after it."""

    work: Callable[[datetime], object]
    every: timedelta
    later: timedelta = timedelta()

    def after(self, now: datetime) -> datetime:
        """When it is due next: however late the worker is, once and not once for every time missed."""
        begin = _MIDNIGHT + self.later
        return begin + ((now - begin) // self.every + 1) * self.every


HANDLERS: Final[dict[str, Handler]] = {
    imports.TOPIC: Handler(imports.carry_out, long=True, given_up=imports.given_up),
    undoing.TOPIC: Handler(undoing.carry_out, long=True),
    # Never given up while anybody can still mend it: an erasure that is half done is none.
    erasure.TOPIC: Handler(erasure.carry_out, long=True, attempts=1_000),
    runs.TOPIC: Handler(runs.carry_out, long=True, given_up=runs.given_up),
    webhooks.DELIVER: Handler(webhooks.deliver, attempts=webhooks.ATTEMPTS),
    **{topic: Handler(webhooks.fan_out) for topic in webhooks.TOPICS},
}

#: Names have at most 14 characters.
TIMERS: Final[dict[str, Timer]] = {
    "tidy": Timer(tidying.tidy, timedelta(days=1), later=timedelta(hours=4)),
    "rescore": Timer(runs.rescore, timedelta(days=1), later=timedelta(hours=2)),
    "move-on": Timer(moving.reassign_overdue, timedelta(minutes=5)),
    "escalate": Timer(reviews.escalate, timedelta(minutes=5)),
    "digest": Timer(notices.digest, timedelta(days=1), later=timedelta(hours=6)),
    "wake": Timer(responses.wake, timedelta(minutes=5)),
    "retention": Timer(erasure.due, timedelta(days=1), later=timedelta(hours=1)),
    "volume": Timer(access.warn, timedelta(hours=1)),
    "overrides": Timer(overrides.expire, timedelta(minutes=5)),
}
