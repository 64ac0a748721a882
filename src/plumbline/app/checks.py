"""System checks: an installation that would be unsafe does not start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import Error, Tags, register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.apps import AppConfig
    from django.core.checks import CheckMessage


@register(Tags.security)
def demo_stays_at_home(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ANN401, ARG001
    """One-click logins are for this machine only."""
    at_home = {"localhost", "127.0.0.1", "[::1]", "testserver"}
    if settings.DEMO and not set(settings.ALLOWED_HOSTS) <= at_home:
        return [
            Error(
                "PLUMBLINE_DEMO=1 lets anybody in, and PLUMBLINE_HOSTS names more than this machine.",
                hint="Leave PLUMBLINE_DEMO out where real leads are.",
                id="plumbline.E001",
            )
        ]
    return []


@register(Tags.security)
def hosts_are_named(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ANN401, ARG001
    """A wildcard would let forged Host headers into links that are mailed out."""
    if "*" in settings.ALLOWED_HOSTS:
        return [Error("PLUMBLINE_HOSTS is *.", hint="Name the hosts.", id="plumbline.E002")]
    return []
