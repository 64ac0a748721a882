"""Deciding about leads one by one, or a few at a time: as they come in, change, or are asked about again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from plumbline.app.models import Decision, Standing
from plumbline.app.models.base import new_key
from plumbline.app.services import reviews, routing, webhooks
from plumbline.app.services.inputs import events_of, inbox_of, received_frame
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.live import live
from plumbline.app.standings import decision_of, mostly, standing_of, terms_of
from plumbline.domain.words import Route
from plumbline.ledger import Draft, Event
from plumbline.qualify.context import READINGS
from plumbline.qualify.path import qualify
from plumbline.scorecard.explain import explain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import polars as pl

    from plumbline.app.actors import Actor
    from plumbline.app.models import Lead, Policy
    from plumbline.app.services.live import Live
    from plumbline.ledger.entry import Fact
    from plumbline.qualify.bundle import Bundle
    from plumbline.scorecard.explain import Reason


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it was made, and what its score is made of."""

    decision: Decision
    bundle: Bundle
    signals: pl.DataFrame

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The terms that gave or took points; none for a person who objected."""
        if self.decision.points is None:
            return ()
        row = self.signals.row(0, named=True)
        return explain(row, self.bundle.card, self.bundle.policy.bands).reasons


def decide(actor: Actor, leads: Sequence[Lead], *, now: datetime) -> list[Decision]:
    """The same as ``decided``, for those who want the decisions alone."""
    return [one.decision for one in decided(actor, leads, now=now)]


def decided(actor: Actor, leads: Sequence[Lead], *, now: datetime) -> list[Decided]:
    """Decide about these leads with the live policy, write it into the ledger and give every lead a place.

    Each lead is decided by itself, so that what it is told does not hang on who came with it. What a person
    has overridden keeps the person's route.

    Raises:
        NoPolicyError: No policy is live.
    """
    current = live()
    with transaction.atomic(savepoint=False):
        # Standings before the ledger, as every act takes them: two orders would wait for each other.
        rows = Standing.objects.select_for_update().filter(pk__in=[lead.pk for lead in leads])
        standings = {standing.pk: standing for standing in rows.order_by("pk")}
        return [_decide_one(actor, lead, standings.get(lead.pk), current, now) for lead in leads]


def _decide_one(actor: Actor, lead: Lead, standing: Standing | None, current: Live, now: datetime) -> Decided:
    bundle, policy = current.bundle, current.policy
    done = qualify(
        received_frame([lead]),
        bundle=bundle,
        as_of=now,
        events=events_of([lead], bundle, now),
        inbox=inbox_of([lead]),
    )
    row = done.decisions.row(0, named=True)
    inputs = done.inputs.drop("row").row(0, named=True)
    seq = _record(actor, lead, current, now, inputs, row)
    decision = Decision.objects.create(lead=lead, policy=policy, at=now, seq=seq, **decision_of(row))
    _tell(lead, decision, policy)
    fields = standing_of(row, lead.arrived_at, mostly(row, terms_of(bundle.card)))
    _settle(lead, standing, decision, fields, now=now, readings=inputs.get(READINGS))
    return Decided(decision, bundle, done.signals)


def _record(
    actor: Actor, lead: Lead, current: Live, now: datetime, inputs: dict[str, Any], row: dict[str, Any]
) -> int:
    """Write the whole decision into the ledger; the number of its entry."""
    policy, run = current.policy, current.run
    body = {
        "as_of": now.isoformat(),
        "policy": policy.number,
        "weighed_by": run.key if run else "",
        "inputs": inputs,
        "decision": row,
    }
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


def _settle(
    lead: Lead,
    standing: Standing | None,
    decision: Decision,
    fields: dict[str, Any],
    *,
    now: datetime,
    readings: str | None,
) -> None:
    """Give a lead the place that its decision says, an owner, and the reviews that it asks for.

    ``standing``: where it stands, locked; None for a new lead. ``readings``: what its messages say.
    """
    fresh = standing is None
    placed = standing or Standing(lead=lead, since=now)
    placed.lead = lead
    restate(placed, decision, fields, now=now)
    routing.place(placed, now=now)
    placed.version += 1
    placed.save(force_insert=fresh)
    reviews.open_for(lead, decision, placed, now=now, readings=readings)


def restate(standing: Standing, decision: Decision, fields: dict[str, Any], *, now: datetime) -> None:
    """Make a standing say what a decision says. What a person has overridden keeps the person's route."""
    if standing.overridden:
        fields = {name: value for name, value in fields.items() if name not in {"route", "place", "queue"}}
    if fields.get("route", standing.route) != standing.route:
        standing.since = now
    for name, value in fields.items():
        setattr(standing, name, value)
    standing.decision = decision
