"""A person objects to profiling: from then on no score, no reading, no draw; a person handles their leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from plumbline.app.models import Lead, Standing
from plumbline.app.services import deciding, overrides
from plumbline.app.services.acts import noted, record, standing_of
from plumbline.domain.permissions import Perm
from plumbline.ledger import Event

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.actors import Actor


def note(actor: Actor, lead: str, *, now: datetime, how: str = "") -> list[Lead]:
    """Keep an objection and decide again about every lead with this person's address (law 7).

    Said again, it changes nothing. ``how``: by which way it reached us.

    Raises:
        NotAllowedError: The role does not deal with leads.
        NotFoundError: No such lead for this actor.
    """
    actor.require(Perm.OBJECTION_RECORD)
    told = noted(how, field="how")
    with transaction.atomic():
        first = standing_of(actor, lead).lead
        theirs = _leads_of(first)
        for one in theirs:
            record(actor, one, Event.OBJECTION_RECORDED, {}, now=now, body={"how": told})
            one.objected_at = now
            one.save(update_fields=["objected_at"])
        for standing in Standing.objects.filter(pk__in=[one.pk for one in theirs], overridden=True):
            overrides.withdraw_all(actor, standing, now=now)
        deciding.decide(actor, theirs, now=now)
    return theirs


def _leads_of(lead: Lead) -> list[Lead]:
    """This person's leads on which the objection is not noted yet, whoever's team they stand with."""
    known = Lead.objects.filter(email=lead.email) if lead.email else Lead.objects.filter(pk=lead.pk)
    return list(known.select_for_update(of=("self",)).filter(objected_at=None, erased_at=None).order_by("pk"))
