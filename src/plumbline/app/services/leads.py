"""Leads come in, change and object. The same fields again change nothing; what was there before is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from django.db import transaction

from plumbline.app.errors import InvalidInputError
from plumbline.app.models import Account, Behaviour, Lead, Message, Past
from plumbline.domain.fields import EXTRA, RECEIVED
from plumbline.domain.permissions import Perm
from plumbline.ledger.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.app.actors import Actor
    from plumbline.app.models import Import

ID: Final = "lead.id"
_TITLE: Final = ("contact.name", "account.name")
_LONGEST: Final = 20_000
_MOST_FIELDS: Final = 300


@dataclass(frozen=True, slots=True)
class Said:
    """A message that came with a lead."""

    text: str
    channel: str
    at: datetime
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Did:
    """An event that came with a lead."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lead as a door received it: fields of the lead model as text, and what came with it."""

    external_id: str
    fields: Mapping[str, str | None]
    messages: Sequence[Said] = ()
    events: Sequence[Did] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an arrival."""

    lead: Lead
    added: bool
    changed: bool


def receive(actor: Actor, arrival: Arrival, *, now: datetime, batch: Import | None = None) -> Received:
    """Take a lead in, or the change of one that is known by its external id. Decides nothing.

    Raises:
        InvalidInputError: A field is none of the lead model, is too long, or the id is empty.
        NotAllowedError: The actor may not write leads.
    """
    actor.require(Perm.LEAD_WRITE)
    fields = checked(arrival)
    digest = digest_of(fields)
    with transaction.atomic(savepoint=False):
        lead = Lead.objects.select_for_update().filter(external_id=arrival.external_id).first()
        added = lead is None
        if lead is None:
            lead = Lead(external_id=arrival.external_id, batch=batch, arrived_at=arrived_at(fields, now))
        changed = lead.digest != digest
        if changed and not added:
            Past.objects.create(
                lead=lead, received=lead.received, until=now, changed_by=actor.name, batch=batch
            )
        if changed:
            _write(lead, fields, digest, now)
        more = _attach(lead, arrival)
    return Received(lead, added, changed or more)


def checked(arrival: Arrival) -> dict[str, str]:
    """The fields of an arrival that hold something, in the order of their names."""
    if not arrival.external_id.strip() or len(arrival.external_id) > 200:
        raise InvalidInputError("A lead needs an id of 1 to 200 characters.", ID)
    if len(arrival.fields) > _MOST_FIELDS:
        raise InvalidInputError(f"A lead has at most {_MOST_FIELDS} fields, not {len(arrival.fields)}.")
    for name, value in arrival.fields.items():
        if name == ID or not (name in RECEIVED or name.startswith(EXTRA)) or len(name) > 100:
            raise InvalidInputError(f"{name!r} is no field of a lead.", name)
        if value is not None and len(value) > _LONGEST:
            raise InvalidInputError(f"{name} is {len(value):,} characters long; {_LONGEST:,} at most.", name)
    return {
        name: without_nul(value)
        for name, value in sorted(arrival.fields.items())
        if value is not None and value != ""
    }


def without_nul(text: str) -> str:
    """The text with a visible mark where it held NUL, which PostgreSQL does not store."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def in_utc(at: datetime) -> datetime:
    """The moment in UTC: PostgreSQL knows no offset beyond 16 hours, though ISO 8601 does.

    Raises:
        InvalidInputError: It lies before the year 1 or after 9999 there.
    """
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInputError(f"{at.isoformat()} is no moment that can be kept.", "at") from error


def digest_of(fields: Mapping[str, str]) -> str:
    """SHA-256 of the received fields."""
    return sha256(canonical(dict(fields))).hexdigest()


def arrived_at(fields: Mapping[str, str], now: datetime) -> datetime:
    """When the lead came in, as its own system says where that is an ISO date in the past, else now."""
    try:
        stated = datetime.fromisoformat(fields.get("lead.created_at", ""))
    except ValueError:
        return now
    stated = stated if stated.tzinfo else stated.replace(tzinfo=UTC)
    return min(stated, now)


def title_of(fields: Mapping[str, str], external_id: str) -> str:
    """What people call a lead: name and company, else the address, else its id."""
    parts = [fields[name] for name in _TITLE if fields.get(name)]
    return (" · ".join(parts) or fields.get("contact.email") or external_id)[:300]


def columns_of(fields: Mapping[str, str], external_id: str) -> dict[str, str]:
    """The columns of a lead that lists read, out of its fields."""
    return {
        "title": title_of(fields, external_id),
        "email": fields.get("contact.email", "").strip().lower()[:320],
        "filed_under": filed_under(fields.get("contact.name", "")),
        "source": fields.get("lead.source", "")[:200],
        "country": fields.get("account.country", "")[:120],
    }


def filed_under(name: str) -> str:
    """A name as an address book files it: ``Jo van Field`` is found under ``field jo van``."""
    *first, last = name.lower().split() or [""]
    return " ".join([last, *first])[:300]


def account_match(fields: Mapping[str, str]) -> str:
    """What leads of one organisation share: its id in the source system, else its name in small letters."""
    match = fields.get("account.id") or fields.get("account.name") or ""
    return " ".join(match.lower().split())[:200]


def _write(lead: Lead, fields: Mapping[str, str], digest: str, now: datetime) -> None:
    for name, value in columns_of(fields, lead.external_id).items():
        setattr(lead, name, value)
    lead.received, lead.digest, lead.changed_at = dict(fields), digest, now
    lead.account = account_of(fields)
    lead.save()


def account_of(fields: Mapping[str, str]) -> Account | None:
    """The organisation of a lead, made where it is not there yet."""
    match = account_match(fields)
    if not match:
        return None
    defaults = {"name": fields.get("account.name", match)[:300], "tier": fields.get("account.tier", "")[:60]}
    return Account.objects.get_or_create(match=match, defaults=defaults)[0]


def _attach(lead: Lead, arrival: Arrival) -> bool:
    """Add messages and events that are not there yet; whether there were any."""
    letters, events = _letters(lead, arrival), _events(lead, arrival)
    Message.objects.bulk_create(
        Message(lead=lead, external_id=one.external_id, channel=one.channel, text=one.text, at=one.at)
        for one in letters
    )
    Behaviour.objects.bulk_create(Behaviour(lead=lead, kind=one.kind, at=one.at) for one in events)
    return bool(letters or events)


def _letters(lead: Lead, arrival: Arrival) -> list[Said]:
    if not arrival.messages:
        return []
    clean = [
        Said(without_nul(one.text), without_nul(one.channel), in_utc(one.at), without_nul(one.external_id))
        for one in arrival.messages
    ]
    known = set(lead.messages.values_list("external_id", "text", "at"))
    return [one for one in clean if (one.external_id, one.text, one.at) not in known]


def _events(lead: Lead, arrival: Arrival) -> list[Did]:
    if not arrival.events:
        return []
    clean = [Did(without_nul(one.kind), in_utc(one.at)) for one in arrival.events]
    known = set(lead.behaviour.values_list("kind", "at"))
    return [one for one in clean if (one.kind, one.at) not in known]
