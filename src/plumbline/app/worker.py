"""The process that does what acts have asked for: ``plumbline worker``.

Two lanes, so that a long import does not hold up a short delivery. Any number of workers may run, on any
number of machines that share the database and the data folder.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from plumbline.app.services import outbox
from plumbline.app.services.outbox import LeaseLostError, NotYetError, StoppedError
from plumbline.domain.errors import PlumblineError, RunInProgressError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from plumbline.app.jobs import Handler, Timer
    from plumbline.app.services.outbox import Job

log: Final = logging.getLogger("plumbline.worker")
_IDLE: Final = 1.0
_BROKEN: Final = 3.0
_BUSY: Final = 5.0
_TIMER: Final = "timer:"


@dataclass(frozen=True, slots=True)
class Worker:
    """Carries out jobs by these handlers and timers. ``jitter`` gives numbers in [0, 1)."""

    handlers: Mapping[str, Handler]
    timers: Mapping[str, Timer]
    jitter: Callable[[], float]
    stop: Event = field(default_factory=Event)

    def run(self) -> None:
        """Work until ``stop`` is set; a job that is under way then goes back, nothing of it lost."""
        self.wind_timers()
        lanes = [Thread(target=self._lane, args=(long,), daemon=True) for long in (False, True)]
        for lane in lanes:
            lane.start()
        self.stop.wait()
        for lane in lanes:
            lane.join()

    def drain(self) -> int:
        """Do everything that is due, and what comes of it; how many jobs that were."""
        self.wind_timers()
        return sum(1 for _ in iter(lambda: self.step(*self._topics()), False))

    def step(self, *topics: str) -> bool:
        """Claim one job of these topics and carry it out; whether there was one."""
        job = outbox.claim(topics)
        if job is None:
            return False
        job.stopped = self.stop.is_set
        self._carry_out(job)
        return True

    def wind_timers(self) -> None:
        """Make sure that every timer has its row."""
        now = outbox.database_now()
        for name in self.timers:
            outbox.put(_TIMER + name, {}, now=now, key=f"t-{name}"[:16])

    def _topics(self, *, long: bool | None = None) -> list[str]:
        topics = [name for name, one in self.handlers.items() if long is None or one.long is long]
        return topics if long else [*topics, *(_TIMER + name for name in self.timers)]

    def _lane(self, long: bool) -> None:
        topics = self._topics(long=long)
        while not self.stop.is_set():
            try:
                close_old_connections()
                if not self.step(*topics):
                    self.stop.wait(_IDLE)
            except Exception as error:
                # Most often the database restarts: what was under way keeps its lease until it is back.
                log.warning("the lane was interrupted", exc_info=error)
                connection.close()
                self.stop.wait(_BROKEN)
        connection.close()

    def _carry_out(self, job: Job) -> None:
        told = {"job": job.topic, "key": job.key, "attempt": job.attempt}
        if job.attempt > self._attempts(job):
            self._give_up(job, job_error(job))
            return
        try:
            again = self._work(job)
        except (StoppedError, LeaseLostError) as error:
            log.info("left", extra={**told, "event": type(error).__name__})
            outbox.put_back(job)
        except NotYetError as error:
            outbox.put_back(job, seconds=error.seconds)
        except RunInProgressError:
            outbox.put_back(job, seconds=_BUSY)
        except (InterfaceError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - a job that fails must not take the worker along
            self._failed(job, error, told)
        else:
            kept = outbox.finish(job, again_at=again)
            log.info("done" if kept else "done, but the lease had ended", extra=told)

    def _work(self, job: Job) -> datetime | None:
        """Do it; when a timer is due again."""
        if not job.topic.startswith(_TIMER):
            self.handlers[job.topic].work(job)
            return None
        timer = self.timers[job.topic.removeprefix(_TIMER)]
        now = outbox.database_now()
        timer.work(now)
        return timer.after(outbox.database_now())

    def _failed(self, job: Job, error: Exception, told: dict[str, object]) -> None:
        # The text of an error that nobody foresaw may hold a lead's data.
        why = str(error) if isinstance(error, PlumblineError) else type(error).__name__
        log.error("failed", exc_info=error, extra=told)
        if job.attempt >= self._attempts(job):
            self._give_up(job, why)
        else:
            outbox.retry(job, why, chance=self.jitter())

    def _give_up(self, job: Job, why: str) -> None:
        handler = self.handlers.get(job.topic)
        if handler and handler.given_up:
            handler.given_up(job, why)
        outbox.give_up(job, why)

    def _attempts(self, job: Job) -> int:
        handler = self.handlers.get(job.topic)
        # A timer is never given up: what it does is due again in any case.
        return handler.attempts if handler else job.attempt + 1


def job_error(job: Job) -> str:
    """Why a job is given up that ended its worker every time it was tried."""
    return f"The worker ended before it was done, {job.attempt - 1} times."
