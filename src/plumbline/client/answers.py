"""What goes in and comes out, in the words of the lead model.

An answer leaves alone what it does not know, so that a newer server does not break an older client.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Message:
    """A message that comes with a lead. ``at`` has a time zone."""

    text: str
    at: datetime
    channel: str = "form"
    id: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something a lead did, such as ``demo``. ``at`` has a time zone."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewLead:
    """A lead on its way in: the id it has with you, and fields of the lead model as text."""

    id: str
    fields: Mapping[str, str | None]
    messages: Sequence[Message] = ()
    events: Sequence[Event] = ()

    def sent(self) -> dict[str, Any]:
        """As it is sent, without the id."""
        return {
            "fields": dict(self.fields),
            "messages": [_sent(one) for one in self.messages],
            "events": [_sent(one) for one in self.events],
        }


def _sent(one: Message | Event) -> dict[str, Any]:
    return asdict(one) | {"at": one.at.isoformat()}


class _Answer:
    """Reads itself out of what the API answered."""

    __slots__ = ()
    _moments: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Out of an answer."""
        known = {one.name for one in fields(cls)}  # type: ignore[arg-type]
        values = {name: value for name, value in told.items() if name in known}
        for name in cls._moments:
            if values.get(name) is not None:
                values[name] = datetime.fromisoformat(values[name])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Reason(_Answer):
    """A term of the scorecard that gave or took points."""

    label: str
    cell: str
    points: int
    dimension: str


@dataclass(frozen=True, slots=True)
class Decision(_Answer):
    """What was decided, and by what. ``points`` and ``band`` are None for a person who objected."""

    _moments: ClassVar = ("at",)

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


@dataclass(frozen=True, slots=True)
class Received(_Answer):
    """What became of a lead that was sent. ``lead`` is its key here, ``id`` the one it has with you."""

    lead: str
    id: str
    added: bool
    changed: bool
    decision: Decision
    reasons: tuple[Reason, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Out of an answer."""
        return cls(
            told["lead"],
            told["id"],
            told["added"],
            told["changed"],
            Decision.of(told["decision"]),
            tuple(Reason.of(one) for one in told["reasons"]),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one lead of many: it was received, or refused with an error. ``line`` counts from 1."""

    line: int
    received: Received | None
    error: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lead(_Answer):
    """A lead and where it stands."""

    key: str
    id: str
    arrived_at: datetime
    changed_at: datetime
    fields: Mapping[str, str | None]
    state: str
    team: str
    version: int
    decision: Decision | None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Out of an answer."""
        made = told["decision"]
        return cls(
            key=told["key"],
            id=told["id"],
            arrived_at=datetime.fromisoformat(told["arrived_at"]),
            changed_at=datetime.fromisoformat(told["changed_at"]),
            fields=told["fields"],
            state=told["state"],
            team=told["team"],
            version=told["version"],
            decision=None if made is None else Decision.of(made),
        )


@dataclass(frozen=True, slots=True)
class Evidence(_Answer):
    """The evidence packet as data, and whether deciding again gave the same bytes."""

    replays: bool
    packet: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Review(_Answer):
    """A question that was put to a person."""

    _moments: ClassVar = ("opened_at", "due_at", "escalated_at", "decided_at")

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


@dataclass(frozen=True, slots=True)
class Policy(_Answer):
    """A version of the policy."""

    _moments: ClassVar = ("published_at",)

    number: int
    name: str
    published_at: datetime
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class Run(_Answer):
    """A pass over many leads: how many there are, were decided, and were decided otherwise than before."""

    _moments: ClassVar = ("created_at", "finished_at")

    key: str
    kind: str
    state: str
    total: int
    done: int
    changed: int
    created_at: datetime
    finished_at: datetime | None
    error: str
