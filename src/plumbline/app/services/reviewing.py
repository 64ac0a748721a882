"""Answering a review: evidence is opened first, by somebody who had no part in it, and the answer counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from plumbline.app.errors import (
    ConflictError,
    EvidenceNotOpenedError,
    InvalidInputError,
    NotFoundError,
    SelfApprovalError,
)
from plumbline.app.models import Lead, Look, Override, Response, Review, Standing
from plumbline.app.services import duplicates, notices, overrides, routing
from plumbline.app.services.acts import noted, person_of, record
from plumbline.app.services.reviews import locked, path_of
from plumbline.app.standings import place
from plumbline.domain.answers import ANSWERS, Answer, Choice, Question
from plumbline.domain.permissions import Perm
from plumbline.domain.words import Route, Stream
from plumbline.ledger import Event

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.models import User
    from plumbline.ledger.entry import Fact

#: For how long a reviewer's route outranks what is decided later; as long as any override may.
_LASTS: Final = overrides.LONGEST
#: A lead that was closed stays so, unless it changes; then somebody is asked again (``reviews``).
_CLOSED: Final = timedelta(days=730)
#: What an override that came of a review gives as its reason.
REASON: Final = "review"


@dataclass(frozen=True, slots=True)
class Case:
    """A review as somebody opens it. ``blind``: nothing the system thinks of the lead may be shown yet.

    ``hindrance`` says why this person cannot answer it; empty where they can.
    """

    review: Review
    choices: dict[Answer, Choice]
    blind: bool
    hindrance: str


def opened(actor: Actor, key: str, *, now: datetime) -> Case:
    """Open a review with its evidence, and keep that this person looked; only who may answer leaves a look.

    Raises:
        NotFoundError: There is no such review, or it is not for this actor.
    """
    actor.require(Perm.REVIEW_READ)
    rows = Review.objects.visible_to(actor).filter(key=key)
    joined = ("lead__standing__owner", "other__standing", "decision__policy", "decision__run", "team")
    review = rows.select_related(*joined, "assigned_to", "decided_by", "proposed_by", "appeal__by").first()
    if review is None:
        raise NotFoundError("There is no such review.")
    hindrance = _hindrance(actor, review)
    if not hindrance and review.state == Review.State.OPEN:
        Look.objects.create(review=review, by=person_of(actor), at=now)
    blind = review.kind == Review.Kind.AUDIT and review.state == Review.State.OPEN
    return Case(review, ANSWERS[Question(review.kind)], blind, hindrance)


def decide(actor: Actor, key: str, answer: str, *, version: int, now: datetime, note: str = "") -> Review:
    """Answer a review: the answer changes where the lead goes, or says why not, and stands in the ledger.

    Args:
        actor: who answers; a person who had no part in what is asked.
        key: the review's key.
        answer: one of ``domain.answers.ANSWERS`` of its kind.
        version: the review's version that the person saw.
        now: the time.
        note: why, where the answer needs it.

    Raises:
        ConflictError: Somebody answered it meanwhile, or something newer was decided.
        EvidenceNotOpenedError: This person never opened the evidence.
        InvalidInputError: No such answer to this question, or no note where one is needed.
        NotFoundError: There is no such review, or it is not for this actor.
        SelfApprovalError: This person had a part in what is asked.
    """
    actor.require(Perm.REVIEW_DECIDE)
    with transaction.atomic():
        user, standing = person_of(actor), _standing(actor, key)
        review = locked(actor, key)
        choice = _chosen(review, answer)
        told = noted(note, needed=choice.note)
        hindrance = _hindrance(actor, review)
        if hindrance:
            raise SelfApprovalError(hindrance)
        if review.state != Review.State.OPEN or review.version != version:
            raise ConflictError(f"{_since_then(review)} Nothing of yours was stored: look again first.")
        looks = review.looks.filter(by=user)
        if not looks.exists():
            raise EvidenceNotOpenedError("Open the evidence before you answer.")
        looks.filter(left_at=None).update(left_at=now)
        _carry_out(_Said(actor, user, Answer(answer), choice, told, now), review, standing)
        review.state, review.answer, review.note = Review.State.DECIDED, answer, told
        review.decided_at, review.decided_by = now, user
        review.version += 1
        review.save()
        if review.proposed_by is not None:
            text = f"{user} answered what you asked about a lead: {choice.label.lower()}."
            notices.tell([review.proposed_by], "review", text, path=path_of(review), now=now)
    return review


def part(actor: Actor, key: str, *, note: str, now: datetime) -> Review:
    """Take back that two leads are one.

    Raises:
        ConflictError: They are not one.
        InvalidInputError: No reason is given.
        NotFoundError: There is no such review, or it is not for this actor.
    """
    actor.require(Perm.REVIEW_DECIDE)
    why = noted(note, needed=True)
    with transaction.atomic():
        _standing(actor, key)
        review = locked(actor, key)
        if review.kind != Review.Kind.DUPLICATE or review.lead.same_as_id is None:
            raise ConflictError("These two are not one lead.")
        different = Answer.DIFFERENT.value
        facts: dict[str, Fact] = {"review": review.key, "kind": review.kind, "answer": different, "undoes": 1}
        record(actor, review.lead, Event.REVIEW_DECIDED, facts, now=now, body={"note": why})
        duplicates.part(review.lead, now=now)
        review.answer, review.note = different, why
        review.decided_by, review.decided_at = person_of(actor), now
        review.version += 1
        review.save()
    return review


def _standing(actor: Actor, key: str) -> Standing:
    """Where the lead of a review stands, locked before the review as every act does."""
    lead = Review.objects.visible_to(actor).filter(key=key).values("lead")
    rows = Standing.objects.select_for_update(of=("self",)).filter(pk__in=lead)
    joined = ("lead__account", "team", "owner", "decision")
    standing: Standing | None = rows.select_related(*joined).first()
    if standing is None:
        raise NotFoundError("There is no such review.")
    return standing


def _chosen(review: Review, answer: str) -> Choice:
    choices = ANSWERS[Question(review.kind)]
    if answer not in choices:
        allowed = ", ".join(choices)
        raise InvalidInputError(f"{answer!r} is no answer to this; {allowed}.", "answer")
    return choices[Answer(answer)]


def _hindrance(actor: Actor, review: Review) -> str:
    """Why this actor cannot answer this review; empty where they can."""
    if not actor.may(Perm.REVIEW_DECIDE) or actor.user_id is None:
        return "Your role reads reviews and does not answer them."
    if actor.user_id == review.proposed_by_id:
        return "You asked this, so somebody else answers it."
    if review.other is not None and not Lead.objects.visible_to(actor).filter(pk=review.other_id).exists():
        return "The other lead is with another team: somebody who sees both answers this."
    if review.state == Review.State.OPEN and _had_a_part(actor.user_id, review):
        return "You had a part in what is asked about, so somebody else answers it."
    return ""


def _had_a_part(user: int, review: Review) -> bool:
    """Whether they overrode, judged or reviewed what stands now: nobody answers about an act of their own."""
    overrode = Override.objects.filter(lead=review.lead_id, by=user, ended_at=None)
    judged = Response.objects.filter(lead=review.lead_id, by=user, decision=review.decision_id)
    reviewed = Review.objects.filter(
        lead=review.lead_id, decided_by=user, decision=review.decision_id, state=Review.State.DECIDED
    )
    appeal = review.kind == Review.Kind.APPEAL
    return overrode.exists() or judged.exists() or (appeal and reviewed.exists())


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer, and who gave it when."""

    actor: Actor
    user: User
    answer: Answer
    choice: Choice
    note: str
    now: datetime


