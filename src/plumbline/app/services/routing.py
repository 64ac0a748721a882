"""Who works a lead: the team of its queue, and in it the account's owner or whose turn it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import F

from plumbline.app.errors import ConflictError
from plumbline.app.models import Assignment, Membership, Team
from plumbline.domain.words import Route

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.models import Standing, User

#: Routes whose leads a rep works now; the others wait in the team's queue.
_WORKED: Final = frozenset({Route.QUEUE.value, Route.FAST_TRACK.value})


def place(standing: Standing, *, now: datetime) -> None:
    """Give a standing its team and, where its route is worked, an owner. Every lead has one or the other.

    Raises:
        ConflictError: There is no team at all.
    """
    team = team_of(standing.queue)
    if standing.team_id == team.pk and (standing.owner_id or standing.route not in _WORKED):
        return
    standing.team = team
    if standing.route not in _WORKED:
        return
    user, why = _whose(standing, team)
    standing.owner = user
    Assignment.objects.filter(lead=standing.lead, ended_at=None).update(ended_at=now)
    Assignment.objects.create(lead=standing.lead, team=team, user=user, at=now, why=why)


def team_of(queue: str) -> Team:
    """The team that works a queue; the first team where none does, so that nothing waits unowned (law 1)."""
    teams = list(Team.objects.order_by("pk"))
    if not teams:
        raise ConflictError("There is no team yet: make one before leads come in.")
    return next((team for team in teams if queue in team.queues), teams[0])


def _whose(standing: Standing, team: Team) -> tuple[User | None, str]:
    account = standing.lead.account
    if account and account.owner_id:
        return account.owner, f"{account.owner} has the account"
    members = Membership.objects.select_for_update().filter(team=team, weight__gt=0, user__is_active=True)
    turn = members.order_by(F("taken") * 1.0 / F("weight"), "pk").select_related("user").first()
    if turn is None:
        return None, f"nobody in {team} takes leads: it waits in the team's queue"
    Membership.objects.filter(pk=turn.pk).update(taken=F("taken") + 1)
    return turn.user, f"{turn.user}'s turn in {team}"
