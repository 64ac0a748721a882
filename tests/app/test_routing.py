from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpers_app import GOOD, NOW, POOR, arrive, person, team
from plumbline.app.actors import Actor
from plumbline.app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from plumbline.app.models import (
    Absence,
    Account,
    Assignment,
    LedgerEntry,
    Membership,
    Notice,
    Standing,
    Team,
)
from plumbline.app.services import moving, responses, routing, teams
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.permissions import Role
from plumbline.domain.words import Route

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def standing(lead) -> Standing:
    return Standing.objects.select_related("owner", "team", "lead").get(lead=lead)


def some(count: int, first: int = 0, **more) -> list:
    fields = [
        GOOD | {"contact.email": f"p{one}@firm{one}.example", "account.name": f"Firm {one}"} | more
        for one in range(first, first + count)
    ]
    return [arrive(one, f"L{number}") for number, one in enumerate(fields, first)]


def owners(leads) -> list[str]:
    return [str(standing(lead).owner) for lead in leads]


def lasting(user, **more) -> Membership:
    Membership.objects.filter(user=user).update(**more)
    return Membership.objects.get(user=user)


def test_leads_are_shared_out_by_weight(cast) -> None:
    amy = person("Amy", Role.REP, cast.one)
    lasting(amy, weight=2)
    assert owners(some(6)).count("Amy") == 4
    rows = Membership.objects.filter(team=cast.one)
    assert sum(row.owed for row in rows) == 0
    assert {row.user.name: row.taken for row in rows if row.taken} == {"Alice": 2, "Amy": 4}


def test_a_lead_is_due_within_the_working_hours_of_its_team(cast) -> None:
    (lead,) = some(1)
    assert standing(lead).due_at == NOW.replace(hour=9) + timedelta(days=1, minutes=30)  # 7.5 h today


def test_a_lead_that_is_not_worked_waits_with_its_team_and_nobody_is_asked(cast) -> None:
    leads = [arrive(POOR, f"P{one}") for one in range(4)]
    # Few are drawn by lot to be worked all the same.
    waiting = [lead for lead in map(standing, leads) if lead.route == Route.NURTURE]
    assert waiting
    assert {(one.owner, one.due_at) for one in waiting} == {(None, None)}
    assert not Assignment.objects.filter(lead__in=[one.lead for one in waiting]).exists()


def test_the_same_person_keeps_the_account(cast) -> None:
    person("Amy", Role.REP, cast.one)
    first = arrive(GOOD, "A")
    some(1, 5)
    again = arrive(GOOD | {"contact.email": "other@fieldworks.example"}, "B")
    assert owners([again]) == owners([first])
    assert "works other leads of the account" in Assignment.objects.get(lead=again).why


def test_the_accounts_owner_comes_first_and_takes_no_turn(cast) -> None:
    amy = person("Amy", Role.REP, cast.one)
    Account.objects.create(match="fieldworks ltd", name="Fieldworks Ltd", owner=amy)
    lead = arrive(GOOD)
    row = Assignment.objects.get(lead=lead)
    assert (row.user, row.turn, row.why) == (amy, False, "Amy has the account")
    assert not Membership.objects.exclude(owed=0).exists()


def test_nobody_who_is_away_gets_a_lead(cast) -> None:
    amy = person("Amy", Role.REP, cast.one)
    Absence.objects.create(user=cast.alice, first=date(2026, 3, 1), last=date(2026, 3, 5))
    leads = some(2)
    assert owners(leads) == ["Amy", "Amy"]
    assert Assignment.objects.get(lead=leads[0]).steps[0] == "Alice is away until 5 March."
    assert Absence.objects.get().covers(date(2026, 3, 5))
    assert amy.pk


