"""What happens around every page: an id, strict content rules, the guard, and errors told in plain words."""

from __future__ import annotations

import logging
import secrets
import time
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.shortcuts import render

from plumbline.app.actors import Actor
from plumbline.app.errors import NotAllowedError, NotFoundError
from plumbline.app.logs import request_id
from plumbline.app.metrics import METER
from plumbline.app.statuses import status_of
from plumbline.domain.errors import PlumblineError
from plumbline.web.guards import guard_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    Answer = Callable[[HttpRequest], HttpResponse]

log: Final = logging.getLogger("plumbline.web")

#: Nothing from elsewhere, nothing inline.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
#: Pages of the sign-in library that are ours to show. Everything else it brings is closed.
SIGN_IN: Final = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_change_password",
        "account_set_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_authenticate",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_login_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "openid_connect_callback",
        "openid_connect_login",
        "socialaccount_login_error",
        "socialaccount_login_cancelled",
    }
)


#: Rooms that guard each of their addresses themselves: ``api.permissions.refuse_open`` and Django's admin.
_OWN_GUARDS: Final = (["admin"], ["api"])


class RequestId:
    """Gives every request an id that its log lines and its error page carry."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer under an id of its own."""
        token = request_id.set(secrets.token_hex(8))
        try:
            response = self._answer(request)
            response["X-Request-Id"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class Measured:
    """Counts every answer by the name of its address, and how long it took."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and count it; what has no address of ours is counted as one."""
        begun = time.perf_counter()
        response = self._answer(request)
        match = request.resolver_match
        name = match.view_name if match else "none"
        METER.answered(
            name or "unnamed", request.method or "", response.status_code, time.perf_counter() - begun
        )
        return response


class ContentSecurity:
    """Tells the browser to load and run nothing but our own files."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the rules to every answer; pages about people are not kept by caches."""
        response = self._answer(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response


class Guarded:
    """Opens a page only where its guard says so: a view without one is closed. Tells what a view refused."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note whether a fragment is wanted."""
        request.htmx = request.headers.get("HX-Request") == "true"  # type: ignore[attr-defined]
        return self._answer(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: object,  # noqa: ARG002
        kwargs: object,  # noqa: ARG002
    ) -> HttpResponse | None:
        """None lets the view run."""
        match, guard = request.resolver_match, guard_of(view)
        if guard is None:
            if match and (match.view_name in SIGN_IN or match.namespaces[:1] in _OWN_GUARDS):
                return None
            return told(request, NotFoundError("There is no such page."))
        if guard.public:
            return None
        if not request.user.is_authenticated:
            return _sign_in(request)
        actor = Actor.of_user(request.user)
        request.actor = actor  # type: ignore[attr-defined]
        if guard.perm is not None and not actor.may(guard.perm):
            return told(request, NotAllowedError(f"This page needs the permission {guard.perm}."))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What a view refused, as a page; what Django's own views refuse is said in the same way."""
        if isinstance(error, PermissionDenied):
            return told(request, NotAllowedError("This page is not for your role."))
        if isinstance(error, Http404):
            return told(request, NotFoundError("There is no such page."))
        return told(request, error)


def told(request: HttpRequest, error: Exception) -> HttpResponse:
    """An error as a page, or as a fragment for HTMX; an unexpected one shows its id and never its text."""
    if isinstance(error, PlumblineError):
        status, code, message = status_of(error), error.code, str(error)
    else:
        status = 503 if isinstance(error, DatabaseError) else 500
        code, message = "unexpected", ""
        log.error("unexpected error", exc_info=error, extra={"status": status, "code": code})
    values = {"status": status, "code": code, "message": message, "request_id": request_id.get()}
    if getattr(request, "htmx", False):
        response = render(request, "error_fragment.html", values, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#notice", "innerHTML"
        return response
    return render(request, "error.html", values, status=status)


def _sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page; of a fragment the whole page goes there, not the place it was meant for."""
    if getattr(request, "htmx", False):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = redirect_to_login(request.headers.get("HX-Current-Path", "/")).url
        return response
    return redirect_to_login(request.get_full_path())
