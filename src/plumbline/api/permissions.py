"""Every operation says what it needs. One that says nothing is refused when the API is put together."""

from __future__ import annotations

from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from ninja import NinjaAPI

    from plumbline.domain.permissions import Perm

_NEEDS: Final = "plumbline_needs"


def needs(perm: Perm, *, shows: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Ask the actor for a permission before the operation runs. ``shows`` names what it shows of people."""

    def guarded(operation: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(operation)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the operation
            request.actor.require(perm)  # type: ignore[attr-defined]
            return operation(request, *args, **kwargs)

        # ninja resolves annotations in the module of the function it is given, which is this one.
        asked.__signature__ = signature(operation, eval_str=True)  # type: ignore[attr-defined]
        setattr(asked, _NEEDS, (perm, shows))
        return asked

    return guarded


def needed(operation: Callable[..., Any]) -> tuple[Perm, str] | None:
    """What an operation needs and shows; None where it does not say."""
    found: tuple[Perm, str] | None = getattr(operation, _NEEDS, None)
    return found


def operations(api: NinjaAPI) -> list[tuple[str, str, Callable[..., Any], list[Any]]]:
    """Every operation as path, method, function and what authenticates it."""
    return [
        (router.prefix + path, method, operation.view_func, list(operation.auth_callbacks))
        for router in api._get_bound_routers()  # noqa: SLF001 - ninja has no public list of them
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    ]


def refuse_open(api: NinjaAPI) -> None:
    """Raise where an operation is open or says nothing: the application does not start with a hole."""
    for path, method, function, auth in operations(api):
        if needed(function) is None or not auth:
            raise AssertionError(f"{method} {path} says not what it needs.")
