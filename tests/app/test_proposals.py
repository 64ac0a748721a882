from __future__ import annotations

import pytest

from helpers_app import GOOD, NOW, POLICY, POOR, SYSTEM, arrive
from plumbline.app.actors import Actor
from plumbline.app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    SelfApprovalError,
)
from plumbline.app.models import LedgerEntry, Outbox, Outcome, Policy, Proposal, Run
from plumbline.app.services import previews, proposals, runs, switches
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.live import live
from plumbline.domain.errors import InvalidPolicyError

pytestmark = pytest.mark.django_db

#: Band C begins where nobody reaches it, so that queue leads become nurture leads.
HARDER = POLICY.replace("bands: {A: 60, B: 30, C: 0}", "bands: {A: 60, B: 30, C: 20}")


@pytest.fixture
def olga(cast) -> Actor:
    return Actor.of_user(cast.olga)


@pytest.fixture
def mara(cast) -> Actor:
    return Actor.of_user(cast.mara)


def proposed(actor: Actor, text: str = HARDER, why: str = "Too many calls") -> Proposal:
    draft = proposals.start(actor, now=NOW)
    draft = proposals.save(actor, draft.key, text=text, why=why, version=draft.version, now=NOW)
    proposals.preview(actor, draft.key, now=NOW)
    return proposals.propose(actor, draft.key, version=draft.version, now=NOW)


def test_the_example_differs_from_the_live_policy() -> None:
    assert HARDER != POLICY


def test_a_proposal_that_is_approved_goes_live_and_every_lead_is_decided_again(cast, olga, mara) -> None:
    one = proposed(olga)
    policy = proposals.decide(mara, one.key, approve=True, answer="Fine", version=one.version, now=NOW)
    assert policy is not None
    assert (policy.number, policy.proposed_by, policy.approved_by) == (2, cast.olga, cast.mara)
    assert live().policy == policy
    assert live().bundle.policy.bands.c == 20
    assert Outbox.objects.get(topic=runs.TOPIC).payload == {"run": Run.objects.get(policy=policy).key}
    kinds = list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["policy:published", "proposal:made", "proposal:decided", "policy:published"]
    assert DatabaseLedger().verify().intact


def test_a_refused_proposal_changes_nothing(olga, mara) -> None:
    one = proposed(olga)
    assert proposals.decide(mara, one.key, approve=False, answer="No", version=one.version, now=NOW) is None
    assert Policy.objects.count() == 1
    assert Proposal.objects.get().state == Proposal.State.REFUSED


def test_who_proposes_never_approves_whatever_role_they_get_meanwhile(cast, olga) -> None:
    one = proposed(olga)
    cast.olga.role = "manager"
    cast.olga.save()
    with pytest.raises(SelfApprovalError):
        proposals.decide(
            Actor.of_user(cast.olga), one.key, approve=True, answer="", version=one.version, now=NOW
        )
    assert Policy.objects.count() == 1


def test_roles_without_the_permission_are_refused(cast, olga) -> None:
    one = proposed(olga)
    with pytest.raises(NotAllowedError):
        proposals.start(Actor.of_user(cast.alice), now=NOW)
    with pytest.raises(NotAllowedError):
        proposals.decide(
            Actor.of_user(cast.alice), one.key, approve=True, answer="", version=one.version, now=NOW
        )


def test_a_policy_with_problems_cannot_be_proposed(olga) -> None:
    draft = proposals.start(olga, now=NOW, text=POLICY.replace("A: 60", "A: 10"))
    draft = proposals.save(olga, draft.key, text=draft.text, why="x", version=1, now=NOW)
    with pytest.raises(InvalidPolicyError):
        proposals.propose(olga, draft.key, version=draft.version, now=NOW)


def test_it_says_why_and_what_moves_before_it_is_proposed(olga) -> None:
    draft = proposals.start(olga, now=NOW, text=HARDER)
    with pytest.raises(InvalidInputError, match="why"):
        proposals.propose(olga, draft.key, version=1, now=NOW)
    draft = proposals.save(olga, draft.key, text=HARDER, why="Too many", version=1, now=NOW)
    with pytest.raises(InvalidInputError, match="move"):
        proposals.propose(olga, draft.key, version=draft.version, now=NOW)


def test_a_preview_of_another_text_does_not_count(olga) -> None:
    draft = proposals.start(olga, now=NOW)
    proposals.preview(olga, draft.key, now=NOW)
    draft = proposals.save(olga, draft.key, text=HARDER, why="Too many", version=1, now=NOW)
    with pytest.raises(InvalidInputError, match="move"):
        proposals.propose(olga, draft.key, version=draft.version, now=NOW)


