"""Leads of the tests about a rep's work. Lotteries draw as they like, so what they drew is set here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from helpers_app import GOOD, arrive
from plumbline.app.actors import Actor
from plumbline.app.models import LedgerBody, LedgerEntry, Outbox, Standing
from plumbline.app.standings import place
from plumbline.domain.words import Route

if TYPE_CHECKING:
    from plumbline.app.models import Lead, User

NOW = timezone.now


def queued(cast: Any, external_id: str = "L1", *, blind: bool = False, **more: Any) -> Lead:
    """A lead that Alice has in her queue; ``blind``: she judges it before she sees the score."""
    fields = GOOD | {"contact.email": f"{external_id.lower()}@fieldworks.example"}
    lead = arrive({**fields, **more.pop("fields", {})}, external_id)
    route = more.pop("route", Route.QUEUE)
    points = Standing.objects.get(pk=lead.pk).points
    values = {
        "blind": blind,
        "route": route.value,
        "place": place(route, points, lead.arrived_at),
        "owner": cast.alice,
        "team": cast.one,
        "state": "open",
        **more,
    }
    Standing.objects.filter(pk=lead.pk).update(**values)
    return lead


def standing(lead: Lead) -> Standing:
    return Standing.objects.select_related("owner").get(pk=lead.pk)


def of(user: User) -> Actor:
    return Actor.of_user(user)


def last_entry(kind: str) -> tuple[str, bytes]:
    """Header and body of the newest entry of a kind."""
    entry = LedgerEntry.objects.filter(kind=kind).order_by("-seq").first()
    assert entry is not None, kind
    body = LedgerBody.objects.filter(pk=entry.seq).first()
    return entry.header, bytes(body.content) if body else b""


def topics() -> list[str]:
    return list(Outbox.objects.order_by("pk").values_list("topic", flat=True))
