"""Queues with filters that people keep under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

from django.db import transaction

from plumbline.app.errors import InvalidInputError, NotFoundError
from plumbline.app.models import SavedView
from plumbline.app.services.acts import person_of
from plumbline.domain.permissions import Perm

if TYPE_CHECKING:
    from plumbline.app.actors import Actor

#: What a view can keep; everything else of an address is left out.
KEPT: Final = ("whose", "state", "route", "band", "source")
_MOST: Final = 20


def of(actor: Actor) -> list[SavedView]:
    """A person's own views, by name."""
    return list(SavedView.objects.filter(user=actor.user_id or 0).order_by("name"))


def save(actor: Actor, name: str, query: str) -> SavedView:
    """Keep these filters under a name; a name that is there already means these filters from now on.

    Raises:
        InvalidInputError: The name is empty or too long, or there are too many views.
    """
    actor.require(Perm.LEAD_ACT)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise InvalidInputError("A view needs a name of 1 to 60 characters.", "name")
    wanted = urlencode([(key, value) for key, value in parse_qsl(query) if key in KEPT])[:500]
    with transaction.atomic():
        user = person_of(actor)
        mine = SavedView.objects.select_for_update().filter(user=user)
        if mine.count() >= _MOST and not mine.filter(name=name).exists():
            raise InvalidInputError(f"You keep {_MOST} views already; remove one first.", "name")
        return SavedView.objects.update_or_create(user=user, name=name, defaults={"query": wanted})[0]


def remove(actor: Actor, pk: int) -> None:
    """Forget a view of one's own.

    Raises:
        NotFoundError: They have no such view.
    """
    actor.require(Perm.LEAD_ACT)
    if not SavedView.objects.filter(user=person_of(actor), pk=pk).delete()[0]:
        raise NotFoundError("There is no such view.")
