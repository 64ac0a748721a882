from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, transaction
from hypothesis import given
from hypothesis import strategies as st

from helpers_app import NOW
from plumbline.app.errors import InvalidInputError
from plumbline.app.jobs import HANDLERS, TIMERS, Handler, Timer
from plumbline.app.models import Notice, Outbox
from plumbline.app.services import outbox
from plumbline.app.services.outbox import LEASE, LeaseLostError, NotYetError, StoppedError
from plumbline.app.worker import Worker

pytestmark = pytest.mark.django_db


def worker(work=lambda _: None, *, given_up=None, attempts=3, timers=None) -> Worker:
    handlers = {"sums": Handler(work, attempts=attempts, given_up=given_up)}
    return Worker(handlers, timers or {}, lambda: 0.0)


def wait_is_over(**more) -> None:
    Outbox.objects.update(not_before=NOW, **more)


def test_a_job_is_done_once_and_stays_as_done() -> None:
    outbox.put("sums", {"of": 3}, now=NOW)
    seen = []
    one = worker(lambda job: seen.append((job.payload["of"], job.attempt)))
    assert one.drain() == 1
    assert one.drain() == 0
    assert seen == [(3, 1)]
    assert Outbox.objects.get().done_at is not None


def test_an_act_that_fails_asks_for_nothing() -> None:
    def act() -> None:
        with transaction.atomic():
            outbox.put("sums", {}, now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert worker().drain() == 0


def test_the_same_key_asks_once() -> None:
    outbox.put("sums", {}, now=NOW, key="today")
    outbox.put("sums", {}, now=NOW, key="today")
    assert worker().drain() == 1


def test_what_nobody_here_can_do_is_left_for_others() -> None:
    outbox.put("elsewhere", {}, now=NOW)
    assert worker().drain() == 0
    assert Outbox.objects.get().attempts == 0


def test_two_workers_never_hold_one_job() -> None:
    outbox.put("sums", {}, now=NOW)
    assert outbox.claim(["sums"]) is not None
    assert outbox.claim(["sums"]) is None


def test_a_worker_that_died_is_followed_by_another_and_is_told_so_if_it_lives() -> None:
    outbox.put("sums", {}, now=NOW)
    first = outbox.claim(["sums"])
    Outbox.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    second = outbox.claim(["sums"])
    assert (first.pk, second.attempt) == (second.pk, 2)
    assert not outbox.finish(first)
    first._kept -= LEASE.total_seconds()
    with pytest.raises(LeaseLostError):
        first.keep()
    assert outbox.finish(second)


def test_a_lease_from_a_clock_that_was_ahead_binds_nobody() -> None:
    outbox.put("sums", {}, now=NOW)
    assert outbox.claim(["sums"]) is not None
    Outbox.objects.update(lease_until=datetime.now(UTC) + timedelta(hours=1))
    assert outbox.claim(["sums"]).attempt == 2


def test_long_work_keeps_its_lease_by_a_clock_that_nobody_sets() -> None:
    outbox.put("sums", {}, now=NOW)
    job = outbox.claim(["sums"])
    until = job.lease
    job.keep()
    assert Outbox.objects.get().lease_until == until
    job._kept -= LEASE.total_seconds() / 2
    job.keep()
    assert Outbox.objects.get().lease_until == job.lease > until
    assert outbox.finish(job)


def test_a_failure_is_tried_again_later_and_later_and_then_told_to_revops(cast) -> None:
    outbox.put("sums", {}, now=NOW)
    ended = []

    def fail(_: object) -> None:
        raise InvalidInputError("The sum is too large.")

    one = worker(fail, given_up=lambda job, why: ended.append((job.attempt, why)))
    waits = []
    for _ in range(3):
        before = datetime.now(UTC)
        assert one.drain() == 1
        assert one.drain() == 0
        row = Outbox.objects.get()
        waits.append(round((row.not_before - before).total_seconds(), 1))
        wait_is_over()
    assert waits[:2] == pytest.approx([2.5, 5.0], abs=0.5)
    assert row.given_up_at is not None
    assert ended == [(3, "The sum is too large.")]
    (notice,) = Notice.objects.all()
    assert notice.user == cast.olga
    assert "The sum is too large." in notice.text
    assert one.drain() == 0


def test_the_text_of_an_unforeseen_error_is_not_kept() -> None:
    outbox.put("sums", {}, now=NOW)

    def fail(_: object) -> None:
        raise ValueError("jo@fieldworks.example")

    worker(fail).drain()
    assert Outbox.objects.get().error == "ValueError"


def test_a_job_that_kills_every_worker_is_given_up_without_being_tried_again(cast) -> None:
    outbox.put("sums", {}, now=NOW)
    Outbox.objects.update(attempts=3)
    assert worker(lambda _: pytest.fail("tried")).drain() == 1
    assert Outbox.objects.get().given_up_at is not None
    assert Notice.objects.filter(kind="given_up").exists()


@pytest.mark.parametrize("error", [StoppedError(), NotYetError(0)], ids=["stopped", "not yet"])
def test_what_had_to_wait_is_not_counted_as_tried(error) -> None:
    outbox.put("sums", {}, now=NOW)

    def work(_: object) -> None:
        raise error

    worker(work).step("sums")
    row = Outbox.objects.get()
    assert (row.attempts, row.lease_until, row.done_at) == (0, None, None)


def test_a_worker_that_is_told_to_stop_puts_its_job_back() -> None:
    outbox.put("sums", {}, now=NOW)
    one = worker(lambda job: job.keep())
    one.stop.set()
    one.step("sums")
    assert Outbox.objects.get().attempts == 0


def test_a_database_that_goes_away_is_no_failure_of_the_job() -> None:
    outbox.put("sums", {}, now=NOW)

    def work(_: object) -> None:
        raise OperationalError

    with pytest.raises(OperationalError):
        worker(work).step("sums")
    row = Outbox.objects.get()
    assert row.error == ""
    assert row.lease_until is not None


def test_a_timer_runs_once_however_many_turns_were_missed() -> None:
    ticks = []
    timers = {"hourly": Timer(ticks.append, timedelta(hours=1))}
    one = worker(timers=timers)
    assert one.drain() == 1
    wait_is_over()
    worker(timers=timers).drain()
    assert len(ticks) == 2
    row = Outbox.objects.get()
    assert row.done_at is None
    assert row.not_before > datetime.now(UTC)


def test_a_timer_that_fails_is_tried_again_for_ever() -> None:
    def fail(_: datetime) -> None:
        raise ValueError

    timers = {"hourly": Timer(fail, timedelta(hours=1))}
    for _ in range(12):
        worker(timers=timers).drain()
        wait_is_over()
    assert Outbox.objects.get().given_up_at is None


@given(st.integers(0, 10**9), st.integers(1, 1440))
def test_a_timer_is_always_due_in_the_future_and_within_its_period(seconds, minutes) -> None:
    now, every = NOW + timedelta(seconds=seconds), timedelta(minutes=minutes)
    due = Timer(lambda _: None, every, timedelta(hours=3)).after(now)
    assert now < due <= now + every


@given(st.integers(1, 40), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_to_an_hour_and_keep_workers_apart(attempt, chance) -> None:
    wait = outbox.pause(attempt, chance)
    assert 2.5 <= wait <= 3600
    assert wait >= outbox.pause(max(attempt - 1, 1), 0.0)


def test_names_of_timers_and_topics_fit_their_columns() -> None:
    assert all(len(name) <= 14 for name in TIMERS)
    assert all(len(name) <= 40 for name in HANDLERS)
