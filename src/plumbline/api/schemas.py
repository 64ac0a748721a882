"""What goes in and comes out, in the words of the lead model."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

Text = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]


class Strict(Schema):
    """Nothing is taken that is not declared."""

    model_config = ConfigDict(extra="forbid")


class MessageIn(Strict):
    """A message that came with a lead."""

    text: Annotated[str, Field(min_length=1, max_length=200_000)]
    channel: Annotated[str, Field(max_length=20)] = "form"
    at: AwareDatetime
    id: Annotated[str, Field(max_length=200)] = ""


class EventIn(Strict):
    """An event of a lead."""

    kind: Annotated[str, Field(min_length=1, max_length=60)]
    at: AwareDatetime


class LeadIn(Strict):
    """Fields of the lead model by name (``contact.email``, ``extra.budget``), as text, as received."""

    fields: Annotated[dict[Name, Text | None], Field(max_length=300)]
    messages: Annotated[list[MessageIn], Field(max_length=200)] = []
    events: Annotated[list[EventIn], Field(max_length=2_000)] = []


class BulkLeadIn(LeadIn):
    """A line of a bulk request: a lead with its id."""

    id: Id


class FormIn(LeadIn):
    """A web form that was sent. Without an id of its own a lead gets one."""

    id: Id | None = None


class ReasonOut(Schema):
    """A term of the scorecard that gave or took points."""

    label: str
    cell: str
    points: int
    dimension: str


class DecisionOut(Schema):
    """What was decided, and by what. ``points`` is null for a person who objected."""

    id: int
    at: datetime
    route: str
    band: str | None
    points: int | None
    action: str
    owner: str
    because: str
    decided_by: str
    reason: str
    proposes: str | None
    autonomy: str
    policy: int


class LeadOut(Schema):
    """A lead and where it stands. ``version`` goes with an act on it: nobody overwrites another unseen."""

    key: str
    id: str
    arrived_at: datetime
    changed_at: datetime
    fields: dict[str, str | None]
    state: str
    team: str
    version: int
    decision: DecisionOut | None


class ReceivedOut(Schema):
    """What became of a lead that was sent."""

    lead: str
    id: str
    added: bool
    changed: bool
    decision: DecisionOut | None
    reasons: list[ReasonOut] = []


class PageOut(Schema):
    """Some leads, and where the next page begins; null on the last."""

    leads: list[LeadOut]
    after: int | None


class OutcomeIn(Strict):
    """What sales reports of a lead. The same ``ref`` again, such as the CRM's number, changes nothing."""

    kind: Annotated[str, Field(max_length=24)]
    at: AwareDatetime
    reason: Annotated[str, Field(max_length=40)] = ""
    note: Annotated[str, Field(max_length=500)] = ""
    ref: Annotated[str, Field(max_length=64)] = ""


class OutcomeOut(Schema):
    """It was written, under this reference."""

    ref: str


class OverrideIn(Strict):
    """A person's route instead of the proposed one. ``version`` is the lead's, as the person saw it."""

    to: Annotated[str, Field(max_length=20)]
    reason: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(min_length=1, max_length=500)]
    until: AwareDatetime
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class OverrideOut(Schema):
    """The override that counts now, and the entry of the ledger that recorded it."""

    to: str
    until: datetime
    entry: int


class ReviewOut(Schema):
    """A question that was put to a person."""

    key: str
    kind: str
    state: str
    lead: str
    team: str
    question: str
    opened_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    decided_at: datetime | None
    answer: str
    version: int


class ReviewsOut(Schema):
    """Some reviews, the one that is due first before the others; ``after`` is null on the last page."""

    reviews: list[ReviewOut]
    after: str | None


class PolicyOut(Schema):
    """A version of the policy."""

    number: int
    name: str
    published_at: datetime
    digest: str
    text: str


class RunOut(Schema):
    """A pass over many leads."""

    key: str
    kind: str
    state: str
    total: int
    done: int
    changed: int
    created_at: datetime
    finished_at: datetime | None
    error: str


class ErrorBody(Schema):
    """What went wrong. ``field`` names what was wrong where it is one thing; ``request`` is for the log."""

    code: str
    message: str
    field: str
    details: list[Any]
    request: str


class ErrorOut(Schema):
    """The one shape of errors."""

    error: ErrorBody
