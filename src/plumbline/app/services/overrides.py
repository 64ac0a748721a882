"""A person's route instead of the system's, with a reason and an end. Rescoring leaves it until then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from plumbline.app.actors import Actor
from plumbline.app.errors import ConflictError, InvalidInputError
from plumbline.app.models import Assignment, Notice, Override, Standing
from plumbline.app.services import reviews, routing
from plumbline.app.services.acts import noted, person_of, record, standing_of
from plumbline.app.standings import place
from plumbline.domain.permissions import Perm, Role
from plumbline.domain.words import Route, Stream
from plumbline.ledger import Event

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.models import Decision, User
    from plumbline.ledger.entry import Fact

#: Where a person can send a lead. A review is asked for by an appeal, and nobody disqualifies by override.
ROUTES: Final = (Route.FAST_TRACK, Route.QUEUE, Route.NURTURE)
#: Why, in words; the structured half of the reason.
REASONS: Final[dict[str, str]] = {
    "knows_more": "I know something that the record does not",
    "asked_for_us": "They have asked for us",
    "data_wrong": "The data about them is wrong or out of date",
    "timing": "The timing is other than it seems",
    "relationship": "We have a relationship with this account",
    "rule_misfires": "A rule or the score misjudges this kind of lead",
}
#: For how long, in words.
DAYS: Final[dict[int, str]] = {7: "A week", 14: "Two weeks", 30: "A month", 90: "Three months"}
LONGEST: Final = timedelta(days=90)
_WORKED: Final = frozenset({Route.QUEUE.value, Route.FAST_TRACK.value})
_CHUNK: Final = 500


def create(  # noqa: PLR0913 - one override has these parts
    actor: Actor,
    lead: str,
    *,
    to: str,
    reason: str,
    note: str,
    until: datetime,
    version: int,
    now: datetime,
) -> Override:
    """Send a lead elsewhere than proposed, until a moment of at most 90 days from now.

    Args:
        actor: who overrides.
        lead: the lead's key.
        to: the name of a route in ``ROUTES``.
        reason: one of ``REASONS``.
        note: why, in their words; needed.
        until: when the proposal counts again.
        version: the standing's version that the person saw.
        now: the time.

    Raises:
        ConflictError: It changed meanwhile, goes there already, or the person objected to profiling.
        InvalidInputError: No such route or reason, no note, or an end that is past or too far.
        NotFoundError: No such lead for this actor.
    """
    actor.require(Perm.OVERRIDE_CREATE)
    route, why = _checked(to, reason, until, now), noted(note, needed=True)
    with transaction.atomic():
        user = person_of(actor)
        standing = standing_of(actor, lead, version=version)
        decision = _decision_of(standing, route)
        _end_all(actor, standing, now, why="replaced")
        override = Override(
            lead=standing.lead,
            decision=decision,
            by=user,
            at=now,
            from_route=standing.route,
            to_route=route.value,
            reason=reason,
            note=why,
            expires_at=until,
        )
        facts = {"from": Route(standing.route).word, "to": route.word, "reason": reason}
        body = {"note": why, "until": until.isoformat()}
        override.seq = record(actor, standing.lead, Event.DECISION_OVERRIDDEN, facts, now=now, body=body)
        override.save()
        _apply(standing, decision, route, user, now)
    return override


def end(actor: Actor, lead: str, *, version: int, now: datetime) -> None:
    """Let the system's route count again.

    Raises:
        ConflictError: It changed meanwhile, or nobody has overridden it.
        NotFoundError: No such lead for this actor.
    """
    actor.require(Perm.OVERRIDE_CREATE)
    with transaction.atomic():
        standing = standing_of(actor, lead, version=version)
        if not _end_all(actor, standing, now, why="ended"):
            raise ConflictError("Nobody has overridden this decision.")
        _restore(standing, now)


def expire(now: datetime) -> int:
    """End the overrides whose time is over, for the worker; how many there were. Each by itself.

    Who made one gets a notice, so that nothing moves back unseen.
    """
    actor = Actor.of_system("overrides")
    over = Override.objects.filter(ended_at=None, expires_at__lte=now).order_by("pk")
    ended = 0
    for pk in list(over.values_list("pk", flat=True)[:_CHUNK]):
        with transaction.atomic():
            override = Override.objects.select_for_update(of=("self",)).select_related("by").get(pk=pk)
            standing = (
                Standing.objects.select_for_update(of=("self",))
                .select_related("lead__account", "team", "owner")
                .filter(pk=override.lead_id)
                .first()
            )
            if standing is None or override.ended_at is not None:  # another worker was faster
                continue
            _end_all(actor, standing, now, why="expired")
            _restore(standing, now)
            _tell(override, standing, now)
            ended += 1
    return ended


def withdraw_all(actor: Actor, standing: Standing, *, now: datetime) -> None:
    """End what was overridden, before something that outranks it, such as an objection."""
    if _end_all(actor, standing, now, why="outranked"):
        standing.overridden = False
        standing.save(update_fields=["overridden"])


def _checked(to: str, reason: str, until: datetime, now: datetime) -> Route:
    route = next((one for one in ROUTES if one.word == to), None)
    if route is None:
        raise InvalidInputError(
            "Choose fast track, queue or nurture. For another person's opinion, contest the decision.", "to"
        )
    if reason not in REASONS:
        raise InvalidInputError("Choose a reason.", "reason")
    if not now < until <= now + LONGEST:
        raise InvalidInputError("An override ends within 90 days from now.", "until")
    return route


def _decision_of(standing: Standing, route: Route) -> Decision:
    if standing.decision is None:
        raise ConflictError("Nothing was decided for this lead yet.")
    if standing.points is None:
        raise ConflictError("This person objected to profiling: a person handles the lead, without a route.")
    if standing.route == route.value:
        raise ConflictError("The lead goes there already.")
    return standing.decision


def _apply(standing: Standing, decision: Decision, route: Route, user: User, now: datetime) -> None:
    standing.route, standing.overridden, standing.since = route.value, True, now
    standing.place = _place(standing, decision)
    if route.value in _WORKED:
        standing.state, standing.later_until = Standing.State.OPEN, None
        if standing.owner_id is None and Role(user.role) is Role.REP:
            why = f"{user} brought it into the queue"
            Assignment.objects.create(
                lead=standing.lead, team=standing.team, user=user, at=now, why=why, queue=standing.queue
            )
            standing.owner = user
        routing.place(standing, now=now)
    standing.version += 1
    standing.save()


def _restore(standing: Standing, now: datetime) -> None:
    """Back to what the newest decision says."""
    decision = standing.decision
    standing.overridden = False
    if decision is not None:
        standing.route, standing.queue = decision.route, decision.owner
        standing.place, standing.since = _place(standing, decision), now
        routing.place(standing, now=now)
    standing.version += 1
    standing.save()
    if decision is not None:
        reviews.open_for(standing.lead, decision, standing, now=now)


def _place(standing: Standing, decision: Decision) -> int:
    held = Stream.HOLDOUT.value in decision.drawn
    return place(Route(standing.route), standing.points, standing.lead.arrived_at, baseline=held)


def _end_all(actor: Actor, standing: Standing, now: datetime, *, why: str) -> bool:
    """End the overrides that stand; whether there were any."""
    standing_ones = list(Override.objects.filter(lead_id=standing.pk, ended_at=None))
    for override in standing_ones:
        facts: dict[str, Fact] = {
            "override": override.seq or 0,
            "why": why,
            "to": Route(override.to_route).word,
        }
        record(actor, standing.lead, Event.OVERRIDE_ENDED, facts, now=now)
        override.ended_at = now
        override.save(update_fields=["ended_at"])
    return bool(standing_ones)


def _tell(override: Override, standing: Standing, now: datetime) -> None:
    text = "Your override has run out: the lead goes where the policy says again."
    Notice.objects.create(
        user=override.by, at=now, kind="override", text=text, path=f"/leads/{standing.lead.key}/"
    )