def test_caps_hold_and_what_overflows_is_told_loudly_once(cast) -> None:
    Team.objects.filter(pk=cast.one.pk).update(overflow=cast.two, manager=cast.mara)
    lasting(cast.alice, daily_cap=2)
    leads = some(4)
    assert owners(leads) == ["Alice", "Alice", "Bob", "Bob"]
    assert standing(leads[2]).team == cast.two
    (notice,) = Notice.objects.filter(user=cast.mara)
    assert notice.text == "Everybody in Team one is full or away: leads go to Team two."


def test_what_nobody_can_take_waits_with_somebody_in_charge_and_is_handed_out_later(cast) -> None:
    lasting(cast.alice, open_cap=1)
    leads = some(3)
    assert owners(leads) == ["Alice", "None", "None"]
    assert standing(leads[1]).team == cast.one
    assert Notice.objects.filter(kind="waits", user=teams.responsible(cast.one)).count() == 1
    routing.place(standing(leads[1]), now=NOW)
    assert leads[1].assignments.count() == 1  # asking in vain again is not news
    lasting(cast.alice, open_cap=2)
    assert moving.reassign_overdue(NOW + HOUR) == 1
    assert owners(leads) == ["Alice", "Alice", "None"]
    assert LedgerEntry.objects.filter(kind="lead:moved").count() == 1


def test_a_decision_again_leaves_the_lead_with_who_has_it(cast) -> None:
    person("Amy", Role.REP, cast.one)
    (lead,) = some(1)
    before = standing(lead)
    arrive(lead.received | {"extra.crew_size": "90"}, lead.external_id, NOW + HOUR)
    assert standing(lead).owner == before.owner
    assert standing(lead).due_at == before.due_at
    assert lead.assignments.count() == 1


def test_a_lead_whose_owner_left_goes_to_somebody_else(cast) -> None:
    (lead,) = some(1)
    amy = person("Amy", Role.REP, cast.one)
    cast.alice.is_active = False
    cast.alice.save()
    arrive(lead.received | {"extra.crew_size": "90"}, lead.external_id, NOW + HOUR)
    assert standing(lead).owner == amy


def test_a_wrong_lead_gives_its_turn_back_once(cast) -> None:
    amy = person("Amy", Role.REP, cast.one)
    leads = some(2)
    lead = next(one for one in leads if standing(one).owner == cast.alice)
    even = lasting(cast.alice).owed
    alice = Actor.of_user(cast.alice)
    responses.answer(alice, lead.key, "wrong", reason="no_need", version=standing(lead).version, now=NOW)
    assert lasting(cast.alice).owed == even + 500_000_000
    assert lasting(amy).owed == -lasting(cast.alice).owed
    assert lasting(cast.alice).taken == 0
    assert Assignment.objects.get(lead=lead).credited
    assert not routing.give_turn_back(lead, now=NOW)


def test_what_is_not_answered_in_time_goes_to_who_did_not_have_it_yet(cast) -> None:
    amy = person("Amy", Role.REP, cast.one)
    (lead,) = some(1)
    Team.objects.filter(pk=cast.one.pk).update(manager=cast.mara)
    first = standing(lead).owner
    assert moving.reassign_overdue(standing(lead).due_at) == 0
    late = standing(lead).due_at + timedelta(minutes=1)
    assert moving.reassign_overdue(late) == 1
    second = standing(lead).owner
    assert {first, second} == {cast.alice, amy}
    row = Assignment.objects.get(lead=lead, ended_at=None)
    assert row.steps[0] == f"{first} did not answer by 09:30 on 3 March."
    assert f"{first} had it before." in row.steps
    assert Notice.objects.filter(user=second, kind="lead").exists()
    # Nobody is left: it stays, and the manager hears of it once.
    later = standing(lead).due_at + HOUR
    assert moving.reassign_overdue(later) == 0
    assert moving.reassign_overdue(later + HOUR) == 0
    assert standing(lead).owner == second
    assert Notice.objects.filter(user=cast.mara, kind="stuck").count() == 1
    assert DatabaseLedger().verify().intact


