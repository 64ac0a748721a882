"""Who gets a lead, and why: pure, over a snapshot, so that the preview and the act are one function."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

#: One lead, in the parts in which turns are owed: fine enough that no share is lost to rounding.
LEAD: Final = 10**9
_BEFORE: Final = "had it before"


class Spread(StrEnum):
    """How a team shares its leads out."""

    TURN = "turn"
    LOAD = "load"


class Sign(StrEnum):
    """What the people in charge must be told: it went to the overflow team, or nobody could take it."""

    NONE = ""
    OVERFLOW = "overflow"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a team as the snapshot found them.

    ``owed`` is in parts of ``LEAD``; ``open`` and ``today`` count leads; ``away_to`` is the last day of an
    absence, None for who is here.
    """

    user: int
    name: str
    weight: int = 1
    owed: int = 0
    open: int = 0
    today: int = 0
    open_cap: int | None = None
    daily_cap: int | None = None
    away_to: date | None = None

    @property
    def hindrance(self) -> str:
        """Why they cannot take a lead now; empty where they can."""
        if self.away_to is not None:
            return f"is away until {self.away_to:%-d %B}"
        if self.open_cap is not None and self.open >= self.open_cap:
            return f"has {self.open} of at most {self.open_cap} open leads"
        if self.daily_cap is not None and self.today >= self.daily_cap:
            return f"has got {self.today} of at most {self.daily_cap} leads today"
        return ""


@dataclass(frozen=True, slots=True)
class Desk:
    """A team: its people, how it shares leads out, and where they go when nobody can take one."""

    team: int
    name: str
    members: tuple[Member, ...]
    spread: Spread = Spread.TURN
    overflow: int | None = None

    def member(self, user: int) -> Member | None:
        """The member who is this person."""
        return next((one for one in self.members if one.user == user), None)


@dataclass(frozen=True, slots=True)
class Ask:
    """A lead that needs somebody.

    ``owner`` has its account, ``regular`` works other leads of the account, ``before`` had it already.
    """

    team: int
    owner: int | None = None
    regular: int | None = None
    before: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets it: a person of a team, or the team's queue where ``user`` is None.

    ``turn``: it took the person's turn. ``steps`` tell everything that was tried; the last one decided.
    """

    team: int
    user: int | None
    turn: bool
    steps: tuple[str, ...]
    sign: Sign = Sign.NONE

    @property
    def why(self) -> str:
        """What decided, in a sentence."""
        return self.steps[-1]


def choose(desks: Mapping[int, Desk], ask: Ask, told: Iterable[str] = ()) -> Choice:
    """The account's owner first, then who works the account, then whose turn it is, then the overflow.

    ``told`` are steps that come before these: what happened until now.
    """
    steps = list(told)
    regular = None if ask.regular == ask.owner else ask.regular
    for user, has in ((ask.owner, "has the account"), (regular, "works other leads of the account")):
        found = None if user is None else _known(desks, ask, user, has, steps)
        if found is not None:
            return found
    return _in_turn(desks, ask, steps)


def _in_turn(desks: Mapping[int, Desk], ask: Ask, steps: list[str]) -> Choice:
    """The team's turn, else that of its overflow and so on; each team is asked once."""
    tried: list[int] = []
    team: int | None = ask.team
    while team is not None and team not in tried:
        if tried:
            steps.append(f"Nobody in {desks[tried[-1]].name} can take it, so {desks[team].name} is asked.")
        member = _next(desks[team], ask, steps)
        if member is not None:
            steps.append(_why(desks[team], member))
            sign = Sign.OVERFLOW if tried else Sign.NONE
            return Choice(team, member.user, turn=True, steps=tuple(steps), sign=sign)
        tried.append(team)
        team = desks[team].overflow
    steps.append(f"Nobody can take it now: it waits in the queue of {desks[ask.team].name}.")
    return Choice(ask.team, None, turn=False, steps=tuple(steps), sign=Sign.WAITS)


