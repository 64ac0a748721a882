"""Teams: their queues, hours and people, and who answers for what waits there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from plumbline.app.errors import ConflictError, InvalidInputError, NotFoundError
from plumbline.app.hours import Hours
from plumbline.app.models import Absence, Membership, Team, User
from plumbline.app.models.base import new_key
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.permissions import Perm, Role
from plumbline.ledger import Draft, Event

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from plumbline.app.actors import Actor
    from plumbline.ledger.entry import Fact

#: Who can answer a question that waits, in the order in which they are asked.
_ANSWER: Final = (Role.MANAGER, Role.REVIEWER, Role.DPO)
_MOST: Final = 10_000
_LONGEST_QUEUE: Final = 60


def visible_to(actor: Actor) -> QuerySet[Team]:
    """The teams an actor may look at: their own, or all for those who see every lead or none at all."""
    actor.require(Perm.ROUTING_READ)
    own = not actor.sees_all and actor.may(Perm.LEAD_READ)
    rows = Team.objects.select_related("manager", "overflow__manager").order_by("pk")
    return rows.filter(pk__in=actor.teams) if own else rows


def team_of(actor: Actor, key: str) -> Team:
    """One of these teams.

    Raises:
        NotFoundError: There is none, or it is not for this actor.
    """
    team = visible_to(actor).filter(key=key).first()
    if team is None:
        raise NotFoundError("There is no such team.")
    return team


def hours_of(team: Team) -> Hours:
    """When a team works, in the time zone of the installation."""
    return Hours.of(team.hours, team.days, timezone.get_default_timezone())


def responsible(team: Team, *, but: Collection[int] = ()) -> User | None:
    """Who answers for what waits in a team: its manager, the overflow's, or the next who may decide.

    ``but`` are people who must not: None only where nobody else is there at all.
    """
    for user in (team.manager, team.overflow.manager if team.overflow else None):
        if user is not None and user.is_active and user.pk not in but:
            return user
    order = [When(role=role.value, then=Value(place)) for place, role in enumerate(_ANSWER)]
    mine = Case(When(memberships__team=team, then=Value(0)), default=Value(1))
    people = User.objects.filter(is_active=True, role__in=[role.value for role in _ANSWER])
    return people.exclude(pk__in=but).order_by(mine, Case(*order), "pk").first()


def change(actor: Actor, key: str, given: Mapping[str, Any], *, version: int, now: datetime) -> Team:
    """Change how a team works. ``given`` has some of the columns of a team; what is left out stays.

    Raises:
        ConflictError: Somebody else changed the team meanwhile.
        InvalidInputError: A value cannot be; its field is named.
    """
    with transaction.atomic():
        team = _locked(actor, key, version)
        changed = {name: value for name, value in given.items() if getattr(team, name) != value}
        for name, value in changed.items():
            setattr(team, name, value)
        _check(team)
        if changed:
            team.version += 1
            team.save()
            _record(actor, team, {"changed": tuple(sorted(changed))}, now)
    return team


def seat(  # noqa: PLR0913 - a place in a team is these
    actor: Actor,
    key: str,
    person: str,
    *,
    weight: int,
    open_cap: int | None,
    daily_cap: int | None,
    version: int,
    now: datetime,
) -> Membership:
    """Change a member's share of the leads, and how many they take at most.

    Raises:
        InvalidInputError: A number is negative or absurd.
        NotFoundError: Nobody of this team has this key.
    """
    for name, value in (("weight", weight), ("open_cap", open_cap), ("daily_cap", daily_cap)):
        if value is not None and not 0 <= value <= _MOST:
            raise InvalidInputError(f"A whole number from 0 to {_MOST:,}.", name)
    with transaction.atomic():
        team = _locked(actor, key, version)
        place = _member(team, person)
        # Who stops taking turns leaves no debt behind, and begins level when they take some again.
        owed = place.owed if weight and place.weight else 0
        spread_debt(team, place, owed)
        Membership.objects.filter(pk=place.pk).update(
            weight=weight, open_cap=open_cap, daily_cap=daily_cap, owed=owed
        )
        _touch(team)
        facts: dict[str, Fact] = {"person": f"user:{person}", "weight": weight}
        caps = {"open_cap": open_cap, "daily_cap": daily_cap}
        facts |= {name: cap for name, cap in caps.items() if cap is not None}
        _record(actor, team, facts, now)
    place.refresh_from_db()
    return place


def away(
    actor: Actor, key: str, person: str, *, first: date, last: date, now: datetime, why: str = ""
) -> Absence:
    """Note that a member gets no leads on these days, both ends included.

    Raises:
        InvalidInputError: The last day is before the first.
    """
    if last < first:
        raise InvalidInputError("The last day is not before the first.", "last")
    with transaction.atomic():
        team = _locked(actor, key, None)
        absence = Absence.objects.create(
            user=_member(team, person).user, first=first, last=last, why=why.strip()[:80]
        )
        days: dict[str, Fact] = {"first": first.isoformat(), "last": last.isoformat()}
        _record(actor, team, {"person": f"user:{person}", "absence": "added", **days}, now)
    return absence


def back(actor: Actor, key: str, absence: int, *, now: datetime) -> None:
    """Take an absence away, such as one that ended sooner.

    Raises:
        NotFoundError: No member of this team has such an absence.
    """
    with transaction.atomic():
        team = _locked(actor, key, None)
        row = Absence.objects.filter(pk=absence, user__memberships__team=team).select_related("user").first()
        if row is None:
            raise NotFoundError("There is no such absence.")
        row.delete()
        _record(actor, team, {"person": f"user:{row.user.key}", "absence": "removed"}, now)


def _locked(actor: Actor, key: str, version: int | None) -> Team:
    actor.require(Perm.ROUTING_MANAGE)
    team = visible_to(actor).select_for_update(of=("self",)).filter(key=key).first()
    if team is None:
        raise NotFoundError("There is no such team.")
    # Turns are locked after the ledger, here as where leads are handed out.
    DatabaseLedger().hold()
    if version is not None and team.version != version:
        raise ConflictError(
            "Somebody else changed this team meanwhile. Nothing of yours was stored: look again."
        )
    return team


def _member(team: Team, person: str) -> Membership:
    place = Membership.objects.filter(team=team, user__key=person).select_related("user").first()
    if place is None:
        raise NotFoundError("There is nobody like this in the team.")
    return place


def spread_debt(team: Team, place: Membership, keeps: int) -> None:
    """What a person no longer is owed goes to the first of the others, so that all still add up to zero."""
    others = Membership.objects.select_for_update().filter(team=team, weight__gt=0).exclude(pk=place.pk)
    heir = others.order_by("owed" if place.owed > keeps else "-owed", "pk").first()
    if heir is not None and place.owed != keeps:
        Membership.objects.filter(pk=heir.pk).update(owed=heir.owed + place.owed - keeps)


def _check(team: Team) -> None:
    try:
        hours_of(team)
    except (ValueError, TypeError) as error:
        raise InvalidInputError("Working hours are two times such as 09:00 and 17:30.", "hours") from error
    if not 1 <= team.sla_hours <= 1_000:
        raise InvalidInputError("A whole number of working hours from 1 to 1,000.", "sla_hours")
    if team.spread not in Team.Spread.values:
        raise InvalidInputError("Leads are shared out by turn or by load.", "spread")
    if team.overflow_id == team.pk:
        raise InvalidInputError("A team cannot be its own overflow.", "overflow")
    if team.manager is not None and (not team.manager.is_active or team.manager.role != Role.MANAGER):
        raise InvalidInputError("Only a manager can answer for a team.", "manager")
    _check_queues(team)


def _check_queues(team: Team) -> None:
    if any(not 0 < len(queue) <= _LONGEST_QUEUE for queue in team.queues):
        raise InvalidInputError(f"The name of a queue has 1 to {_LONGEST_QUEUE} characters.", "queues")
    others = Team.objects.filter(~Q(pk=team.pk)).values_list("name", "queues")
    taken = {queue: name for name, queues in others for queue in queues}
    for queue in team.queues:
        if queue in taken:
            raise InvalidInputError(f"{queue} is worked by {taken[queue]} already.", "queues")


def _touch(team: Team) -> None:
    team.version += 1
    team.save(update_fields=["version"])


def _record(actor: Actor, team: Team, facts: Mapping[str, Fact], now: datetime) -> None:
    draft = Draft(Event.ROUTING_CHANGED, new_key(), actor.name, {"team": team.key, **facts})
    DatabaseLedger().append([draft], now=now)
