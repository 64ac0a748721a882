from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from django.utils import timezone

from helpers_app import GOOD, NOW, POOR, STRATEGIC, SYSTEM, arrive
from plumbline.app.actors import Actor
from plumbline.app.errors import ConflictError, NoPolicyError, NotAllowedError, NotFoundError
from plumbline.app.jobs import HANDLERS
from plumbline.app.models import Decision, Lead, Message, Outbox, Policy, Review, Run, Standing
from plumbline.app.services import arrivals, deciding, duplicates, evidence, intakes, loading, outbox, runs
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.live import Live, bundle_of_run
from plumbline.app.services.outbox import LeaseLostError, StoppedError
from plumbline.app.worker import Worker
from plumbline.domain.words import Route
from plumbline.store import RunFolder
from plumbline.store.run_check import verify_run

pytestmark = pytest.mark.django_db
FIELDS = ("route", "band", "points", "action", "owner", "reason", "because", "proposes", "drawn")


class Killed(BaseException):
    """What no worker catches."""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(intakes, "PART", 5)
    monkeypatch.setattr(loading, "SLICE", 2)


def come(count: int = 12, start: int = 0) -> list[Lead]:
    kinds = (GOOD, POOR, STRATEGIC)
    rows = [
        (
            at + 1,
            f"L{at}",
            {**kinds[at % 3], "contact.email": f"p{at}@fieldworks.example", "contact.name": f"P {at}"},
        )
        for at in range(start, start + count)
    ]
    names = sorted({name for *_, fields in rows for name in fields})
    data = [(row, id_, *(fields.get(name) for name in names)) for row, id_, fields in rows]
    schema = {"row": pl.Int64, "lead.id": pl.String, **dict.fromkeys(names, pl.String)}
    arrivals.take_in(SYSTEM, pl.DataFrame(data, schema=schema, orient="row"), now=NOW)
    return list(Lead.objects.order_by("pk"))


def worker() -> Worker:
    return Worker({"run": HANDLERS["run"]}, {}, lambda: 0.0)


def run(kind: str = runs.ALL, at=None) -> Run:
    made = runs.start(SYSTEM, kind, now=at or timezone.now())
    worker().drain()
    made.refresh_from_db()
    assert made.state == Run.State.DONE, made.error
    return made


def summary() -> list[tuple]:
    columns = ("lead__external_id", "route", "band", "points", "queue", "state", "team__name")
    return sorted(Standing.objects.values_list(*columns))


def test_a_run_decides_as_each_lead_alone_is_decided(cast, monkeypatch) -> None:
    leads = come()
    done = run()
    # A run weighs what is unknown as its first leads answer it; the lead alone is weighed alike here.
    monkeypatch.setattr(deciding, "live", lambda: Live(done.policy, bundle_of_run(done)))
    assert (done.total, done.done, done.loaded, done.changed) == (12, 12, 12, 12)
    first = {lead.pk: lead.decisions.get() for lead in leads}
    stood = {one.pk: one for one in Standing.objects.all()}
    assert len(stood) == 12
    assert {one.route for one in stood.values()} >= {Route.NURTURE.value, Route.REVIEW.value}
    for lead in leads:
        (alone,) = deciding.decide(SYSTEM, [lead], now=done.as_of)
        for name in FIELDS:
            assert getattr(alone, name) == getattr(first[lead.pk], name), name
        standing = Standing.objects.get(pk=lead.pk)
        assert (standing.place, standing.queue) == (stood[lead.pk].place, stood[lead.pk].queue)


def test_every_lead_has_an_owner_or_a_team_and_reviews_are_opened_as_alone(cast) -> None:
    come()
    run()
    assert not Standing.objects.filter(team=None).exists()
    worked = Standing.objects.filter(route__in=(Route.QUEUE.value, Route.FAST_TRACK.value))
    assert worked.exists()
    assert all(one.owner_id and one.due_at for one in worked)
    asked = set(Review.objects.filter(state="open").values_list("lead__external_id", "kind"))
    Review.objects.all().delete()
    Decision.objects.all().exists()
    for lead in Lead.objects.all():
        deciding.decide(SYSTEM, [lead], now=timezone.now())
    assert asked == set(Review.objects.filter(state="open").values_list("lead__external_id", "kind"))


