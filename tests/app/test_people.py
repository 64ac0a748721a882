"""Who may sign in: invited, given a role, let go; and what nobody may do to themselves or to everybody."""

from __future__ import annotations

import json

import pytest

from helpers_app import GOOD, NOW, arrive, person
from plumbline.app.actors import Actor
from plumbline.app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from plumbline.app.models import LedgerEntry, Membership, Standing, User
from plumbline.app.services import people
from plumbline.domain.permissions import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def adam(cast) -> Actor:
    return Actor.of_user(cast.adam)


def said() -> list[dict[str, object]]:
    """What the ledger's headers say of people, oldest first."""
    rows = LedgerEntry.objects.filter(kind="user:changed").order_by("seq")
    return [json.loads(row.header)["facts"] for row in rows]


def test_an_invited_person_has_a_role_a_team_and_no_password(cast, adam) -> None:
    user = people.invite(adam, " Nina@Example.com ", name="Nina", role="rep", places=[cast.one.key], now=NOW)
    assert (user.email, user.role, user.has_usable_password()) == ("nina@example.com", "rep", False)
    assert Membership.objects.get(user=user).weight == 1
    assert said() == [{"change": "added", "person": f"user:{user.key}", "role": "rep"}]
    assert "nina" not in LedgerEntry.objects.get(kind="user:changed").header


@pytest.mark.parametrize(
    ("email", "name", "role", "field"),
    [
        ("alice@example.com", "A", "rep", "email"),
        ("no address", "A", "rep", "email"),
        ("new@example.com", " ", "rep", "name"),
        ("new@example.com", "A", "service", "role"),
        ("new@example.com", "A", "king", "role"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_named(cast, adam, email, name, role, field) -> None:
    with pytest.raises(InvalidInputError) as error:
        people.invite(adam, email, name=name, role=role, now=NOW)
    assert error.value.field == field


def test_only_an_administrator_changes_people(cast) -> None:
    for user in cast.everybody:
        if user.role != Role.ADMIN:
            with pytest.raises(NotAllowedError):
                people.change_role(Actor.of_user(user), cast.bob.key, "manager", was="rep", now=NOW)


def test_nobody_changes_their_own_role_or_access(cast, adam) -> None:
    person("Second", Role.ADMIN)
    with pytest.raises(NotAllowedError):
        people.change_role(adam, cast.adam.key, "manager", was="admin", now=NOW)
    with pytest.raises(NotAllowedError):
        people.let_go(adam, cast.adam.key, now=NOW)


def test_the_last_administrator_stays_and_one_of_two_may_go(cast) -> None:
    """Two administrators, each by the other: the first goes, the second cannot."""
    second = person("Second", Role.ADMIN)
    people.let_go(Actor.of_user(second), cast.adam.key, now=NOW)
    with pytest.raises(ConflictError, match="last administrator"):
        people.let_go(Actor.of_system("test"), second.key, now=NOW)
    with pytest.raises(ConflictError, match="last administrator"):
        people.change_role(Actor.of_system("test"), second.key, "rep", was="admin", now=NOW)


def test_another_role_counts_from_now_and_is_recorded(cast, adam) -> None:
    user = people.change_role(adam, cast.alice.key, "dpo", was="rep", now=NOW)
    assert (user.role, user.role_since, user.is_staff) == ("dpo", NOW, True)
    assert Membership.objects.get(user=user).weight == 0
    assert said()[-1] == {
        "change": "role", "from": "rep", "person": f"user:{user.key}", "role": "dpo"
    }  # fmt: skip
    with pytest.raises(ConflictError):
        people.change_role(adam, cast.alice.key, "manager", was="rep", now=NOW)


def test_who_leaves_a_team_leaves_no_debt_behind(cast, adam) -> None:
    cara = person("Cara", Role.REP, cast.one)
    Membership.objects.filter(user=cast.alice).update(owed=700)
    Membership.objects.filter(user=cara).update(owed=-700)
    people.set_teams(adam, cast.alice.key, {cast.two.key}, now=NOW)
    assert list(Membership.objects.filter(team=cast.one, weight__gt=0).values_list("owed", flat=True)) == [0]
    assert cast.alice.teams.get() == cast.two
    with pytest.raises(NotFoundError):
        people.set_teams(adam, cast.alice.key, {"nowhere"}, now=NOW)


def test_who_is_let_go_is_signed_out_and_has_no_lead_left(cast, adam, as_) -> None:
    lead = arrive(GOOD)
    assert Standing.objects.get(lead=lead).owner == cast.alice
    browser = as_(cast.alice)
    assert browser.get("/queue/").status_code == 200
    people.let_go(adam, cast.alice.key, now=NOW)
    assert browser.get("/queue/").status_code == 302
    standing = Standing.objects.get(lead=lead)
    assert (standing.owner, standing.team) == (None, cast.one)
    # Negative control: access alone does not bring an old session back.
    people.take_back(adam, cast.alice.key, now=NOW)
    assert User.objects.get(pk=cast.alice.pk).is_active
    assert browser.get("/queue/").status_code == 302
