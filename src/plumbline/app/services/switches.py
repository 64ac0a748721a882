"""The kill switch: while it is pulled, nothing is done by the system itself. The safe side is pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from plumbline.app.errors import InvalidInputError, NotFoundError, SelfApprovalError
from plumbline.app.models import Outbox, Switch
from plumbline.app.models.base import new_key
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.permissions import Perm
from plumbline.ledger import Draft, Event

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.ledger.entry import Fact

#: Everything that the system does without a person.
AUTONOMY: Final = "autonomy"
#: Topics of acts that nobody approved one by one. Pulled, they are cancelled and not put off.
AUTOMATIC: Final = "auto."


def pulled(name: str = AUTONOMY) -> bool:
    """Whether the system has to leave everything to people."""
    return Switch.objects.filter(name=name, on=True).exists()


def state(name: str = AUTONOMY) -> Switch | None:
    """Who turned the switch last, when and why; None while nobody ever did."""
    return Switch.objects.filter(name=name).first()


def pull(actor: Actor, *, why: str, now: datetime) -> int:
    """Stop every act of the system at once; how many that waited were cancelled."""
    actor.require(Perm.AUTONOMY_STOP)
    with transaction.atomic():
        _turn(actor, why, now, on=True)
        waiting = Outbox.objects.filter(topic__startswith=AUTOMATIC, done_at=None, given_up_at=None)
        return waiting.update(given_up_at=now, error="cancelled: the switch was pulled")


def release(actor: Actor, *, why: str, now: datetime) -> None:
    """Let the system act again as far as the policy says. Not by who pulled it: two people look.

    Raises:
        SelfApprovalError: The actor pulled it.
        NotFoundError: It is not pulled.
    """
    actor.require(Perm.POLICY_APPROVE)
    with transaction.atomic():
        switch = Switch.objects.select_for_update().filter(name=AUTONOMY, on=True).first()
        if switch is None:
            raise NotFoundError("The switch is not pulled.")
        if switch.by == actor.name:
            raise SelfApprovalError("A second person releases the switch: not the one who pulled it.")
        _turn(actor, why, now, on=False)


def _turn(actor: Actor, why: str, now: datetime, *, on: bool) -> None:
    if not why.strip():
        raise InvalidInputError("Say in a sentence why.", "why")
    values = {"on": on, "by": actor.name, "at": now, "why": why.strip()[:300]}
    Switch.objects.update_or_create(name=AUTONOMY, defaults=values)
    facts: dict[str, Fact] = {"switch": AUTONOMY, "pulled": int(on)}
    draft = Draft(Event.SWITCH_TURNED, new_key(), actor.name, facts, body={"why": why.strip()})
    DatabaseLedger().append([draft], now=now)