def take(desks: Mapping[int, Desk], choice: Choice) -> dict[int, Desk]:
    """The snapshot after a choice: one more lead for who was chosen, and the turn counted."""
    if choice.user is None:
        return dict(desks)
    desk = desks[choice.team]
    shares = _shares(_able(desk)) if choice.turn else {}
    after = tuple(_after(member, choice.user, shares) for member in desk.members)
    counted = {team: _counted(one, choice.user) for team, one in desks.items() if team != choice.team}
    return {**counted, choice.team: replace(desk, members=after)}


def give_back(desk: Desk, user: int) -> Desk:
    """The desk as if a turn of this person had never been: they are owed a lead by the others."""
    shares = _shares([member for member in desk.members if member.weight])
    moved = tuple(
        replace(
            member,
            owed=member.owed - shares.get(member.user, 0) + sum(shares.values()) * (member.user == user),
        )
        for member in desk.members
    )
    return replace(desk, members=moved)


def _known(desks: Mapping[int, Desk], ask: Ask, user: int, has: str, steps: list[str]) -> Choice | None:
    """The person who knows the account, where they can take it; else a step says why not."""
    places = sorted(desks.values(), key=lambda desk: (desk.team != ask.team, desk.team))
    desk = next((one for one in places if one.member(user)), None)
    member = desk.member(user) if desk else None
    if desk is None or member is None:
        steps.append(f"Somebody who is in no team any more {has}.")
        return None
    why_not = _BEFORE if user in ask.before else member.hindrance
    if why_not:
        steps.append(f"{member.name} {has}, but {why_not}.")
        return None
    steps.append(f"{member.name} {has}.")
    return Choice(desk.team, user, turn=False, steps=tuple(steps))


def _next(desk: Desk, ask: Ask, steps: list[str]) -> Member | None:
    """Whose turn it is among those who can take the lead; steps say why the others cannot."""
    able = []
    for member in sorted(desk.members, key=lambda one: one.user):
        if not member.weight:
            continue
        why_not = _BEFORE if member.user in ask.before else member.hindrance
        if why_not:
            steps.append(f"{member.name} {why_not}.")
        else:
            able.append(member)
    if len(able) < 2:
        return able[0] if able else None
    return _lightest(able) if desk.spread is Spread.LOAD else _most_due(able)


def _lightest(able: Sequence[Member]) -> Member:
    return min(able, key=lambda member: ((member.open + 1) / member.weight, -member.owed, member.user))


def _most_due(able: Sequence[Member]) -> Member:
    """Whose share runs out first, among those who are owed enough.

    Every person's count stays within one lead of their exact share, after any number of turns: the chairman
    assignment of R. Tijdeman (Discrete Mathematics 32, 1980, p. 323-330).
    """
    shares = _shares(able)
    enough = LEAD // (2 * len(able) - 2)
    owed = {member.user: member.owed + shares[member.user] for member in able}
    due = [member for member in able if owed[member.user] >= enough] or able
    return min(due, key=lambda member: ((LEAD - enough - owed[member.user]) / member.weight, member.user))


def _able(desk: Desk) -> list[Member]:
    return [member for member in desk.members if member.weight and not member.hindrance]


def _shares(members: Iterable[Member]) -> dict[int, int]:
    """What one lead is for each of them, by weight; empty for nobody."""
    weights = {member.user: member.weight for member in members}
    whole = sum(weights.values())
    return {user: LEAD * weight // whole for user, weight in weights.items()}


def _after(member: Member, user: int, shares: Mapping[int, int]) -> Member:
    owed = member.owed + shares.get(member.user, 0)
    if member.user != user:
        return replace(member, owed=owed)
    return replace(member, owed=owed - sum(shares.values()), open=member.open + 1, today=member.today + 1)


def _counted(desk: Desk, user: int) -> Desk:
    """A person of two teams has one desk full of leads."""
    if desk.member(user) is None:
        return desk
    members = tuple(
        replace(one, open=one.open + 1, today=one.today + 1) if one.user == user else one
        for one in desk.members
    )
    return replace(desk, members=members)


def _why(desk: Desk, member: Member) -> str:
    if desk.spread is Spread.LOAD:
        return f"{member.name} has the fewest open leads for their share in {desk.name}."
    return f"It is {member.name}'s turn in {desk.name}."
