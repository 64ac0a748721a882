"""My queue: next best lead first, answered where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from plumbline.app.errors import InvalidInputError
from plumbline.app.models import Standing
from plumbline.app.services import outcomes, queue, responses, views
from plumbline.domain.permissions import Perm
from plumbline.web.guards import page, post, saw
from plumbline.web.onward import onward

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plumbline.app.models import Response
    from plumbline.web.guards import Request


@page(Perm.LEAD_ACT, shows="queue")
def mine(request: Request) -> HttpResponse:
    """A page of the queue; with ``after`` it goes on from there."""
    wanted = queue.Filters.of(request.GET)
    shown = queue.page_of(request.actor, wanted, after=request.GET.get("after", ""))
    saw(request, [one.lead.key for one in (*shown.blind, *shown.lines)])
    values = {
        "wanted": wanted,
        "shown": shown,
        "views": views.of(request.actor),
        "states": Standing.State.choices,
        "sources": sorted({one.lead.source for one in shown.lines if one.lead.source}),
        "many": queue.WINDOW,
        **asked(),
    }
    return render(request, "queue.html", values)


@post(Perm.LEAD_ACT)
def answer(request: Request, key: str) -> HttpResponse:
    """Take it, not now, or wrong. In the queue the line says so; from the lead's page it goes on."""
    said = _said(request, key)
    here = request.POST.get("from") == "queue"
    if request.htmx and here:
        return render(request, "queue_done.html", {"said": said, "key": key, "lead": said.lead})
    wanted = queue.Filters.of(request.POST)
    if here:
        return onward(request, f"{reverse('queue')}?{wanted.query}".rstrip("?"))
    name = "lead" if said.blind or said.kind == said.Kind.ACCEPT else "queue-next"
    return onward(request, f"{reverse(name, args=[key])}?{wanted.query}".rstrip("?"))


@page(Perm.LEAD_ACT)
def following(request: Request, key: str) -> HttpResponse:
    """To the lead that comes after this one, or to the queue once there is none."""
    wanted = queue.Filters.of(request.GET)
    after = queue.following(request.actor, wanted, key)
    address = reverse("lead", args=[after]) if after else reverse("queue")
    return onward(request, f"{address}?{wanted.query}".rstrip("?"))


@post(Perm.LEAD_ACT)
def save_view(request: Request) -> HttpResponse:
    """Keep the filters of the page under a name."""
    view = views.save(request.actor, request.POST.get("name", ""), request.POST.get("query", ""))
    return onward(request, f"{reverse('queue')}?{view.query}".rstrip("?"))


@post(Perm.LEAD_ACT)
def remove_view(request: Request, pk: int) -> HttpResponse:
    """Forget a view."""
    views.remove(request.actor, pk)
    return onward(request, reverse("queue"))


def asked() -> dict[str, object]:
    """What the forms of an answer offer."""
    return {"reasons": outcomes.REASONS, "delays": responses.LATER, "now": timezone.now()}


def _said(request: Request, key: str) -> Response:
    """The answer in a form: a button says which, and why or for how long."""
    form = request.POST
    kind = next((name for name in ("wrong", "later", "accept") if name in form), "")
    return responses.answer(
        request.actor,
        key,
        kind,
        version=whole(form.get("version", ""), "version"),
        now=timezone.now(),
        reason=form.get("wrong", ""),
        note=form.get("note", ""),
        days=whole(form.get("later", "0"), "later"),
    )


def whole(text: str, field: str) -> int:
    """A whole number out of a form.

    Raises:
        InvalidInputError: It is none.
    """
    if not text.isdecimal() or len(text) > 18:
        raise InvalidInputError(f"{field} is no whole number.", field)
    return int(text)
