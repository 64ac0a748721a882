"""Finding leads by the beginning of what one remembers: surname, address, company, or the id they came with.

Every column that is searched has an index that can be entered in its middle, so a search among a million
leads reads the rows that it finds and no others: SQLite compares whole strings, PostgreSQL needs an index of
the pattern class (``varchar_pattern_ops``), which Django makes beside every text column that is unique or
indexed. Words in the middle of a name are not searched for.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from plumbline.app.errors import InvalidInputError
from plumbline.app.models import Account, Lead, Standing
from plumbline.app.services.responses import JUDGED
from plumbline.domain.permissions import Perm
from plumbline.domain.words import Band, Route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from plumbline.app.actors import Actor

PAGE: Final = 50
#: A search that finds more asks for more letters.
FOUND: Final = 200
SHORTEST: Final = 2
_ACCOUNTS: Final = 50
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which leads somebody looks for; everything empty is all of them, newest first."""

    q: str = ""
    route: str = ""
    band: str = ""
    state: str = ""
    source: str = ""
    country: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Out of an address.

        Raises:
            InvalidInputError: A filter has a value that it cannot have.
        """
        given = {one.name: (query.get(one.name) or "").strip()[:200] for one in fields(cls)}
        for name, known in _KNOWN.items():
            if given[name] and given[name] not in known:
                raise InvalidInputError(f"{name} cannot be {given[name]!r}.", name)
        return cls(**given)

    @property
    def query(self) -> str:
        """The same as part of an address."""
        return urlencode({one.name: value for one in fields(self) if (value := getattr(self, one.name))})


_KNOWN: Final[dict[str, frozenset[str]]] = {
    "route": frozenset(route.word for route in Route),
    "band": frozenset(band.value for band in Band),
    "state": frozenset(Standing.State.values),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Leads with where they stand; ``after`` continues, "" at the end. ``many``: more were found than fit."""

    leads: Sequence[Lead]
    after: str = ""
    many: bool = False


def page_of(actor: Actor, wanted: Wanted, *, after: str = "") -> Page:
    """The leads that follow ``after``; the newest first.

    Raises:
        InvalidInputError: ``after`` is none of our marks.
    """
    rows = rows_of(actor, wanted)
    if wanted.q:
        keys = list(rows.values_list("pk", flat=True)[: FOUND + 1])
        return Page(_known(keys[:FOUND]), many=len(keys) > FOUND)
    if after:
        if not after.isdecimal():
            raise InvalidInputError("That page does not exist; begin at the first.", "after")
        rows = rows.filter(pk__lt=int(after))
    keys = list(rows.values_list("pk", flat=True)[: PAGE + 1])
    return Page(_known(keys[:PAGE]), str(keys[PAGE - 1]) if len(keys) > PAGE else "")


def _known(keys: Sequence[int]) -> list[Lead]:
    """The leads themselves, in this order."""
    rows = Lead.objects.filter(pk__in=keys).annotate(judged=JUDGED).defer("received")
    related = rows.select_related("account", "standing__team", "standing__owner")
    return sorted(related, key=lambda lead: -lead.pk)


def rows_of(actor: Actor, wanted: Wanted) -> QuerySet[Lead]:
    """All leads that are wanted and for this actor, newest first.

    Who must judge a lead before they see its score does not find it by its route or band.
    """
    actor.require(Perm.LEAD_READ)
    # Not a join: databases that sort before they count out a page would gather every lead of the team for it.
    rows = Lead.objects.filter(Exists(_standings(actor, wanted)), erased_at=None)
    if wanted.q:
        rows = rows.filter(pk__in=_found(actor, wanted.q))
    for name in ("source", "country"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    return rows.order_by("-pk")


def _standings(actor: Actor, wanted: Wanted) -> QuerySet[Standing]:
    """The standing of a lead, where it is for this actor and as wanted."""
    rows = Standing.objects.visible_to(actor).filter(lead=OuterRef("pk"))
    if wanted.route:
        rows = rows.filter(route=Route.of(wanted.route).value)
    for name in ("band", "state"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if (wanted.route or wanted.band) and actor.may(Perm.LEAD_ACT):
        rows = rows.exclude(Q(blind=True) & ~JUDGED)
    return rows


def _found(actor: Actor, text: str) -> list[int]:
    """Ids of leads that a text may mean: at most ``FOUND`` and one more by each way.

    Names and addresses are personal: whom they are hidden from cannot search by them either.
    """
    folded = " ".join(text.lower().split())
    if len(folded) < SHORTEST:
        raise InvalidInputError(f"Write {SHORTEST} letters or more.", "q")
    companies = Account.objects.filter(begins("match", folded)).values_list("pk", flat=True)
    ways = [begins("external_id", text), Q(account__in=list(companies[:_ACCOUNTS]))]
    if not actor.masked:
        *first, last = folded.split()
        known = [Q(filed_under__contains=f" {word}") for word in first]
        ways += [begins("email", folded), begins("filed_under", folded)]
        if known and len(last) >= SHORTEST:  # a name as one says it: the last word enters the index
            ways += [begins("filed_under", last) & reduce(and_, known)]
    found = set(Lead.objects.filter(key=text).values_list("pk", flat=True))
    for way in ways:
        mine = Lead.objects.visible_to(actor).filter(way).order_by()
        found.update(mine.values_list("pk", flat=True)[: FOUND + 1])
    return sorted(found, reverse=True)[: FOUND + 1]


def begins(column: str, text: str) -> Q:
    """That a column begins with a text, so that the database enters its index at the first such row."""
    if connection.vendor == "postgresql":
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + _LAST})
