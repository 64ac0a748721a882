"""Facts side by side: which have aged out, and where the others contradict. None is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, Final

from plumbline.triage.normal.company import company, company_key
from plumbline.triage.normal.country import country
from plumbline.triage.normal.email import email
from plumbline.triage.normal.industry import industry
from plumbline.triage.normal.phone import phone
from plumbline.triage.normal.size import size_band
from plumbline.triage.normal.title import seniority
from plumbline.triage.normal.website import website

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from plumbline.triage.facts.fact import Fact
    from plumbline.triage.normal.value import Normal


class Standing(StrEnum):
    """How the facts about one field that still count stand to each other."""

    ALONE = "alone"
    AGREE = "agree"
    DISAGREE = "disagree"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class View:
    """All facts about one field of one lead. ``stale`` ones stand apart and settle nothing."""

    field: str
    facts: tuple[Fact, ...]
    stale: tuple[Fact, ...]
    standing: Standing


def views(facts: Iterable[Fact], today: date) -> tuple[View, ...]:
    """The facts by field, in the order in which fields came; facts as given, none left out."""
    fields: dict[str, list[Fact]] = {}
    for fact in facts:
        fields.setdefault(fact.field, []).append(fact)
    return tuple(_view(name, found, today) for name, found in fields.items())


def same(field: str, one: str, other: str) -> bool:
    """Whether two values of a field mean the same, by their normal forms."""
    if field == "account.name":
        return _same_company(one, other)
    return meaning(field, one) == meaning(field, other)


def meaning(field: str, value: str) -> str:
    """What a value is compared by: its normal form, else its words."""
    normal = _NORMAL.get(field)
    found = normal(value) if normal else None
    return (found.key or found.value if found else None) or " ".join(value.casefold().split())


_NORMAL: Final[dict[str, Callable[[str], Normal]]] = {
    "account.website": website,
    "account.country": country,
    "account.industry": industry,
    "account.employees": size_band,
    "contact.email": email,
    "contact.phone": phone,
    "contact.title": seniority,
}


def _view(name: str, facts: list[Fact], today: date) -> View:
    fresh = tuple(fact for fact in facts if not fact.is_stale(today))
    stale = tuple(fact for fact in facts if fact.is_stale(today))
    return View(name, fresh, stale, _standing(name, fresh))


def _standing(name: str, fresh: tuple[Fact, ...]) -> Standing:
    if not fresh:
        return Standing.STALE
    if len(fresh) == 1:
        return Standing.ALONE
    agree = all(same(name, one.value, other.value) for one, other in combinations(fresh, 2))
    return Standing.AGREE if agree else Standing.DISAGREE


def _same_company(one: str, other: str) -> bool:
    """Names with the same key; or one begins with the other, spaces aside; or is made of its initials."""
    keys = [company_key(company(name).value or name) for name in (one, other)]
    short, long = sorted(("".join(key.split()) for key in keys), key=len)
    if short == long:
        return True
    initials = {"".join(word[0] for word in key.split()) for key in keys if " " in key}
    return len(short) > 1 and (short in initials or (len(short) >= _ENOUGH and long.startswith(short)))


#: Letters from which on a beginning is no chance.
_ENOUGH: Final = 4
