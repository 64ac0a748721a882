"""A company to look at: three teams, people of every role, a policy, and leads from the simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from plumbline.app.actors import Actor
from plumbline.app.models import Membership, Policy, Team, User
from plumbline.app.services import policies
from plumbline.domain.permissions import Role

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.qualify.bundle import CellReading

#: Everybody of the demo signs in with one click; the password is for those who would rather type.
PASSWORD: Final = "plumbline-demo-only"  # noqa: S105 - of the demo alone
DOMAIN: Final = "example.com"
TEAMS: Final = (
    ("Inside sales", ("reps", "senior-reps", "marketing", "revops", "privacy-desk")),
    ("Enterprise", ("enterprise", "tenders")),
    ("Partners", ("partner-desk",)),
)
PEOPLE: Final = (
    ("Priya Raman", Role.REP, "Inside sales"),
    ("Tomas Lind", Role.REP, "Inside sales"),
    ("Aoife Byrne", Role.REP, "Enterprise"),
    ("Jonas Weber", Role.REP, "Partners"),
    ("Marta Kowalska", Role.MANAGER, "Inside sales"),
    ("Helen Osei", Role.MANAGER, "Enterprise"),
    ("Sam Okafor", Role.REVIEWER, "Inside sales"),
    ("Ren Ito", Role.REVOPS, None),
    ("Ada Larsen", Role.ADMIN, None),
    ("Ines Duarte", Role.DPO, None),
    ("Noor Haddad", Role.AUDITOR, None),
)


def company(policy: str, *, now: datetime, cells: CellReading | None = None) -> Policy:
    """The people, teams and first policy of the demo; what is there already is left alone."""
    with transaction.atomic():
        teams = {name: _team(name, queues) for name, queues in TEAMS}
        people = {name: _person(name, role, teams.get(team or "")) for name, role, team in PEOPLE}
        for team, manager in (("Inside sales", "Marta Kowalska"), ("Enterprise", "Helen Osei")):
            Team.objects.filter(name=team).update(manager=people[manager])
        first = Policy.objects.order_by("number").first()
        if first is not None:
            return first
        actor = Actor.of_user(people["Marta Kowalska"])
        return policies.publish(
            actor,
            policy,
            proposed_by=people["Ren Ito"],
            approved_by=people["Marta Kowalska"],
            now=now,
            cells=cells,
            note="The first policy",
        )


def address_of(name: str) -> str:
    """A person's address in the demo."""
    return f"{name.lower().replace(' ', '.')}@{DOMAIN}"


def _team(name: str, queues: tuple[str, ...]) -> Team:
    defaults = {"queues": list(queues), "hours": ["09:00", "17:30"], "days": [0, 1, 2, 3, 4]}
    return Team.objects.get_or_create(name=name, defaults=defaults)[0]


def _person(name: str, role: Role, team: Team | None) -> User:
    email = address_of(name)
    user = User.objects.filter(email=email).first()
    if user is None:
        admin = role is Role.ADMIN
        user = User.objects.create_user(email, PASSWORD, name=name, role=role.value, is_staff=admin)
    if team is not None:
        weight = 1 if role is Role.REP else 0
        Membership.objects.get_or_create(user=user, team=team, defaults={"weight": weight})
    return user
