"""For programs: the description of the API, and figures for Prometheus."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from plumbline.api.service import api
from plumbline.app.errors import NotFoundError
from plumbline.app.metrics import METER
from plumbline.web.guards import page

if TYPE_CHECKING:
    from plumbline.web.guards import Request


@page()
def openapi(request: Request) -> HttpResponse:  # noqa: ARG001
    """The API as OpenAPI 3.1, for everybody who is signed in."""
    return JsonResponse(api.get_openapi_schema(path_prefix="/api/v1/"))


@page(public=True)
def metrics(request: Request) -> HttpResponse:
    """Figures, for who holds the token that the operator set. Without it there is no such page."""
    token, given = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise NotFoundError("There is no such page.")
    return HttpResponse(METER.text(), content_type="text/plain; version=0.0.4; charset=utf-8")
