"""The people of an installation: invited, given a role and teams, let go. Nobody changes themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q

from plumbline.app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from plumbline.app.models import Assignment, Membership, Review, Standing, Team, User
from plumbline.app.models.base import new_key
from plumbline.app.services import teams
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.permissions import Perm, Role
from plumbline.ledger import Draft, Event

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from plumbline.app.actors import Actor
    from plumbline.ledger.entry import Fact

#: Roles of people; a program has a key instead.
ROLES: Final = tuple(role for role in Role if role is not Role.SERVICE)
#: Who may open Django's own pages, where records can be looked at and nothing be changed.
STAFF: Final = frozenset({Role.ADMIN, Role.DPO, Role.AUDITOR})
_LONGEST: Final = 120


def listed(actor: Actor) -> Sequence[User]:
    """Everybody, those who can sign in first, with their teams."""
    actor.require(Perm.USER_MANAGE)
    return list(User.objects.prefetch_related("teams").order_by("-is_active", "name", "pk"))


def find(actor: Actor, key: str) -> User:
    """A person by their key; ``NotFoundError`` when there is none."""
    actor.require(Perm.USER_MANAGE)
    user = User.objects.prefetch_related("teams").filter(key=key).first()
    if user is None:
        raise NotFoundError("There is nobody like this.")
    return user


def invite(
    actor: Actor, email: str, *, name: str, role: str, places: Collection[str] = (), now: datetime
) -> User:
    """Add a person without a password: they set one by a link, or come by single sign-on.

    ``places`` are keys of teams.

    Raises:
        InvalidInputError: The address is none or taken, the name is empty, or the role is none of a person.
        NotFoundError: There is no such team.
    """
    actor.require(Perm.USER_MANAGE)
    address, called = email.strip().lower(), name.strip()
    _check(address, called)
    with transaction.atomic():
        if User.objects.filter(email=address).exists():
            raise InvalidInputError("There is somebody with this address already.", "email")
        user = User.objects.create_user(
            address, name=called, role=_role(role), role_since=now, is_staff=_role(role) in STAFF
        )
        _seat(user, places)
        _record(actor, user, {"change": "added", "role": user.role}, now)
    return user


def change_role(actor: Actor, key: str, role: str, *, was: str, now: datetime) -> User:
    """Give a person another role, from the next page they open on. ``was``: the role that was seen.

    Raises:
        ConflictError: They have another role meanwhile, or are the last administrator.
        InvalidInputError: It is no role of a person.
        NotAllowedError: It is the actor's own role.
    """
    with transaction.atomic():
        user = _locked(actor, key)
        if user.role != was:
            raise ConflictError(f"{user} has become {user.role} meanwhile. Nothing was changed: look again.")
        wanted = _role(role)
        if wanted == user.role:
            return user
        _refuse_last(user)
        user.role, user.role_since, user.is_staff = wanted, now, wanted in STAFF
        user.is_superuser = False
        user.save(update_fields=["role", "role_since", "is_staff", "is_superuser"])
        if wanted != Role.REP:
            # Only reps take turns; a manager who works leads too is given a share on the page Routing.
            for place in _places(user).filter(weight__gt=0):
                teams.spread_debt(place.team, place, 0)
                Membership.objects.filter(pk=place.pk).update(weight=0, owed=0)
        _record(actor, user, {"change": "role", "from": was, "role": user.role}, now)
    return user


def set_teams(actor: Actor, key: str, places: Collection[str], *, now: datetime) -> User:
    """Say which teams a person belongs to. What they have in hand stays with them.

    Raises:
        NotFoundError: There is no such team or person.
    """
    with transaction.atomic():
        user = _locked(actor, key)
        before = set(_places(user).values_list("team__key", flat=True))
        for place in _places(user).exclude(team__key__in=places):
            teams.spread_debt(place.team, place, 0)
            place.delete()
        _seat(user, set(places) - before)
        if before != set(places):
            _record(actor, user, {"change": "teams", "teams": tuple(sorted(places))}, now)
    return user


def let_go(actor: Actor, key: str, *, now: datetime) -> User:
    """Take a person's access: sessions end, the password goes, and what they had in hand is handed out anew.

    Raises:
        ConflictError: They are the last administrator.
        NotAllowedError: It is the actor.
    """
    with transaction.atomic():
        user = _locked(actor, key)
        if not user.is_active:
            return user
        _refuse_last(user)
        user.is_active = False
        # Sessions hang on the password: with it gone none of them comes back, whatever happens later.
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        _hand_back(user, now)
        _record(actor, user, {"change": "let_go"}, now)
    return user


def take_back(actor: Actor, key: str, *, now: datetime) -> User:
    """Give a person access again; they need a new link to set a password."""
    with transaction.atomic():
        user = _locked(actor, key)
        if not user.is_active:
            user.is_active, user.role_since = True, now
            user.save(update_fields=["is_active", "role_since"])
            _record(actor, user, {"change": "taken_back", "role": user.role}, now)
    return user


def linked(actor: Actor, key: str, *, now: datetime) -> User:
    """Keep that a link to set a password was made for a person; the door makes it.

    Raises:
        ConflictError: They have no access.
    """
    with transaction.atomic():
        user = _locked(actor, key)
        if not user.is_active:
            raise ConflictError(f"{user} has no access. Give it back first.")
        _record(actor, user, {"change": "link"}, now)
    return user


def _locked(actor: Actor, key: str) -> User:
    actor.require(Perm.USER_MANAGE)
    # All administrators at once, so that of two who remove each other only one succeeds. Not so firmly that
    # acts wait which only point at them.
    wanted = User.objects.select_for_update(no_key=True).filter(Q(role=Role.ADMIN.value) | Q(key=key))
    user = next((one for one in wanted.order_by("pk") if one.key == key), None)
    if user is None:
        raise NotFoundError("There is nobody like this.")
    if user.pk == actor.user_id:
        raise NotAllowedError("Nobody changes their own access. Ask another administrator.")
    return user


def _refuse_last(user: User) -> None:
    others = User.objects.filter(role=Role.ADMIN.value, is_active=True).exclude(pk=user.pk)
    if user.role == Role.ADMIN and user.is_active and not others.exists():
        raise ConflictError(f"{user} is the last administrator. Make somebody else one first.")


def _check(address: str, name: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInputError("That is no e-mail address.", "email") from error
    if not 0 < len(name) <= _LONGEST:
        raise InvalidInputError(f"A name has 1 to {_LONGEST} characters.", "name")


def _role(text: str) -> str:
    if text not in {role.value for role in ROLES}:
        raise InvalidInputError("That is no role of a person.", "role")
    return text


def _places(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user).select_related("team")


def _seat(user: User, places: Collection[str]) -> None:
    found = list(Team.objects.filter(key__in=places))
    if len(found) != len(set(places)):
        raise NotFoundError("There is no such team.")
    weight = int(user.role == Role.REP)
    Membership.objects.bulk_create(Membership(user=user, team=team, weight=weight) for team in found)


def _hand_back(user: User, now: datetime) -> None:
    """Leads wait in their team for the next turn; reviews go to who answers for the team."""
    theirs = Standing.objects.filter(owner=user, state__in=[Standing.State.OPEN, Standing.State.LATER])
    Assignment.objects.filter(lead__in=theirs.values("lead"), ended_at=None).update(ended_at=now)
    theirs.update(owner=None, version=F("version") + 1)
    for review in Review.objects.filter(assigned_to=user, state=Review.State.OPEN).select_related("team"):
        review.assigned_to = teams.responsible(review.team, but=[user.pk, review.proposed_by_id or 0])
        review.save(update_fields=["assigned_to"])


def _record(actor: Actor, user: User, facts: dict[str, Fact], now: datetime) -> None:
    draft = Draft(Event.USER_CHANGED, new_key(), actor.name, {"person": f"user:{user.key}", **facts})
    DatabaseLedger().append([draft], now=now)
