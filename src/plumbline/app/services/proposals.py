"""A change of the policy: a proposal, shown with what it would move, approved by a second person."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from django.db import transaction

from plumbline.app.actors import Actor
from plumbline.app.errors import ConflictError, InvalidInputError, NotFoundError, SelfApprovalError
from plumbline.app.models import Policy, Proposal
from plumbline.app.models.base import new_key
from plumbline.app.services import outbox, policies, previews, runs
from plumbline.app.services.acts import person_of
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.domain.errors import InvalidPolicyError
from plumbline.domain.permissions import Perm
from plumbline.ledger import Draft, Event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plumbline.ledger.entry import Fact

_LONGEST: Final = 1_000_000
_OPEN: Final = (Proposal.State.DRAFT, Proposal.State.PROPOSED)


def start(actor: Actor, *, now: datetime, text: str | None = None) -> Proposal:
    """Begin a proposal with the text of the live policy, or with another text."""
    actor.require(Perm.POLICY_PROPOSE)
    live = Policy.objects.order_by("-number").first()
    return Proposal.objects.create(
        base=live,
        text=_checked(text if text is not None else live.text if live else ""),
        created_by=person_of(actor),
        created_at=now,
        changed_at=now,
    )


def save(actor: Actor, key: str, *, text: str, why: str, version: int, now: datetime) -> Proposal:
    """Keep a draft as it is now, however wrong it still is.

    Raises:
        ConflictError: It was changed since ``version``, or is no draft any more.
        NotFoundError: There is no such proposal of this actor.
    """
    actor.require(Perm.POLICY_PROPOSE)
    with transaction.atomic():
        proposal = _own(actor, key, version)
        proposal.text, proposal.why = _checked(text), why.strip()[:500]
        return _keep(proposal, now)


def preview(actor: Actor, key: str, *, now: datetime) -> Proposal:
    """Work out what a proposal would move, and keep it beside the text it is true of.

    Raises:
        InvalidPolicyError: The text is no policy that could go live.
    """
    proposal = get(actor, key)
    found = previews.preview(proposal.text, now=now)
    Proposal.objects.filter(pk=proposal.pk, text=proposal.text).update(
        preview=found, preview_of=hash_of(proposal.text)
    )
    return get(actor, key)


def propose(actor: Actor, key: str, *, version: int, now: datetime) -> Proposal:
    """Put a draft before a second person. It says why, it lints, and what it would move is known.

    Raises:
        InvalidInputError: It does not say why, or what it would move is not worked out for this text.
        InvalidPolicyError: It has problems that block it, failing examples included.
    """
    actor.require(Perm.POLICY_PROPOSE)
    with transaction.atomic():
        proposal = _own(actor, key, version)
        if not proposal.why:
            raise InvalidInputError("Say in a sentence why this change is wanted.", "why")
        previews.publishable(proposal.text)
        if proposal.preview_of != hash_of(proposal.text):
            raise InvalidInputError("See first what it would move.", "preview")
        proposal.state = Proposal.State.PROPOSED
        _keep(proposal, now)
        _record(actor, Event.PROPOSAL_MADE, proposal, {"text": hash_of(proposal.text)}, now)
    return proposal


def withdraw(actor: Actor, key: str, *, version: int, now: datetime) -> Proposal:
    """Take a proposal of one's own back."""
    actor.require(Perm.POLICY_PROPOSE)
    with transaction.atomic():
        proposal = _locked(key, version)
        if proposal.created_by_id != actor.user_id:
            raise NotFoundError("There is no such proposal of yours.")
        proposal.state = Proposal.State.WITHDRAWN
        return _keep(proposal, now)


def decide(
    actor: Actor, key: str, *, approve: bool, answer: str, version: int, now: datetime
) -> Policy | None:
    """Approve a proposal, which makes it live, or refuse it. All leads are decided again afterwards.

    Raises:
        ConflictError: Another policy went live since it was written, or somebody answered it already.
        SelfApprovalError: The actor proposed it.
    """
    actor.require(Perm.POLICY_APPROVE)
    with transaction.atomic():
        proposal = _locked(key, version)
        if proposal.state != Proposal.State.PROPOSED:
            raise ConflictError("It does not wait for an answer.")
        if proposal.created_by_id == actor.user_id:
            raise SelfApprovalError("A second person approves a policy: not the one who proposed it.")
        if approve:
            _refuse_overtaken(proposal)
        proposal.state = Proposal.State.APPROVED if approve else Proposal.State.REFUSED
        proposal.decided_by, proposal.decided_at = person_of(actor), now
        proposal.answer = answer.strip()[:500]
        _keep(proposal, now)
        _record(actor, Event.PROPOSAL_DECIDED, proposal, {"answer": proposal.state}, now)
        return _publish(actor, proposal, now) if approve else None


