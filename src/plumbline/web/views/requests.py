"""Requests of persons: what is kept about them, a copy of it, and erasing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from plumbline.app.errors import InvalidInputError
from plumbline.app.models import Webhook
from plumbline.app.services import erasure, requests
from plumbline.domain.permissions import Perm
from plumbline.web.guards import page, post, saw
from plumbline.web.onward import onward

if TYPE_CHECKING:
    from plumbline.web.guards import Request


@page(Perm.PERSON_ERASE, shows="request of a person", methods=("GET", "HEAD", "POST"))
def found(request: Request) -> HttpResponse:
    """Who is meant. The search is posted, so that no address stands in the browser's history or a log."""
    said = request.POST.get("who", "")
    leads = requests.find(request.actor, said)
    saw(request, [lead.key for lead in leads])
    values = {
        "said": said,
        "leads": leads,
        "files": requests.files_of(leads) if leads else [],
        "grounds": erasure.GROUNDS,
        "webhooks": Webhook.objects.filter(active=True).count(),
    }
    return render(request, "requests.html", values)


@post(Perm.PERSON_ERASE)
def copy(request: Request) -> HttpResponse:
    """Everything about these leads as JSON. The service keeps that it was taken."""
    content = requests.everything(request.actor, request.POST.getlist("leads"))
    response = HttpResponse(content, content_type="application/json")
    name = f"about-a-person-{timezone.localdate():%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@post(Perm.PERSON_ERASE)
def erase(request: Request) -> HttpResponse:
    """Erase these leads, once what was searched for is written again."""
    form = request.POST
    if not form.get("again", "").strip() or form["again"].strip() != form.get("who", "").strip():
        raise InvalidInputError("Write what you searched for once more, so that nobody is erased by mistake.")
    gone = erasure.erase(
        request.actor, form.getlist("leads"), ground=form.get("ground", ""), now=timezone.now()
    )
    told = f"Erased: {len(gone)}. Files of runs and old pages of the database follow within minutes."
    messages.info(request, told)
    return onward(request, reverse("requests"))


@post(Perm.PERSON_ERASE)
def drop_file(request: Request, key: str) -> HttpResponse:
    """Delete an uploaded file."""
    erasure.drop_file(request.actor, key)
    messages.info(request, "The file is deleted. What came of its rows stays in the tables.")
    return onward(request, reverse("requests"))
