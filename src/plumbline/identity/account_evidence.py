"""What speaks for a lead being of an account, and why an account that looks alike does not count."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Reason(StrEnum):
    """Why a candidate is one."""

    ID = "the lead names the account's id"
    BRANCH = "it is below the account that matches best, and in the lead's city"
    DOMAIN = "the e-mail domain is the account's"
    WEBSITE = "the website is the account's"
    NAME = "the company name is the account's"
    PARENT_DOMAIN = "the e-mail domain is below the account's"
    GROUP_DOMAIN = "the domain is its parent's"
    SPELLED = "the domain spells the account's name"
    NEAR_NAME = "the company name is the account's but for a slip"
    NAME_PART = "all words that matter of one name are in the other"


_POINTS: Final = {
    Reason.ID: 200,
    Reason.BRANCH: 0,
    Reason.DOMAIN: 60,
    Reason.WEBSITE: 55,
    Reason.NAME: 45,
    Reason.PARENT_DOMAIN: 40,
    Reason.GROUP_DOMAIN: 40,
    Reason.SPELLED: 40,
    Reason.NEAR_NAME: 40,
    Reason.NAME_PART: 20,
}
#: A name within another alone is no match: Orion Foods is not Orion.
_ENOUGH: Final = 40
_BY_NAME: Final = frozenset({Reason.NAME, Reason.NEAR_NAME, Reason.NAME_PART, Reason.SPELLED})
#: Letters of a word in which one slip is believed, beside other words and alone; and in which two are.
_ONE_SLIP, _ALONE, _TWO_SLIPS = 4, 8, 10
#: A shorter name is spelled by too many domains.
SPELLED: Final = 6


@dataclass(frozen=True, slots=True)
class Account:
    """An account as far as matching needs it. ``words`` are those of its name that tell companies apart.

    ``spelled``: the same in one word, as a domain writes it. ``parent``: the id of the account above.
    ``since``: text that sorts by time.
    """

    id: str
    name: str
    words: frozenset[str]
    domains: frozenset[str] = frozenset()
    country: str | None = None
    city: str | None = None
    parent: str | None = None
    open_business: bool = False
    since: str = ""
    spelled: str = ""


@dataclass(frozen=True, slots=True)
class Approach:
    """A lead as far as matching needs it. ``free_mail``: its e-mail domain says nothing about an account.

    ``labels``: the names within its own domains, ``acme`` of acme.co.uk.
    ``spelled``: the company in one word.
    """

    words: frozenset[str] = frozenset()
    email_domain: str | None = None
    website: str | None = None
    country: str | None = None
    city: str | None = None
    free_mail: bool = False
    account_id: str | None = None
    labels: frozenset[str] = frozenset()
    spelled: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account with its reasons and points; ``filtered`` says why it does not count."""

    account: Account
    reasons: tuple[Reason, ...]
    points: int
    filtered: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A lead with its domains and those above them, worked out once."""

    lead: Approach
    mail: frozenset[str]
    site: frozenset[str]
    own: frozenset[str]
    is_spelled: bool

    @classmethod
    def of(cls, lead: Approach) -> View:
        """A lead as it is looked at; a free-mail domain is not one of its own."""
        mail = frozenset(() if lead.free_mail else _and_above(lead.email_domain))
        site = frozenset(_and_above(lead.website))
        return cls(lead, mail, site, mail | site, lead.spelled in lead.labels)


def _and_above(domain: str | None) -> list[str]:
    """The domain and those above it that are still somebody's: de.acme.com, acme.com."""
    labels = (domain or "").split(".")
    return [".".join(labels[at:]) for at in range(len(labels) - 1)]


def beginnings(words: frozenset[str]) -> Iterator[str]:
    """How a long word begins and ends, for names in which a word has a slip."""
    for word in words:
        if len(word) >= _ALONE:
            yield f"{word[:4]}…"
            yield f"…{word[-4:]}"


def judged(account: Account, above: frozenset[str], view: View) -> Candidate:
    """What speaks for an account; ``above``: domains of the accounts above it. The two best reasons count."""
    reasons = tuple(_reasons(account, above, view))
    points = sum(sorted((_POINTS[one] for one in reasons), reverse=True)[:2])
    return Candidate(account, reasons, points, _why_not(account, view, reasons, points))


def _reasons(account: Account, above: frozenset[str], view: View) -> Iterable[Reason]:
    lead = view.lead
    if lead.account_id == account.id:
        yield Reason.ID
    yield from _reasons_of_domains(account, above, view)
    if lead.words and account.words:
        if lead.words == account.words:
            yield Reason.NAME
        elif lead.words < account.words or account.words < lead.words:
            yield Reason.NAME_PART
        # A name that the lead's own domain spells just so has no slip in it.
        elif not view.is_spelled and is_a_slip(lead.words, account.words):
            yield Reason.NEAR_NAME


def _reasons_of_domains(account: Account, above: frozenset[str], view: View) -> Iterable[Reason]:
    if view.mail & account.domains:
        exact = view.lead.email_domain in account.domains
        yield Reason.DOMAIN if exact else Reason.PARENT_DOMAIN
    if view.site & account.domains:
        yield Reason.WEBSITE
    if view.own & above:
        yield Reason.GROUP_DOMAIN
    if len(account.spelled) >= SPELLED and account.spelled in view.lead.labels:
        yield Reason.SPELLED


def is_a_slip(one: frozenset[str], two: frozenset[str]) -> bool:
    """Whether two names differ in one word by letters left out, added, wrong or swapped; never in digits."""
    left, right = one - two, two - one
    if len(left) != 1 or len(right) != 1:
        return False
    (a,), (b,) = left, right
    shorter = min(len(a), len(b))
    if shorter < (_ONE_SLIP if one & two else _ALONE) or not (a.isalpha() and b.isalpha()):
        return False
    most = 2 if shorter >= _TWO_SLIPS else 1
    return OSA.distance(a, b, score_cutoff=most) <= most


def _why_not(account: Account, view: View, reasons: Sequence[Reason], points: int) -> str | None:
    if not reasons:
        return "nothing speaks for it"
    if points < _ENOUGH:
        return "part of a name alone does not make an account"
    if not _BY_NAME.issuperset(reasons):
        return None
    lead = view.lead
    if lead.country and account.country and lead.country != account.country:
        return f"the same name in another country ({account.country}, not {lead.country})"
    if Reason.NEAR_NAME in reasons and view.own and account.domains:
        return "the name is nearly the same, and the domain is another"
    return None
