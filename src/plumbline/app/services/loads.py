"""What each team and each of its people have on their desks. Reads only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils import timezone

from plumbline.app.models import Absence, Assignment, Membership, Standing, Team
from plumbline.app.services import teams as all_teams
from plumbline.app.services.snapshot import WORKED, open_leads
from plumbline.app.turns import LEAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from plumbline.app.models import User


@dataclass(frozen=True, slots=True)
class Seat:
    """A person of a team: their share, what they have, and the days on which they are away."""

    place: Membership
    open: int
    today: int
    absences: Sequence[Absence]
    away: bool

    @property
    def full(self) -> bool:
        """Whether a cap keeps leads from them now."""
        caps = ((self.place.open_cap, self.open), (self.place.daily_cap, self.today))
        return any(cap is not None and has >= cap for cap, has in caps)

    @property
    def able(self) -> bool:
        """Whether they get leads now."""
        return bool(self.place.weight) and not self.full and not self.away

    @property
    def owed(self) -> float:
        """How many leads they are owed; below zero, how many they are ahead."""
        return self.place.owed / LEAD


@dataclass(frozen=True, slots=True)
class Load:
    """A team and its people. ``waits`` counts leads nobody could take, ``late`` those that are overdue."""

    team: Team
    seats: Sequence[Seat]
    waits: int
    late: int
    responsible: User | None

    @property
    def able(self) -> bool:
        """Whether anybody of the team can take a lead now."""
        return any(seat.able for seat in self.seats)


def of(rows: Iterable[Team], *, now: datetime) -> list[Load]:
    """The load of these teams. A team without a manager costs a query more: who answers for it instead."""
    teams = list(rows)
    places = list(
        Membership.objects.filter(team__in=teams, user__is_active=True)
        .select_related("user")
        .order_by("-weight", "user__name", "pk")
    )
    people = [place.user_id for place in places]
    today = timezone.localtime(now)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    got = Assignment.objects.filter(user__in=people, at__gte=midnight, credited=False)
    opened, given = open_leads(people), dict(got.values_list("user").annotate(Count("pk")).order_by())
    away: dict[int, list[Absence]] = defaultdict(list)
    for absence in Absence.objects.filter(user__in=people, last__gte=today.date()).order_by("first", "pk"):
        away[absence.user_id].append(absence)
    seats: dict[int, list[Seat]] = defaultdict(list)
    for place in places:
        theirs = away[place.user_id]
        here = not any(one.covers(today.date()) for one in theirs)
        seats[place.team_id].append(
            Seat(place, opened.get(place.user_id, 0), given.get(place.user_id, 0), theirs, not here)
        )
    counts = _counts(teams, now)
    return [
        Load(team, seats[team.pk], *counts.get(team.pk, (0, 0)), responsible=all_teams.responsible(team))
        for team in teams
    ]


def _counts(teams: Sequence[Team], now: datetime) -> dict[int, tuple[int, int]]:
    """Per team how many worked leads nobody has, and how many are overdue."""
    rows = Standing.objects.filter(team__in=teams, state=Standing.State.OPEN, route__in=WORKED)
    waits, late = Count("pk", filter=Q(owner=None)), Count("pk", filter=Q(owner__isnull=False))
    wanted = rows.filter(Q(owner=None) | Q(due_at__lt=now)).order_by()
    counted = wanted.values_list("team").annotate(waits=waits, late=late)
    return {team: (nobody, overdue) for team, nobody, overdue in counted}
