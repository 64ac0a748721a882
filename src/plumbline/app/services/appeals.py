"""Anyone contests a decision; a person who had no part in it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from plumbline.app.errors import ConflictError, InvalidInputError
from plumbline.app.models import Appeal, Review, User
from plumbline.app.services import reviews
from plumbline.app.services.acts import noted, record, standing_of
from plumbline.domain.permissions import Perm
from plumbline.ledger import Event

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.models import Lead, Standing

#: For whom somebody contests, in words; empty is themselves.
ON_BEHALF: Final[dict[str, str]] = {
    "": "Myself",
    "person": "The person the lead is about",
    "partner": "A partner",
}
_LONGEST: Final = 1_000


def open_(actor: Actor, lead: str, *, grounds: str, now: datetime, on_behalf: str = "") -> Appeal:
    """Contest what was decided for a lead: a review opens that neither this person nor a program answers.

    Raises:
        ConflictError: An appeal about this lead is open already.
        InvalidInputError: No grounds, or a program contests for nobody.
        NotFoundError: No such lead for this actor.
    """
    actor.require(Perm.APPEAL_CREATE)
    why = noted(grounds, needed=True, field="grounds", longest=_LONGEST)
    if on_behalf not in ON_BEHALF or (actor.user_id is None and not on_behalf):
        raise InvalidInputError("Say for whom: the person the lead is about, or a partner.", "on_behalf")
    with transaction.atomic():
        standing = standing_of(actor, lead)
        if is_open(standing.lead):
            raise ConflictError("An appeal about this lead is open already; it will be answered.")
        user = User.objects.get(pk=actor.user_id) if actor.user_id else None
        return put(actor, standing, user, grounds=why, on_behalf=on_behalf, now=now)


def is_open(lead: Lead) -> bool:
    """Whether an appeal about this lead waits for its answer."""
    return lead.reviews.filter(kind=Review.Kind.APPEAL, state=Review.State.OPEN).exists()


def put(
    actor: Actor, standing: Standing, user: User | None, *, grounds: str, on_behalf: str, now: datetime
) -> Appeal:
    """The appeal, its review and its entry; for services that have checked everything already."""
    who = str(user) if user else "A program"
    review = Review.objects.create(
        kind=Review.Kind.APPEAL,
        lead=standing.lead,
        decision_id=standing.decision_id,
        team=standing.team,
        question=f"{who} contests this decision. Does it stand?"[:300],
        proposed_by=user,
        opened_at=now,
        due_at=reviews.due_of(Review.Kind.APPEAL, standing.team, now),
    )
    appeal = Appeal.objects.create(
        lead=standing.lead,
        decision_id=standing.decision_id,
        review=review,
        by=user,
        on_behalf=on_behalf,
        grounds=grounds[:_LONGEST],
        at=now,
    )
    facts = {"review": review.key, "on_behalf": on_behalf or "self"}
    record(actor, standing.lead, Event.APPEAL_OPENED, facts, now=now, body={"grounds": appeal.grounds})
    return appeal
