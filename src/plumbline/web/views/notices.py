"""Notices: what a person should know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from plumbline.app.services import notices
from plumbline.web.guards import page
from plumbline.web.onward import onward
from plumbline.web.views.queue import whole

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plumbline.web.guards import Request


@page()
def listed(request: Request) -> HttpResponse:
    """A person's own notices, newest first."""
    before = request.GET.get("before", "")
    rows = notices.of(request.actor, before=whole(before, "before") if before else None)
    shown, more = rows[: notices.PAGE], rows[notices.PAGE :]
    values = {"rows": shown, "before": shown[-1].pk if more else "", "now": timezone.now()}
    return render(request, "notices.html", values)


@page(methods=("POST",))
def read(request: Request) -> HttpResponse:
    """What was seen is not new any more."""
    upto = whole(request.POST.get("upto", ""), "upto")
    notices.read(request.actor, upto=upto, now=timezone.now())
    return onward(request, reverse("notices"))


@page(methods=("POST",))
def digest(request: Request) -> HttpResponse:
    """Whether the e-mail comes."""
    wanted = request.POST.get("wanted") == "1"
    notices.wants_digest(request.actor, wanted)
    told = "You get one e-mail a day at most, when there is news." if wanted else "No more e-mails."
    messages.info(request, told)
    return onward(request, reverse("notices"))
