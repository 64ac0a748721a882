from __future__ import annotations

from datetime import timedelta

import pytest

from helpers_app import SYSTEM
from helpers_rep import NOW, last_entry, of, queued, standing, topics
from plumbline.app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from plumbline.app.models import Outcome, Review
from plumbline.app.services import appeals, outcomes

pytestmark = pytest.mark.django_db


def report(user, lead, kind="meeting_held", **more) -> Outcome:
    now = NOW()
    return outcomes.report(of(user), lead.key, kind, **{"at": now, "now": now} | more)


def test_an_outcome_is_kept_told_and_moves_the_lead(cast) -> None:
    lead = queued(cast)
    report(cast.alice, lead, note="=cmd|' /C calc'!A0")
    assert standing(lead).state == "accepted"
    assert topics()[-1] == "outcome.reported"
    header, body = last_entry("outcome:reported")
    assert '"outcome":"meeting_held"' in header
    assert "calc" not in header
    assert b"calc" in body
    report(cast.alice, lead, "won")
    assert standing(lead).state == "closed"
    report(cast.alice, lead, "contacted")  # a late report opens nothing again
    assert standing(lead).state == "closed"


def test_the_same_report_again_changes_nothing(cast) -> None:
    lead = queued(cast)
    first = report(cast.alice, lead, ref="crm-17")
    assert report(cast.alice, lead, "lost", ref="crm-17") == first
    assert Outcome.objects.count() == 1


def test_a_program_reports_as_well(cast) -> None:
    lead, now = queued(cast), NOW()
    outcomes.report(SYSTEM, lead.key, "lost", at=now, now=now)
    assert Outcome.objects.get().reported_by == "system:test"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("sold", {}),
        ("rejected", {}),
        ("won", {"at": NOW() + timedelta(days=1)}),
        ("won", {"at": NOW() - timedelta(days=4000)}),
    ],
    ids=["no such outcome", "rejected without a reason", "in the future", "before the lead came in"],
)
def test_what_cannot_have_happened_is_refused(cast, kind, more) -> None:
    with pytest.raises(InvalidInputError):
        report(cast.alice, queued(cast), kind, **more)


def test_outcomes_are_for_who_reports_them(cast) -> None:
    lead = queued(cast)
    for user in (cast.rex, cast.olga, cast.audra):
        with pytest.raises(NotAllowedError):
            report(user, lead)
    with pytest.raises(NotFoundError):
        report(cast.bob, lead)


def test_an_appeal_is_a_review_that_its_author_did_not_propose_to_themselves(cast) -> None:
    lead = queued(cast)
    appeal = appeals.open_(of(cast.alice), lead.key, grounds="The size is wrong", now=NOW())
    review = appeal.review
    assert (review.kind, review.state, review.proposed_by) == (Review.Kind.APPEAL, "open", cast.alice)
    assert review.due_at > NOW()
    assert topics()[-1] == "appeal.opened"
    header, body = last_entry("appeal:opened")
    assert review.key in header
    assert b"size is wrong" in body
    with pytest.raises(ConflictError, match="open already"):
        appeals.open_(of(cast.mara), lead.key, grounds="Me too", now=NOW())


def test_an_appeal_needs_grounds_and_a_program_somebody_to_speak_for(cast) -> None:
    lead = queued(cast)
    with pytest.raises(InvalidInputError):
        appeals.open_(of(cast.alice), lead.key, grounds=" ", now=NOW())
    with pytest.raises(InvalidInputError):
        appeals.open_(SYSTEM, lead.key, grounds="Wrong", now=NOW())
    assert appeals.open_(SYSTEM, lead.key, grounds="Wrong", on_behalf="person", now=NOW()).by is None


def test_appeals_are_not_for_every_role_nor_about_every_lead(cast) -> None:
    lead = queued(cast)
    for user in (cast.rex, cast.audra, cast.olga):
        with pytest.raises(NotAllowedError):
            appeals.open_(of(user), lead.key, grounds="x", now=NOW())
    with pytest.raises(NotFoundError):
        appeals.open_(of(cast.bob), lead.key, grounds="x", now=NOW())
