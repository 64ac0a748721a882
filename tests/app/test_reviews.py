from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpers_app import GOOD, NOW, POLICY, STRATEGIC, SYSTEM, arrive, person, publish
from plumbline.app.actors import Actor
from plumbline.app.errors import (
    ConflictError,
    EvidenceNotOpenedError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    SelfApprovalError,
)
from plumbline.app.models import (
    Lead,
    LedgerBody,
    LedgerEntry,
    Notice,
    Override,
    Review,
    Standing,
    Team,
    User,
)
from plumbline.app.services import (
    appeals,
    deciding,
    overrides,
    reviewing,
    reviews,
    teams,
)
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.answers import ANSWERS, NAMES, Question
from plumbline.domain.permissions import Role
from plumbline.domain.words import Route

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
READS = (
    POLICY.replace(
        "\nfields:\n", "\nfields:\n  lead.message: {purposes: [prioritise], basis: legitimate-interests}\n"
    )
    .replace(
        "\nsignals:\n",
        "\nsignals:\n  request: {dimension: intent, from: reading.request, min_confidence: 0.5,"
        " label: Asks for, purposes: [prioritise], basis: legitimate-interests}\n",
    )
    .replace("\nscorecard:\n", "\nscorecard:\n  request: {demo: 20, other: 0}\n")
)
DAY = timedelta(days=1)


@pytest.fixture
def rex(cast) -> Actor:
    return Actor.of_user(cast.rex)


@pytest.fixture
def rule(cast) -> Review:
    """A rule asks about a named account of the second team."""
    return arrive(STRATEGIC).reviews.get(kind="rule")


def ask(kind: str, lead: Lead, **more) -> Review:
    values = {"question": "Is it?", "opened_at": NOW, "due_at": NOW + DAY, "team": lead.standing.team}
    return Review.objects.create(kind=kind, lead=lead, decision=lead.standing.decision, **values | more)


def look_and_decide(actor: Actor, review: Review, answer: str, note: str = "Because", now=NOW) -> Review:
    case = reviewing.opened(actor, review.key, now=now)
    return reviewing.decide(actor, review.key, answer, version=case.review.version, now=now, note=note)


def test_the_vocabulary_covers_every_kind_and_nothing_else() -> None:
    assert {one.value for one in Question} == set(Review.Kind.values) == set(ANSWERS) == set(NAMES)
    assert "disqualify" in ANSWERS[Question.DISQUALIFY]
    assert ANSWERS[Question.DISQUALIFY]["disqualify"].note  # never without a reason
    assert sum("disqualify" in choices for choices in ANSWERS.values()) == 1


def test_a_decision_opens_its_review_within_the_hours_of_the_team(rule, cast) -> None:
    assert rule.team == cast.two
    assert rule.due_at == NOW.replace(hour=9, minute=30) + DAY
    assert rule.decision == rule.lead.standing.decision


def test_nobody_decides_what_they_have_not_opened(rule, rex) -> None:
    with pytest.raises(EvidenceNotOpenedError):
        reviewing.decide(rex, rule.key, "pursue", version=rule.version, now=NOW)
    assert look_and_decide(rex, rule, "pursue").state == Review.State.DECIDED


def test_that_another_person_looked_does_not_count(rule, rex, cast) -> None:
    other = Actor.of_user(person("Rita", Role.REVIEWER))
    case = reviewing.opened(other, rule.key, now=NOW)
    with pytest.raises(EvidenceNotOpenedError):
        reviewing.decide(rex, rule.key, "pursue", version=case.review.version, now=NOW)


