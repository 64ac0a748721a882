"""One-click sign-in of the demo. Outside demo mode there is no such page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import login
from django.shortcuts import redirect

from plumbline.app.errors import NotFoundError
from plumbline.app.models import User
from plumbline.web.guards import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plumbline.web.guards import Request


@page(public=True, methods=("POST",))
def sign_in(request: Request, key: str) -> HttpResponse:
    """Become one of the people of the demo."""
    user = User.objects.filter(key=key, is_active=True).first() if settings.DEMO else None
    if user is None:
        raise NotFoundError("There is no such page.")
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("home")
