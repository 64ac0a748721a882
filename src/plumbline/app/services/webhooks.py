"""Other programs are told what happened here: signed, at least once, with keys and no one's data."""

from __future__ import annotations

import hmac
import json
import secrets
from datetime import timedelta
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from plumbline.app import outgoing
from plumbline.app.errors import InvalidInputError, NotFoundError, WebhookFailedError
from plumbline.app.models import Delivery, Outbox, Webhook
from plumbline.app.models.base import KEY_LENGTH, new_key
from plumbline.app.services import outbox
from plumbline.app.services.acts import person_of
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.permissions import Perm
from plumbline.ledger import Draft, Event

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.services.outbox import Job
    from plumbline.ledger.entry import Fact

#: What can be heard of, in words: the topic of the outbox row that an act writes.
TOPICS: Final[dict[str, str]] = {
    "decision.made": "A lead was decided, as it came in or changed",
    "lead.answered": "A rep took a lead, put it off or called it wrong",
    "lead.moved": "A lead went to another team or person",
    "decision.overridden": "A person sent a lead elsewhere than proposed",
    "override.ended": "An override ended",
    "review.decided": "A reviewer answered",
    "appeal.opened": "Somebody contested a decision",
    "outcome.reported": "Sales reported what became of a lead",
    "objection.recorded": "A person objected to profiling: stop using their scores",
}
DELIVER: Final = "webhook.deliver"
#: What a button sends, so that people see whether it arrives.
TEST: Final = "webhook.test"
#: Sixteen tries, each later than the one before, take about half a day.
ATTEMPTS: Final = 16
#: What a secret begins with, so that scanners of leaked secrets know it.
PREFIX: Final = "whs_"
#: How long the log of deliveries is kept.
KEPT: Final = timedelta(days=30)
_MOST: Final = 20
_SHOWN: Final = 100


def all_of(actor: Actor) -> list[Webhook]:
    """The addresses that hear of something, by age."""
    actor.require(Perm.WEBHOOK_MANAGE)
    return list(Webhook.objects.filter(active=True).select_related("created_by").order_by("pk"))


def deliveries(actor: Actor) -> list[Delivery]:
    """The newest attempts, newest first."""
    actor.require(Perm.WEBHOOK_MANAGE)
    return list(Delivery.objects.select_related("webhook").order_by("-pk")[:_SHOWN])


def register(actor: Actor, url: str, topics: Collection[str], *, now: datetime) -> tuple[Webhook, str]:
    """Tell an address of these topics from now on; the secret is given back here and never again.

    Raises:
        InvalidInputError: No address that anything is sent to, no topic or an unknown one, or too many.
    """
    actor.require(Perm.WEBHOOK_MANAGE)
    wanted = [topic for topic in TOPICS if topic in topics]
    if not wanted or len(wanted) != len(set(topics)):
        raise InvalidInputError(f"Choose from: {', '.join(TOPICS)}.", "topics")
    if Webhook.objects.filter(active=True).count() >= _MOST:
        raise InvalidInputError(f"There are {_MOST} already; remove one first.", "url")
    url, secret = outgoing.checked(url), PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        webhook = Webhook.objects.create(
            url=url, topics=wanted, secret=secret, created_by=person_of(actor), created_at=now
        )
        _record(actor, Event.WEBHOOK_ADDED, webhook, {"topics": tuple(wanted)}, now)
    return webhook, secret


def remove(actor: Actor, key: str, *, now: datetime) -> None:
    """Tell an address nothing any more, also not what is under way; the log of what it was told stays.

    Raises:
        NotFoundError: There is no such webhook.
    """
    actor.require(Perm.WEBHOOK_MANAGE)
    with transaction.atomic():
        webhook = _active(key)
        Webhook.objects.filter(pk=webhook.pk).update(active=False, secret="")
        _record(actor, Event.WEBHOOK_REMOVED, webhook, {}, now)


