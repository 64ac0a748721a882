"""Which account a lead belongs to.

The candidates, why some do not count, and what decided. None is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Reason(StrEnum):
    """Why a candidate is one."""

    DOMAIN = "the e-mail domain is the account's"
    PARENT_DOMAIN = "the e-mail domain is below the account's"
    WEBSITE = "the website is the account's"
    NAME = "the company name is the account's"
    NAME_PART = "all words that matter of one name are in the other"


_POINTS: Final = {
    Reason.DOMAIN: 60,
    Reason.WEBSITE: 55,
    Reason.NAME: 45,
    Reason.PARENT_DOMAIN: 40,
    Reason.NAME_PART: 20,
}
#: A name within another alone is no match: Orion Foods is not Orion.
_ENOUGH: Final = 40


@dataclass(frozen=True, slots=True)
class Account:
    """An account as far as matching needs it. ``words`` are those of its name that tell companies apart."""

    id: str
    name: str
    words: frozenset[str]
    domains: frozenset[str] = frozenset()
    country: str | None = None
    city: str | None = None
    parent: str | None = None
    open_business: bool = False
    since: str = ""


@dataclass(frozen=True, slots=True)
class Approach:
    """A lead as far as matching needs it. ``free_mail``: its e-mail domain says nothing about an account."""

    words: frozenset[str] = frozenset()
    email_domain: str | None = None
    website: str | None = None
    country: str | None = None
    city: str | None = None
    free_mail: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account with its reasons and points; ``filtered`` says why it does not count."""

    account: Account
    reasons: tuple[Reason, ...]
    points: int
    filtered: str | None = None


@dataclass(frozen=True, slots=True)
class AccountMatch:
    """The account, or ``None``; every candidate, the filtered ones with why; what decided, in words."""

    account: Account | None
    decided_by: str
    candidates: tuple[Candidate, ...]


class AccountBook:
    """Accounts by domain and by word of their names."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._by_domain: dict[str, list[Account]] = {}
        self._by_word: dict[str, list[Account]] = {}
        for account in accounts:
            for domain in account.domains:
                self._by_domain.setdefault(domain, []).append(account)
            for word in account.words:
                self._by_word.setdefault(word, []).append(account)

    def match(self, lead: Approach) -> AccountMatch:
        """The account of a lead."""
        found = [_judged(account, lead) for account in self._near(lead)]
        candidates = sorted((one for one in found if one.reasons), key=_order(lead))
        left = [one for one in candidates if one.filtered is None]
        if not left:
            return AccountMatch(None, _nothing(lead, candidates), tuple(candidates))
        return AccountMatch(left[0].account, _decider(left, lead), tuple(candidates))

    def _near(self, lead: Approach) -> list[Account]:
        near: dict[str, Account] = {}
        domains = [] if lead.free_mail else [*_and_above(lead.email_domain)]
        for domain in [*domains, *_and_above(lead.website)]:
            near.update((one.id, one) for one in self._by_domain.get(domain, ()))
        for word in lead.words:
            near.update((one.id, one) for one in self._by_word.get(word, ()))
        return [near[id_] for id_ in sorted(near)]


def _and_above(domain: str | None) -> list[str]:
    """The domain and those above it that are still somebody's: de.acme.com, acme.com."""
    labels = (domain or "").split(".")
    return [".".join(labels[at:]) for at in range(len(labels) - 1)]


def _judged(account: Account, lead: Approach) -> Candidate:
    reasons = tuple(_reasons(account, lead))
    points = sum(sorted((_POINTS[one] for one in reasons), reverse=True)[:2])
    return Candidate(account, reasons, points, _why_not(account, lead, reasons, points))


def _reasons(account: Account, lead: Approach) -> Iterable[Reason]:
    if lead.email_domain and not lead.free_mail:
        if lead.email_domain in account.domains:
            yield Reason.DOMAIN
        elif account.domains.intersection(_and_above(lead.email_domain)):
            yield Reason.PARENT_DOMAIN
    if lead.website and account.domains.intersection(_and_above(lead.website)):
        yield Reason.WEBSITE
    if lead.words and account.words:
        if lead.words == account.words:
            yield Reason.NAME
        elif lead.words < account.words or account.words < lead.words:
            yield Reason.NAME_PART


def _why_not(account: Account, lead: Approach, reasons: Sequence[Reason], points: int) -> str | None:
    if not reasons:
        return "nothing speaks for it"
    if points < _ENOUGH:
        return "part of a name alone does not make an account"
    only_name = all(one in (Reason.NAME, Reason.NAME_PART) for one in reasons)
    if only_name and lead.country and account.country and lead.country != account.country:
        return f"the same name in another country ({account.country}, not {lead.country})"
    return None


_TIES: Final = ("points", "country", "city", "parent", "open business", "age", "id")


def _tie_values(one: Candidate, lead: Approach) -> Mapping[str, object]:
    account = one.account
    return {
        "points": -one.points,
        "country": not (lead.country and account.country == lead.country),
        "city": not (lead.city and account.city == lead.city),
        "parent": account.parent is not None,
        "open business": not account.open_business,
        "age": account.since or "9999",
        "id": account.id,
    }


def _order(lead: Approach):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a sort key
    def key(one: Candidate) -> tuple[object, ...]:
        values = _tie_values(one, lead)
        return (one.filtered is not None, *(values[name] for name in _TIES))

    return key


_SAID: Final = {
    "points": "more speaks for it",
    "country": "it is in the lead's country",
    "city": "it is the branch in the lead's city",
    "parent": "it is the parent, and no branch fits better",
    "open business": "business is open with it",
    "age": "it is the older account",
    "id": "nothing else differs; the first id is taken",
}


def _decider(left: Sequence[Candidate], lead: Approach) -> str:
    if len(left) == 1:
        return f"it is the only candidate that counts: {'; '.join(left[0].reasons)}"
    first, second = (_tie_values(one, lead) for one in left[:2])
    name = next(name for name in _TIES if first[name] != second[name])
    return f"{_SAID[name]} (against {left[1].account.name})"


def _nothing(lead: Approach, candidates: Sequence[Candidate]) -> str:
    if candidates:
        return f"no account: {len(candidates)} looked alike, and none counts"
    if lead.free_mail and not lead.words:
        return "no account: a free-mail address and no company name"
    return "no account: none has this domain, website or name"
