"""For programs: the description of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse

from plumbline.api.service import api
from plumbline.web.guards import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plumbline.web.guards import Request


@page()
def openapi(request: Request) -> HttpResponse:  # noqa: ARG001
    """The API as OpenAPI 3.1, for everybody who is signed in."""
    return JsonResponse(api.get_openapi_schema(path_prefix="/api/v1/"))
