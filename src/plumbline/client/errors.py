"""The one error of the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plumbline.domain.errors import PlumblineError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ApiError(PlumblineError):
    """What the API refused, as it told it, or that it could not be reached (``unreachable``).

    ``code`` is stable and for programs, ``field`` names what was wrong where it is one thing, ``request`` is
    what the server's log knows it by, ``status`` is that of HTTP, 0 where there was no answer.
    """

    code: str = "api_error"  # type: ignore[misc]

    def __init__(self, message: str, *, status: int = 0, told: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        known = told or {}
        self.message, self.status = message, status
        self.code = str(known.get("code") or ("api_error" if status else "unreachable"))
        self.field, self.request = str(known.get("field", "")), str(known.get("request", ""))
        self.details: list[Any] = list(known.get("details", ()))
