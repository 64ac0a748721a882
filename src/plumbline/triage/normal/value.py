"""A value as received beside its normal form, with a sentence for every change."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Note:
    """What was changed, left out or could not be decided: a code and the same in plain words."""

    code: str
    says: str


@dataclass(frozen=True, slots=True)
class Normal:
    """One value. ``received`` is never altered.

    ``value``: the normal form; None where the value cannot be read or decided.
    ``key``: what to compare by; it may leave out more than the normal form does.
    ``parts``: what else the value told, by name.
    """

    received: str
    value: str | None
    key: str | None = None
    notes: tuple[Note, ...] = ()
    parts: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @property
    def changed(self) -> bool:
        """Whether the normal form is written differently from what was received."""
        return self.value != self.received


def unclear(received: str, code: str, says: str, **parts: str) -> Normal:
    """A value without a normal form, and why."""
    return Normal(received, None, None, (Note(code, says),), parts)
