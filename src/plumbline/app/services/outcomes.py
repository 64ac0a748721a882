"""What sales reports of a lead. Reports are added, never changed; what is learned later stands on them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from plumbline.app.errors import InvalidInputError
from plumbline.app.models import Lead, Outcome, Standing
from plumbline.app.models.base import new_key
from plumbline.app.services.acts import noted, record, standing_of
from plumbline.domain.permissions import Perm
from plumbline.ledger import Event

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.actors import Actor

#: Why a lead was rejected, in words; the order is that of the keys 1 to 7.
REASONS: Final[dict[str, str]] = {
    "not_our_market": "Not a company we can help",
    "no_need": "No interest, or no need",
    "not_now": "No budget, or far too early",
    "wrong_person": "Wrong person, or nobody can be reached",
    "not_a_lead": "No lead at all: spam, a job seeker, a supplier",
    "known_already": "We have this lead already",
    "other_team": "Belongs to another team",
}
#: What each report makes of a lead in its queue. What is not here leaves it where it is.
_STATES: Final = {
    Outcome.Kind.REJECTED: Standing.State.WRONG,
    Outcome.Kind.WON: Standing.State.CLOSED,
    Outcome.Kind.LOST: Standing.State.CLOSED,
}
# A source may keep whole days, in another time zone than ours.
_SLACK: Final = timedelta(days=1)


def report(  # noqa: PLR0913 - one report has these parts
    actor: Actor,
    lead: str,
    kind: str,
    *,
    at: datetime,
    now: datetime,
    reason: str = "",
    note: str = "",
    ref: str = "",
) -> Outcome:
    """Keep what became of a lead at a moment. The same ``ref`` again changes nothing.

    Raises:
        InvalidInputError: No such outcome, a time in the future or before the lead came, no reason given.
        NotFoundError: No such lead for this actor.
    """
    actor.require(Perm.OUTCOME_REPORT)
    kind, reason, note = _checked(kind, reason, note)
    with transaction.atomic():
        standing = standing_of(actor, lead)
        told = Outcome.objects.filter(ref=ref, lead_id=standing.pk).first() if ref else None
        if told is not None:
            return told
        _check_time(standing.lead, at, now)
        outcome = add(actor, standing.lead, kind, at=at, now=now, reason=reason, note=note, ref=ref)
        move(standing, kind)
        standing.save()
    return outcome


def add(  # noqa: PLR0913 - one report has these parts
    actor: Actor,
    lead: Lead,
    kind: str,
    *,
    at: datetime,
    now: datetime,
    reason: str = "",
    note: str = "",
    ref: str = "",
) -> Outcome:
    """The row and its entry; for services that have checked everything already."""
    outcome = Outcome.objects.create(
        lead=lead,
        kind=kind,
        at=at,
        reported_at=now,
        reported_by=actor.name,
        reason=reason,
        note=note,
        ref=ref or new_key(),
    )
    facts = {"outcome": kind, **({"reason": reason} if reason else {})}
    body = {"at": at.isoformat(), "note": note, "ref": outcome.ref}
    record(actor, lead, Event.OUTCOME_REPORTED, facts, now=now, body=body)
    return outcome


def move(standing: Standing, kind: str) -> None:
    """Where a report leaves a lead: it is closed, called wrong, or somebody works on it."""
    state = _STATES.get(Outcome.Kind(kind), Standing.State.ACCEPTED)
    if standing.state != Standing.State.CLOSED:
        standing.state = state
    standing.later_until = None
    standing.version += 1


def _checked(kind: str, reason: str, note: str) -> tuple[str, str, str]:
    if kind not in Outcome.Kind.values:
        raise InvalidInputError(f"{kind!r} is no outcome; one of {', '.join(Outcome.Kind.values)}.", "kind")
    if kind == Outcome.Kind.REJECTED and reason not in REASONS:
        raise InvalidInputError("Say why it was rejected: choose a reason.", "reason")
    return kind, reason if kind == Outcome.Kind.REJECTED else "", noted(note)


def _check_time(lead: Lead, at: datetime, now: datetime) -> None:
    if at > now:
        raise InvalidInputError("That is in the future: report it when it has happened.", "at")
    if at < lead.arrived_at - _SLACK:
        raise InvalidInputError("That is before the lead came in.", "at")