def test_the_evidence_of_a_run_replays_to_the_same_bytes_and_the_run_verifies(cast) -> None:
    come()
    done = run()
    actor = Actor.of_user(cast.rex)
    for decision in Decision.objects.select_related("run", "policy"):
        shown = evidence.evidence_of(actor, decision)
        assert shown.replays
        assert shown.packet.lead_id == decision.lead.key
    verdict = verify_run(RunFolder(runs.folder_of(done)), DatabaseLedger())
    assert verdict.intact
    assert verdict.finished
    assert verdict.rows == 12


def test_a_second_run_adds_nothing_where_nothing_changed(cast) -> None:
    come()
    at = timezone.now()
    run(at=at - timedelta(seconds=1))
    before = summary(), Decision.objects.count(), list(Standing.objects.values_list("version", flat=True))
    again = run(at=at)
    assert (again.loaded, again.changed) == (12, 0)
    assert before == (
        summary(),
        Decision.objects.count(),
        list(Standing.objects.values_list("version", flat=True)),
    )


def test_what_changed_gets_a_new_decision_and_only_that(cast) -> None:
    come()
    run()
    poor = Lead.objects.get(external_id="L1")
    come_again = pl.DataFrame(
        {"row": [1], "lead.id": ["L1"], **{name: [value] for name, value in GOOD.items()}}
    )
    arrivals.take_in(SYSTEM, come_again, now=timezone.now())
    changed = run(runs.CHANGED)
    assert (changed.total, changed.changed) == (1, 1)
    assert poor.decisions.count() == 2
    assert poor.decisions.latest("id").route > poor.decisions.earliest("id").route
    assert run(runs.CHANGED).total == 0


def test_what_a_person_overrode_keeps_their_route(cast) -> None:
    come()
    run()
    Standing.objects.filter(lead__external_id="L1").update(
        overridden=True, route=Route.FAST_TRACK.value, queue="reps"
    )
    Decision.objects.filter(lead__external_id="L1").update(band="A")  # so that the next one differs
    assert run().changed == 1
    standing = Standing.objects.get(lead__external_id="L1")
    assert (standing.route, standing.queue) == (Route.FAST_TRACK.value, "reps")
    assert standing.decision.route == Route.NURTURE.value


def test_a_decision_made_meanwhile_is_not_set_back(cast) -> None:
    leads = come()
    made = runs.start(SYSTEM, runs.ALL, now=timezone.now())
    (newer,) = deciding.decide(SYSTEM, [leads[0]], now=timezone.now())
    worker().drain()
    assert Standing.objects.get(pk=leads[0].pk).decision == newer
    made.refresh_from_db()
    assert made.changed == 11


def test_a_repeat_waits_closed_with_its_first_copy_and_comes_back_when_it_differs(cast) -> None:
    come(3)
    same = {
        "row": [1],
        "lead.id": ["again"],
        **{name: [value] for name, value in Lead.objects.first().received.items()},
    }
    arrivals.take_in(SYSTEM, pl.DataFrame(same), now=NOW)
    run()
    repeat, first = Lead.objects.get(external_id="again"), Lead.objects.get(external_id="L0")
    assert repeat.same_as == first
    assert (repeat.standing.state, repeat.standing.team) == (Standing.State.CLOSED, first.standing.team)
    assert "L0" in repeat.standing.because
    assert run(runs.CHANGED).total == 0
    arrivals.take_in(SYSTEM, pl.DataFrame(same | {"contact.title": ["CEO"]}), now=timezone.now())
    run(runs.CHANGED)
    repeat.refresh_from_db()
    repeat.standing.refresh_from_db()
    assert repeat.same_as is None
    assert repeat.standing.state == Standing.State.OPEN


@pytest.mark.parametrize("step", ["intake", "first part", "second part", "first slice", "fourth slice"])
def test_a_run_that_is_killed_anywhere_goes_on_and_nothing_is_doubled(cast, monkeypatch, step) -> None:
    come()
    made = runs.start(SYSTEM, runs.ALL, now=timezone.now())
    with monkeypatch.context() as patch:
        kill_at(step, patch)
        with pytest.raises(Killed):
            worker().drain()
    Outbox.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    worker().drain()
    made.refresh_from_db()
    assert (made.state, made.loaded, made.changed) == (Run.State.DONE, 12, 12)
    assert Decision.objects.count() == 12
    assert Standing.objects.count() == 12
    assert verify_run(RunFolder(runs.folder_of(made)), DatabaseLedger()).rows == 12
    folder = RunFolder(runs.folder_of(made))
    assert "intake" not in folder.kinds()


