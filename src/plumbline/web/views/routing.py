"""Routing: teams and their load, who gets a lead and why, and leads that change hands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from plumbline.app.errors import InvalidInputError
from plumbline.app.models import Team, User
from plumbline.app.services import loads, matching, moving, teams
from plumbline.domain.permissions import Perm, Role
from plumbline.web.guards import page, post, saw
from plumbline.web.onward import onward
from plumbline.web.views.queue import whole

if TYPE_CHECKING:
    from django.http import HttpResponse, QueryDict

    from plumbline.web.guards import Request

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@page(Perm.ROUTING_READ)
def routing(request: Request) -> HttpResponse:
    """Every team that this person may look at, with its people and what they have."""
    shown = loads.of(teams.visible_to(request.actor), now=timezone.now())
    return render(request, "routing.html", {"teams": shown, "days": _DAYS})


@page(Perm.ROUTING_READ)
def team(request: Request, key: str) -> HttpResponse:
    """One team, with the forms for who may change it."""
    row = teams.team_of(request.actor, key)
    (shown,) = loads.of([row], now=timezone.now())
    values = {
        "one": shown,
        "days": _DAYS,
        "others": Team.objects.exclude(pk=row.pk).order_by("name"),
        "managers": User.objects.filter(role=Role.MANAGER.value, is_active=True).order_by("name"),
        "today": timezone.localdate().isoformat(),
    }
    return render(request, "routing_team.html", values)


@post(Perm.ROUTING_MANAGE)
def save_team(request: Request, key: str) -> HttpResponse:
    """How the team works."""
    form = request.POST
    version = whole(form.get("version", ""), "version")
    teams.change(request.actor, key, _team(form), version=version, now=timezone.now())
    return _back(request, key, "Kept. It counts for every lead that comes from now on.")


@post(Perm.ROUTING_MANAGE)
def save_member(request: Request, key: str, person: str) -> HttpResponse:
    """A member's share and caps."""
    form = request.POST
    teams.seat(
        request.actor,
        key,
        person,
        weight=whole(form.get("weight", ""), "weight"),
        open_cap=_cap(form, "open_cap"),
        daily_cap=_cap(form, "daily_cap"),
        version=whole(form.get("version", ""), "version"),
        now=timezone.now(),
    )
    return _back(request, key, "Kept. It counts for every lead that comes from now on.")


@post(Perm.ROUTING_MANAGE)
def add_absence(request: Request, key: str, person: str) -> HttpResponse:
    """Days without leads."""
    form, now = request.POST, timezone.now()
    first, last = _day(form, "first"), _day(form, "last")
    teams.away(request.actor, key, person, first=first, last=last, why=form.get("why", ""), now=now)
    return _back(request, key, "Noted. On these days others get the leads.")


@post(Perm.ROUTING_MANAGE)
def end_absence(request: Request, key: str, absence: str) -> HttpResponse:
    """They are back sooner, or it was a mistake."""
    teams.back(request.actor, key, whole(absence, "absence"), now=timezone.now())
    return _back(request, key, "Taken away. They get leads again.")


@page(Perm.ROUTING_READ, shows="match preview", methods=("GET", "HEAD", "POST"))
def preview(request: Request) -> HttpResponse:
    """Who would get a lead, and why. Nothing is written; what is pasted is not kept."""
    form, now, match = request.POST, timezone.now(), None
    key, text = form.get("lead", "").strip(), form.get("text", "")
    if key:
        match = matching.of_lead(request.actor, key, now=now)
    elif request.method == "POST":
        match = matching.of_text(request.actor, text, now=now)
    saw(request, [key] if key else [])
    return render(request, "routing_preview.html", {"match": match, "lead": key, "text": text})


@page(Perm.LEAD_READ, shows="why this lead")
def why(request: Request, key: str) -> HttpResponse:
    """Why somebody has this lead: everything that was tried, and the form to give it to somebody else."""
    lead, rows = moving.history(request.actor, key)
    saw(request, [lead.key])
    able = request.actor.may(Perm.ROUTING_MANAGE)
    takers = moving.takers(request.actor) if able else []
    return render(request, "routing_why.html", {"lead": lead, "rows": rows, "takers": takers, "able": able})


@post(Perm.ROUTING_MANAGE)
def move(request: Request, key: str) -> HttpResponse:
    """Give it to somebody else."""
    form = request.POST
    standing = moving.move(
        request.actor,
        key,
        to=whole(form.get("to", ""), "to"),
        why=form.get("why", ""),
        version=whole(form.get("version", ""), "version"),
        now=timezone.now(),
    )
    messages.info(request, f"{standing.owner} has it now, and was told.")
    return onward(request, reverse("lead-why", args=[key]))


def _team(form: QueryDict) -> dict[str, Any]:
    """The columns of a team out of its form."""
    overflow, manager = form.get("overflow", ""), form.get("manager", "")
    return {
        "hours": [form.get("start", ""), form.get("end", "")],
        "days": sorted({whole(day, "days") for day in form.getlist("days")}),
        "sla_hours": whole(form.get("sla_hours", ""), "sla_hours"),
        "spread": form.get("spread", ""),
        "queues": [line.strip() for line in form.get("queues", "").splitlines() if line.strip()],
        "overflow": Team.objects.filter(key=overflow).first() if overflow else None,
        "manager": User.objects.filter(key=manager).first() if manager else None,
    }


def _cap(form: QueryDict, name: str) -> int | None:
    text = form.get(name, "").strip()
    return whole(text, name) if text else None


def _day(form: QueryDict, name: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError:
        raise InvalidInputError("Say which day.", name) from None


def _back(request: Request, key: str, told: str) -> HttpResponse:
    messages.info(request, told)
    return onward(request, reverse("routing-team", args=[key]))
