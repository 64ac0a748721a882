"""The calls, one a method. What is lost on the way is asked again, and carried out once all the same."""

from __future__ import annotations

import json
import secrets
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote

from plumbline.client.answers import (
    Decision,
    Evidence,
    Lead,
    Line,
    NewLead,
    Policy,
    Received,
    Review,
    Run,
)
from plumbline.client.wire import Retry, Wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    import httpx

    from plumbline.client.answers import Event, Message

_CHUNK: Final = 200
_PAGE: Final = 200


class Client:
    """A Plumbline elsewhere, asked with a key. Use it as a context manager; one may serve several threads.

    ``timeout`` is in seconds, per try. Every method raises ``ApiError`` for what was refused or not reached.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        timeout: float = 10.0,
        retry: Retry | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._wire = Wire(address, key, timeout=timeout, retry=retry or Retry(), transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._wire.close()

    # Leads

    def put_lead(
        self,
        id: str,  # noqa: A002 - it is what the lead model calls it
        fields: Mapping[str, str | None],
        *,
        messages: Sequence[Message] = (),
        events: Sequence[Event] = (),
        idempotency_key: str = "",
    ) -> Received:
        """Send a lead, or its change, under the id it has with you; it is decided at once."""
        body = NewLead(id, fields, messages, events).sent()
        path = f"/leads/by-id/{quote(id)}"
        return Received.of(self._wire.act("PUT", path, body, idempotency_key))

    def score(
        self,
        fields: Mapping[str, str | None],
        *,
        id: str | None = None,  # noqa: A002
        messages: Sequence[Message] = (),
        events: Sequence[Event] = (),
        idempotency_key: str = "",
    ) -> Received:
        """Score a web form when it is sent. Without an id the lead gets one."""
        body = NewLead(id or "", fields, messages, events).sent() | {"id": id}
        return Received.of(self._wire.act("POST", "/score", body, idempotency_key))

    def bulk(self, leads: Iterable[NewLead], *, chunk: int = _CHUNK) -> Iterator[Line]:
        """Send many leads, ``chunk`` at a time; the answers come in the order of the leads.

        A lead that is refused is an answer too and stops nothing. After a lost connection a chunk is sent
        again: leads that had arrived say ``changed`` False then.
        """
        rest, before = iter(leads), 0
        while some := list(islice(rest, chunk)):
            lines = "\n".join(json.dumps({"id": one.id, **one.sent()}) for one in some)
            for told in self._wire.lines("/leads:bulk", lines.encode()):
                received = told.get("received")
                yield Line(
                    before + told["line"],
                    None if received is None else Received.of(received),
                    told.get("error", {}),
                )
            before += len(some)

    def lead(self, key: str) -> Lead:
        """One lead, by its key here."""
        return Lead.of(self._wire.get(f"/leads/{quote(key, safe='')}"))

    def leads(self, *, page: int = _PAGE) -> Iterator[Lead]:
        """Every lead that is for this key, in the order in which they came."""
        for told in self._wire.pages("/leads", {"limit": page}, "leads"):
            yield Lead.of(told)

    def decisions(self, key: str) -> list[Decision]:
        """What was decided about a lead, newest first."""
        told = self._wire.get(f"/leads/{quote(key, safe='')}/decisions")
        return [Decision.of(one) for one in told]

    def evidence(self, key: str) -> Evidence:
        """The evidence packet of the decision that stands."""
        return Evidence.of(self._wire.get(f"/leads/{quote(key, safe='')}/evidence"))

    def report_outcome(
        self, key: str, kind: str, *, at: datetime, reason: str = "", note: str = "", ref: str = ""
    ) -> str:
        """Report what became of a lead; its reference. The same ``ref`` again changes nothing."""
        body = {"kind": kind, "at": at.isoformat(), "reason": reason, "note": note, "ref": ref}
        told = self._wire.act("POST", f"/leads/{quote(key, safe='')}/outcomes", body)
        return str(told["ref"])

    # Reviews, policy, runs

    def reviews(self, *, kind: str = "", answered: bool = False) -> Iterator[Review]:
        """Questions that were put to people, the one that is due first before the others."""
        query: dict[str, Any] = {"answered": answered} | ({"kind": kind} if kind else {})
        for told in self._wire.pages("/reviews", query, "reviews"):
            yield Review.of(told)

    def live_policy(self) -> Policy:
        """The policy that decides now."""
        return Policy.of(self._wire.get("/policies/live"))

    def policy(self, number: int) -> Policy:
        """A version of the policy."""
        return Policy.of(self._wire.get(f"/policies/{number}"))

    def start_run(self, *, idempotency_key: str = "") -> Run:
        """Have every lead decided again, in the background."""
        return Run.of(self._wire.act("POST", "/runs", None, idempotency_key or secrets.token_hex(16)))

    def run(self, key: str) -> Run:
        """How far a run is."""
        return Run.of(self._wire.get(f"/runs/{quote(key, safe='')}"))
