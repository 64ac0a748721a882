"""A small company for tests of the application: people of every role, a policy, leads.

Alice works in team one, Bob in team two. What is Alice's team's, Bob must not see.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING

from django.utils import timezone

from plumbline.app.actors import Actor
from plumbline.app.models import Membership, Policy, Team, User
from plumbline.app.services import deciding, leads, policies
from plumbline.domain.permissions import Role

if TYPE_CHECKING:
    from plumbline.app.models import Lead

#: As it ships, with lots.
WITH_LOTS = (files("plumbline.simulate") / "demo" / "policy.yaml").read_text("utf-8")
#: Without lots, so that the same lead always goes the same way: keys of leads are random.
POLICY = WITH_LOTS.replace(
    "draws: {audit: 0.15, explore: 0.05, holdout: 0.10, blind: 0.20, probe: 0.01}",
    "draws: {audit: 0, explore: 0, holdout: 0, blind: 0, probe: 0}",
)
assert POLICY != WITH_LOTS
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
SYSTEM = Actor.of_system("test")

#: Goes to the queue of Alice's team.
GOOD = {
    "contact.name": "Jo Field",
    "contact.email": "jo@fieldworks.example",
    "account.name": "Fieldworks Ltd",
    "account.industry": "Construction",
    "account.employees": "240",
    "account.country": "United Kingdom",
    "extra.crew_size": "120",
    "extra.timeframe": "This quarter",
    "extra.budget": "Approved",
    "lead.source": "Demo Form",
    "lead.created_at": "2026-03-01",
    "contact.title": "Operations Director",
}
#: Stays in nurture.
POOR = {"contact.email": "a@far.example", "account.country": "Australia", "lead.created_at": "2026-01-01"}
#: A named account: a person of the second team decides.
STRATEGIC = GOOD | {"account.tier": "strategic", "account.name": "Big plc", "contact.email": "x@big.example"}


def team(name: str, *queues: str) -> Team:
    return Team.objects.create(
        name=name, queues=list(queues), hours=["09:00", "17:30"], days=[0, 1, 2, 3, 4], sla_hours=8
    )


def person(name: str, role: Role, *teams: Team, **more) -> User:
    user = User.objects.create_user(
        f"{name.lower()}@example.com", PASSWORD, name=name, role=role.value, **more
    )
    for one in teams:
        Membership.objects.create(user=user, team=one, weight=1 if role is Role.REP else 0)
    return user


def publish(proposer: User, approver: User, text: str = POLICY) -> Policy:
    return policies.publish(
        Actor.of_user(approver), text, proposed_by=proposer, approved_by=approver, now=timezone.now()
    )


def arrive(fields: dict[str, str], external_id: str = "L1", now: datetime = NOW) -> Lead:
    """A lead that came in and was decided."""
    lead = leads.receive(SYSTEM, leads.Arrival(external_id, fields), now=now).lead
    deciding.decide(SYSTEM, [lead], now=now)
    return lead
