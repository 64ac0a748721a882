"""Facts that follow from what the lead says, with the lists that ship: nothing is fetched.

What follows from a value is as old as the value, and as wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from plumbline.triage.email import DISPOSABLE, FREE
from plumbline.triage.facts.fact import Fact
from plumbline.triage.normal.country import country
from plumbline.triage.normal.domain import shown_domain
from plumbline.triage.normal.email import email
from plumbline.triage.normal.phone import phone
from plumbline.triage.normal.website import website
from plumbline.triage.suspicion.domains import lookalike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from plumbline.triage.facts.fact import Known

#: Endings of countries that are sold to the world: they say nothing about where somebody is.
_SOLD_TO_ALL: Final = frozenset(
    {
        "ac", "ad", "ag", "ai", "am", "as", "bz", "cc", "cd", "cf", "co", "cx", "fm", "ga", "gg", "gl", "gq",
        "gs", "gy", "ht", "im", "io", "je", "la", "lc", "ly", "me", "ml", "mn", "ms", "mu", "nu", "pn", "pw",
        "sc", "sh", "so", "st", "su", "tk", "to", "tv", "vc", "vg", "vu", "ws",
    }
)  # fmt: skip
#: Endings that are no code of ISO 3166.
_OTHER_CODES: Final = {"uk": "GB"}
_OWN: Final = "your own data"
_SUFFIXES: Final = f"{_OWN}, by the Public Suffix List (MPL-2.0)"
_NUMBERS: Final = f"{_OWN}, by the numbering plans of libphonenumber (Apache-2.0)"
#: Names of companies change hands seldom, addresses sooner: days. Judgement, not measured.
_YEARS: Final = 3 * 365


@dataclass(frozen=True, slots=True)
class OfflineProvider:
    """Website from address, company from domain, country from phone and ending, language of the message.

    ``language``: tells the language of a text, ISO 639-1, or None; without it no language is told.
    """

    language: Callable[[str], str | None] | None = None
    name: ClassVar[str] = "offline"
    needs: ClassVar[frozenset[str]] = frozenset(
        {"contact.email", "account.website", "contact.phone", "lead.message"}
    )
    gives: ClassVar[frozenset[str]] = frozenset(
        {"account.website", "account.name", "account.country", "lead.language"}
    )

    def facts(self, known: Known, today: date) -> tuple[Fact, ...]:  # noqa: ARG002 - the lists know no day
        """What follows from the address, the website, the phone and the message."""
        mail = _mail_domain(known.values.get("contact.email"))
        site = _site_domain(known.values.get("account.website"))
        return tuple(
            Fact(field, value, self.name, method, known.as_of, licence, good_for)
            for field, value, method, licence, good_for in (
                *_websites(mail),
                *_companies(mail, site),
                *_countries(mail, site, known.values.get("contact.phone")),
                *self._languages(known.values.get("lead.message")),
            )
        )

    def _languages(self, message: str | None) -> Iterator[_Found]:
        told = self.language(message) if self.language and message else None
        if told:
            yield "lead.language", told, "language of the message", _OWN, None


_Found = tuple[str, str, str, str, int | None]


def _mail_domain(address: str | None) -> str | None:
    """The registered domain of a company's address; none for free mail, nor for a slip of it."""
    found = email(address).parts.get("account_domain") if address else None
    return found if found and _is_own(found) else None


def _site_domain(site: str | None) -> str | None:
    found = website(site).value if site else None
    return found if found and _is_own(found) else None


def _is_own(domain: str) -> bool:
    """Whether it may be a company's: no mail provider's, and no slip of one."""
    return domain not in FREE | DISPOSABLE and lookalike(domain) not in FREE


def _websites(mail: str | None) -> Iterator[_Found]:
    if mail:
        yield "account.website", mail, "domain of the e-mail address", _SUFFIXES, _YEARS


def _companies(mail: str | None, site: str | None) -> Iterator[_Found]:
    for domain, whose in _apart(site, mail):
        yield "account.name", _name_in(domain), f"name in the domain of {whose}", _SUFFIXES, _YEARS


def _countries(mail: str | None, site: str | None, number: str | None) -> Iterator[_Found]:
    read = phone(number) if number else None
    # Numbers that nobody can have tell nothing either.
    if read and read.value and "country" in read.parts and "exists" not in read.parts:
        yield "account.country", read.parts["country"], "country code of the phone number", _NUMBERS, _YEARS
    for domain, whose in _apart(site, mail):
        if code := _country_of(domain):
            yield "account.country", code, f"ending of the domain of {whose}", _SUFFIXES, _YEARS


def _apart(site: str | None, mail: str | None) -> Iterator[tuple[str, str]]:
    """The domains, one that is both once."""
    if site:
        yield site, "the website"
    if mail and mail != site:
        yield mail, "the e-mail address"


def _name_in(domain: str) -> str:
    """``northfield joinery`` of ``northfield-joinery.co.uk``: as it is written there."""
    return shown_domain(domain).partition(".")[0].replace("-", " ").replace("_", " ").strip()


def _country_of(domain: str) -> str | None:
    ending = domain.rpartition(".")[2]
    if ending in _SOLD_TO_ALL or len(ending) != 2:
        return None
    return _OTHER_CODES.get(ending) or country(ending).value
