"""Publishing a policy: a version is a row, never an edit, and a second person approves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from plumbline.app.errors import SelfApprovalError
from plumbline.app.models import Policy
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.errors import InvalidPolicyError
from plumbline.domain.issues import Severity
from plumbline.domain.permissions import Perm
from plumbline.ledger import Draft, Event
from plumbline.qualify.bundle import CellReading, cells_json, compile_bundle
from plumbline.scorecard import dump

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.models import User
    from plumbline.ledger.entry import Fact
    from plumbline.scorecard import Scorecard


def publish(  # noqa: PLR0913 - who, what, since when and why
    actor: Actor,
    text: str,
    *,
    proposed_by: User,
    approved_by: User | None,
    now: datetime,
    card: Scorecard | None = None,
    cells: CellReading | None = None,
    note: str = "",
) -> Policy:
    """Make a policy live. Only the very first one may go without a second person.

    ``card``: the scorecard to decide with, such as a learned one; the written one when left out.
    ``cells``: how received cells are read; as the last version did when left out.

    Raises:
        InvalidPolicyError: It has problems; all of them are named.
        SelfApprovalError: Who proposed it approves it.
        NotAllowedError: The actor may not approve policies.
    """
    actor.require(Perm.POLICY_APPROVE)
    bundle, issues = compile_bundle(text, draw_key=bytes(32))
    if bundle is None:
        raise InvalidPolicyError([issue for issue in issues if issue.severity is Severity.ERROR])
    with transaction.atomic():
        last = Policy.objects.select_for_update().order_by("-number").first()
        if last is not None and (approved_by is None or approved_by.pk == proposed_by.pk):
            raise SelfApprovalError("A second person approves a policy: not the one who proposed it.")
        policy = Policy.objects.create(
            number=last.number + 1 if last else 1,
            name=bundle.policy.name,
            text=text,
            card=dump(card or bundle.card).decode(),
            digest=bundle.policy.hash,
            cells=_cells(cells, last),
            published_at=now,
            proposed_by=proposed_by,
            approved_by=approved_by,
            note=note[:500],
        )
        facts: dict[str, Fact] = {
            "number": policy.number,
            "policy": policy.digest,
            "scorecard": (card or bundle.card).hash,
            "proposed_by": f"user:{proposed_by.key}",
        }
        draft = Draft(Event.POLICY_PUBLISHED, f"policy-{policy.number}", actor.name, facts)
        DatabaseLedger().append([draft], now=now)
    return policy


def republish(actor: Actor, old: Policy, *, after: Policy, by: User, note: str, now: datetime) -> Policy:
    """Make the content of an old version live again, as the next version."""
    actor.require(Perm.POLICY_APPROVE)
    policy = Policy.objects.create(
        number=after.number + 1,
        name=old.name,
        text=old.text,
        card=old.card,
        digest=old.digest,
        cells=old.cells,
        published_at=now,
        proposed_by=old.proposed_by,
        approved_by=by,
        note=note.strip()[:500],
        back_to=old.back_to or old,
    )
    facts: dict[str, Fact] = {"number": policy.number, "policy": policy.digest, "back_to": old.number}
    draft = Draft(Event.POLICY_PUBLISHED, f"policy-{policy.number}", actor.name, facts)
    DatabaseLedger().append([draft], now=now)
    return policy


def _cells(given: CellReading | None, last: Policy | None) -> dict[str, object]:
    return last.cells if given is None and last is not None else cells_json(given or CellReading())
