"""What people do: questions that wait for them, and a route of their own instead of the proposed one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Status

from plumbline.api.idempotency import once
from plumbline.api.permissions import needs
from plumbline.api.schemas import OverrideIn, OverrideOut, ReviewsOut
from plumbline.api.shown import review_out
from plumbline.app.actors import Actor
from plumbline.app.errors import NotFoundError
from plumbline.app.models import Review
from plumbline.app.services import access, overrides, reviews
from plumbline.domain.permissions import Perm
from plumbline.domain.words import Route

router: Final = Router(tags=["people"])

Key = Annotated[str, Path(max_length=32)]
Kind = Literal["uncertain", "unknown", "rule", "disqualify", "duplicate", "data_right", "appeal", "audit"]


@router.get("/reviews", response=ReviewsOut, operation_id="list_reviews")
@needs(Perm.REVIEW_READ, shows="reviews by API")
def list_reviews(
    request: HttpRequest,
    kind: Annotated[Kind | None, Query()] = None,
    answered: Annotated[bool, Query()] = False,
    after: Annotated[str, Query(max_length=32)] = "",
) -> ReviewsOut:
    """Reviews, the one that is due first before the others; ``after`` of a page begins the next."""
    actor = _actor(request)
    found = reviews.page(actor, kind=kind or "", answered=answered, after=_place(actor, after))
    shown = found[: reviews.PAGE]
    access.note(actor, what="api:list_reviews", leads=[one.lead.key for one in shown])
    more = shown[-1].key if len(found) > len(shown) else None
    return ReviewsOut(reviews=[review_out(one) for one in shown], after=more)


@router.post("/leads/{key}/overrides", response={201: OverrideOut}, operation_id="override_lead")
@needs(Perm.OVERRIDE_CREATE)
@once
def override_lead(request: HttpRequest, key: Key, wish: OverrideIn) -> Status[OverrideOut]:
    """Send a lead elsewhere than proposed, with a reason and an end. For people, not for programs."""
    made = overrides.create(
        _actor(request),
        key,
        to=wish.to,
        reason=wish.reason,
        note=wish.note,
        until=wish.until,
        version=wish.version,
        now=timezone.now(),
    )
    told = OverrideOut(to=Route(made.to_route).word, until=made.expires_at, entry=made.seq or 0)
    return Status(201, told)


def _place(actor: Actor, key: str) -> tuple[datetime, int] | None:
    """Where a page of reviews begins: after this one."""
    if not key:
        return None
    found: Review | None = Review.objects.visible_to(actor).filter(key=key).first()
    if found is None:
        raise NotFoundError("There is no such review.")
    return found.due_at, found.pk


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
