"""Programs that are told what happens here, and whether they took it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone

from plumbline.app.services import webhooks
from plumbline.domain.permissions import Perm
from plumbline.web.guards import page, post

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plumbline.web.guards import Request


@page(Perm.WEBHOOK_MANAGE)
def all_of(request: Request) -> HttpResponse:
    """Who is told what, and the newest attempts."""
    return _shown(request)


@post(Perm.WEBHOOK_MANAGE)
def register(request: Request) -> HttpResponse:
    """A new address. This answer is the only one that ever holds its secret, so it is no redirect."""
    webhook, secret = webhooks.register(
        request.actor, request.POST.get("url", ""), request.POST.getlist("topics"), now=timezone.now()
    )
    return _shown(request, made=webhook.url, secret=secret)


@post(Perm.WEBHOOK_MANAGE)
def remove(request: Request, key: str) -> HttpResponse:
    """Tell an address nothing any more."""
    webhooks.remove(request.actor, key, now=timezone.now())
    messages.info(request, "It is told nothing any more.")
    return redirect("webhooks")


@post(Perm.WEBHOOK_MANAGE)
def send_test(request: Request, key: str) -> HttpResponse:
    """Send a test."""
    webhooks.send_test(request.actor, key, now=timezone.now())
    messages.info(request, "A test is on its way. Load this page again in a moment to see what came of it.")
    return redirect("webhooks")


def _shown(request: Request, *, made: str = "", secret: str = "") -> HttpResponse:
    found = webhooks.all_of(request.actor)
    values = {
        "webhooks": [(one, webhooks.host_of(one.url)) for one in found],
        "deliveries": [
            (one, webhooks.host_of(one.webhook.url)) for one in webhooks.deliveries(request.actor)
        ],
        "topics": webhooks.TOPICS,
        "attempts": webhooks.ATTEMPTS,
        "made": made,
        "secret": secret,
    }
    return render(request, "webhooks.html", values)
