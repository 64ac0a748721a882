"""Where people go after an act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect

if TYPE_CHECKING:
    from plumbline.web.guards import Request


class _SeeOther(HttpResponseRedirect):
    """What was posted is done; look there, and reloading does nothing twice."""

    status_code = 303


def onward(request: Request, address: str) -> HttpResponse:
    """To another page: as a redirect, or told to HTMX so that the whole page goes there."""
    if not request.htmx:
        return _SeeOther(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response
