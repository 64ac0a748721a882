from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpers_app import GOOD, POOR, arrive, person, team
from plumbline.app.models import Absence, Assignment, Lead, LedgerEntry, Membership, Standing, Team
from plumbline.domain.permissions import Role

pytestmark = pytest.mark.django_db
XSS = "<img src=x onerror=alert(1)>"


def save(client, team: Team, **more):
    values = {
        "version": team.version,
        "start": "08:00",
        "end": "16:00",
        "days": ["0", "1", "2"],
        "sla_hours": "4",
        "spread": "load",
        "queues": "\n".join(team.queues),
    }
    return client.post(reverse("routing-team-save", args=[team.key]), values | more)


def test_a_manager_sees_and_changes_their_team_and_no_other(cast, as_) -> None:
    client = as_(cast.mara)
    page = client.get(reverse("routing")).content.decode()
    assert "Team one" in page
    assert "Team two" not in page
    assert client.get(reverse("routing-team", args=[cast.two.key])).status_code == 404
    assert save(client, cast.two).status_code == 404
    assert save(client, cast.one, manager=cast.mara.key, overflow=cast.two.key).status_code == 303
    cast.one.refresh_from_db()
    assert (cast.one.hours, cast.one.days, cast.one.spread) == (["08:00", "16:00"], [0, 1, 2], "load")
    assert (cast.one.manager, cast.one.overflow) == (cast.mara, cast.two)
    assert LedgerEntry.objects.filter(kind="routing:changed").count() == 1


def test_revops_and_the_administrator_see_all_teams_and_a_rep_none(cast, as_) -> None:
    for user in (cast.olga, cast.adam, cast.audra):
        assert "Team two" in as_(user).get(reverse("routing")).content.decode()
    assert as_(cast.alice).get(reverse("routing")).status_code == 403
    page = as_(cast.adam).get(reverse("routing-team", args=[cast.two.key])).content.decode()
    assert 'name="queues"' not in page  # who only reads gets no form
    assert save(as_(cast.adam), cast.two).status_code == 403


@pytest.mark.parametrize(
    "bad",
    [
        {"sla_hours": "0"},
        {"sla_hours": "x"},
        {"start": "17:00"},
        {"spread": "luck"},
        {"queues": "tenders"},
        {"days": "9"},
    ],
)
def test_what_cannot_be_is_refused_plainly_and_nothing_changes(cast, as_, bad) -> None:
    assert save(as_(cast.mara), cast.one, **bad).status_code == 422
    assert Team.objects.get(pk=cast.one.pk).sla_hours == 8


def test_two_who_change_a_team_at_once_do_not_overwrite_each_other(cast, as_) -> None:
    assert save(as_(cast.mara), cast.one).status_code == 303
    assert save(as_(cast.olga), cast.one, sla_hours="9").status_code == 409
    assert Team.objects.get(pk=cast.one.pk).sla_hours == 4


def test_shares_caps_and_absences_are_changed_on_the_teams_page(cast, as_) -> None:
    client, names = as_(cast.mara), [cast.one.key, cast.alice.key]
    kept = client.post(
        reverse("routing-member", args=names),
        {"weight": "3", "open_cap": "20", "daily_cap": "", "version": "1"},
    )
    assert kept.status_code == 303
    place = Membership.objects.get(user=cast.alice)
    assert (place.weight, place.open_cap, place.daily_cap) == (3, 20, None)
    days = {"first": "2020-01-01", "last": "2099-01-01", "why": XSS}
    assert client.post(reverse("routing-absence", args=names), days).status_code == 303
    page = client.get(reverse("routing-team", args=[cast.one.key])).content.decode()
    assert "away until 1 Jan" in page
    assert "Nobody here can take a lead now." in page
    assert XSS not in page
    absence = Absence.objects.get()
    ended = client.post(reverse("routing-absence-end", args=[cast.one.key, absence.pk]))
    assert ended.status_code == 303
    assert not Absence.objects.exists()
    bad = {"first": "2020-01-02", "last": "2020-01-01"}
    assert client.post(reverse("routing-absence", args=names), bad).status_code == 422


