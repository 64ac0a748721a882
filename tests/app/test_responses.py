from __future__ import annotations

from datetime import timedelta

import pytest

from helpers_app import SYSTEM
from helpers_rep import NOW, last_entry, of, queued, standing, topics
from plumbline.app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from plumbline.app.models import Appeal, Assignment, Outcome, Response, Standing
from plumbline.app.services import deciding, responses
from plumbline.app.services.ledger import DatabaseLedger

pytestmark = pytest.mark.django_db


def answer(user, lead, kind="accept", **more):
    more = {"version": standing(lead).version, "now": NOW()} | more
    return responses.answer(of(user), lead.key, kind, **more)


def test_taking_a_lead_makes_it_theirs_and_is_an_outcome(cast) -> None:
    lead = queued(cast, owner=None)
    answer(cast.alice, lead)
    now = standing(lead)
    assert (now.state, now.owner, now.due_at) == ("accepted", cast.alice, None)
    assert "took it out of the team's queue" in Assignment.objects.filter(lead=lead).latest("pk").why
    assert Outcome.objects.get(lead=lead).kind == "accepted"
    assert {"lead.answered", "outcome.reported"} <= set(topics())
    header, _ = last_entry("lead:answered")
    assert f"user:{cast.alice.key}" in header
    assert DatabaseLedger().verify().intact


def test_a_wrong_lead_keeps_its_reason_and_the_note_stays_off_the_chain(cast) -> None:
    lead = queued(cast)
    answer(cast.alice, lead, "wrong", reason="not_a_lead", note="It is my cousin Bill <script>")
    response = Response.objects.get(lead=lead)
    assert (response.reason, response.blind, standing(lead).state) == ("not_a_lead", False, "wrong")
    assert Outcome.objects.get(lead=lead).reason == "not_a_lead"
    header, body = last_entry("lead:answered")
    assert "Bill" not in header
    assert b"Bill" in body


def test_not_now_comes_back_by_itself(cast) -> None:
    lead, now = queued(cast), NOW()
    answer(cast.alice, lead, "later", days=3, now=now)
    assert standing(lead).state == "later"
    assert Outcome.objects.count() == 0
    assert responses.wake(now + timedelta(days=2)) == 0
    assert responses.wake(now + timedelta(days=3)) == 1
    back = standing(lead)
    assert (back.state, back.later_until) == ("open", None)
    assert back.due_at > now + timedelta(days=3)


def test_a_lead_of_another_team_is_not_dropped_but_contested(cast) -> None:
    lead = queued(cast)
    answer(cast.alice, lead, "wrong", reason="other_team")
    appeal = Appeal.objects.get(lead=lead)
    assert appeal.review.state == "open"
    assert appeal.review.proposed_by == cast.alice
    assert Outcome.objects.count() == 0  # it says nothing about what the lead is worth


def test_the_second_of_two_people_is_told_who_was_faster_and_changes_nothing(cast) -> None:
    lead = queued(cast)
    seen = standing(lead).version
    answer(cast.mara, lead, version=seen)
    with pytest.raises(ConflictError, match="Mara took it"):
        answer(cast.alice, lead, "wrong", reason="no_need", version=seen)
    assert Response.objects.count() == 1
    assert standing(lead).state == "accepted"


def test_a_decision_that_came_meanwhile_is_a_conflict_as_well(cast) -> None:
    lead = queued(cast)
    seen = standing(lead).version
    deciding.decide(SYSTEM, [lead], now=NOW())
    with pytest.raises(ConflictError, match="decided again"):
        answer(cast.alice, lead, version=seen)


def test_the_blind_answer_is_kept_as_blind_and_only_the_first(cast) -> None:
    lead = queued(cast, blind=True)
    assert responses.is_hidden(of(cast.alice), standing(lead))
    assert not responses.is_hidden(of(cast.rex), standing(lead))  # a reviewer judges nothing
    assert answer(cast.alice, lead).blind
    assert not responses.is_hidden(of(cast.alice), standing(lead))
    assert not answer(cast.alice, lead, "wrong", reason="no_need").blind
    # Rescoring draws the same lead again; the judgement stands all the same.
    Standing.objects.update(blind=True)
    assert not responses.is_hidden(of(cast.mara), standing(lead))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("maybe", {}),
        ("wrong", {}),
        ("wrong", {"reason": "it smells"}),
        ("later", {"days": 2}),
        ("accept", {"note": "x" * 501}),
    ],
)
def test_what_cannot_be_an_answer_is_refused(cast, kind, more) -> None:
    lead = queued(cast)
    with pytest.raises(InvalidInputError):
        answer(cast.alice, lead, kind, **more)
    assert Response.objects.count() == 0


def test_who_may_not_answer_or_not_see_the_lead_cannot(cast) -> None:
    lead = queued(cast)
    for user in (cast.rex, cast.olga, cast.adam, cast.dora, cast.audra):
        with pytest.raises(NotAllowedError):
            answer(user, lead)
    with pytest.raises(NotFoundError):
        answer(cast.bob, lead)
    with pytest.raises(NotAllowedError):  # a program judges nothing
        responses.answer(SYSTEM, lead.key, "accept", version=standing(lead).version, now=NOW())
