"""Who would get a lead, and why: by the very function that hands leads out, and nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.app.errors import InvalidInputError, NotFoundError
from plumbline.app.models import Account, Lead
from plumbline.app.services import leads, snapshot
from plumbline.app.services.inputs import received_frame
from plumbline.app.services.live import live
from plumbline.app.services.routing import Dealer
from plumbline.app.services.snapshot import WORKED
from plumbline.app.turns import Ask, Choice, choose
from plumbline.domain.permissions import Perm
from plumbline.domain.words import Route
from plumbline.qualify.path import qualify

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.models import Team

#: What a pasted lead is called while it is looked at. It is never stored.
_NAME: Final = "preview"
_LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Match:
    """What would happen to a lead that came in now.

    ``worked``: its route is worked now; else it waits in the team's queue, and ``choice`` says who would get
    it if it were.
    """

    route: Route
    because: str
    queue: str
    team: Team
    worked: bool
    choice: Choice
    taker: str


def of_lead(actor: Actor, key: str, *, now: datetime) -> Match:
    """Who would get a lead that is here already, if nobody had it.

    Raises:
        NotFoundError: There is no such lead, or it is not for this actor.
    """
    actor.require(Perm.ROUTING_READ)
    lead = Lead.objects.visible_to(actor).select_related("standing").filter(key=key.strip()).first()
    if lead is None:
        raise NotFoundError("There is no such lead.")
    standing = lead.standing
    return _match(Route(standing.route), standing.because, standing.queue, lead.account_id, now)


def of_text(actor: Actor, text: str, *, now: datetime) -> Match:
    """Who would get a lead that is written down, one ``field: value`` a line. It is decided and not kept.

    Raises:
        InvalidInputError: A line is no field of a lead, or there is none.
        NoPolicyError: No policy is live.
    """
    actor.require(Perm.ROUTING_READ)
    fields = leads.checked(leads.Arrival(_NAME, _fields(text)))
    lead = Lead(key=_NAME, received=fields, arrived_at=now)
    row = qualify(received_frame([lead]), bundle=live().bundle, as_of=now).decisions.row(0, named=True)
    account = Account.objects.filter(match=leads.account_match(fields)).first()
    number = None if account is None else account.pk
    return _match(Route.of(row["route"]), row["because"], row["owner"], number, now)


def _fields(text: str) -> Mapping[str, str]:
    if len(text) > _LONGEST:
        raise InvalidInputError(f"That is {len(text):,} characters long; {_LONGEST:,} at most.", "text")
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon:
            raise InvalidInputError(
                f"Write one field a line, such as account.name: Acme; not {line[:60]!r}.", "text"
            )
        found[name.strip()] = value.strip()
    if not found:
        raise InvalidInputError("Write one field a line, such as account.name: Acme.", "text")
    return found


def _match(route: Route, because: str, queue: str, account: int | None, now: datetime) -> Match:
    dealer = Dealer(now)
    home = dealer.home(queue)
    taken = snapshot.taken_of(dealer.teams.values(), now)
    owner, regular = snapshot.accounts([account] if account else []).get(account or 0, (None, None))
    choice = choose(taken.desks, Ask(home.pk, owner, regular))
    place = taken.places.get((choice.team, choice.user or 0))
    return Match(
        route,
        because,
        queue,
        dealer.teams[choice.team],
        worked=route.value in WORKED,
        choice=choice,
        taker=str(place.user) if place else "",
    )
