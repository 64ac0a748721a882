"""What stands in the menu, for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.urls import NoReverseMatch, reverse

from plumbline.domain.permissions import Perm

if TYPE_CHECKING:
    from plumbline.app.actors import Actor


class Place(NamedTuple):
    """A line of the menu: ``name`` is its route, ``perm`` what it needs, ``keys`` how to jump there."""

    name: str
    label: str
    perm: Perm | None
    keys: str


MENU: Final = (
    Place("queue", "My queue", Perm.LEAD_ACT, "g q"),
    Place("leads", "Leads", Perm.LEAD_READ, "g l"),
    Place("reviews", "Reviews", Perm.REVIEW_READ, "g r"),
    Place("routing", "Routing", Perm.ROUTING_READ, "g o"),
    Place("policy", "Policy", Perm.POLICY_READ, "g p"),
    Place("imports", "Import", Perm.IMPORT_RUN, "g i"),
    Place("requests", "Requests", Perm.PERSON_ERASE, "g s"),
    Place("ledger", "Ledger", Perm.LEDGER_READ, "g e"),
    Place("webhooks", "Webhooks", Perm.WEBHOOK_MANAGE, "g w"),
    Place("access", "Who saw what", Perm.ACCESS_READ, "g a"),
    Place("people", "People", Perm.USER_MANAGE, "g u"),
)


def menu(actor: Actor) -> list[tuple[str, str, str]]:
    """Address, label and keys of the places an actor may go."""
    return [
        (address, place.label, place.keys)
        for place in MENU
        if place.perm is None or actor.may(place.perm)
        for address in _address(place.name)
    ]


def _address(name: str) -> list[str]:
    try:
        return [reverse(name)]
    except NoReverseMatch:
        return []
