"""The templates of the pages: those of the reports and our own, with the same words and drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.messages import get_messages
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import ChoiceLoader, Environment, PackageLoader
from markupsafe import Markup

from plumbline.app.services import notices
from plumbline.domain.permissions import Perm
from plumbline.report.html import environment as report_environment
from plumbline.web import navigation

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest


def environment(**_: Any) -> Environment:  # noqa: ANN401 - what Django passes
    """Our pages before those of the reports; escaping on, an unknown name is an error."""
    env = report_environment().overlay(
        loader=ChoiceLoader(
            [PackageLoader("plumbline.web", "pages"), PackageLoader("plumbline.report", "templates")]
        )
    )
    env.globals = {
        **env.globals,
        "static": static,
        "url": _url,
        "menu": navigation.menu,
        "csrf": _csrf,
        "Perm": Perm,
        "get_messages": get_messages,
        "unread": notices.unread,
    }
    env.filters = {**env.filters, "ago": ago, "until": until, "when": when}
    return env


def _url(name: str, *args: object, **query: object) -> str:
    address = reverse(name, args=[str(arg) for arg in args])
    wanted = [(key, str(value)) for key, value in query.items() if value not in (None, "")]
    return address + (f"?{'&'.join(map('='.join, wanted))}" if wanted else "")


def _csrf(request: HttpRequest) -> Markup:
    return Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(get_token(request))


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago, in one unit: ``3 h``, ``2 d``."""
    return "" if moment is None else _span(((now or timezone.now()) - moment).total_seconds())


def until(moment: datetime | None, now: datetime | None = None) -> str:
    """How long until, in one unit; how long over where it is past."""
    if moment is None:
        return ""
    seconds = (moment - (now or timezone.now())).total_seconds()
    return f"in {_span(seconds)}" if seconds >= 0 else f"{_span(-seconds)} over"


def when(moment: datetime | None) -> str:
    """Day and time in the time zone of the pages."""
    return "" if moment is None else f"{timezone.localtime(moment):%-d %b %Y, %H:%M}"


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "less than a minute"
