"""Everything one page shows of a lead, each part as far as it is for who asks. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.app.errors import NotFoundError
from plumbline.app.models import Lead, Override, Review, Standing
from plumbline.app.services import evidence, questions
from plumbline.app.services.history import History, history_of
from plumbline.app.services.responses import is_hidden
from plumbline.domain.permissions import Perm

if TYPE_CHECKING:
    from plumbline.app.actors import Actor
    from plumbline.app.models import Message
    from plumbline.app.services.evidence import Evidence

#: Other leads of the account, and repeats, that are named.
OTHERS: Final = 8


@dataclass(frozen=True, slots=True)
class Dossier:
    """A lead with where it stands.

    ``hidden``: the reader judges it first; then neither evidence nor anything that tells the score is here.
    ``evidence`` is also None for a lead that was erased or not decided yet. ``letters`` are the messages as
    they came, for a reader who sees no evidence. ``question`` is what to ask, "" for nothing.
    """

    lead: Lead
    standing: Standing
    title: str
    hidden: bool
    evidence: Evidence | None
    history: History
    others: list[Lead]
    repeats: list[Lead]
    reviews: list[Review]
    override: Override | None
    letters: list[Message]
    question: str


def of(actor: Actor, key: str) -> Dossier:
    """The dossier of a lead.

    Raises:
        NotFoundError: There is no such lead, or it is not for this actor.
    """
    actor.require(Perm.LEAD_READ)
    lead = _lead(actor, key)
    standing: Standing = lead.standing
    hidden = is_hidden(actor, standing)
    found = None if hidden or lead.erased_at else _evidence(actor, standing)
    return Dossier(
        lead=lead,
        standing=standing,
        title=lead.key if actor.masked else lead.title,
        hidden=hidden,
        evidence=found,
        history=history_of(actor, lead, hidden=hidden),
        others=_others(actor, lead),
        repeats=list(Lead.objects.visible_to(actor).filter(same_as=lead).order_by("-pk")[:OTHERS]),
        reviews=_reviews(actor, lead, hidden=hidden),
        override=_override(standing, hidden=hidden),
        letters=list(lead.messages.all()) if hidden and not actor.masked else [],
        question=questions.question_of(found.packet) if found else "",
    )


def light(actor: Actor, key: str) -> Lead:
    """A lead alone, for what is compared with it; nothing of one that must be judged first.

    Raises:
        NotFoundError: There is no such lead, it is not for this actor, or not yet.
    """
    actor.require(Perm.LEAD_READ)
    lead = _lead(actor, key)
    if lead.erased_at is not None or is_hidden(actor, lead.standing):
        raise NotFoundError("There is no such lead.")
    return lead


def _lead(actor: Actor, key: str) -> Lead:
    rows = Lead.objects.visible_to(actor).filter(key=key, standing__isnull=False)
    related = rows.select_related(
        "account",
        "same_as",
        "standing__team",
        "standing__owner",
        "standing__decision__policy",
        "standing__decision__run",
    )
    lead: Lead | None = related.first()
    if lead is None:
        raise NotFoundError("There is no such lead.")
    return lead


def _evidence(actor: Actor, standing: Standing) -> Evidence | None:
    if standing.decision is None:
        return None
    try:
        return evidence.evidence_of(actor, standing.decision)
    except NotFoundError:  # its body was erased, and the lead stays
        return None


def _others(actor: Actor, lead: Lead) -> list[Lead]:
    """The account's other leads that are for this actor, the newest first."""
    if lead.account_id is None:
        return []
    rows = Lead.objects.visible_to(actor).filter(account_id=lead.account_id, erased_at=None)
    return list(rows.exclude(pk=lead.pk).defer("received").order_by("-pk")[:OTHERS])


def _reviews(actor: Actor, lead: Lead, *, hidden: bool) -> list[Review]:
    if hidden or not actor.may(Perm.REVIEW_READ):
        return []
    return list(lead.reviews.filter(state=Review.State.OPEN).order_by("due_at"))


def _override(standing: Standing, *, hidden: bool) -> Override | None:
    if hidden or not standing.overridden:
        return None
    rows = Override.objects.filter(lead_id=standing.pk, ended_at=None).select_related("by")
    override: Override | None = rows.order_by("-pk").first()
    return override
