"""People and the keys of programs, for administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from plumbline.app.models import Team
from plumbline.app.services import keys, people
from plumbline.domain.permissions import ROLES, Perm, Role
from plumbline.web.accounts import invitation, send_invitation
from plumbline.web.guards import page, post
from plumbline.web.onward import onward
from plumbline.web.views.queue import whole

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plumbline.app.models import User
    from plumbline.web.guards import Request

#: What each role is for, in words.
ABOUT = {
    Role.REP: "works leads",
    Role.MANAGER: "runs teams, approves policies",
    Role.REVIEWER: "answers reviews",
    Role.REVOPS: "imports, proposes policies",
    Role.ADMIN: "people, keys, webhooks",
    Role.DPO: "answers persons, erases",
    Role.AUDITOR: "reads everything, changes nothing",
}


@page(Perm.USER_MANAGE)
def people_(request: Request) -> HttpResponse:
    """Everybody, and the form to add somebody."""
    values = {"people": people.listed(request.actor), **_choices()}
    return render(request, "people.html", values)


@post(Perm.USER_MANAGE)
def add(request: Request) -> HttpResponse:
    """Somebody new: they get a link by e-mail, and the administrator sees it once."""
    form = request.POST
    user = people.invite(
        request.actor,
        form.get("email", ""),
        name=form.get("name", ""),
        role=form.get("role", ""),
        places=form.getlist("teams"),
        now=timezone.now(),
    )
    return _invited(request, user)


@page(Perm.USER_MANAGE)
def person(request: Request, key: str) -> HttpResponse:
    """One person: role, teams, access."""
    user = people.find(request.actor, key)
    own = {team.key for team in user.teams.all()}
    return render(request, "person.html", {"person": user, "own": own, **_choices()})


@post(Perm.USER_MANAGE)
def role(request: Request, key: str) -> HttpResponse:
    """Another role."""
    form, now = request.POST, timezone.now()
    user = people.change_role(request.actor, key, form.get("role", ""), was=form.get("was", ""), now=now)
    return _back(request, key, f"{user} is {user.role} from now on.")


@post(Perm.USER_MANAGE)
def seats(request: Request, key: str) -> HttpResponse:
    """Other teams."""
    user = people.set_teams(request.actor, key, set(request.POST.getlist("teams")), now=timezone.now())
    return _back(request, key, f"The teams of {user} are kept.")


@post(Perm.USER_MANAGE)
def access(request: Request, key: str) -> HttpResponse:
    """Take somebody's access, or give it back."""
    now = timezone.now()
    if request.POST.get("do") == "let-go":
        user = people.let_go(request.actor, key, now=now)
        return _back(request, key, f"{user} cannot sign in any more. Their open leads go to others.")
    user = people.take_back(request.actor, key, now=now)
    return _back(request, key, f"{user} has access again. Make a link so that they can set a password.")


@post(Perm.USER_MANAGE)
def link(request: Request, key: str) -> HttpResponse:
    """A new link to set a password."""
    return _invited(request, people.linked(request.actor, key, now=timezone.now()))


@page(Perm.KEY_MANAGE)
def keys_(request: Request) -> HttpResponse:
    """The keys of programs, and the form for a new one."""
    return render(request, "keys.html", _keys(request))


@post(Perm.KEY_MANAGE)
def issue(request: Request) -> HttpResponse:
    """A new key. This answer alone shows its secret."""
    form, now = request.POST, timezone.now()
    days = whole(form.get("days", ""), "days")
    made, secret = keys.issue(
        request.actor,
        form.get("name", ""),
        scopes=keys.scopes_of(form.getlist("scopes")),
        expires_at=now + timedelta(days=min(days, 10_000)),
        now=now,
        teams=Team.objects.filter(key__in=form.getlist("teams")),
    )
    return render(request, "keys.html", {"made": made, "secret": secret, **_keys(request)})


@post(Perm.KEY_MANAGE)
def revoke(request: Request, key: str) -> HttpResponse:
    """End a key."""
    keys.revoke(request.actor, key, now=timezone.now())
    messages.info(request, "The key is revoked. Whatever used it is refused from now on.")
    return onward(request, reverse("keys"))


def _choices() -> dict[str, object]:
    return {"roles": ABOUT, "teams": Team.objects.order_by("name"), "perms": ROLES}


def _keys(request: Request) -> dict[str, object]:
    return {
        "keys": keys.listed(request.actor),
        "scopes": sorted(ROLES[Role.SERVICE]),
        "now": timezone.now(),
        **_choices(),
    }


def _invited(request: Request, user: User) -> HttpResponse:
    """The link is shown once: it is no stored thing, and dies with the first password set by it."""
    address = invitation(request, user)
    sent = send_invitation(user, address)
    return render(request, "invited.html", {"person": user, "address": address, "sent": sent})


def _back(request: Request, key: str, told: str) -> HttpResponse:
    messages.info(request, told)
    return onward(request, reverse("person", args=[key]))
