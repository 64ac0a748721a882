from __future__ import annotations

from datetime import timedelta

import pytest

from helpers_app import GOOD, SYSTEM, arrive
from helpers_rep import NOW, last_entry, of, queued, standing, topics
from plumbline.app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from plumbline.app.models import Lead, Notice, Override, Standing
from plumbline.app.services import deciding, objections, overrides
from plumbline.domain.words import Route

pytestmark = pytest.mark.django_db


def override(user, lead, **more) -> Override:
    now = more.pop("now", NOW())
    values = {
        "to": "fast_track",
        "reason": "knows_more",
        "note": "They called me",
        "until": now + timedelta(days=7),
        "version": standing(lead).version,
        "now": now,
    }
    return overrides.create(of(user), lead.key, **values | more)


def test_an_override_moves_the_lead_up_and_says_why(cast) -> None:
    other, lead = queued(cast, "L0"), queued(cast)
    override(cast.alice, lead)
    now = standing(lead)
    assert (now.route, now.overridden) == (Route.FAST_TRACK.value, True)
    assert now.place > standing(other).place
    header, body = last_entry("decision:overridden")
    assert '"to":"fast_track"' in header
    assert "called" not in header
    assert b"They called me" in body
    assert topics()[-1] == "decision.overridden"


def test_it_survives_rescoring_until_it_runs_out(cast) -> None:
    lead, now = queued(cast), NOW()
    override(cast.alice, lead, now=now)
    deciding.decide(SYSTEM, [lead], now=now + timedelta(days=1))
    assert (standing(lead).route, standing(lead).overridden) == (Route.FAST_TRACK.value, True)
    assert overrides.expire(now + timedelta(days=6)) == 0
    assert overrides.expire(now + timedelta(days=7)) == 1
    after = standing(lead)
    assert not after.overridden
    assert after.route == after.decision.route
    assert after.queue == after.decision.owner
    assert Override.objects.get().ended_at is not None
    assert last_entry("override:ended")[0].count('"why":"expired"') == 1
    assert Notice.objects.filter(user=cast.alice).exists()
    assert overrides.expire(now + timedelta(days=8)) == 0  # twice changes nothing


def test_without_the_override_rescoring_decides(cast) -> None:
    """Negative control: what keeps the route is the override, not chance."""
    lead = queued(cast, route=Route.FAST_TRACK)
    deciding.decide(SYSTEM, [lead], now=NOW())
    after = standing(lead)
    assert after.route == after.decision.route


def test_a_lead_in_nurture_is_brought_into_the_queue_of_who_asks(cast) -> None:
    lead = queued(cast, route=Route.NURTURE, owner=None, state="later")
    override(cast.alice, lead, to="queue")
    now = standing(lead)
    assert (now.owner, now.state) == (cast.alice, "open")


def test_a_second_override_replaces_the_first(cast) -> None:
    lead = queued(cast)
    override(cast.alice, lead)
    override(cast.mara, lead, to="nurture")
    first, second = Override.objects.order_by("pk")
    assert first.ended_at is not None
    assert second.ended_at is None
    assert '"why":"replaced"' in last_entry("override:ended")[0]


def test_ending_it_lets_the_policy_decide_again(cast) -> None:
    lead = queued(cast)
    override(cast.alice, lead)
    overrides.end(of(cast.alice), lead.key, version=standing(lead).version, now=NOW())
    assert standing(lead).route == standing(lead).decision.route
    with pytest.raises(ConflictError, match="Nobody"):
        overrides.end(of(cast.alice), lead.key, version=standing(lead).version, now=NOW())


@pytest.mark.parametrize(
    "more",
    [
        {"to": "disqualify"},
        {"to": "review"},
        {"note": "  "},
        {"reason": ""},
        {"until": NOW() + timedelta(days=92)},
        {"until": NOW() - timedelta(days=1)},
    ],
    ids=["disqualified", "a review", "no note", "no reason", "too long", "past"],
)
def test_what_no_override_can_be_is_refused(cast, more) -> None:
    lead = queued(cast)
    with pytest.raises(InvalidInputError):
        override(cast.alice, lead, **more)
    assert Override.objects.count() == 0


def test_two_people_at_once_do_not_override_each_other_unseen(cast) -> None:
    lead = queued(cast)
    seen = standing(lead).version
    override(cast.mara, lead, version=seen)
    with pytest.raises(ConflictError, match="Mara moved this lead"):
        override(cast.alice, lead, to="nurture", version=seen)
    assert Override.objects.count() == 1


def test_only_those_who_work_leads_override_and_only_their_own(cast) -> None:
    lead = queued(cast)
    for user in (cast.rex, cast.olga, cast.audra, cast.dora, cast.adam):
        with pytest.raises(NotAllowedError):
            override(user, lead)
    with pytest.raises(NotFoundError):
        override(cast.bob, lead)


def test_an_objection_ends_profiling_for_every_lead_of_the_person(cast) -> None:
    lead = queued(cast)
    again = arrive(GOOD | {"contact.email": "l1@fieldworks.example", "account.name": "Two"}, "L2")
    override(cast.alice, lead)
    told = objections.note(of(cast.alice), lead.key, how="By phone", now=NOW())
    assert {one.pk for one in told} == {lead.pk, again.pk}
    for one in (lead, again):
        now = standing(one)
        assert (now.points, now.band, now.overridden, now.blind) == (None, "", False, False)
        assert now.route != Route.NURTURE.value  # a person, by a path that does not profile
        assert now.queue == "privacy-desk"
        assert now.decision.reason == "OBJECTION"
    assert b"By phone" in last_entry("objection:recorded")[1]
    assert objections.note(of(cast.alice), lead.key, now=NOW()) == []
    with pytest.raises(ConflictError, match="objected"):
        override(cast.alice, lead)


def test_an_objection_can_be_taken_by_the_dpo_and_not_by_an_auditor(cast) -> None:
    lead = queued(cast)
    with pytest.raises(NotAllowedError):
        objections.note(of(cast.audra), lead.key, now=NOW())
    with pytest.raises(NotFoundError):
        objections.note(of(cast.bob), lead.key, now=NOW())
    assert len(objections.note(of(cast.dora), lead.key, now=NOW())) == 1
    assert Lead.objects.get(pk=lead.pk).objected_at is not None
    assert Standing.objects.get(pk=lead.pk).points is None
