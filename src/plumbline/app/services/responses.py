"""What people say of leads in their queue: take it, not now, wrong; of a blind one, before its score."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from plumbline.app.errors import InvalidInputError
from plumbline.app.models import Assignment, Outcome, Response, Standing
from plumbline.app.services import appeals, outcomes, routing
from plumbline.app.services.acts import noted, person_of, record, standing_of
from plumbline.domain.permissions import Perm
from plumbline.ledger import Event

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.models import User
    from plumbline.ledger.entry import Fact

#: For how many days a lead can be put off, in words; the order is that of the keys 1 to 4.
LATER: Final[dict[int, str]] = {1: "Tomorrow", 3: "In three days", 7: "In a week", 30: "In a month"}
#: Of a lead or its standing: whether somebody has judged it before its score was shown.
JUDGED: Final = Exists(Response.objects.filter(lead=OuterRef("pk"), blind=True))
_STATES: Final = {
    Response.Kind.ACCEPT: Standing.State.ACCEPTED,
    Response.Kind.LATER: Standing.State.LATER,
    Response.Kind.WRONG: Standing.State.WRONG,
}
#: It says who should work the lead, not what the lead is worth.
_MISPLACED: Final = "other_team"
_CHUNK: Final = 500


def is_hidden(actor: Actor, standing: Standing) -> bool:
    """Whether this actor must judge the lead before they see its score: it was drawn, and nobody has yet.

    Those who do not work leads (reviewers, auditors) judge nothing, so nothing is hidden from them.
    """
    drawn = standing.blind and actor.may(Perm.LEAD_ACT)
    return drawn and not Response.objects.filter(lead_id=standing.pk, blind=True).exists()


def answer(  # noqa: PLR0913 - one answer has these parts
    actor: Actor,
    lead: str,
    kind: str,
    *,
    version: int,
    now: datetime,
    reason: str = "",
    note: str = "",
    days: int = 0,
) -> Response:
    """Keep a person's answer, and move the lead accordingly.

    Args:
        actor: who answers.
        lead: the lead's key.
        kind: ``accept``, ``later`` or ``wrong``.
        version: the standing's version that the person saw.
        now: the time.
        reason: why it is wrong, one of ``outcomes.REASONS``.
        note: what they add.
        days: how long it is put off, one of ``LATER``.

    Raises:
        ConflictError: Somebody else was faster; nothing was stored.
        InvalidInputError: No such answer, reason or time.
        NotFoundError: No such lead for this actor.
    """
    actor.require(Perm.LEAD_ACT)
    said, note = _checked(kind, reason, days), noted(note)
    with transaction.atomic():
        user = person_of(actor)
        standing = standing_of(actor, lead, version=version)
        response = Response.objects.create(
            lead=standing.lead,
            decision_id=standing.decision_id,
            by=user,
            at=now,
            kind=said,
            reason=reason if said == Response.Kind.WRONG else "",
            note=note,
            blind=is_hidden(actor, standing),
        )
        _move(standing, response, days, now)
        _keep(actor, standing, response, now)
    return response


def wake(now: datetime) -> int:
    """Bring back what was put off until now, for the worker; how many leads came back."""
    due = Standing.objects.filter(state=Standing.State.LATER, later_until__lte=now)
    woken = 0
    with transaction.atomic():
        for standing in due.select_for_update(of=("self",)).select_related("team")[:_CHUNK]:
            standing.state, standing.later_until = Standing.State.OPEN, None
            standing.due_at = routing.due_of(standing.team, now)
            standing.version += 1
            standing.save()
            woken += 1
    return woken


def _checked(kind: str, reason: str, days: int) -> Response.Kind:
    if kind not in Response.Kind.values:
        raise InvalidInputError(f"{kind!r} is no answer; accept, later or wrong.", "kind")
    if kind == Response.Kind.WRONG and reason not in outcomes.REASONS:
        raise InvalidInputError("Say what is wrong: choose a reason.", "reason")
    if kind == Response.Kind.LATER and days not in LATER:
        raise InvalidInputError("Say for how long: tomorrow, three days, a week or a month.", "days")
    return Response.Kind(kind)


def _move(standing: Standing, response: Response, days: int, now: datetime) -> None:
    standing.state = _STATES[Response.Kind(response.kind)]
    standing.later_until = now + timedelta(days=days) if response.kind == Response.Kind.LATER else None
    standing.due_at = None
    if response.kind == Response.Kind.ACCEPT and standing.owner_id != response.by_id:
        _take(standing, response.by, now)
    standing.version += 1
    standing.save()


def _take(standing: Standing, user: User, now: datetime) -> None:
    """A lead belongs to who takes it; the page about it says so."""
    why = f"{user} took it" + (f" from {standing.owner}" if standing.owner else " out of the team's queue")
    Assignment.objects.filter(lead=standing.lead, ended_at=None).update(ended_at=now)
    Assignment.objects.create(
        lead=standing.lead, team=standing.team, user=user, at=now, why=why[:300], queue=standing.queue
    )
    standing.owner = user


def _keep(actor: Actor, standing: Standing, response: Response, now: datetime) -> None:
    """The ledger, the outcome that the answer is, and a question where the lead has to go elsewhere."""
    facts: dict[str, Fact] = {"answer": response.kind, "blind": int(response.blind)}
    if response.reason:
        facts["reason"] = response.reason
    record(actor, standing.lead, Event.LEAD_ANSWERED, facts, now=now, body={"note": response.note})
    if response.kind == Response.Kind.WRONG:
        routing.give_turn_back(standing.lead, now=now)
    if response.reason == _MISPLACED:
        _ask_whose(actor, standing, response, now)
    elif response.kind != Response.Kind.LATER:
        taken = response.kind == Response.Kind.ACCEPT
        kind = Outcome.Kind.ACCEPTED if taken else Outcome.Kind.REJECTED
        outcomes.add(actor, standing.lead, kind, at=now, now=now, reason=response.reason, note=response.note)


def _ask_whose(actor: Actor, standing: Standing, response: Response, now: datetime) -> None:
    """Nobody drops a lead by saying that it is another team's: somebody else decides whose it is (law 1)."""
    if not appeals.is_open(standing.lead):
        grounds = f"It belongs to another team. {response.note}".strip()
        appeals.put(actor, standing, response.by, grounds=grounds, on_behalf="", now=now)
