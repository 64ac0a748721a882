"""What a fact is, what a provider is asked, and what a provider has to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date

#: The source of what the leads' own file says.
CRM: Final = "crm"
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement about one lead.

    ``value``: as the source gave it. ``as_of``: the day it was true by the source; None where nobody knows.
    ``licence``: what may be done with it. ``good_for``: days after which it no longer counts; None is never.
    """

    field: str
    value: str
    source: str
    method: str
    as_of: date | None
    licence: str
    good_for: int | None = None

    def is_stale(self, today: date) -> bool:
        """Whether it has aged out. A fact whose day nobody knows is not called old."""
        if self.as_of is None or self.good_for is None:
            return False
        return self.as_of + timedelta(days=self.good_for) < today


@dataclass(frozen=True, slots=True)
class Known:
    """What a provider is asked about: fields of the lead model with text, blanks left out.

    ``as_of``: the day the values are of; what is derived from them is as old as they are.
    """

    values: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    as_of: date | None = None

    def only(self, names: AbstractSet[str]) -> Known:
        """Without the fields that nobody asked for."""
        kept = {name: value for name, value in self.values.items() if name in names}
        return Known(MappingProxyType(kept), self.as_of)


@runtime_checkable
class Provider(Protocol):
    """A source of facts. ``conformance.failures(provider)`` says what is wrong with one."""

    @property
    def name(self) -> str:
        """The source in every fact of it."""

    @property
    def needs(self) -> frozenset[str]:
        """The fields it reads; it is handed no other."""

    @property
    def gives(self) -> frozenset[str]:
        """The fields it may say something about."""

    def facts(self, known: Known, today: date) -> tuple[Fact, ...]:
        """What it knows. Nothing is an answer; the same question gets the same one."""