def test_two_people_who_answer_at_once_are_not_both_heard(cast, olga, mara) -> None:
    one = proposed(olga)
    proposals.decide(mara, one.key, approve=False, answer="", version=one.version, now=NOW)
    with pytest.raises(ConflictError):
        proposals.decide(mara, one.key, approve=True, answer="", version=one.version, now=NOW)
    assert Policy.objects.count() == 1


def test_a_proposal_that_was_overtaken_is_written_anew(olga, mara) -> None:
    first, second = proposed(olga), proposed(olga, why="Another")
    proposals.decide(mara, first.key, approve=True, answer="", version=first.version, now=NOW)
    with pytest.raises(ConflictError, match="on top of that"):
        proposals.decide(mara, second.key, approve=True, answer="", version=second.version, now=NOW)


def test_stepping_back_twice_goes_on_backwards(olga, mara) -> None:
    for text in (HARDER, HARDER.replace("B: 30", "B: 40")):
        one = proposed(olga, text)
        proposals.decide(mara, one.key, approve=True, answer="", version=one.version, now=NOW)
    assert proposals.step_back(mara, why="Wrong", now=NOW).text == HARDER
    assert proposals.step_back(mara, why="Wrong too", now=NOW).text == POLICY
    with pytest.raises(ConflictError):
        proposals.step_back(mara, why="Further", now=NOW)
    assert [one.number for one in Policy.objects.order_by("number")] == [1, 2, 3, 4, 5]


def test_anothers_draft_is_theirs_alone(cast, olga, mara) -> None:
    draft = proposals.start(olga, now=NOW)
    with pytest.raises(NotFoundError):
        proposals.get(mara, draft.key)
    assert proposals.open_ones(mara) == []
    assert proposals.open_ones(olga) == [draft]


def test_the_preview_says_who_moves_and_what_it_costs(olga) -> None:
    middling = {
        name: value for name, value in GOOD.items() if name not in {"extra.budget", "extra.timeframe"}
    }
    lead = arrive(middling | {"lead.source": "Content Download", "contact.title": "Assistant"}, "L1")
    arrive(POOR, "L2")
    assert (lead.standing.band, lead.standing.points) == ("C", 19)
    Outcome.objects.create(lead=lead, kind="won", at=NOW, reported_at=NOW, reported_by="t")
    found = previews.preview(HARDER, now=NOW)
    assert (found["leads"], found["moved"]) == (2, 1)
    assert found["flows"] == [["queue", "nurture", 1]]
    assert found["errors"]["missed"][0]["hits"] == 0
    assert found["errors"]["missed"][1]["hits"] == 1
    assert found["teams"] == [["Team one", 1, 0]]


def test_a_preview_of_the_same_policy_moves_nobody(cast) -> None:
    """Negative control."""
    arrive(GOOD, "L1")
    found = previews.preview(POLICY + "\n# a comment\n", now=NOW)
    assert (found["leads"], found["moved"], found["flows"]) == (1, 0, [])


def test_a_preview_writes_nothing_about_leads(cast) -> None:
    arrive(GOOD, "L1")
    before = LedgerEntry.objects.count()
    previews.preview(HARDER, now=NOW)
    assert LedgerEntry.objects.count() == before


def test_the_switch_stops_at_once_and_only_another_person_releases_it(cast, mara) -> None:
    Outbox.objects.create(topic="auto.nurture", created_at=NOW, not_before=NOW)
    Outbox.objects.create(topic="lead.answered", created_at=NOW, not_before=NOW)
    assert switches.pull(mara, why="Odd leads", now=NOW) == 1
    assert switches.pulled()
    assert Outbox.objects.get(topic="auto.nurture").given_up_at == NOW
    assert Outbox.objects.get(topic="lead.answered").given_up_at is None
    with pytest.raises(SelfApprovalError):
        switches.release(mara, why="Fine again", now=NOW)
    other = SYSTEM
    switches.release(other, why="Fine again", now=NOW)
    assert not switches.pulled()
    with pytest.raises(NotFoundError):
        switches.release(other, why="Again", now=NOW)


def test_who_may_not_stop_the_system_cannot(cast) -> None:
    with pytest.raises(NotAllowedError):
        switches.pull(Actor.of_user(cast.alice), why="x", now=NOW)