def test_the_answer_moves_the_lead_in_the_reviewers_name(rule, rex, cast) -> None:
    look_and_decide(rex, rule, "act_now", "They called", now=NOW + HOUR)
    standing = Standing.objects.select_related("owner").get(lead=rule.lead)
    assert (standing.route, standing.overridden, standing.owner) == (Route.FAST_TRACK, True, cast.bob)
    assert standing.because == "Rex reviewed it: pursue it now"
    override = Override.objects.get(lead=rule.lead)
    assert (override.by, override.reason, override.note) == (cast.rex, "review", "They called")
    entry = LedgerEntry.objects.get(kind="review:decided")
    assert '"answer":"act_now"' in entry.header
    assert "called" not in entry.header
    assert LedgerBody.objects.get(pk=entry.pk).subject == rule.lead.key
    assert override.seq == entry.pk
    assert DatabaseLedger().verify().intact
    look = rule.looks.get()
    assert (look.by, look.at, look.left_at) == (cast.rex, NOW + HOUR, NOW + HOUR)


def test_what_a_person_answered_is_not_asked_again_by_the_next_decision(rule, rex) -> None:
    look_and_decide(rex, rule, "nurture")
    deciding.decide(SYSTEM, [rule.lead], now=NOW + DAY)
    assert not rule.lead.reviews.filter(state=Review.State.OPEN).exclude(kind="audit").exists()
    assert Standing.objects.get(lead=rule.lead).route == Route.NURTURE


def test_when_the_answer_has_run_out_the_question_is_asked_again(rule, rex) -> None:
    look_and_decide(rex, rule, "nurture")
    assert overrides.expire(NOW + timedelta(days=91)) == 1
    assert rule.lead.reviews.get(kind="rule", state=Review.State.OPEN).pk != rule.pk


def test_a_newer_decision_moves_the_version_so_that_an_old_page_is_refused(rule, rex) -> None:
    case = reviewing.opened(rex, rule.key, now=NOW)
    arrive(STRATEGIC | {"extra.crew_size": "4"}, "L1", NOW + HOUR)
    with pytest.raises(ConflictError, match="decided again"):
        reviewing.decide(rex, rule.key, "pursue", version=case.review.version, now=NOW + HOUR)


def test_of_two_reviewers_at_once_one_answers_and_the_other_is_told_who(rule, rex) -> None:
    rita = Actor.of_user(person("Rita", Role.REVIEWER))
    version = reviewing.opened(rex, rule.key, now=NOW).review.version
    reviewing.opened(rita, rule.key, now=NOW)
    reviewing.decide(rex, rule.key, "pursue", version=version, now=NOW)
    with pytest.raises(ConflictError, match="Rex answered this"):
        reviewing.decide(rita, rule.key, "nurture", version=version, now=NOW, note="No")
    assert Review.objects.get(pk=rule.pk).answer == "pursue"
    assert LedgerEntry.objects.filter(kind="review:decided").count() == 1


@pytest.mark.parametrize(("answer", "note", "field"), [("same", "x", "answer"), ("nurture", " ", "note")])
def test_only_answers_of_the_kind_and_a_note_where_something_is_taken(rule, rex, answer, note, field) -> None:
    reviewing.opened(rex, rule.key, now=NOW)
    with pytest.raises(InvalidInputError) as refused:
        reviewing.decide(rex, rule.key, answer, version=rule.version, now=NOW, note=note)
    assert refused.value.field == field


def test_who_asked_does_not_answer(rule, cast) -> None:
    mine = ask("uncertain", rule.lead, proposed_by=cast.rex)
    with pytest.raises(SelfApprovalError):
        look_and_decide(Actor.of_user(cast.rex), mine, "pursue")
    assert not mine.looks.exists()  # who may not answer leaves no look


def test_who_overrode_or_judged_does_not_answer_about_it(cast) -> None:
    lead = arrive(GOOD)
    mara = Actor.of_user(cast.mara)
    overrides.create(
        mara,
        lead.key,
        to="nurture",
        reason="timing",
        note="Later",
        until=NOW + 9 * DAY,
        version=lead.standing.version,
        now=NOW,
    )
    appeal = appeals.open_(Actor.of_user(cast.alice), lead.key, grounds="They wait", now=NOW)
    with pytest.raises(SelfApprovalError, match="had a part"):
        look_and_decide(mara, appeal.review, "stands")
    decided = look_and_decide(Actor.of_user(cast.rex), appeal.review, "pursue", "Alice is right")
    assert decided.state == Review.State.DECIDED
    assert Standing.objects.get(lead=lead).route == Route.QUEUE
    assert Override.objects.filter(lead=lead, ended_at=None).get().by == cast.rex
    assert Notice.objects.get(user=cast.alice, kind="review").path == f"/reviews/{appeal.review.key}/"


