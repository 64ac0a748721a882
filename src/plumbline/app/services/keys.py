"""Keys of programs: shown once, stored as a hash, with scopes and an end."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from django.db import transaction

from plumbline.app.errors import InvalidInputError, NotFoundError
from plumbline.app.models import ApiKey, Team
from plumbline.app.services.acts import person_of
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.permissions import ROLES, Perm, Role
from plumbline.ledger import Draft, Event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from plumbline.app.actors import Actor

#: What a key begins with, so that scanners of leaked secrets know it.
PREFIX: Final = "plk_"
LONGEST: Final = timedelta(days=366)


def issue(
    actor: Actor,
    name: str,
    *,
    scopes: Collection[Perm],
    expires_at: datetime,
    now: datetime,
    teams: Collection[Team] = (),
    per_minute: int = 6_000,
) -> tuple[ApiKey, str]:
    """Make a key; its secret is given back here and never again.

    Raises:
        InvalidInputError: A scope is beyond what a program may, or it ends too late or not after now.
    """
    actor.require(Perm.KEY_MANAGE)
    beyond = set(scopes) - ROLES[Role.SERVICE]
    if beyond or not scopes:
        raise InvalidInputError(f"A program cannot have: {', '.join(sorted(beyond)) or 'nothing'}.", "scopes")
    if not now < expires_at <= now + LONGEST:
        raise InvalidInputError("A key ends within a year.", "expires_at")
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            name=name.strip()[:80] or "unnamed",
            digest=digest_of(secret),
            scopes=sorted(scopes),
            created_by=person_of(actor),
            created_at=now,
            expires_at=expires_at,
            per_minute=per_minute,
        )
        key.teams.set(teams)
        draft = Draft(Event.KEY_ISSUED, f"key-{key.key}", actor.name, {"scopes": tuple(sorted(scopes))})
        DatabaseLedger().append([draft], now=now)
    return key, secret


def listed(actor: Actor) -> Sequence[ApiKey]:
    """Every key, the newest first."""
    actor.require(Perm.KEY_MANAGE)
    return list(ApiKey.objects.select_related("created_by").prefetch_related("teams").order_by("-pk"))


def scopes_of(words: Iterable[str]) -> set[Perm]:
    """Scopes as they are written in a form; ``InvalidInputError`` for a word that is none."""
    try:
        return {Perm(word) for word in words}
    except ValueError as error:
        raise InvalidInputError(f"{error}.", "scopes") from error


def revoke(actor: Actor, key: str, *, now: datetime) -> None:
    """End a key at once; ``NotFoundError`` when there is none."""
    actor.require(Perm.KEY_MANAGE)
    with transaction.atomic():
        if not ApiKey.objects.filter(key=key, revoked_at=None).update(revoked_at=now):
            raise NotFoundError("There is no such key.")
        draft = Draft(Event.KEY_REVOKED, f"key-{key}-revoked", actor.name)
        DatabaseLedger().append([draft], now=now)


def digest_of(secret: str) -> str:
    """What is stored of a key. A plain hash is enough for 256 random bits: there is nothing to guess."""
    return sha256(secret.encode()).hexdigest()
