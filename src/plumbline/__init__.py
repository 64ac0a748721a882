"""Governed lead qualification: reasons that add up, decisions that replay.

``import plumbline`` is quick; each name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plumbline.domain.errors import InvalidPolicyError, PlumblineError
    from plumbline.library.notebook import (
        Explanation,
        Policy,
        Result,
        Run,
        load_policy,
        open_run,
        qualify_leads,
    )

__all__ = [
    "Explanation",
    "InvalidPolicyError",
    "PlumblineError",
    "Policy",
    "Result",
    "Run",
    "load_policy",
    "open_run",
    "qualify_leads",
]

_ERRORS = frozenset({"InvalidPolicyError", "PlumblineError"})


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is asked for
    """Load a public name when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'plumbline' has no attribute {name!r}")
    home = "plumbline.domain.errors" if name in _ERRORS else "plumbline.library.notebook"
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