def test_a_reviewer_does_not_answer_the_appeal_against_their_own_answer(rule, rex, cast) -> None:
    look_and_decide(rex, rule, "nurture")
    appeal = appeals.open_(Actor.of_user(cast.bob), rule.lead.key, grounds="A mistake", now=NOW)
    with pytest.raises(SelfApprovalError):
        look_and_decide(rex, appeal.review, "stands")


def test_disqualifying_closes_the_lead_with_a_reason_and_can_be_contested(rule, rex, cast) -> None:
    review = ask("disqualify", rule.lead)
    with pytest.raises(InvalidInputError):
        look_and_decide(rex, review, "disqualify", "")
    look_and_decide(rex, review, "disqualify", "A job seeker")
    standing = Standing.objects.get(lead=rule.lead)
    assert (standing.state, standing.route) == (Standing.State.CLOSED, Route.NURTURE)
    rita = Actor.of_user(person("Rita", Role.REVIEWER))
    appeal = appeals.open_(Actor.of_user(cast.bob), rule.lead.key, grounds="They buy", now=NOW)
    look_and_decide(rita, appeal.review, "pursue", "They do")
    assert Standing.objects.get(lead=rule.lead).state == Standing.State.OPEN


def test_a_lead_that_was_closed_is_asked_about_again_only_when_it_changes(rule, rex) -> None:
    look_and_decide(rex, ask("disqualify", rule.lead), "disqualify", "A job seeker")
    deciding.decide(SYSTEM, [rule.lead], now=NOW + DAY)
    waiting = rule.lead.reviews.filter(state=Review.State.OPEN).exclude(kind="audit")
    assert not waiting.exists()
    assert overrides.expire(NOW + 100 * DAY) == 0
    arrive(STRATEGIC | {"extra.crew_size": "400"}, "L1", NOW + 2 * DAY)
    assert waiting.get().question.startswith("A person closed this lead, and it has changed since")
    with pytest.raises(SelfApprovalError):  # who closed it does not say whether that stands
        look_and_decide(rex, waiting.get(), "pursue", now=NOW + 3 * DAY)
    look_and_decide(Actor.of_user(person("Rita", Role.REVIEWER)), waiting.get(), "pursue", now=NOW + 3 * DAY)
    assert Standing.objects.get(lead=rule.lead).state == Standing.State.OPEN


def test_nothing_disqualifies_by_itself(rule, cast) -> None:
    ask("disqualify", rule.lead)
    reviews.escalate(NOW + 30 * DAY)
    deciding.decide(SYSTEM, [rule.lead], now=NOW + 30 * DAY)
    assert Standing.objects.get(lead=rule.lead).state == Standing.State.OPEN


def test_two_leads_with_one_address_are_asked_about_joined_and_parted(cast, rex) -> None:
    first, repeat = arrive(GOOD, "A"), arrive(GOOD | {"contact.name": "J. Field"}, "B")
    review = repeat.reviews.get(kind="duplicate")
    assert review.other == first
    look_and_decide(rex, review, "same", "")
    repeat.refresh_from_db()
    assert repeat.same_as == first
    assert Standing.objects.get(lead=repeat).state == Standing.State.CLOSED
    third = arrive(GOOD, "C")
    assert third.reviews.get(kind="duplicate").other == first
    reviewing.part(rex, review.key, note="Two people after all", now=NOW)
    repeat.refresh_from_db()
    assert repeat.same_as is None
    assert Standing.objects.get(lead=repeat).state == Standing.State.OPEN
    assert LedgerEntry.objects.filter(kind="review:decided").count() == 2
    with pytest.raises(ConflictError):
        reviewing.part(rex, review.key, note="Again", now=NOW)


