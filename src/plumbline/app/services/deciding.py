"""Deciding about leads one by one, or a few at a time: as they come in, change, or are asked about again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from plumbline.app.models import Decision, Standing
from plumbline.app.models.base import new_key
from plumbline.app.services import reviews, routing, webhooks
from plumbline.app.services.inputs import events_of, inbox_of, received_frame
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.live import live
from plumbline.app.standings import decision_of, standing_of
from plumbline.domain.words import Route
from plumbline.ledger import Draft, Event
from plumbline.qualify.context import READINGS
from plumbline.qualify.path import qualify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.models import Lead, Policy
    from plumbline.ledger.entry import Fact


def decide(actor: Actor, leads: Sequence[Lead], *, now: datetime) -> list[Decision]:
    """Decide about these leads with the live policy, write it into the ledger and give every lead a place.

    Each lead is decided by itself, so that what it is told does not hang on who came with it. What a person
    has overridden keeps the person's route.

    Raises:
        NoPolicyError: No policy is live.
    """
    current = live()
    with transaction.atomic():
        # Standings before the ledger, as every act takes them: two orders would wait for each other.
        list(Standing.objects.select_for_update().filter(pk__in=[lead.pk for lead in leads]).values("pk"))
        return [_decide_one(actor, lead, current.policy, now) for lead in leads]


def _decide_one(actor: Actor, lead: Lead, policy: Policy, now: datetime) -> Decision:
    bundle = live().bundle
    done = qualify(
        received_frame([lead]),
        bundle=bundle,
        as_of=now,
        events=events_of([lead], bundle, now),
        inbox=inbox_of([lead]),
    )
    row = done.decisions.row(0, named=True)
    inputs = done.inputs.drop("row").row(0, named=True)
    seq = _record(actor, lead, policy, now, inputs, row)
    decision = Decision.objects.create(lead=lead, policy=policy, at=now, seq=seq, **decision_of(row))
    _tell(lead, decision, policy)
    fields = standing_of(row, lead.arrived_at)
    settle(lead, decision, fields, now=now, readings=inputs.get(READINGS))
    return decision


def _record(
    actor: Actor, lead: Lead, policy: Policy, now: datetime, inputs: dict[str, Any], row: dict[str, Any]
) -> int:
    """Write the whole decision into the ledger; the number of its entry."""
    body = {"as_of": now.isoformat(), "policy": policy.number, "inputs": inputs, "decision": row}
    facts: dict[str, Fact] = {"policy": policy.digest, "number": policy.number}
    draft = Draft(Event.DECISION_MADE, new_key(), actor.name, facts, body=body, subject=lead.key)
    (entry,) = DatabaseLedger().append([draft], now=now)
    return entry.header.seq


def _tell(lead: Lead, decision: Decision, policy: Policy) -> None:
    told = {
        "lead": lead.key,
        "decision": decision.pk,
        "entry": decision.seq,
        "route": Route(decision.route).word,
        "band": decision.band or None,
        "action": decision.action,
        "policy": policy.number,
    }
    webhooks.tell("decision.made", told, now=decision.at)


def settle(
    lead: Lead, decision: Decision, fields: dict[str, Any], *, now: datetime, readings: str | None = None
) -> Standing:
    """Give a lead the place that its decision says, an owner, and the reviews that it asks for.

    ``readings``: what its messages say, as the decision keeps it.
    """
    standing = Standing.objects.select_for_update().filter(pk=lead.pk).first()
    standing = standing or Standing(lead=lead, since=now)
    restate(standing, decision, fields, now=now)
    routing.place(standing, now=now)
    standing.version += 1
    standing.save()
    reviews.open_for(lead, decision, standing, now=now, readings=readings)
    return standing


def restate(standing: Standing, decision: Decision, fields: dict[str, Any], *, now: datetime) -> None:
    """Make a standing say what a decision says. What a person has overridden keeps the person's route."""
    if standing.overridden:
        fields = {name: value for name, value in fields.items() if name not in {"route", "place", "queue"}}
    if fields.get("route", standing.route) != standing.route:
        standing.since = now
    for name, value in fields.items():
        setattr(standing, name, value)
    standing.decision = decision