def test_what_waits_for_somebody_is_told_loudly(cast, as_) -> None:
    Membership.objects.filter(user=cast.alice).update(open_cap=0)
    arrive(GOOD)
    page = as_(cast.olga).get(reverse("routing")).content.decode()
    assert "not answered in time" not in page  # nobody has it, so nobody is late
    assert "1\xa0lead waits for somebody who can take it." in page
    assert "Mara answers for them." in page


def test_the_preview_says_what_would_happen_and_writes_nothing(cast, as_) -> None:
    client = as_(cast.olga)
    text = "\n".join(f"{name}: {value}" for name, value in GOOD.items())
    before = (Lead.objects.count(), Assignment.objects.count(), LedgerEntry.objects.count())
    page = client.post(reverse("routing-preview"), {"text": text}).content.decode()
    assert "Alice" in page
    assert "It is Alice&#39;s turn in Team one." in page
    assert before == (Lead.objects.count(), Assignment.objects.count(), LedgerEntry.objects.count())
    assert Membership.objects.get(user=cast.alice).owed == 0


def test_the_preview_is_what_then_happens(cast, as_) -> None:
    amy = person("Amy", Role.REP, cast.one)
    arrive(GOOD | {"account.name": "Other", "contact.email": "o@other.example"}, "first")
    text = "\n".join(f"{name}: {value}" for name, value in GOOD.items())
    page = as_(cast.olga).post(reverse("routing-preview"), {"text": text}).content.decode()
    lead = arrive(GOOD, "second")
    owner = Standing.objects.get(lead=lead).owner
    assert owner in {cast.alice, amy}
    assert f"It is {owner}&#39;s turn" in page


def test_the_preview_of_a_lead_that_is_here_asks_who_may_see_it(cast, as_) -> None:
    lead = arrive(GOOD)
    boss = person("Bea", Role.MANAGER, cast.two)
    address = reverse("routing-preview")
    assert as_(boss).post(address, {"lead": lead.key}).status_code == 404
    assert as_(cast.adam).post(address, {"lead": lead.key}).status_code == 404
    assert "Alice" in as_(cast.mara).post(address, {"lead": lead.key}).content.decode()


@pytest.mark.parametrize("text", ["", "nonsense", "account.salary: 3", "x" * 30_000])
def test_what_is_no_lead_is_refused_plainly(cast, as_, text) -> None:
    assert as_(cast.olga).post(reverse("routing-preview"), {"text": text}).status_code == 422


def test_a_lead_that_is_not_worked_would_wait(cast, as_) -> None:
    text = "\n".join(f"{name}: {value}" for name, value in POOR.items())
    page = as_(cast.olga).post(reverse("routing-preview"), {"text": text}).content.decode()
    assert "It would wait in the queue of Team one." in page or "It is Alice&#39;s turn" in page


def test_why_somebody_has_a_lead_is_on_one_page_with_the_form_to_move_it(cast, as_) -> None:
    lead = arrive(GOOD)
    amy = person("Amy", Role.REP, cast.one)
    rep = as_(cast.alice).get(reverse("lead-why", args=[lead.key])).content.decode()
    assert "It is Alice&#39;s turn in Team one." in rep
    assert "Give it to somebody else" not in rep
    client = as_(cast.mara)
    assert "Give it to somebody else" in client.get(reverse("lead-why", args=[lead.key])).content.decode()
    version = Standing.objects.get(lead=lead).version
    given = {"to": Membership.objects.get(user=amy).pk, "why": XSS, "version": version}
    assert client.post(reverse("lead-move", args=[lead.key]), given).status_code == 303
    assert client.post(reverse("lead-move", args=[lead.key]), given).status_code == 409
    page = client.get(reverse("lead-why", args=[lead.key])).content.decode()
    assert "Mara gave it to Amy" in page
    assert XSS not in page
    assert as_(cast.bob).get(reverse("lead-why", args=[lead.key])).status_code == 404


def test_the_page_takes_the_same_queries_for_more_people(cast, as_) -> None:
    client = as_(cast.olga)
    Team.objects.update(manager=cast.mara)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("routing")).status_code == 200
        return len(caught)

    few = queries()
    third = team("Team three")
    Team.objects.filter(pk=third.pk).update(manager=cast.mara, overflow=cast.one)
    for number in range(6):
        person(f"New {number}", Role.REP, third, cast.one)
    assert queries() == few
