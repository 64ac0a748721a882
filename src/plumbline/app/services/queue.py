"""What lies in a person's queue, best first. Reads only.

Pages go by the last line seen (keyset), never by number, so that the thousandth costs what the first does.
A lead that was drawn to be judged blind stands apart, in order of arrival: its place among the others would
give its score away.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlencode

from django.db.models import Q

from plumbline.app.errors import InvalidInputError, NotFoundError
from plumbline.app.models import Standing
from plumbline.app.services.responses import JUDGED
from plumbline.domain.permissions import Perm
from plumbline.domain.words import Band, Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from plumbline.app.actors import Actor

#: Drawn to be judged before the score shows, and not judged yet.
_UNJUDGED: Final = Q(blind=True) & ~JUDGED
PAGE: Final = 25
#: How many blind leads are put before a person at a time.
BLIND: Final = 3
#: Counting stops here; nobody reads on.
MANY: Final = 500
_COLUMNS: Final = (
    *("lead__key", "lead__title", "lead__source", "lead__country", "lead__arrived_at", "lead__account__name"),
    *("team__name", "owner__name", "owner__email", "state", "route", "band", "place", "blind", "overridden"),
    *("fit", "intent", "readiness", "points", "because", "due_at", "later_until", "version"),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person wants to see of a queue; everything empty is "mine, open"."""

    whose: str = "mine"
    state: str = Standing.State.OPEN.value
    route: str = ""
    band: str = ""
    source: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Out of an address; what is not understood there is refused.

        Raises:
            InvalidInputError: A filter has a value that it cannot have.
        """
        given = {one.name: query.get(one.name) or one.default for one in fields(cls)}
        for name, known in _KNOWN.items():
            if given[name] not in known:
                raise InvalidInputError(f"{name} cannot be {given[name]!r}.", name)
        return cls(**{name: str(value)[:200] for name, value in given.items()})

    @property
    def query(self) -> str:
        """The same as part of an address, without what goes without saying."""
        given = {one.name: (getattr(self, one.name), one.default) for one in fields(self)}
        return urlencode({name: value for name, (value, usual) in given.items() if value != usual})

    @property
    def tells_score(self) -> bool:
        """Whether being found by them says something about the score."""
        return bool(self.route or self.band)


_KNOWN: Final[dict[str, frozenset[str]]] = {
    "whose": frozenset({"mine", "team"}),
    "state": frozenset(Standing.State.values),
    "route": frozenset({"", *(route.word for route in Route)}),
    "band": frozenset({"", *(band.value for band in Band)}),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of a queue. ``blind`` comes first and alone; ``after`` continues, "" at the end.

    ``waiting`` counts the lines of all pages, at most ``MANY`` + 1.
    """

    lines: list[Standing]
    blind: list[Standing]
    after: str
    waiting: int


def page_of(actor: Actor, wanted: Filters, *, after: str = "") -> Page:
    """The lines that follow ``after``; the first ones without it.

    Raises:
        InvalidInputError: ``after`` is none of our marks.
    """
    actor.require(Perm.LEAD_ACT)
    rows = _rows(actor, wanted)
    shown = rows.exclude(_UNJUDGED)
    counted = 0 if after else shown.order_by()[: MANY + 1].count()
    lines = list(_after(shown, after)[: PAGE + 1])
    rest = len(lines) > PAGE
    lines = lines[:PAGE]
    blind = [] if after or wanted.tells_score else list(rows.filter(_UNJUDGED)[:BLIND])
    blind.sort(key=lambda one: one.lead.arrived_at)
    return Page(lines, blind, mark_of(lines[-1]) if rest else "", counted)


def following(actor: Actor, wanted: Filters, lead: str) -> str:
    """The key of the lead that comes after this one, after the last one of the first; "" if there is none.

    Raises:
        NotFoundError: There is no such lead for this actor.
    """
    actor.require(Perm.LEAD_ACT)
    standing = Standing.objects.visible_to(actor).filter(lead__key=lead).first()
    if standing is None:
        raise NotFoundError("There is no such lead.")
    rows = _rows(actor, wanted).exclude(pk=standing.pk)
    shown = rows.exclude(_UNJUDGED)
    found = _after(shown, mark_of(standing)).first() or shown.first() or rows.first()
    return found.lead.key if found else ""


def mark_of(standing: Standing) -> str:
    """Where a page ends, for the next one to begin."""
    return f"{standing.place}.{standing.pk}"


def _rows(actor: Actor, wanted: Filters) -> QuerySet[Standing]:
    rows = Standing.objects.visible_to(actor).filter(state=wanted.state, lead__erased_at=None)
    if wanted.whose == "mine":
        rows = rows.filter(owner_id=actor.user_id)
    if wanted.route:
        rows = rows.filter(route=Route.of(wanted.route).value)
    if wanted.band:
        rows = rows.filter(band=wanted.band)
    if wanted.source:
        rows = rows.filter(lead__source=wanted.source)
    related = rows.select_related("lead__account", "team", "owner").only(*_COLUMNS)
    return related.order_by("-place", "-lead")


def _after(rows: QuerySet[Standing], mark: str) -> QuerySet[Standing]:
    if not mark:
        return rows
    try:
        place, lead = map(int, mark.split("."))
    except ValueError:
        raise InvalidInputError("That page does not exist; begin at the first.", "after") from None
    # One bound that the index can begin at, and what shares its place taken out: no OR over two columns.
    return rows.filter(place__lte=place).exclude(place=place, lead__gte=lead)
