"""What every act on one lead shares: it is found and locked, written into the ledger, and told outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import timezone

from plumbline.app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from plumbline.app.models import Lead, Outbox, Standing, User
from plumbline.app.models.base import new_key
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.ledger import Draft, Event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.ledger.entry import Fact

LONGEST_NOTE: Final = 500
_ANSWERED: Final = {"accept": "took it", "later": "put it off", "wrong": "called it wrong"}


def standing_of(actor: Actor, lead: str, *, version: int | None = None) -> Standing:
    """Where a lead stands, locked until the transaction ends, with its lead, team and owner.

    ``version``: what the person saw; None where the act does not hang on it.

    Raises:
        NotFoundError: There is no such lead, or it is not for this actor.
        ConflictError: It changed since ``version``, or the person was erased.
    """
    # Only the standing is locked: PostgreSQL locks no side of a join that may be empty.
    rows = Standing.objects.visible_to(actor).select_for_update(of=("self",))
    related = rows.select_related("lead__account", "team", "owner")
    standing: Standing | None = related.filter(lead__key=lead).first()
    if standing is None:
        raise NotFoundError("There is no such lead.")
    if standing.lead.erased_at is not None:
        raise ConflictError("This person was erased; there is nothing left to act on.")
    if version is not None and standing.version != version:
        raise ConflictError(f"{_since_then(standing.lead)} Nothing of yours was stored: look again first.")
    return standing


def record(
    actor: Actor,
    lead: Lead,
    event: Event,
    facts: Mapping[str, Fact],
    *,
    now: datetime,
    body: Mapping[str, object] | None = None,
) -> int:
    """Write an act into the ledger and the outbox, inside its transaction; the number of its entry.

    ``facts`` stay for ever and are no one's data; what people wrote belongs into ``body``. The topic of the
    outbox row is the event with a dot, such as ``lead.answered``.
    """
    draft = Draft(event, new_key(), actor.name, facts, body=body, subject=lead.key if body else None)
    (entry,) = DatabaseLedger().append([draft], now=now)
    payload = {"lead": lead.key, "entry": entry.header.seq, "actor": actor.name, **facts}
    topic = event.value.replace(":", ".")
    Outbox.objects.create(topic=topic, payload=payload, created_at=now, not_before=now)
    return entry.header.seq


def person_of(actor: Actor) -> User:
    """The person who acts.

    Raises:
        NotAllowedError: A program acts, where only a person can.
    """
    if actor.user_id is None:
        raise NotAllowedError("Only a person who is signed in can do this.")
    return User.objects.get(pk=actor.user_id)


def noted(text: str, *, needed: bool = False, field: str = "note", longest: int = LONGEST_NOTE) -> str:
    """What a person wrote beside an act.

    Raises:
        InvalidInputError: It is too long, or needed and empty.
    """
    note = text.replace("\0", "").strip()
    if needed and not note:
        raise InvalidInputError("Say why, in a few words.", field)
    if len(note) > longest:
        raise InvalidInputError(f"That is {len(note):,} characters long; {longest:,} at most.", field)
    return note


def _since_then(lead: Lead) -> str:
    """Who was faster, as a sentence."""
    last = lead.responses.order_by("-pk").select_related("by").first()
    override = lead.overrides.order_by("-pk").select_related("by").first()
    if override is not None and (last is None or override.at > last.at):
        return f"{override.by} moved this lead at {_clock(override.at)}."
    if last is not None:
        return f"{last.by} {_ANSWERED[last.kind]} at {_clock(last.at)}."
    return "This lead was decided again while you looked at it."


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M on %-d %B}"
