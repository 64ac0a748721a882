"""The teams as ``turns`` sees them: who is here, what they have and are owed. Reads, and writes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from plumbline.app.models import Absence, Account, Assignment, Membership, Standing, Team
from plumbline.app.turns import Desk, Member, Spread
from plumbline.domain.words import Route

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime

#: Routes whose leads a rep works now; the others wait in the team's queue.
WORKED: Final = (Route.QUEUE.value, Route.FAST_TRACK.value)
_HELD: Final = (Standing.State.OPEN, Standing.State.ACCEPTED, Standing.State.LATER)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A desk per team, by its number, and the rows that the turns are kept in, by team and person."""

    desks: dict[int, Desk]
    places: dict[tuple[int, int], Membership]


def taken_of(teams: Iterable[Team], now: datetime, *, lock: bool = False) -> Snapshot:
    """The teams as of a moment. ``lock`` holds the turns until the transaction ends."""
    rows = Membership.objects.filter(user__is_active=True).select_related("user").order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    teams, places = list(teams), list(rows)
    people = [place.user_id for place in places]
    today = timezone.localtime(now, timezone.get_default_timezone())
    away = _away(people, today.date())
    load = {team.pk for team in teams if team.spread == Team.Spread.LOAD}
    open_of = _open(place.user_id for place in places if place.open_cap is not None or place.team_id in load)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    today_of = _since((place.user_id for place in places if place.daily_cap is not None), midnight)
    members: dict[int, list[Member]] = defaultdict(list)
    for place in places:
        members[place.team_id].append(_member(place, away, open_of, today_of))
    return Snapshot(
        {team.pk: _desk(team, members[team.pk]) for team in teams},
        {(place.team_id, place.user_id): place for place in places},
    )


def accounts(numbers: Collection[int]) -> dict[int, tuple[int | None, int | None]]:
    """Who has each of these accounts, and who works a lead of it, most recently first."""
    if not numbers:
        return {}
    worked = Standing.objects.filter(lead__account=OuterRef("pk"), owner__isnull=False, state__in=_HELD)
    regular = Subquery(worked.order_by("-since").values("owner")[:1])
    rows = Account.objects.filter(pk__in=numbers).annotate(regular=regular)
    return {row.pk: (row.owner_id, row.regular) for row in rows.only("owner")}


def open_leads(users: QuerySet[Any] | Collection[int]) -> dict[int, int]:
    """How many leads wait for each person's answer."""
    rows = Standing.objects.filter(owner__in=users, state=Standing.State.OPEN, route__in=WORKED)
    return dict(rows.values_list("owner").annotate(Count("pk")).order_by())


def _open(users: Iterable[int]) -> dict[int, int]:
    wanted = set(users)
    return open_leads(wanted) if wanted else {}


def _since(users: Iterable[int], midnight: datetime) -> dict[int, int]:
    """How many leads each person got since a moment; those that were wrong do not count."""
    wanted = set(users)
    if not wanted:
        return {}
    rows = Assignment.objects.filter(user__in=wanted, at__gte=midnight, credited=False)
    return dict(rows.values_list("user").annotate(Count("pk")).order_by())


def _away(users: Collection[int], day: date) -> dict[int, date]:
    rows = Absence.objects.filter(user__in=users, first__lte=day, last__gte=day)
    return dict(rows.values_list("user").annotate(Max("last")).order_by())


def _member(
    place: Membership, away: Mapping[int, date], open_of: Mapping[int, int], today_of: Mapping[int, int]
) -> Member:
    return Member(
        place.user_id,
        str(place.user),
        place.weight,
        place.owed,
        open_of.get(place.user_id, 0),
        today_of.get(place.user_id, 0),
        place.open_cap,
        place.daily_cap,
        away.get(place.user_id),
    )


def _desk(team: Team, members: Iterable[Member]) -> Desk:
    return Desk(team.pk, team.name, tuple(members), Spread(team.spread), team.overflow_id)