def step_back(actor: Actor, *, why: str, now: datetime) -> Policy:
    """Make the version before the live one live again, as a new version.

    One person is enough: two agreed to that content before, and a bad policy must be gone quickly.

    Raises:
        ConflictError: There is no version before.
    """
    actor.require(Perm.POLICY_APPROVE)
    if not why.strip():
        raise InvalidInputError("Say in a sentence why you step back.", "why")
    with transaction.atomic():
        live = Policy.objects.select_for_update().order_by("-number").first()
        before = _before(live) if live else None
        if live is None or before is None:
            raise ConflictError("There is no version before this one.")
        policy = policies.republish(actor, before, after=live, by=person_of(actor), note=why, now=now)
        _rescore(now)
    return policy


def get(actor: Actor, key: str) -> Proposal:
    """A proposal; ``NotFoundError`` when there is none. Another's draft is theirs alone."""
    actor.require(Perm.POLICY_READ)
    proposal = Proposal.objects.select_related("base", "created_by", "decided_by").filter(key=key).first()
    foreign = proposal and proposal.state == Proposal.State.DRAFT and proposal.created_by_id != actor.user_id
    if proposal is None or foreign:
        raise NotFoundError("There is no such proposal.")
    return proposal


def open_ones(actor: Actor) -> list[Proposal]:
    """What waits for an answer, and one's own drafts, newest first."""
    actor.require(Perm.POLICY_READ)
    rows = Proposal.objects.filter(state__in=_OPEN).select_related("created_by").order_by("-changed_at")
    proposed = Proposal.State.PROPOSED
    return [one for one in rows[:50] if one.state == proposed or one.created_by_id == actor.user_id]


def hash_of(text: str) -> str:
    """SHA-256 of a text."""
    return sha256(text.encode()).hexdigest()


def _own(actor: Actor, key: str, version: int) -> Proposal:
    proposal = _locked(key, version)
    if proposal.created_by_id != actor.user_id:
        raise NotFoundError("There is no such proposal of yours.")
    if proposal.state != Proposal.State.DRAFT:
        raise ConflictError("It is no draft any more.")
    return proposal


def _locked(key: str, version: int) -> Proposal:
    proposal = Proposal.objects.select_for_update().filter(key=key).first()
    if proposal is None:
        raise NotFoundError("There is no such proposal.")
    if proposal.version != version:
        raise ConflictError("Somebody changed it meanwhile: look at it again before you go on.")
    return proposal


def _keep(proposal: Proposal, now: datetime) -> Proposal:
    proposal.version += 1
    proposal.changed_at = now
    proposal.save()
    return proposal


def _refuse_overtaken(proposal: Proposal) -> None:
    live = Policy.objects.select_for_update().order_by("-number").first()
    if live is not None and live.pk != proposal.base_id:
        raise ConflictError(f"{live} went live since this was written: it has to be written on top of that.")


def _publish(actor: Actor, proposal: Proposal, now: datetime) -> Policy:
    try:
        policy = policies.publish(
            actor,
            proposal.text,
            proposed_by=proposal.created_by,
            approved_by=proposal.decided_by,
            now=now,
            note=proposal.why,
        )
    except (
        InvalidPolicyError
    ) as error:  # the linter of a newer Plumbline may know more than when it was proposed
        raise ConflictError(f"It cannot go live: {error}") from error
    _rescore(now)
    return policy


def _rescore(now: datetime) -> None:
    """Every lead is decided again under the policy that went live."""
    run = runs.create(Actor.of_system("policy"), runs.ALL, {}, now=now)
    outbox.put(runs.TOPIC, {"run": run.key}, now=now)


def _before(live: Policy) -> Policy | None:
    """The version whose content ruled before: stepping back twice goes on backwards, not to and fro."""
    start = live.back_to or live
    return Policy.objects.filter(number__lt=start.number).order_by("-number").first()


def _record(actor: Actor, event: Event, proposal: Proposal, facts: Mapping[str, Fact], now: datetime) -> None:
    body = {"why": proposal.why, "answer": proposal.answer}
    draft = Draft(event, new_key(), actor.name, {"proposal": proposal.key, **facts}, body=body)
    DatabaseLedger().append([draft], now=now)


def _checked(text: str) -> str:
    if len(text) > _LONGEST or "\0" in text:
        raise InvalidInputError("This is no policy file: too long, or not text.", "text")
    return text.replace("\r\n", "\n")