def test_a_manager_moves_a_lead_with_a_reason(cast) -> None:
    amy = person("Amy", Role.REP, cast.one)
    (lead,) = some(1)
    other = amy if standing(lead).owner == cast.alice else cast.alice
    mara = Actor.of_user(cast.mara)
    to = Membership.objects.get(user=other).pk
    moving.move(mara, lead.key, to=to, why="Speaks Dutch", version=standing(lead).version, now=NOW)
    assert standing(lead).owner == other
    assert moving.history(mara, lead.key)[1][0].why == f"Mara gave it to {other}: Speaks Dutch"
    entry = LedgerEntry.objects.get(kind="lead:moved")
    assert f"user:{other.key}" in entry.header
    assert "Dutch" not in entry.header
    assert b"Dutch" in bytes(entry.body.content)


def test_moving_is_refused_without_permission_reason_or_a_fresh_look(cast) -> None:
    (lead,) = some(1)
    version, to = standing(lead).version, Membership.objects.get(user=cast.mara).pk
    mara = Actor.of_user(cast.mara)
    with pytest.raises(NotAllowedError):
        moving.move(Actor.of_user(cast.alice), lead.key, to=to, why="x", version=version, now=NOW)
    with pytest.raises(InvalidInputError):
        moving.move(mara, lead.key, to=to, why=" ", version=version, now=NOW)
    with pytest.raises(ConflictError):
        moving.move(mara, lead.key, to=to, why="x", version=version + 1, now=NOW)
    there, here = (Membership.objects.get(user=user).pk for user in (cast.bob, cast.alice))
    with pytest.raises(NotFoundError):  # Bob's team is not Mara's
        moving.move(mara, lead.key, to=there, why="x", version=version, now=NOW)
    with pytest.raises(InvalidInputError, match="already"):
        moving.move(mara, lead.key, to=here, why="x", version=version, now=NOW)
    with pytest.raises(NotFoundError):
        moving.history(Actor.of_user(cast.bob), lead.key)


def test_many_are_placed_by_as_many_queries_as_one(cast) -> None:
    lasting(cast.alice, daily_cap=500)
    leads = [one.lead for one in map(standing, some(12))]
    Assignment.objects.all().delete()

    def placed(count: int) -> int:
        fresh = [Standing(lead=lead, queue="reps", route=2, place=1, since=NOW) for lead in leads[:count]]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            routing.place_many(fresh, now=NOW)
        assert all(one.owner_id for one in fresh)
        return len(queries)

    assert placed(10) == placed(1) <= 10


def test_without_a_team_nothing_comes_in(db) -> None:
    with pytest.raises(ConflictError, match="no team"):
        routing.place(Standing(queue="reps", route=2), now=NOW)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"hours": ["18:00", "09:00"]}, "hours"),
        ({"sla_hours": 0}, "sla_hours"),
        ({"spread": "luck"}, "spread"),
        ({"queues": ["tenders"]}, "queues"),
        ({"queues": [""]}, "queues"),
    ],
)
def test_a_team_cannot_be_made_impossible(cast, given, field) -> None:
    with pytest.raises(InvalidInputError) as refused:
        teams.change(Actor.of_user(cast.mara), cast.one.key, given, version=1, now=NOW)
    assert refused.value.field == field


def test_a_manager_changes_their_own_team_and_the_ledger_says_what(cast) -> None:
    mara = Actor.of_user(cast.mara)
    changed = teams.change(mara, cast.one.key, {"sla_hours": 4, "manager": cast.mara}, version=1, now=NOW)
    assert changed.version == 2
    entry = LedgerEntry.objects.get(kind="routing:changed")
    assert '"manager","sla_hours"' in entry.header
    with pytest.raises(ConflictError):
        teams.change(mara, cast.one.key, {"sla_hours": 5}, version=1, now=NOW)
    with pytest.raises(NotFoundError):
        teams.change(mara, cast.two.key, {"sla_hours": 5}, version=1, now=NOW)
    with pytest.raises(NotAllowedError):
        teams.change(Actor.of_user(cast.alice), cast.one.key, {"sla_hours": 5}, version=2, now=NOW)
    assert teams.change(Actor.of_user(cast.olga), cast.two.key, {"sla_hours": 5}, version=1, now=NOW)