@pytest.mark.parametrize("answer", ["different", "cannot_tell"])
def test_a_pair_that_was_answered_is_not_asked_about_again(cast, rex, answer) -> None:
    arrive(GOOD, "A")
    repeat = arrive(GOOD, "B")
    look_and_decide(rex, repeat.reviews.get(kind="duplicate"), answer, "")
    arrive(GOOD | {"extra.crew_size": "3"}, "B", NOW + DAY)
    assert repeat.reviews.filter(kind="duplicate").count() == 1
    assert Lead.objects.get(pk=repeat.pk).same_as is None


def test_a_mailbox_that_many_share_asks_nothing(cast) -> None:
    leads = [arrive(GOOD | {"contact.email": "info@big.example"}, f"L{one}") for one in range(7)]
    assert not Review.objects.filter(kind="duplicate", lead__in=leads[5:]).exists()
    assert Review.objects.filter(kind="duplicate").count() == 4


def test_a_manager_does_not_answer_about_a_lead_they_may_not_see(cast) -> None:
    first = arrive(STRATEGIC, "A")  # of team two
    repeat = arrive(GOOD | {"contact.email": STRATEGIC["contact.email"]}, "B")
    review = repeat.reviews.get(kind="duplicate")
    assert review.other == first
    assert reviewing.opened(Actor.of_user(cast.mara), review.key, now=NOW).hindrance.startswith(
        "The other lead"
    )
    assert look_and_decide(Actor.of_user(cast.rex), review, "different", "").answer == "different"


def test_a_message_that_uses_a_right_becomes_a_task_that_stays(cast, rex) -> None:
    publish(cast.olga, cast.mara, READS)
    lead = arrive(GOOD | {"lead.message": "Please delete all the data you hold about me."})
    review = lead.reviews.get(kind="data_right")
    assert review.question == "They ask to be erased."
    deciding.decide(SYSTEM, [lead], now=NOW + DAY)
    assert Review.objects.get(pk=review.pk).state == Review.State.OPEN
    look_and_decide(rex, review, "handled", "Erased in all systems")
    deciding.decide(SYSTEM, [lead], now=NOW + 2 * DAY)
    assert lead.reviews.filter(kind="data_right").count() == 1


def test_an_audit_is_blind_and_asked_once(cast, rex) -> None:
    lead = arrive(GOOD)
    review = ask("audit", lead)
    assert reviewing.opened(rex, review.key, now=NOW).blind
    look_and_decide(rex, review, "good", "")
    assert not reviewing.opened(rex, review.key, now=NOW).blind
    assert Standing.objects.get(lead=lead).route == Route.QUEUE


def test_an_appeal_is_acknowledged_within_five_days_and_answered_within_a_month(cast, rex) -> None:
    lead = arrive(GOOD)
    review = appeals.open_(Actor.of_user(cast.alice), lead.key, grounds="No", now=NOW).review
    assert review.due_at == NOW.replace(hour=17, minute=30) + 7 * DAY  # five working days
    reviews.acknowledge(rex, review.key, now=NOW + HOUR)
    review.refresh_from_db()
    assert review.due_at.isoformat() == "2026-04-02T16:30:00+00:00"  # 17:30 in summer time
    assert review.assigned_to == cast.rex
    assert Notice.objects.filter(user=cast.alice, kind="review").exists()
    with pytest.raises(ConflictError):
        reviews.acknowledge(rex, review.key, now=NOW + HOUR)


