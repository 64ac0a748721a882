"""What every provider of facts must keep: its tests run ``failures(provider)`` and get ``[]``."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from plumbline.domain.fields import EXTRA, RECEIVED
from plumbline.triage.facts.fact import CRM, Fact, Known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plumbline.triage.facts.fact import Provider


class NotConformingError(AssertionError):
    """A provider breaks a rule; the message says which, on what."""


class Check(NamedTuple):
    """One rule, by name."""

    name: str
    run: Callable[[Provider], None]


TODAY: Final = date(2026, 1, 5)
_THEN: Final = date(2025, 11, 3)
_LEAD: Final = {
    "contact.name": "Rowan Example",
    "contact.email": "rowan@northfield-joinery-example.co.uk",
    "contact.phone": "+44 20 7946 0018",
    "contact.title": "Operations Manager",
    "account.name": "Northfield Joinery Example Ltd",
    "account.website": "https://www.northfield-joinery-example.co.uk/about",
    "account.country": "United Kingdom",
    "account.employees": "40",
    "lead.source": "Website",
    "lead.message": "Could you send us a quote for 40 users? We need it by the end of the month.",
}
_LEADS: Final = (
    _LEAD,
    {"contact.email": "someone@gmail.com"},
    {"account.website": "werkstatt-beispiel.de", "contact.phone": "+49 30 901820"},
    {"lead.message": "Wir brauchen ein Angebot für 30 Nutzer, bitte bis Ende der Woche."},
)
#: In any field: nothing of it may raise.
_HOSTILE: Final = (
    "", " ", "\x00", "\ud800", "@", "a@b", "a@b@c", "+", "4.42079E+11", "://", "a" * 5_000, "🙂@🙂.🙂",
    "(" * 2_000, "xn--", "http://[::1]/", "=1+1", "null", "\u202eabc", "-", ".com",
    "مرحبا", "'; DROP TABLE lead; --",
)  # fmt: skip


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise NotConformingError(why)


def _ask(provider: Provider, values: dict[str, str]) -> tuple[Fact, ...]:
    return provider.facts(Known(MappingProxyType(values), _THEN), TODAY)


def says_who_it_is_and_what_it_reads(provider: Provider) -> None:
    """A name of its own; only fields of the lead model are needed, and some field is given."""
    _require(
        bool(provider.name.strip()) and provider.name != CRM, f"{provider.name!r} is no name of a source"
    )
    strange = {name for name in provider.needs if name not in RECEIVED and not name.startswith(EXTRA)}
    _require(not strange, f"needs {sorted(strange)}, which no lead has")
    _require(bool(provider.gives), "gives no field")


def every_fact_has_source_method_date_and_licence(provider: Provider) -> None:
    """Who says it, how it is known, of which day, what may be done with it; declared fields alone."""
    for lead in _LEADS:
        for fact in _ask(provider, lead):
            _require(isinstance(fact, Fact), f"{fact!r} is no fact")
            _require(fact.source == provider.name, f"{fact.field}: says that {fact.source!r} says it")
            _require(fact.field in provider.gives, f"{fact.field} is not among what it gives")
            for part in ("value", "method", "licence"):
                text = getattr(fact, part)
                _require(isinstance(text, str) and bool(text.strip()), f"{fact.field}: no {part}")
            _require(fact.as_of is not None, f"{fact.field}: of no day")


def no_fact_is_of_tomorrow(provider: Provider) -> None:
    """Nothing is known ahead of the day of asking, and nothing is good for less than a day."""
    for lead in _LEADS:
        for fact in _ask(provider, lead):
            _require(fact.as_of is None or fact.as_of <= TODAY, f"{fact.field}: of {fact.as_of}")
            _require(
                fact.good_for is None or fact.good_for >= 1, f"{fact.field}: good for {fact.good_for} days"
            )


def says_the_same_to_the_same_question(provider: Provider) -> None:
    """Twice the same, also after other questions."""
    first = [_ask(provider, lead) for lead in _LEADS]
    again = [_ask(provider, lead) for lead in reversed(_LEADS)][::-1]
    _require(first == again, "the same question was answered differently the second time")


def reads_only_what_it_declares(provider: Provider) -> None:
    """Fields it does not need change nothing: purposes and lineage are declared by what it needs."""
    for lead in _LEADS:
        needed = {name: value for name, value in lead.items() if name in provider.needs}
        _require(_ask(provider, lead) == _ask(provider, needed), "reads a field that it does not declare")


def never_gives_a_field_back(provider: Provider) -> None:
    """What it says about a field does not come from that field: an echo agrees with anything."""
    for lead in _LEADS:
        for name in provider.gives & lead.keys():
            without = {other: value for other, value in lead.items() if other != name}
            told = [
                [fact.value for fact in _ask(provider, each) if fact.field == name]
                for each in (lead, without)
            ]
            _require(told[0] == told[1], f"{name} comes from {name} itself")


def knows_nothing_about_nobody(provider: Provider) -> None:
    """Without a lead there is no fact; neither is a blank a value."""
    for nobody in ({}, dict.fromkeys(_LEAD, ""), dict.fromkeys(_LEAD, "  ")):
        found = _ask(provider, nobody)
        _require(not found, f"says {[fact.field for fact in found]} about nobody")


def survives_any_value(provider: Provider) -> None:
    """No value raises, however broken; and what comes out of it is text that can be kept."""
    for value in _HOSTILE:
        for name in sorted(provider.needs):
            try:
                found = _ask(provider, {name: value})
                "".join(fact.value for fact in found).encode()
            except Exception as error:
                raise NotConformingError(f"{type(error).__name__} on {name} = {value[:20]!r}") from error


CHECKS: Final = tuple(
    Check(check.__name__, check)
    for check in (
        says_who_it_is_and_what_it_reads,
        every_fact_has_source_method_date_and_licence,
        no_fact_is_of_tomorrow,
        says_the_same_to_the_same_question,
        reads_only_what_it_declares,
        never_gives_a_field_back,
        knows_nothing_about_nobody,
        survives_any_value,
    )
)


def failures(provider: Provider, checks: Iterable[Check] = CHECKS) -> list[str]:
    """The checks that fail, each with its reason."""
    found = []
    for one in checks:
        try:
            one.run(provider)
        except NotConformingError as error:
            found.append(f"{one.name}: {error}")
    return found


def check(provider: Provider) -> None:
    """Raise ``NotConformingError`` with every reason, if there is one."""
    if found := failures(provider):
        raise NotConformingError("\n".join(found))
