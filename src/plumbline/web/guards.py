"""Every page says who may open it. What says nothing is open to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, cast

from django.http import HttpRequest, HttpResponseNotAllowed

from plumbline.app.services import access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from django.http.response import HttpResponseBase

    from plumbline.app.actors import Actor
    from plumbline.domain.permissions import Perm

P = ParamSpec("P")

if TYPE_CHECKING:
    View: TypeAlias = Callable[Concatenate["Request", P], HttpResponseBase]
    Page: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class Request(HttpRequest):
    """A request that passed its guard: who acts is known."""

    actor: Actor
    htmx: bool


@dataclass(frozen=True, slots=True)
class Guard:
    """What a page asks of who opens it. ``perm`` None: everybody who is signed in; ``public``: anybody.

    ``shows`` names what it shows of people; then every answer says whose (``saw``), and it is kept.
    """

    perm: Perm | None = None
    public: bool = False
    shows: str = ""
    methods: tuple[str, ...] = ("GET", "HEAD")


def page(
    perm: Perm | None = None,
    *,
    shows: str = "",
    public: bool = False,
    methods: Iterable[str] = ("GET", "HEAD"),
) -> Callable[[View[P]], Page[P]]:
    """Make a view a page with its guard; ``middleware.Guarded`` asks the guard before the view runs."""
    guard = Guard(perm, public, shows, tuple(methods))

    def guarded(view: View[P]) -> Page[P]:
        @wraps(view)
        def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in guard.methods:
                return HttpResponseNotAllowed(guard.methods)
            response = view(cast("Request", request), *args, **kwargs)
            _note(request, response, guard)
            return response

        opened.guard = guard  # type: ignore[attr-defined]
        return cast("Page[P]", opened)

    return guarded


def post(perm: Perm, *, shows: str = "") -> Callable[[View[P]], Page[P]]:
    """Make a view an act: it changes something, so it takes POST alone."""
    return page(perm, shows=shows, methods=("POST",))


_SEEN: Final = "_plumbline_seen"


def saw(request: HttpRequest, leads: Iterable[str]) -> None:
    """Say whose data the answer shows, by the keys of their leads."""
    setattr(request, _SEEN, [*getattr(request, _SEEN, []), *leads])


def guard_of(view: Any) -> Guard | None:  # noqa: ANN401 - whatever Django resolves to
    """The guard of a view, if it has one."""
    return getattr(view, "guard", None)


def _note(request: HttpRequest, response: HttpResponseBase, guard: Guard) -> None:
    """Keep who saw what. A page that shows people and does not say whom is a defect, not a gap in the log."""
    seen: list[str] | None = getattr(request, _SEEN, None)
    if not guard.shows or response.status_code >= 300:
        return
    if seen is None:
        raise AssertionError(f"{guard.shows} shows people and does not say whom.")
    access.note(cast("Request", request).actor, what=guard.shows, leads=seen)
