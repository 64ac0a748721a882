"""Pages for what Django itself refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plumbline.app.errors import NotAllowedError, NotFoundError
from plumbline.web.guards import page
from plumbline.web.middleware import told

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from plumbline.web.guards import Request


@page(public=True, methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
def missing(request: Request, exception: Any = None) -> HttpResponse:  # noqa: ANN401, ARG001
    """No address like this."""
    return told(request, NotFoundError("There is no such page."))


def failed(request: HttpRequest) -> HttpResponse:
    """Something broke outside every view."""
    return told(request, RuntimeError("outside every view"))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form that did not come from our own page, or one that lay open too long."""
    return told(
        request,
        NotAllowedError("This form was not sent from here, or lay open too long. Load the page again."),
    )