def test_what_is_overdue_goes_to_the_manager_once_and_loudly(rule, cast) -> None:
    boss = person("Bea", Role.MANAGER, cast.two)
    Team.objects.filter(pk=cast.two.pk).update(manager=boss)
    assert reviews.escalate(rule.due_at) == 0
    assert reviews.escalate(rule.due_at + HOUR) == 1
    assert reviews.escalate(rule.due_at + 2 * HOUR) == 0
    rule.refresh_from_db()
    assert (rule.assigned_to, rule.escalated_at) == (boss, rule.due_at + HOUR)
    notice = Notice.objects.get(user=boss, kind="overdue")
    assert notice.path == f"/reviews/{rule.key}/"
    assert "Big" not in notice.text


def test_an_overdue_appeal_never_lands_with_who_made_it_and_the_officer_hears(cast) -> None:
    Team.objects.filter(pk=cast.one.pk).update(manager=cast.mara)
    lead = arrive(GOOD)
    review = appeals.open_(Actor.of_user(cast.mara), lead.key, grounds="No", now=NOW).review
    assert reviews.escalate(review.due_at + HOUR) == 1
    review.refresh_from_db()
    assert review.assigned_to == cast.rex
    assert Notice.objects.filter(user=cast.dora, kind="appeal").exists()


def test_every_open_review_has_somebody_who_answers_for_it(rule, cast) -> None:
    """Law 1: with no manager named anywhere, and with everybody of the team gone."""
    User.objects.filter(pk__in=[cast.bob.pk, cast.mara.pk]).update(is_active=False)
    for review in Review.objects.filter(state=Review.State.OPEN).select_related("team"):
        assert teams.responsible(review.team, but=[cast.bob.pk]) is not None


def test_a_review_of_another_team_is_not_there(cast) -> None:
    lead = arrive(GOOD)
    review = ask("uncertain", lead)
    bob = Actor.of_user(cast.bob)
    with pytest.raises(NotFoundError):
        reviewing.opened(bob, review.key, now=NOW)
    assert reviews.page(bob) == []
    with pytest.raises(NotAllowedError):
        reviewing.decide(bob, review.key, "pursue", version=1, now=NOW)
    boss = Actor.of_user(person("Bea", Role.MANAGER, cast.two))
    with pytest.raises(NotFoundError):
        reviewing.decide(boss, review.key, "pursue", version=1, now=NOW)
    with pytest.raises(NotFoundError):
        reviews.acknowledge(boss, review.key, now=NOW)


def test_who_only_reads_leaves_no_look_and_is_told_why(rule, cast) -> None:
    case = reviewing.opened(Actor.of_user(cast.audra), rule.key, now=NOW)
    assert case.hindrance == "Your role reads reviews and does not answer them."
    assert not rule.looks.exists()


def test_pages_go_on_where_the_last_one_ended(cast, monkeypatch) -> None:
    monkeypatch.setattr(reviews, "PAGE", 2)
    lead = arrive(GOOD)
    due = [NOW, NOW, NOW + HOUR, NOW - HOUR, NOW]
    kinds = ["rule", "unknown", "disqualify", "uncertain", "appeal"]
    made = [ask(kind, lead, due_at=at) for kind, at in zip(kinds, due, strict=True)]
    actor, seen, after = Actor.of_user(cast.rex), [], None
    while rows := reviews.page(actor, after=after)[:2]:
        seen += rows
        after = (rows[-1].due_at, rows[-1].pk)
    assert seen == [made[3], made[0], made[1], made[4], made[2]]
    assert reviews.page(actor, kind="appeal") == [made[4]]
    assert reviews.page(actor, answered=True) == []


def test_many_reviews_are_opened_by_as_many_queries_as_one(cast) -> None:
    leads = [arrive(STRATEGIC | {"contact.email": f"x{one}@big.example"}, f"L{one}") for one in range(8)]
    settled = [
        reviews.Settled(lead, lead.standing.decision, Standing.objects.select_related("team").get(lead=lead))
        for lead in leads
    ]
    Review.objects.all().delete()

    def opened(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(reviews.open_many(settled[-count:], now=NOW)) >= count
        Review.objects.all().delete()
        return len(queries)

    assert opened(8) == opened(2) <= 8
