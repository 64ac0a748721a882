"""Questions the system puts to people: opened with a decision, answered by who had no part in it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from plumbline.app.models import Review
from plumbline.domain.reasons import ReasonCode
from plumbline.domain.words import Route, Stream

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.models import Decision, Lead, Standing

_BY_REASON: Final = {
    ReasonCode.DEPENDS_ON_UNKNOWN.value: Review.Kind.UNKNOWN,
    ReasonCode.RULE_UNKNOWN.value: Review.Kind.UNKNOWN,
    ReasonCode.RULE_ERROR.value: Review.Kind.UNKNOWN,
    ReasonCode.DISQUALIFY_PROPOSED.value: Review.Kind.DISQUALIFY,
    ReasonCode.RULE_HIT.value: Review.Kind.RULE,
}


def open_for(lead: Lead, decision: Decision, standing: Standing, *, now: datetime) -> list[Review]:
    """Open the reviews that a decision asks for; those that only an earlier one asked for go."""
    wanted = dict(_wanted(decision))
    stale = lead.reviews.filter(state=Review.State.OPEN, kind__in=_SYSTEM).exclude(kind__in=wanted)
    stale.update(state=Review.State.GONE, decided_at=now)
    opened = []
    for kind, question in wanted.items():
        review, _ = Review.objects.update_or_create(
            lead=lead,
            kind=kind,
            state=Review.State.OPEN,
            defaults={"decision": decision, "team": standing.team, "question": question[:300]},
            create_defaults={
                "decision": decision,
                "team": standing.team,
                "question": question[:300],
                "opened_at": now,
                "due_at": now + timedelta(hours=standing.team.sla_hours),
            },
        )
        opened.append(review)
    return opened


#: Kinds that come and go with decisions; what people asked for stays until it is answered.
_SYSTEM: Final = (
    Review.Kind.UNCERTAIN,
    Review.Kind.UNKNOWN,
    Review.Kind.RULE,
    Review.Kind.DISQUALIFY,
    Review.Kind.AUDIT,
)


def _wanted(decision: Decision) -> list[tuple[Review.Kind, str]]:
    wanted = []
    if decision.proposes:
        wanted.append((Review.Kind.DISQUALIFY, decision.because))
    elif decision.route == Route.REVIEW.value:
        kind = _BY_REASON.get(decision.reason, Review.Kind.UNCERTAIN)
        wanted.append((kind, decision.because))
    if Stream.AUDIT.value in decision.drawn:
        wanted.append(
            (Review.Kind.AUDIT, "Drawn by lot from the leads we do not pursue: is this a good lead?")
        )
    return wanted
