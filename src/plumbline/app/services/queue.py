"""What lies in a person's queue, best first. Reads only.

Pages go by the last line seen (keyset), never by number, so that the thousandth costs what the first does.
A lead that was drawn to be judged blind stands apart, in order of arrival: its place among the others would
give its score away.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, Self
from urllib.parse import urlencode

from plumbline.app.errors import InvalidInputError, NotFoundError
from plumbline.app.models import Standing
from plumbline.app.services.responses import JUDGED
from plumbline.app.standings import span
from plumbline.domain.permissions import Perm
from plumbline.domain.words import Band, Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from plumbline.app.actors import Actor

PAGE: Final = 25
#: How many blind leads are put before a person at a time.
BLIND: Final = 3
#: How far the order is read ahead; counting stops here, for nobody reads on.
WINDOW: Final = 200
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

    ``waiting`` counts the leads of all pages where they are fewer than ``WINDOW``.
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
    lines: list[_Ranked] = []
    blind: list[_Ranked] = []
    seen = 0
    for one in _ranked(actor, wanted, _place_of(after)):
        seen += 1
        (blind if one.hidden else lines).append(one)
        if len(lines) > PAGE and seen >= (0 if after else WINDOW):
            break
    shown = lines[:PAGE]
    apart = [] if after or wanted.tells_score else blind[:BLIND]
    known = _known(one.lead for one in (*shown, *apart))
    return Page(
        lines=[known[one.lead] for one in shown if one.lead in known],
        blind=sorted((known[one.lead] for one in apart if one.lead in known), key=_arrival),
        after=shown[-1].mark if len(lines) > PAGE else "",
        waiting=0 if after else seen - (len(blind) if wanted.tells_score else 0),
    )


def following(actor: Actor, wanted: Filters, lead: str) -> str:
    """The key of the lead that comes after this one, after the last one of the first; "" if there is none.

    Raises:
        NotFoundError: There is no such lead for this actor.
    """
    actor.require(Perm.LEAD_ACT)
    here = Standing.objects.visible_to(actor).filter(lead__key=lead).first()
    if here is None:
        raise NotFoundError("There is no such lead.")
    ranked = chain(_ranked(actor, wanted, (here.place, here.pk)), _ranked(actor, wanted, None))
    others = (one for one in ranked if one.lead != here.pk)
    first = next((one for one in others if not one.hidden), None)
    if first is None and not wanted.tells_score:  # what is left must be judged blind
        first = next((one for one in _ranked(actor, wanted, None) if one.lead != here.pk), None)
    return _known([first.lead])[first.lead].lead.key if first else ""


class _Ranked(NamedTuple):
    """A lead's place in a queue. ``hidden``: it must be judged before its score shows."""

    place: int
    lead: int
    hidden: bool

    @property
    def mark(self) -> str:
        """Where a page ends, for the next one to begin."""
        return f"{self.place}.{self.lead}"


def _ranked(actor: Actor, wanted: Filters, after: tuple[int, int] | None) -> Iterator[_Ranked]:
    """The leads of a queue in order, read window by window as far as somebody asks.

    Only columns of the standing are read here, from one range of one index each: joined to the few rows of a
    table of teams, a database may well begin there and sort a million leads for every page.
    """
    while True:
        rows = [
            _Ranked(place, lead, hidden=blind and not judged)
            for scope in _scopes(actor, wanted)
            for place, lead, blind, judged in _after(scope, after)[:WINDOW]
        ]
        rows.sort(reverse=True)
        yield from rows[:WINDOW]
        if len(rows) < WINDOW:
            return
        after = rows[WINDOW - 1][:2]


def _scopes(actor: Actor, wanted: Filters) -> list[QuerySet[Standing, tuple[int, int, bool, bool]]]:
    """A person's own leads, or those of each of their teams, as far as they are wanted."""
    rows = Standing.objects.visible_to(actor).filter(state=wanted.state)
    if wanted.route:
        route = Route.of(wanted.route)
        first, end = span(route)  # so that the index is entered where the route begins
        rows = rows.filter(route=route.value, place__gte=first, place__lt=end)
    if wanted.band:
        rows = rows.filter(band=wanted.band)
    if wanted.source:
        rows = rows.filter(lead__source=wanted.source)
    columns = rows.order_by("-place", "-lead").values_list("place", "lead_id", "blind", JUDGED)
    if wanted.whose == "mine":
        return [columns.filter(owner=actor.user_id or 0)]
    return [columns.filter(team=team) for team in sorted(actor.teams)]


def _known(leads: Iterable[int]) -> dict[int, Standing]:
    """The lines themselves; not of people who were erased meanwhile."""
    rows = Standing.objects.filter(pk__in=list(leads), lead__erased_at=None)
    return {one.pk: one for one in rows.select_related("lead__account", "team", "owner").only(*_COLUMNS)}


def _arrival(standing: Standing) -> datetime:
    return standing.lead.arrived_at


def _place_of(mark: str) -> tuple[int, int] | None:
    if not mark:
        return None
    try:
        place, lead = map(int, mark.split("."))
    except ValueError:
        raise InvalidInputError("That page does not exist; begin at the first.", "after") from None
    return place, lead


def _after(
    rows: QuerySet[Standing, tuple[int, int, bool, bool]], after: tuple[int, int] | None
) -> QuerySet[Standing, tuple[int, int, bool, bool]]:
    if after is None:
        return rows
    place, lead = after
    # One bound that the index can begin at, and what shares its place taken out: no OR over two columns.
    return rows.filter(place__lte=place).exclude(place=place, lead__gte=lead)