def send_test(actor: Actor, key: str, *, now: datetime) -> None:
    """Ask the worker to send a test, once.

    Raises:
        NotFoundError: There is no such webhook.
    """
    actor.require(Perm.WEBHOOK_MANAGE)
    _ask(_active(key), new_key(), TEST, now, {"message": "This is a test."}, now=now)


def tell(topic: str, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Write an event into the outbox where somebody listens; for acts that are too many to write them all."""
    listening = Webhook.objects.filter(active=True).values_list("topics", flat=True)
    if any(topic in topics for topics in listening):
        outbox.put(topic, payload, now=now)


def fan_out(job: Job) -> None:
    """One delivery for each address that listens. Carried out again it asks for nothing more."""
    at = Outbox.objects.values_list("created_at", flat=True).get(pk=job.pk)
    with transaction.atomic():
        for webhook in Webhook.objects.filter(active=True, created_at__lte=at):
            if job.topic in webhook.topics:
                _ask(webhook, job.key, job.topic, at, job.payload, now=timezone.now())


def deliver(job: Job) -> None:
    """Send an event to an address, and write down what came of it.

    Raises:
        WebhookFailedError: It did not take it; the worker tries again later.
    """
    webhook = Webhook.objects.filter(key=job.payload["webhook"], active=True).first()
    if webhook is None:  # removed meanwhile
        return
    now, event = timezone.now(), job.payload["event"]
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    answer = outgoing.post(webhook.url, body, _headers(webhook, event, body, now))
    Delivery.objects.create(
        webhook=webhook,
        event=event["id"],
        topic=event["topic"],
        at=now,
        attempt=job.attempt,
        status=answer.status,
        error=answer.error,
        milliseconds=answer.milliseconds,
    )
    if not answer.well:
        why = answer.error or f"It answered with status {answer.status}."
        raise WebhookFailedError(f"{host_of(webhook.url)} did not take it. {why}")


def signature(secret: str, body: bytes, at: datetime) -> str:
    """What ``Plumbline-Signature`` says: the second it was signed in, and HMAC-SHA256 of it and the body."""
    moment = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    return f"t={moment},v1={digest}"


def host_of(url: str) -> str:
    """The part of an address that may be shown everywhere; its path may be a secret."""
    return urlsplit(url).netloc


def forget(now: datetime) -> int:
    """Drop what the log of deliveries says of long ago; how many lines."""
    return Delivery.objects.filter(at__lt=now - KEPT).delete()[0]


def _active(key: str) -> Webhook:
    found = Webhook.objects.filter(key=key, active=True).first()
    if found is None:
        raise NotFoundError("There is no such webhook.")
    return found


def _record(actor: Actor, event: Event, webhook: Webhook, facts: dict[str, Fact], now: datetime) -> None:
    """An address may hold a secret in its path: it stands in the erasable half."""
    ref = f"webhook-{webhook.key}-{event.value.partition(':')[2]}"
    draft = Draft(event, ref, actor.name, facts, body={"url": webhook.url})
    DatabaseLedger().append([draft], now=now)


def _ask(
    webhook: Webhook, event: str, topic: str, at: datetime, data: Mapping[str, Any], *, now: datetime
) -> None:
    told = {"id": event, "topic": topic, "at": at.isoformat(), "data": dict(data)}
    # The same event and address are one delivery, however often the event is looked at.
    key = sha256(f"{event} {webhook.key}".encode()).hexdigest()[:KEY_LENGTH]
    outbox.put(DELIVER, {"webhook": webhook.key, "event": told}, now=now, key=key)


def _headers(webhook: Webhook, event: Mapping[str, str], body: bytes, now: datetime) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Plumbline/{version('plumbline')}",
        "Plumbline-Event": event["id"],
        "Plumbline-Topic": event["topic"],
        "Plumbline-Signature": signature(webhook.secret, body, now),
    }
