"""What a person may ask for: who they are to us, and everything that is kept about them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from plumbline.app.errors import NotFoundError
from plumbline.app.models import Access, Import, Lead, LedgerBody
from plumbline.app.services import access, evidence
from plumbline.app.services.erasure import is_kept
from plumbline.domain.permissions import Perm
from plumbline.domain.words import Route
from plumbline.ledger.entry import Header

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from plumbline.app.actors import Actor
    from plumbline.app.models import Decision

#: Leads of one person that are looked at together.
MOST: Final = 50
REQUEST: Final = "data_request"


def find(actor: Actor, said: str) -> Sequence[Lead]:
    """The leads of a person: by e-mail address, by the key of a lead or by its id elsewhere.

    With any of their leads come all that share its address.
    """
    actor.require(Perm.PERSON_ERASE)
    word = said.strip()
    if not word:
        return []
    known = Lead.objects.filter(erased_at=None)
    found = known.filter(Q(email=word.lower()) | Q(email=word) | Q(key=word) | Q(external_id=word))
    emails = set(found.exclude(email="").values_list("email", flat=True))
    rows = known.filter(Q(pk__in=found.values("pk")) | Q(email__in=emails))
    return list(rows.select_related("account", "standing__team").order_by("pk")[:MOST])


def files_of(leads: Sequence[Lead]) -> list[Import]:
    """Uploaded files, still there, that brought or changed these leads. They hold other people too."""
    brought = Q(leads__in=leads) | Q(pk__in=[past.batch_id for lead in leads for past in lead.pasts.all()])
    rows = Import.objects.filter(brought).select_related("by").distinct().order_by("-pk")
    return [one for one in rows if is_kept(one)]


def everything(actor: Actor, leads: Collection[str]) -> bytes:
    """All that is kept about these leads as JSON, for the person; that it was taken is kept.

    Raises:
        NotFoundError: One of the keys is of no lead.
    """
    actor.require(Perm.PERSON_ERASE)
    rows = list(Lead.objects.filter(key__in=leads, erased_at=None).select_related("account").order_by("pk"))
    if not rows or len(rows) != len(set(leads)):
        raise NotFoundError("There is no such lead.")
    access.note(actor, what="copy for the person", leads=[row.key for row in rows], purpose=REQUEST)
    told = {"leads": [_lead(row) for row in rows], "files": [_file(one) for one in files_of(rows)]}
    return json.dumps(told, indent=1, ensure_ascii=False, default=str).encode()


def _lead(lead: Lead) -> dict[str, Any]:
    """People of ours are told by their part in it, never by name: they are persons as well."""
    return {
        "lead": lead.key,
        "id": lead.external_id,
        "company": lead.account.name if lead.account else None,
        "arrived_at": lead.arrived_at,
        "changed_at": lead.changed_at,
        "objected_at": lead.objected_at,
        "received": lead.received,
        "received_before": list(lead.pasts.order_by("pk").values("received", "until")),
        "messages": list(lead.messages.values("channel", "at", "text")),
        "behaviour": list(lead.behaviour.order_by("pk").values("kind", "at")),
        "decisions": [_decision(one) for one in _decisions(lead)],
        "outcomes": list(lead.outcomes.order_by("pk").values("kind", "at", "reason", "note")),
        "answers": list(lead.responses.order_by("pk").values("kind", "at", "reason", "note")),
        "overrides": list(
            lead.overrides.order_by("pk").values("at", "from_route", "to_route", "reason", "note")
        ),
        "reviews": list(
            lead.reviews.order_by("pk").values("kind", "question", "answer", "note", "opened_at")
        ),
        "appeals": list(lead.appeals.order_by("pk").values("at", "grounds", "on_behalf")),
        "given_to": list(lead.assignments.order_by("pk").values("at", "team__name", "why")),
        "recorded": list(_recorded(lead)),
        "seen_by": list(_seen(lead)),
    }


def _decisions(lead: Lead) -> Iterator[Decision]:
    return iter(lead.decisions.select_related("policy", "run").order_by("pk"))


def _decision(decision: Decision) -> dict[str, Any]:
    """What stands in the tables, with the record where it is in a run file; the ledger's comes below."""
    told: dict[str, Any] = {
        "at": decision.at,
        "policy": str(decision.policy),
        "route": Route(decision.route).word,
        "band": decision.band,
        "points": decision.points,
        "action": decision.action,
        "because": decision.because,
    }
    if decision.run is not None:
        try:
            (row,) = evidence.record_of(decision).to_dicts()
        except NotFoundError:
            return told
        told["record"] = {name: value for name, value in row.items() if not name.startswith("ledger.")}
    return told


def _recorded(lead: Lead) -> Iterator[dict[str, Any]]:
    for body in LedgerBody.objects.filter(subject=lead.key).select_related("entry").order_by("pk"):
        header = Header.decode(body.entry.header.encode())
        yield {
            "entry": header.seq,
            "what": header.kind.value,
            "hour": header.time,
            "content": json.loads(bytes(body.content)),
        }


def _seen(lead: Lead) -> Iterator[Mapping[str, Any]]:
    rows = Access.objects.annotate(named=Cast("leads", TextField()))
    named = rows.filter(named__contains=f'"{lead.key}"', at__gte=lead.arrived_at).order_by("pk")
    yield from named.values("at", "role", "what", "purpose")


def _file(one: Import) -> dict[str, Any]:
    return {"name": one.name, "uploaded_at": one.created_at, "sha256": one.digest}