def _carry_out(said: _Said, review: Review, standing: Standing) -> None:
    """Write the answer into the ledger and do what it says."""
    seq = _keep(said, review)
    if said.answer is Answer.SAME and review.other is not None:
        duplicates.join(review.lead, review.other, now=said.now)
    elif said.choice.route is not None:
        overrides.withdraw_all(said.actor, standing, now=said.now)
        _override(said, standing, said.choice.route, seq)
        _reroute(said, standing, said.choice.route)


def _keep(said: _Said, review: Review) -> int:
    facts: dict[str, Fact] = {"review": review.key, "kind": review.kind, "answer": said.answer.value}
    if said.choice.route is not None:
        facts["to"] = said.choice.route.word
    body = {"question": review.question, "note": said.note}
    return record(said.actor, review.lead, Event.REVIEW_DECIDED, facts, now=said.now, body=body)


def _override(said: _Said, standing: Standing, route: Route, seq: int) -> None:
    Override.objects.create(
        lead=standing.lead,
        decision=standing.decision,
        by=said.user,
        at=said.now,
        from_route=standing.route,
        to_route=route.value,
        reason=REASON,
        note=said.note or said.choice.label,
        expires_at=said.now + (_CLOSED if said.choice.closes else _LASTS),
        seq=seq,
    )


def _reroute(said: _Said, standing: Standing, route: Route) -> None:
    drawn = standing.decision.drawn if standing.decision else []
    if standing.state == Standing.State.WRONG:
        standing.owner = None  # who said that it is wrong is not asked to work it
    standing.route, standing.overridden, standing.since = route.value, True, said.now
    standing.place = place(
        route, standing.points, standing.lead.arrived_at, baseline=Stream.HOLDOUT.value in drawn
    )
    standing.because = f"{said.user} reviewed it: {said.choice.label.lower()}"[:300]
    in_hand = standing.state == Standing.State.ACCEPTED and route is not Route.NURTURE
    if not in_hand:
        standing.state, standing.later_until = Standing.State.OPEN, None
    routing.place(standing, now=said.now)
    if said.choice.closes:
        standing.state, standing.due_at = Standing.State.CLOSED, None
    standing.version += 1
    standing.save()


def _since_then(review: Review) -> str:
    if review.decided_by is not None:
        return f"{review.decided_by} answered this."
    return "The lead was decided again while you looked at it."
