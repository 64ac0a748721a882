"""Who works a lead: the team of its queue, and in it the account's owner or whose turn it is.

``turns`` decides; here is read what it needs and written what it said. Locks are taken in one order
everywhere: standings, then the ledger, then turns.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from plumbline.app.errors import ConflictError
from plumbline.app.models import Assignment, Membership, Standing, Team
from plumbline.app.services import notices, snapshot, teams
from plumbline.app.services.snapshot import WORKED
from plumbline.app.turns import Ask, Choice, Desk, Sign, choose, give_back, take

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from plumbline.app.models import Lead, User
    from plumbline.app.services.snapshot import Snapshot

#: Where a notice about teams leads to.
PAGE: Final = "/routing/"


def due_of(team: Team, now: datetime) -> datetime:
    """When a lead that comes to a team now has to be answered, counted in its working hours."""
    return teams.hours_of(team).later(now, timedelta(hours=team.sla_hours))


def place(standing: Standing, *, now: datetime) -> None:
    """Give a standing its team and, where its route is worked, an owner. Every lead has one or the other.

    Raises:
        ConflictError: There is no team at all.
    """
    place_many([standing], now=now)


def place_many(standings: Sequence[Standing], *, now: datetime) -> None:
    """Place many standings by the same rules, in their order and with as many queries as for one.

    The standings have their queue and route, and ``lead`` at hand; saving them is the caller's, as is the
    transaction. Where the caller also writes the ledger, it does so before.
    """
    dealer = Dealer(now)
    held = _held(standings)
    asking = [one for one in standings if not _settled(one, dealer.home(one.queue), held.get(one.lead_id))]
    waiting = {lead for lead, had in held.items() if had.waits}
    dealer.deal(asking, fresh={one.lead_id for one in asking if not one.team_id}, stay=waiting)
    for one in (kept for kept in standings if kept.owner_id and kept.state == Standing.State.OPEN):
        if one.route not in WORKED:
            one.due_at = None
        elif one.due_at is None:  # who had it anyway now has to answer
            one.due_at = dealer.due(dealer.teams[one.team_id])
    let_go = [lead for lead, had in held.items() if had.let_go]
    if let_go:
        Assignment.objects.filter(lead__in=let_go, ended_at=None).update(ended_at=now)


def give_turn_back(lead: Lead, *, now: datetime) -> bool:
    """Make good that a lead was wrong: whose turn it took is owed one; whether there was something to give.

    It no longer counts as one of their leads of the day either.
    """
    rows = Assignment.objects.select_for_update(of=("self",))
    row = rows.filter(lead=lead, ended_at=None, user__isnull=False, credited=False).first()
    if row is None:
        return False
    row.credited = True
    row.save(update_fields=["credited"])
    if row.turn and row.user_id is not None:
        taken = snapshot.taken_of([row.team], now, lock=True)
        desk = give_back(taken.desks[row.team_id], row.user_id)
        _keep_turns(taken, {row.team_id: desk}, {(row.team_id, row.user_id): -1})
    return True


@dataclass
class _Had:
    """Who has a lead, since which queue; ``let_go`` once it is theirs no more."""

    queue: str
    active: bool
    waits: bool
    let_go: bool = False


def _held(standings: Iterable[Standing]) -> dict[int, _Had]:
    known = [one.lead_id for one in standings if one.team_id]
    rows = Assignment.objects.filter(lead__in=known, ended_at=None) if known else Assignment.objects.none()
    columns = rows.values_list("lead_id", "queue", "user_id", "user__is_active")
    return {lead: _Had(queue, bool(active), user is None) for lead, queue, user, active in columns}


def _settled(standing: Standing, home: Team, had: _Had | None) -> bool:
    """Whether nobody has to be found; a lead that is not worked now goes to its team's queue."""
    if standing.team_id and standing.state != Standing.State.OPEN:
        return True  # somebody has it in hand, or is done with it
    if standing.owner_id and (had is None or (had.active and had.queue in {"", standing.queue})):
        return True
    if standing.route in WORKED:
        return False
    standing.team, standing.owner, standing.due_at = home, None, None
    if had is not None:
        had.let_go = True
    return True


@dataclass(frozen=True, slots=True)
class Before:
    """Who had a lead already, and what there is to tell of it."""

    people: frozenset[int] = frozenset()
    steps: tuple[str, ...] = ()


NOBODY: Final = Before()