def kill_at(step: str, patch: pytest.MonkeyPatch) -> None:
    if step == "intake":
        patch.setattr(RunFolder, "write_document", raising(RunFolder.write_document, 0))
    elif "part" in step:
        patch.setattr(RunFolder, "write_part", raising(RunFolder.write_part, step == "second part"))
    else:
        patch.setattr(
            bulk_of := loading.bulk, "create", raising(bulk_of.create, 6 if step == "fourth slice" else 1)
        )


def raising(real, after: int):
    calls = iter(range(1_000))

    def once(*args, **kwargs):
        if next(calls) >= after:
            raise Killed
        return real(*args, **kwargs)

    return once


def test_a_worker_that_lost_its_lease_writes_no_slice_twice(cast, monkeypatch) -> None:
    come()
    made = runs.start(SYSTEM, runs.ALL, now=timezone.now())
    job = outbox.claim(["run"])
    real = loading._changed
    monkeypatch.setattr(
        loading,
        "_changed",
        lambda run, rows: (Run.objects.filter(pk=run.pk).update(loaded=99), real(run, rows))[1],
    )
    with pytest.raises(LeaseLostError):
        runs.carry_out(job)
    assert not Decision.objects.exists()
    made.refresh_from_db()
    assert made.state == Run.State.RUNNING


def test_one_run_of_a_kind_at_a_time(cast) -> None:
    come(2)
    first = runs.start(SYSTEM, runs.ALL, now=NOW)
    with pytest.raises(ConflictError):
        runs.start(SYSTEM, runs.ALL, now=NOW)
    Run.objects.filter(pk=first.pk).update(state=Run.State.RUNNING)
    other = runs.create(SYSTEM, runs.ALL, {}, now=NOW)
    outbox.put("run", {"run": other.key}, now=NOW, key="other")
    Outbox.objects.exclude(key="other").delete()
    assert worker().step("run")
    other.refresh_from_db()
    assert other.state == Run.State.WAITING
    row = Outbox.objects.get()
    assert (row.attempts, row.done_at) == (0, None)


def test_it_needs_the_permission_a_policy_and_a_kind(cast) -> None:
    with pytest.raises(NotAllowedError):
        runs.start(Actor.of_user(cast.alice), runs.ALL, now=NOW)
    with pytest.raises(NotFoundError):
        runs.start(Actor.of_user(cast.olga), "some", now=NOW)
    Policy.objects.all().delete()
    with pytest.raises(NoPolicyError):
        runs.start(Actor.of_user(cast.olga), runs.ALL, now=NOW)
    assert runs.rescore(NOW) is None


def test_an_objection_since_is_heard_and_erased_leads_are_left_out(cast) -> None:
    leads = come(4)
    Lead.objects.filter(pk=leads[0].pk).update(objected_at=timezone.now())
    Lead.objects.filter(pk=leads[1].pk).update(erased_at=timezone.now())
    done = run()
    assert done.total == 3
    assert leads[0].decisions.get().points is None
    assert not leads[1].decisions.exists()


def test_messages_and_events_reach_a_run_as_they_reach_a_lead_alone(cast) -> None:
    lead = arrive(GOOD)
    Message.objects.create(
        lead=lead, channel="email", text="We need a demo this week, budget is approved.", at=NOW
    )
    (alone,) = deciding.decide(SYSTEM, [lead], now=timezone.now())
    Decision.objects.filter(pk=alone.pk).update(band="?")  # so that the run's own is added
    run()
    own = lead.decisions.latest("id")
    assert own.run is not None
    actor = Actor.of_user(cast.rex)
    ours, theirs = (evidence.evidence_of(actor, one).packet.messages for one in (own, alone))
    assert [one.answers for one in ours] == [one.answers for one in theirs]


def test_a_worker_told_to_stop_leaves_the_run_for_the_next(cast) -> None:
    come()
    made = runs.start(SYSTEM, runs.ALL, now=timezone.now())
    one = worker()
    one.stop.set()
    one.step("run")
    made.refresh_from_db()
    assert made.state == Run.State.RUNNING
    worker().drain()
    made.refresh_from_db()
    assert made.state == Run.State.DONE
    assert StoppedError


def test_what_a_person_joined_stays_joined_when_it_is_decided_otherwise(cast) -> None:
    come(3)
    run()
    first, joined = Lead.objects.get(external_id="L0"), Lead.objects.get(external_id="L2")
    duplicates.join(joined, first, now=timezone.now())
    Decision.objects.filter(lead=joined).update(band="?")  # so that the next one differs
    assert run().changed == 1
    joined.refresh_from_db()
    assert joined.same_as == first
    assert joined.standing.state == Standing.State.CLOSED