def test_who_stops_taking_turns_leaves_no_debt_behind(cast) -> None:
    person("Amy", Role.REP, cast.one)
    person("Ann", Role.REP, cast.one)
    some(2)
    key = cast.alice.key
    owed = lasting(cast.alice).owed
    assert owed
    mara = Actor.of_user(cast.mara)
    teams.seat(mara, cast.one.key, key, weight=0, open_cap=None, daily_cap=9, version=1, now=NOW)
    assert lasting(cast.alice).owed == 0
    assert sum(Membership.objects.filter(team=cast.one).values_list("owed", flat=True)) == 0
    with pytest.raises(InvalidInputError):
        teams.seat(mara, cast.one.key, key, weight=-1, open_cap=None, daily_cap=None, version=2, now=NOW)
    with pytest.raises(NotFoundError):
        teams.seat(mara, cast.one.key, cast.bob.key, weight=1, open_cap=1, daily_cap=1, version=2, now=NOW)


def test_absences_come_and_go(cast) -> None:
    mara, day = Actor.of_user(cast.mara), date(2026, 3, 2)
    row = teams.away(mara, cast.one.key, cast.alice.key, first=day, last=day, why="=cmd()", now=NOW)
    with pytest.raises(InvalidInputError):
        teams.away(mara, cast.one.key, cast.alice.key, first=day, last=date(2026, 3, 1), now=NOW)
    with pytest.raises(NotFoundError):
        teams.away(mara, cast.one.key, cast.bob.key, first=day, last=day, now=NOW)
    with pytest.raises(NotFoundError):
        teams.back(Actor.of_user(cast.olga), cast.two.key, row.pk, now=NOW)
    teams.back(mara, cast.one.key, row.pk, now=NOW)
    assert not Absence.objects.exists()
    assert LedgerEntry.objects.filter(kind="routing:changed").count() == 2


def test_every_team_has_somebody_who_answers_for_it(cast) -> None:
    third = team("Team three")
    assert teams.responsible(cast.one) == cast.mara  # nobody is named: who may decide there
    assert teams.responsible(third, but=[cast.mara.pk]) == cast.rex
    third.overflow = cast.one
    cast.one.manager = cast.mara
    assert teams.responsible(third) == cast.mara
    assert teams.responsible(third, but=[cast.mara.pk, cast.rex.pk]) == cast.dora
    assert isinstance(NOW, datetime)


def unowned() -> list[str]:
    """Leads with neither an owner nor a team that somebody answers for."""
    rows = Standing.objects.select_related("team__manager", "team__overflow__manager", "lead")
    return [one.lead.key for one in rows if one.owner_id is None and teams.responsible(one.team) is None]


def test_no_lead_is_ever_without_somebody(cast) -> None:
    """Law 1: caps full, everybody away, no manager named, a queue that no team works."""
    Membership.objects.update(open_cap=0)
    Team.objects.filter(pk=cast.one.pk).update(queues=[])
    Absence.objects.create(user=cast.bob, first=date(2026, 1, 1), last=date(2027, 1, 1))
    leads = [*some(2), arrive(POOR, "P"), arrive(GOOD | {"account.tier": "strategic"}, "S")]
    assert Standing.objects.filter(lead__in=leads).count() == 4
    assert unowned() == []
    # Negative control: with nobody left who may decide, it is seen.
    type(cast.rex).objects.exclude(role=Role.REP.value).update(is_active=False)
    assert len(unowned()) == 4
