"""Who saw what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import timezone

from plumbline.app.models import Access

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.app.actors import Actor

PAGE: Final = 200


def note(
    actor: Actor, *, what: str, leads: Sequence[str], purpose: str = "work", count: int | None = None
) -> None:
    """Keep that an actor was shown something of these leads: a page of keys, and how many there were."""
    Access.objects.create(
        at=timezone.now(),
        actor=actor.name,
        role=actor.role,
        purpose=purpose,
        what=what,
        leads=list(leads[:PAGE]),
        count=len(leads) if count is None else count,
        masked=actor.masked,
    )
