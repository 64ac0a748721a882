"""Leads: sent, read, decided; what became of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Status
from pydantic import ValidationError as SchemaError

from plumbline.api.idempotency import once
from plumbline.api.permissions import needs
from plumbline.api.schemas import (
    BulkLeadIn,
    DecisionOut,
    FormIn,
    Id,
    LeadIn,
    LeadOut,
    OutcomeIn,
    OutcomeOut,
    PageOut,
    ReceivedOut,
)
from plumbline.api.shown import decision_out, lead_out, reasons_of, reasons_out
from plumbline.app.actors import Actor
from plumbline.app.errors import InvalidInputError, NotFoundError
from plumbline.app.models import Lead
from plumbline.app.models.base import new_key
from plumbline.app.services import access, deciding, evidence, leads, outcomes
from plumbline.domain.errors import PlumblineError
from plumbline.domain.permissions import Perm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.app.models import Decision

router: Final = Router(tags=["leads"])
_PAGE: Final = 200
_BULK: Final = 5_000

Key = Annotated[str, Path(max_length=32)]


@router.put("/leads/by-id/{path:id}", response={200: ReceivedOut, 201: ReceivedOut}, operation_id="put_lead")
@needs(Perm.LEAD_WRITE)
@once
def put_lead(request: HttpRequest, id: Annotated[Id, Path()], lead: LeadIn) -> Status[ReceivedOut]:  # noqa: A002
    """Send a lead, or its change, under the id it has with you; it is decided at once."""
    found = _receive(_actor(request), id, lead)
    return Status(201 if found.added else 200, found)


@router.post("/score", response={200: ReceivedOut, 201: ReceivedOut}, operation_id="score")
@needs(Perm.LEAD_WRITE)
@once
def score(request: HttpRequest, form: FormIn) -> Status[ReceivedOut]:
    """Score a web form when it is sent: the route, the reasons and the decision in one answer."""
    found = _receive(_actor(request), form.id or f"form-{new_key()}", form)
    return Status(201 if found.added else 200, found)


@router.post(
    "/leads:bulk",
    operation_id="bulk_leads",
    openapi_extra={
        "requestBody": {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}, "required": True}
    },
)
@needs(Perm.LEAD_WRITE)
def bulk(request: HttpRequest) -> StreamingHttpResponse:
    """Send many leads as NDJSON, one a line with its ``id``; each line is answered by a line, in order."""
    lines = request.body.splitlines()
    if len(lines) > _BULK:
        raise InvalidInputError(f"At most {_BULK:,} lines at once; import a file for more.")
    return StreamingHttpResponse(_answers(_actor(request), lines), content_type="application/x-ndjson")


@router.get("/leads", response=PageOut, operation_id="list_leads")
@needs(Perm.LEAD_READ, shows="leads by API")
def list_leads(
    request: HttpRequest,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=_PAGE)] = 50,
) -> PageOut:
    """Leads in the order in which they came; ``after`` of a page is where the next begins."""
    actor = _actor(request)
    rows = Lead.objects.visible_to(actor).filter(pk__gt=after, erased_at=None).order_by("pk")
    found = list(rows.select_related("standing__team", "standing__decision__policy")[: limit + 1])
    _saw(request, [lead.key for lead in found[:limit]])
    return PageOut(
        leads=[lead_out(actor, lead) for lead in found[:limit]],
        after=found[limit - 1].pk if len(found) > limit else None,
    )


@router.get("/leads/{key}", response=LeadOut, operation_id="get_lead")
@needs(Perm.LEAD_READ, shows="lead by API")
def get_lead(request: HttpRequest, key: Key) -> LeadOut:
    """One lead, by our key."""
    lead = _lead(request, key)
    _saw(request, [lead.key])
    return lead_out(_actor(request), lead)


@router.get("/leads/{key}/decisions", response=list[DecisionOut], operation_id="list_decisions")
@needs(Perm.LEAD_READ, shows="decisions by API")
def list_decisions(request: HttpRequest, key: Key) -> list[DecisionOut]:
    """What was decided about a lead, newest first."""
    lead = _lead(request, key)
    _saw(request, [lead.key])
    rows = lead.decisions.select_related("policy").order_by("-pk")[:_PAGE]
    return [decision_out(one) for one in rows]


@router.get("/leads/{key}/evidence", operation_id="get_evidence", response=dict[str, Any])
@needs(Perm.LEAD_READ, shows="evidence by API")
def get_evidence(request: HttpRequest, key: Key) -> dict[str, Any]:
    """The evidence packet of the decision that stands, and whether it replays to the same bytes."""
    lead = _lead(request, key)
    _saw(request, [lead.key])
    found = evidence.evidence_of(_actor(request), _standing_decision(lead))
    return {"replays": found.replays, "packet": asdict(found.packet)}


@router.post("/leads/{key}/outcomes", response={201: OutcomeOut}, operation_id="report_outcome")
@needs(Perm.OUTCOME_REPORT)
@once
def report_outcome(request: HttpRequest, key: Key, outcome: OutcomeIn) -> Status[OutcomeOut]:
    """Report what became of a lead."""
    found = outcomes.report(
        _actor(request),
        key,
        outcome.kind,
        at=outcome.at,
        now=timezone.now(),
        reason=outcome.reason,
        note=outcome.note,
        ref=outcome.ref,
    )
    return Status(201, OutcomeOut(ref=found.ref))


def _receive(actor: Actor, id_: str, lead: LeadIn) -> ReceivedOut:
    now = timezone.now()
    with transaction.atomic():
        found = leads.receive(actor, _arrival(id_, lead), now=now)
        if found.added or found.changed:
            (made,) = deciding.decided(actor, [found.lead], now=now)
            decision, reasons = made.decision, reasons_of(made)
        else:
            decision = _standing_decision(found.lead)
            reasons = reasons_out(evidence.evidence_of(actor, decision).packet)
    return ReceivedOut(
        lead=found.lead.key,
        id=id_,
        added=found.added,
        changed=found.changed,
        decision=decision_out(decision),
        reasons=reasons,
    )


def _arrival(id_: str, lead: LeadIn) -> leads.Arrival:
    return leads.Arrival(
        id_,
        lead.fields,
        [leads.Said(one.text, one.channel, one.at, one.id) for one in lead.messages],
        [leads.Did(one.kind, one.at) for one in lead.events],
    )


def _answers(actor: Actor, lines: list[bytes]) -> Iterator[bytes]:
    for number, line in enumerate(lines, start=1):
        yield json.dumps({"line": number, **_answer(actor, line)}).encode() + b"\n"


def _answer(actor: Actor, line: bytes) -> dict[str, Any]:
    """One line's answer: a bad line is a result and stops nothing."""
    try:
        lead = BulkLeadIn.model_validate_json(line)
        return {"received": _receive(actor, lead.id, lead).model_dump(mode="json")}
    except SchemaError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return {"error": {"code": "invalid_input", "message": first["msg"], "field": place}}
    except PlumblineError as error:
        return {"error": {"code": error.code, "message": str(error), "field": getattr(error, "field", "")}}


def _lead(request: HttpRequest, key: str) -> Lead:
    rows = Lead.objects.visible_to(_actor(request)).filter(key=key, erased_at=None)
    lead: Lead | None = rows.select_related("standing__team", "standing__decision__policy").first()
    if lead is None:
        raise NotFoundError("There is no such lead.")
    return lead


def _standing_decision(lead: Lead) -> Decision:
    standing = getattr(lead, "standing", None)
    if standing is None or standing.decision is None:
        raise NotFoundError("Nothing was decided about this lead yet.")
    decision: Decision = standing.decision
    return decision


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _saw(request: HttpRequest, keys: list[str]) -> None:
    view = request.resolver_match.view_name if request.resolver_match else "api"
    access.note(_actor(request), what=view, leads=keys)
