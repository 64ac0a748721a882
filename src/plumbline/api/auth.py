"""How a program proves who it is: a bearer key, stored as a hash. People come with their session."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from ninja.security import HttpBearer, SessionAuth

from plumbline.api.errors import TooManyRequestsError
from plumbline.app.actors import Actor
from plumbline.app.models import ApiKey, User
from plumbline.app.services.keys import digest_of

if TYPE_CHECKING:
    from django.http import HttpRequest

_MINUTE: Final = 60.0
#: When a key was used last is kept to this precision, so that reading does not mean writing.
_USED: Final = timedelta(minutes=5)


class KeyAuth(HttpBearer):
    """``Authorization: Bearer plk_…``: known, not revoked, not expired, and not asking too often."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The program's actor; None answers 401."""
        now = timezone.now()
        key = ApiKey.objects.filter(digest=digest_of(token), revoked_at=None, expires_at__gt=now).first()
        if key is None:
            return None
        LIMITS.refuse(key.pk, key.per_minute)
        if key.used_at is None or now - key.used_at > _USED:
            ApiKey.objects.filter(pk=key.pk).update(used_at=now)
        request.actor = Actor.of_key(key)  # type: ignore[attr-defined]
        return request.actor  # type: ignore[attr-defined,no-any-return]


class PersonAuth(SessionAuth):
    """A person who is signed in; changes need the CSRF token, as on pages."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:  # noqa: ARG002
        """The person's actor; None answers 401."""
        if not isinstance(request.user, User):
            return None
        request.actor = Actor.of_user(request.user)  # type: ignore[attr-defined]
        return request.actor  # type: ignore[attr-defined,no-any-return]


class _Limits:
    """How often each key asked over the last minute, counted in this process."""

    def __init__(self) -> None:
        self._asked: dict[int, deque[float]] = {}
        self._lock = Lock()

    def refuse(self, key: int, most: int) -> None:
        """Note a request, or refuse it with ``TooManyRequestsError`` when the minute is full."""
        now = monotonic()
        with self._lock:
            asked = self._asked.setdefault(key, deque())
            while asked and now - asked[0] > _MINUTE:
                asked.popleft()
            if len(asked) >= most:
                raise TooManyRequestsError(_MINUTE - (now - asked[0]))
            asked.append(now)

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._asked.clear()


LIMITS: Final = _Limits()
