"""Where people arrive, by role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect

from plumbline.web.guards import page
from plumbline.web.navigation import menu

if TYPE_CHECKING:
    from plumbline.web.guards import Request


@page()
def home(request: Request) -> HttpResponse:
    """The first place of the menu."""
    places = menu(request.actor)
    return redirect(places[0][0] if places else "account_logout")


@page(public=True)
def alive(request: Request) -> HttpResponse:  # noqa: ARG001
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@page(public=True)
def ready(request: Request) -> HttpResponse:  # noqa: ARG001
    """The database answers too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ready": True})
