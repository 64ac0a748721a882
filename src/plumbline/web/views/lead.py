"""One lead: its evidence, its history, and everything a person can do about it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from plumbline.app.errors import InvalidInputError
from plumbline.app.models import Outcome
from plumbline.app.services import (
    appeals,
    dossier,
    objections,
    outcomes,
    overrides,
    questions,
    queue,
    similar,
)
from plumbline.domain.permissions import Perm
from plumbline.report.html import packet_values
from plumbline.web.guards import page, post, saw
from plumbline.web.onward import onward
from plumbline.web.views.queue import asked, whole

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plumbline.app.services.dossier import Dossier
    from plumbline.web.guards import Request


@page(Perm.LEAD_READ, shows="lead page")
def lead(request: Request, key: str) -> HttpResponse:
    """The page of a lead. Who must judge it first sees what came in, and nothing that was made of it."""
    found = dossier.of(request.actor, key)
    saw(request, [one.key for one in (found.lead, *found.others, *found.repeats)])
    values = {"found": found, "query": queue.Filters.of(request.GET).query, **asked(), **_offers()}
    if found.hidden:
        return render(request, "lead_blind.html", values)
    if found.evidence is None:
        return render(request, "lead.html", values | {"score": None})
    values |= packet_values(found.evidence.packet) | _draft(request, found)
    return render(request, "lead.html", values | {"ledger_address": _ledger(found)})


@page(Perm.LEAD_READ, shows="similar leads")
def alike(request: Request, key: str) -> HttpResponse:
    """Past leads like this one, with what became of them. The page of the lead loads it when it is there."""
    found = dossier.light(request.actor, key)
    past = similar.similar_to(request.actor, found, now=timezone.now())
    saw(request, [found.key, *(one.lead.key for one in past)])
    values = {"lead": found, "past": past}
    return render(request, "lead_similar.html" if request.htmx else "lead_similar_page.html", values)


@post(Perm.OVERRIDE_CREATE)
def override(request: Request, key: str) -> HttpResponse:
    """Another route than proposed, for a while."""
    form, now = request.POST, timezone.now()
    overrides.create(
        request.actor,
        key,
        to=form.get("to", ""),
        reason=form.get("reason", ""),
        note=form.get("note", ""),
        until=now + timedelta(days=min(whole(form.get("days", ""), "days"), 1_000)),
        version=whole(form.get("version", ""), "version"),
        now=now,
    )
    return _back(request, key, "The lead goes where you said. The policy decides again when that runs out.")


@post(Perm.OVERRIDE_CREATE)
def end_override(request: Request, key: str) -> HttpResponse:
    """The policy's route counts again."""
    version = whole(request.POST.get("version", ""), "version")
    overrides.end(request.actor, key, version=version, now=timezone.now())
    return _back(request, key, "The lead goes where the policy says again.")


@post(Perm.APPEAL_CREATE)
def appeal(request: Request, key: str) -> HttpResponse:
    """Contest the decision."""
    form = request.POST
    grounds, behalf = form.get("grounds", ""), form.get("on_behalf", "")
    appeals.open_(request.actor, key, grounds=grounds, on_behalf=behalf, now=timezone.now())
    return _back(request, key, "Your appeal is with a reviewer who had no part in the decision.")


@post(Perm.OUTCOME_REPORT)
def outcome(request: Request, key: str) -> HttpResponse:
    """Report what became of the lead."""
    form, now = request.POST, timezone.now()
    outcomes.report(
        request.actor,
        key,
        form.get("kind", ""),
        at=_day(form.get("on", ""), now),
        now=now,
        reason=form.get("reason", ""),
        note=form.get("note", ""),
    )
    return _back(request, key, "Reported. What the system learns stands on this.")


@post(Perm.OBJECTION_RECORD)
def objection(request: Request, key: str) -> HttpResponse:
    """Record that the person objects to profiling: it must never wait for the right person."""
    theirs = objections.note(request.actor, key, how=request.POST.get("how", ""), now=timezone.now())
    told = "Recorded. From now on nothing about this person is scored; a person handles the lead."
    return _back(request, key, told if theirs else "This objection is recorded already.")


def _ledger(found: Dossier) -> str:
    """Where the entry of the decision stands, once there is a page of the ledger."""
    try:
        address = reverse("ledger")
    except NoReverseMatch:
        return ""
    return f"{address}?seq={found.standing.decision.seq}" if found.standing.decision else address


def _draft(request: Request, found: Dossier) -> dict[str, object]:
    if not found.question:
        return {"draft": None}
    sender, masked = str(request.user), request.actor.masked
    return {"draft": questions.draft(found.lead, found.question, sender, masked=masked)}


def _offers() -> dict[str, object]:
    return {
        "routes": [(route.word, route) for route in overrides.ROUTES],
        "why_override": overrides.REASONS,
        "for_how_long": overrides.DAYS,
        "kinds": Outcome.Kind.choices,
        "behalf": appeals.ON_BEHALF,
        "today": timezone.localdate().isoformat(),
    }


def _back(request: Request, key: str, told: str) -> HttpResponse:
    messages.info(request, told)
    return onward(request, reverse("lead", args=[key]))


def _day(text: str, now: datetime) -> datetime:
    """Noon of a day, or now where it is today."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise InvalidInputError("Say on which day.", "on") from None
    noon = timezone.make_aware(datetime.combine(day, time(12)))
    return now if day == timezone.localdate(now) else noon
