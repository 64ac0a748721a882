"""Stored things as the API shows them; what is personal is hidden from who may not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.api.schemas import DecisionOut, LeadOut, ReasonOut, ReviewOut, RunOut
from plumbline.app.services.evidence import HIDDEN
from plumbline.domain.fields import RECEIVED
from plumbline.domain.words import Route

if TYPE_CHECKING:
    from plumbline.app.actors import Actor
    from plumbline.app.models import Decision, Lead, Review, Run
    from plumbline.app.services.deciding import Decided
    from plumbline.qualify.packet import Packet

_PERSONAL: Final = frozenset(name for name, field in RECEIVED.items() if field.personal)


def decision_out(decision: Decision) -> DecisionOut:
    """A decision."""
    return DecisionOut(
        id=decision.pk,
        at=decision.at,
        route=Route(decision.route).word,
        band=decision.band or None,
        points=decision.points,
        action=decision.action,
        owner=decision.owner,
        because=decision.because,
        decided_by=decision.decided_by,
        reason=decision.reason,
        proposes=decision.proposes or None,
        autonomy=decision.autonomy,
        policy=decision.policy.number,
    )


def lead_out(actor: Actor, lead: Lead) -> LeadOut:
    """A lead with its standing."""
    standing = getattr(lead, "standing", None)
    decision = standing.decision if standing else None
    fields = {
        name: HIDDEN if actor.masked and name in _PERSONAL else value for name, value in lead.received.items()
    }
    return LeadOut(
        key=lead.key,
        id=HIDDEN if actor.masked else lead.external_id,
        arrived_at=lead.arrived_at,
        changed_at=lead.changed_at,
        fields=fields,
        state=standing.state if standing else "undecided",
        team=standing.team.name if standing else "",
        version=standing.version if standing else 0,
        decision=decision_out(decision) if decision else None,
    )


def review_out(review: Review) -> ReviewOut:
    """A review, without what people wrote in it."""
    return ReviewOut(
        key=review.key,
        kind=review.kind,
        state=review.state,
        lead=review.lead.key,
        team=review.team.name,
        question=review.question,
        opened_at=review.opened_at,
        due_at=review.due_at,
        escalated_at=review.escalated_at,
        decided_at=review.decided_at,
        answer=review.answer,
        version=review.version,
    )


def reasons_out(packet: Packet) -> list[ReasonOut]:
    """The reasons of a score; none for a person who objected."""
    if packet.score is None:
        return []
    return [
        ReasonOut(label=one.label, cell=one.cell, points=one.points, dimension=one.dimension)
        for one in packet.score.reasons
    ]


def reasons_of(made: Decided) -> list[ReasonOut]:
    """The same for a decision that was just made."""
    return [
        ReasonOut(label=one.label, cell=one.value, points=one.points, dimension=one.dimension.value)
        for one in made.reasons
    ]


def run_out(run: Run) -> RunOut:
    """A run."""
    return RunOut.model_validate(run, from_attributes=True)