@dataclass
class Dealer:
    """Hands out leads within one transaction: everything is read once, however many leads there are."""

    now: datetime
    _due: dict[int, datetime] = field(default_factory=dict)

    @cached_property
    def teams(self) -> dict[int, Team]:
        """All teams by number, in the order they were made."""
        found = {team.pk: team for team in Team.objects.select_related("manager").order_by("pk")}
        if not found:
            raise ConflictError("There is no team yet: make one before leads come in.")
        return found

    @cached_property
    def _homes(self) -> dict[str, Team]:
        return {queue: team for team in reversed(self.teams.values()) for queue in team.queues}

    def home(self, queue: str) -> Team:
        """The team that works a queue; the first team where none does, so that nothing waits unowned."""
        return self._homes.get(queue) or next(iter(self.teams.values()))

    def due(self, team: Team) -> datetime:
        """When a lead that comes to this team now has to be answered."""
        if team.pk not in self._due:
            self._due[team.pk] = due_of(team, self.now)
        return self._due[team.pk]

    def deal(
        self,
        standings: Sequence[Standing],
        *,
        fresh: Collection[int] = (),
        stay: Collection[int] = (),
        before: Mapping[int, Before] | None = None,
    ) -> list[Choice]:
        """Find somebody for each of these, in order, and write down who and why.

        ``fresh`` are leads that nobody had yet; ``stay`` are left where they are when nobody can take them.
        ``before`` says of a lead who had it: they are not asked.
        """
        if not standings:
            return []
        taken = snapshot.taken_of(self.teams.values(), self.now, lock=True)
        desks, choices = taken.desks, []
        known = snapshot.accounts({one.lead.account_id for one in standings if one.lead.account_id})
        for one in standings:
            owner, regular = known.get(one.lead.account_id or 0, (None, None))
            had = (before or {}).get(one.lead_id, NOBODY)
            choice = choose(desks, Ask(self.home(one.queue).pk, owner, regular, had.people), had.steps)
            desks = take(desks, choice)
            if one.lead.account_id and choice.user:
                known[one.lead.account_id] = (owner, choice.user)
            choices.append(choice)
        turns = Counter((one.team, one.user) for one in choices if one.turn and one.user)
        _keep_turns(taken, desks, turns)
        self._write(standings, choices, fresh, stay)
        self._cry(standings, choices)
        return choices

    def _write(
        self,
        standings: Sequence[Standing],
        choices: Sequence[Choice],
        fresh: Collection[int],
        stay: Collection[int],
    ) -> None:
        rows = []
        for one, choice in zip(standings, choices, strict=True):
            if choice.user is None and one.lead_id in stay:
                continue
            one.team, one.owner_id = self.teams[choice.team], choice.user
            one.due_at = self.due(one.team)
            rows.append(self._row(one, choice))
        old = [row.lead_id for row in rows if row.lead_id not in fresh]
        if old:
            Assignment.objects.filter(lead__in=old, ended_at=None).update(ended_at=self.now)
        Assignment.objects.bulk_create(rows)

    def _row(self, standing: Standing, choice: Choice) -> Assignment:
        return Assignment(
            lead_id=standing.lead_id,
            team_id=choice.team,
            user_id=choice.user,
            at=self.now,
            why=choice.why.rstrip(".")[:300],
            steps=list(choice.steps),
            queue=standing.queue,
            turn=choice.turn,
        )

    def _cry(self, standings: Sequence[Standing], choices: Sequence[Choice]) -> None:
        """Tell who answers for a team that its leads overflow, or wait for somebody who can take them."""
        homes = (self.home(one.queue).pk for one in standings)
        signs = {(home, one.sign, one.team) for home, one in zip(homes, choices, strict=True) if one.sign}
        for home, sign, team in sorted(signs):
            name = self.teams[home].name
            if sign is Sign.OVERFLOW:
                text = f"Everybody in {name} is full or away: leads go to {self.teams[team].name}."
            else:
                text = f"Nobody can take the leads of {name}: they wait in its queue."
            notices.tell(_in_charge(self.teams[home]), sign.value, text, path=PAGE, now=self.now)


def _in_charge(team: Team) -> list[User]:
    user = teams.responsible(team)
    return [user] if user else []


def _keep_turns(taken: Snapshot, desks: Mapping[int, Desk], turns: Mapping[tuple[int, int], int]) -> None:
    changed = []
    for team, user in ((team, member) for team, desk in desks.items() for member in desk.members):
        row = taken.places[team, user.user]
        more = turns.get((team, user.user), 0)
        if row.owed != user.owed or more:
            row.owed, row.taken = user.owed, row.taken + more
            changed.append(row)
    if changed:
        Membership.objects.bulk_update(changed, ["owed", "taken"])
