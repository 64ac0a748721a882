"""Which account a lead belongs to.

The candidates, why some do not count, and what decided. None is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.identity.account_evidence import (
    SPELLED,
    Account,
    Approach,
    Candidate,
    Reason,
    View,
    beginnings,
    judged,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Account", "AccountBook", "AccountMatch", "Approach", "Candidate", "Reason"]

#: Accounts with one word in common that are looked at; a word that more have tells nothing apart.
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class AccountMatch:
    """The account, or ``None``; every candidate, the filtered ones with why; what decided, in words."""

    account: Account | None
    decided_by: str
    candidates: tuple[Candidate, ...]


class AccountBook:
    """Accounts by id, by domain, their own and those above them, and by their names."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._by_id = {account.id: account for account in accounts}
        self._above = {id_: self._domains_above(one) for id_, one in self._by_id.items()}
        self._below: dict[str, list[Account]] = {}
        self._by_domain: dict[str, list[Account]] = {}
        self._by_word: dict[str, list[Account]] = {}
        self._by_name: dict[frozenset[str] | str, list[Account]] = {}
        for account in self._by_id.values():
            if account.parent is not None and account.parent != account.id:
                self._below.setdefault(account.parent, []).append(account)
            for domain in account.domains | self._above[account.id]:
                self._by_domain.setdefault(domain, []).append(account)
            for word in account.words:
                self._by_word.setdefault(word, []).append(account)
            names: tuple[frozenset[str] | str, ...] = (account.words, account.spelled)
            for name in (*names, *beginnings(account.words)):
                if name:
                    self._by_name.setdefault(name, []).append(account)

    def match(self, lead: Approach) -> AccountMatch:
        """The account of a lead."""
        view = View.of(lead)
        found = [judged(account, self._above[account.id], view) for account in self._near(view)]
        candidates = sorted((one for one in found if one.reasons), key=_order(lead))
        left = [one for one in candidates if one.filtered is None]
        if not left:
            return AccountMatch(None, _nothing(lead, candidates), tuple(candidates))
        branch = self._branch(left[0], candidates, lead)
        if branch is None:
            return AccountMatch(left[0].account, _decider(left, lead), tuple(candidates))
        rest = (one for one in candidates if one.account.id != branch.account.id)
        said = f"{_SAID['city']} (against {left[0].account.name})"
        return AccountMatch(branch.account, said, (branch, *rest))

    def _branch(self, best: Candidate, candidates: Sequence[Candidate], lead: Approach) -> Candidate | None:
        """The account right below the best one that is in the lead's city, where the best one is not."""
        if lead.city is None or best.account.city == lead.city or Reason.ID in best.reasons:
            return None
        below = [one for one in self._below.get(best.account.id, ()) if one.city == lead.city]
        if not below:
            return None
        account = min(below, key=lambda one: one.id)
        own = next((one.reasons for one in candidates if one.account.id == account.id), ())
        return Candidate(account, (Reason.BRANCH, *own), best.points)

    def _domains_above(self, account: Account) -> frozenset[str]:
        """Domains of all accounts above; a circle of parents ends where it began."""
        passed, domains, at = {account.id}, set[str](), account.parent
        while at is not None and at in self._by_id and at not in passed:
            passed.add(at)
            domains |= self._by_id[at].domains
            at = self._by_id[at].parent
        return frozenset(domains - account.domains)

    def _near(self, view: View) -> list[Account]:
        lead = view.lead
        lists = [self._by_domain.get(domain, []) for domain in view.own]
        if lead.words:
            lists.append(self._by_name.get(lead.words, []))
            alike = [self._by_name.get(name, []) for name in beginnings(lead.words)]
            alike += [self._by_word.get(word, []) for word in lead.words]
            lists += [near for near in alike if len(near) <= _MOST]
        lists += [self._by_name.get(label, []) for label in lead.labels if len(label) >= SPELLED]
        near = {one.id: one for accounts in lists for one in accounts}
        if lead.account_id in self._by_id:
            near[lead.account_id] = self._by_id[lead.account_id]
        return [near[id_] for id_ in sorted(near)]


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
