"""One shape for every error: ``{"error": {"code", "message", "field", "details", "request"}}``."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, JsonResponse
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError

from plumbline.app.logs import request_id
from plumbline.app.statuses import status_of
from plumbline.domain.errors import InvalidPolicyError, PlumblineError

if TYPE_CHECKING:
    from django.http import HttpRequest
    from ninja import NinjaAPI

log: Final = logging.getLogger("plumbline.api")


class TooManyRequestsError(PlumblineError):
    """The key asked more often than it may. ``wait`` is in seconds."""

    code = "too_many_requests"

    def __init__(self, wait: float) -> None:
        super().__init__(f"This key asked too often; ask again in {wait:.0f} seconds.")
        self.wait = wait


class TooLargeError(PlumblineError):
    """More bytes were sent than one request may have."""

    code = "too_large"


def body(code: str, message: str, *, field: str = "", details: list[Any] | None = None) -> dict[str, Any]:
    """The body of an error."""
    told = {"code": code, "message": message, "field": field, "details": details or []}
    return {"error": {**told, "request": request_id.get()}}


def tell(api: NinjaAPI) -> None:
    """Make an API answer every error in the one shape."""
    handlers: dict[type[Exception], Any] = {
        PlumblineError: _refused,
        ValidationError: _invalid,
        AuthenticationError: _unknown,
        AuthorizationError: _forbidden,
        Http404: _missing,
        HttpError: _plain,
        RequestDataTooBig: _too_large,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _refused(_: HttpRequest, error: PlumblineError) -> JsonResponse:
    details = [str(issue) for issue in error.issues] if isinstance(error, InvalidPolicyError) else []
    told = body(error.code, str(error), field=getattr(error, "field", ""), details=details)
    if isinstance(error, TooManyRequestsError):
        return JsonResponse(told, status=429, headers={"Retry-After": f"{max(error.wait, 1):.0f}"})
    return JsonResponse(told, status=status_of(error))


def _invalid(_: HttpRequest, error: ValidationError) -> JsonResponse:
    details = [{"place": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors]
    first = details[0]["place"] if details else ""
    return JsonResponse(
        body("invalid_input", "What was sent does not have the right shape.", field=first, details=details),
        status=422,
    )


def _unknown(_: HttpRequest, __: AuthenticationError) -> JsonResponse:
    told = body("not_authenticated", "Send a valid key as Authorization: Bearer …, or sign in.")
    return JsonResponse(told, status=401, headers={"WWW-Authenticate": "Bearer"})


def _forbidden(_: HttpRequest, __: AuthorizationError) -> JsonResponse:
    return JsonResponse(body("not_allowed", "This is not for who asks."), status=403)


def _missing(_: HttpRequest, __: Http404) -> JsonResponse:
    return JsonResponse(body("not_found", "There is nothing here."), status=404)


def _plain(_: HttpRequest, error: HttpError) -> JsonResponse:
    return JsonResponse(body("invalid_input", str(error)), status=error.status_code)


def _too_large(_: HttpRequest, __: RequestDataTooBig) -> JsonResponse:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
    error = TooLargeError(f"A request has at most {most} MB; send fewer leads at once, or import a file.")
    return JsonResponse(body(error.code, str(error)), status=413)


def _unexpected(_: HttpRequest, error: Exception) -> JsonResponse:
    status = 503 if isinstance(error, DatabaseError) else 500
    log.error("unexpected error", exc_info=error, extra={"status": status, "code": "unexpected"})
    return JsonResponse(
        body("unexpected", "Something went wrong; it was noted under this request."), status=status
    )
