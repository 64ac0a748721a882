"""Leads that change hands: by a person, or because nobody answered in time. And why somebody has a lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from plumbline.app.actors import Actor
from plumbline.app.errors import InvalidInputError, NotFoundError
from plumbline.app.models import Assignment, Lead, Membership, Standing
from plumbline.app.services import notices, teams
from plumbline.app.services.acts import noted, person_of, record, standing_of
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.routing import PAGE, Before, Dealer
from plumbline.app.services.snapshot import WORKED
from plumbline.domain.permissions import Perm
from plumbline.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from plumbline.app.models import Team, User
    from plumbline.ledger.entry import Fact

_CHUNK: Final = 200
_QUEUE: Final = "/queue/"


def history(actor: Actor, lead: str) -> tuple[Lead, Sequence[Assignment]]:
    """Everybody who had a lead, newest first, each with what was tried and what decided.

    Raises:
        NotFoundError: There is no such lead, or it is not for this actor.
    """
    row = Lead.objects.visible_to(actor).select_related("standing__team", "standing__owner").filter(key=lead)
    found = row.first()
    if found is None:
        raise NotFoundError("There is no such lead.")
    return found, list(found.assignments.select_related("team", "user").order_by("-pk")[:_CHUNK])


def takers(actor: Actor) -> QuerySet[Membership]:
    """The people an actor may give a lead to, by team."""
    actor.require(Perm.ROUTING_MANAGE)
    rows = Membership.objects.filter(user__is_active=True, team__in=teams.visible_to(actor))
    return rows.select_related("team", "user").order_by("team__name", "user__name")


def move(actor: Actor, lead: str, *, to: int, why: str, version: int, now: datetime) -> Standing:
    """Give a lead to another person, by hand and with a reason. ``to`` is the number of a place in a team.

    Raises:
        ConflictError: The lead changed since it was looked at.
        InvalidInputError: No reason is given, or they have it already.
        NotFoundError: No such lead or person for this actor.
    """
    actor.require(Perm.ROUTING_MANAGE)
    note = noted(why, needed=True, field="why")
    with transaction.atomic():
        standing = standing_of(actor, lead, version=version)
        place = takers(actor).filter(pk=to).first()
        if place is None:
            raise NotFoundError("There is nobody like this in your teams.")
        if standing.owner_id == place.user_id:
            raise InvalidInputError(f"{place.user} has this lead already.", "to")
        facts = _facts(standing.owner, place.user, place.team, "by_hand")
        record(actor, standing.lead, Event.LEAD_MOVED, facts, now=now, body={"why": note})
        _give(standing, place, person_of(actor), note, now)
    return standing


def reassign_overdue(now: datetime) -> int:
    """Pass on what was not answered in time, and hand out what waits for somebody; how many leads moved.

    For the worker's timer. A lead goes to who did not have it yet; when nobody is left it stays, and who
    answers for the team hears of it.
    """
    overdue = Standing.objects.filter(owner__isnull=False, due_at__lt=now)
    waiting = Standing.objects.filter(owner=None)
    return sum(_pass_on(pks, now) for pks in _chunks(overdue)) + sum(
        _hand_out(pks, now) for pks in _chunks(waiting)
    )


def _chunks(rows: QuerySet[Standing]) -> Iterator[list[int]]:
    last = 0
    wanted = rows.filter(state=Standing.State.OPEN, route__in=WORKED).order_by("pk")
    while pks := list(wanted.filter(pk__gt=last).values_list("pk", flat=True)[:_CHUNK]):
        yield pks
        last = pks[-1]


@transaction.atomic
def _pass_on(pks: Sequence[int], now: datetime) -> int:
    standings = [one for one in _locked(pks) if one.owner and one.due_at and one.due_at < now]
    DatabaseLedger().hold()
    owners = {one.pk: one.owner for one in standings}
    old = {one.pk: one.team for one in standings}
    everybody = [one.lead_id for one in standings]
    dealer = Dealer(now)
    choices = dealer.deal(standings, stay=everybody, before=_before(standings))
    moved = 0
    for standing, choice in zip(standings, choices, strict=True):
        if choice.user is None:
            _stuck(old[standing.pk], now)
            continue
        _save(standing)
        facts = _facts(owners[standing.pk], standing.owner, standing.team, "overdue")
        record(_SYSTEM, standing.lead, Event.LEAD_MOVED, facts, now=now)
        _tell_taker(standing, now)
        moved += 1
    return moved


@transaction.atomic
def _hand_out(pks: Sequence[int], now: datetime) -> int:
    standings = [one for one in _locked(pks) if one.owner is None]
    DatabaseLedger().hold()
    choices = Dealer(now).deal(standings, stay=[one.lead_id for one in standings])
    found = [one for one, choice in zip(standings, choices, strict=True) if choice.user is not None]
    for standing in found:
        _save(standing)
        facts = _facts(None, standing.owner, standing.team, "waited")
        record(_SYSTEM, standing.lead, Event.LEAD_MOVED, facts, now=now)
    return len(found)


_SYSTEM: Final = Actor.of_system("routing")


def _locked(pks: Sequence[int]) -> list[Standing]:
    rows = Standing.objects.select_for_update(of=("self",)).filter(
        pk__in=pks, state=Standing.State.OPEN, route__in=WORKED
    )
    return list(
        rows.select_related("lead", "team__manager", "team__overflow__manager", "owner").order_by("pk")
    )


def _before(standings: Sequence[Standing]) -> dict[int, Before]:
    """Who had each lead since it came to stand where it stands, and that the last one did not answer."""
    had: dict[int, set[int]] = {one.lead_id: {one.owner_id} for one in standings if one.owner_id}
    since = {one.lead_id: one.since for one in standings}
    rows = Assignment.objects.filter(lead__in=since, user__isnull=False)
    for lead, user, ended in rows.values_list("lead_id", "user_id", "ended_at"):
        if ended is None or ended >= since[lead]:
            had.setdefault(lead, set()).add(user)
    return {one.lead_id: Before(frozenset(had[one.lead_id]), (_late(one),)) for one in standings}


def _late(standing: Standing) -> str:
    due = timezone.localtime(standing.due_at, timezone.get_default_timezone())
    return f"{standing.owner} did not answer by {due:%H:%M on %-d %B}."


def _give(standing: Standing, place: Membership, by: User, note: str, now: datetime) -> None:
    why = f"{by} gave it to {place.user}: {note}"[:300]
    Assignment.objects.filter(lead=standing.lead, ended_at=None).update(ended_at=now)
    Assignment.objects.create(
        lead=standing.lead,
        team=place.team,
        user=place.user,
        at=now,
        why=why,
        steps=[why],
        queue=standing.queue,
    )
    standing.team, standing.owner = place.team, place.user
    if standing.state == Standing.State.OPEN and standing.route in WORKED:
        standing.due_at = Dealer(now).due(place.team)
    _save(standing)
    if by.pk != place.user_id:
        _tell_taker(standing, now)


def _save(standing: Standing) -> None:
    standing.version += 1
    standing.save(update_fields=["team", "owner", "due_at", "version"])


def _facts(old: User | None, new: User | None, team: Team, why: str) -> dict[str, Fact]:
    people = {"from": old, "to": new}
    return {
        "team": team.key,
        "why": why,
        **{name: f"user:{user.key}" for name, user in people.items() if user is not None},
    }


def _tell_taker(standing: Standing, now: datetime) -> None:
    if standing.owner is not None:
        notices.tell([standing.owner], "lead", "A lead was passed on to you.", path=_QUEUE, now=now)


def _stuck(team: Team, now: datetime) -> None:
    user = teams.responsible(team)
    text = f"Leads of {team.name} were not answered in time, and nobody else can take them."
    notices.tell([user] if user else [], "stuck", text, path=PAGE, now=now)
