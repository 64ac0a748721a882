"""The evidence packet of a decision, out of the ledger or the run file, and replayed on the way."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import polars as pl
from django.conf import settings

from plumbline.app.errors import NotFoundError
from plumbline.app.models import Run
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.live import bundle_of_policy, bundle_of_run
from plumbline.ledger.canonical import canonical
from plumbline.qualify.evidence import packet
from plumbline.qualify.path import requalify
from plumbline.qualify.record import decisions_of, inputs_of
from plumbline.store import RunFolder

if TYPE_CHECKING:
    from datetime import datetime

    from plumbline.app.actors import Actor
    from plumbline.app.models import Decision
    from plumbline.qualify.bundle import Bundle
    from plumbline.qualify.packet import Fact, Packet

HIDDEN: Final = "•••"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A packet, and whether deciding again gave the same bytes as were recorded."""

    packet: Packet
    replays: bool


def evidence_of(actor: Actor, decision: Decision) -> Evidence:
    """The packet of a decision; without the permission to see personal data it is masked.

    Raises:
        NotFoundError: It was erased.
    """
    record, bundle = stored(decision)
    again = requalify(inputs_of(record), bundle=bundle, as_of=_moment(decision))
    recorded = decisions_of(record).drop("row", strict=False)
    same = _bytes(again.drop("row", strict=False)) == _bytes(recorded)
    made = packet(record, bundle=bundle, as_of=_moment(decision), plumbline=version("plumbline"))
    return Evidence(masked(made) if actor.masked else made, same)


def record_of(decision: Decision) -> pl.DataFrame:
    """The whole record of a decision, as a run folder keeps it: one row."""
    return stored(decision)[0]


def stored(decision: Decision) -> tuple[pl.DataFrame, Bundle]:
    """The record of a decision, and what it was made with.

    Raises:
        NotFoundError: It was erased.
    """
    if decision.run is not None and decision.part is not None and decision.row is not None:
        folder = RunFolder(settings.DATA / "runs" / decision.run.folder)
        found = folder.read_row(decision.part, decision.row)
        if found.is_empty() or found.item(0, "lead.id") is None:
            raise NotFoundError("What was decided here was erased.")
        return found, bundle_of_run(decision.run)
    body = DatabaseLedger().entry(decision.seq or 0).body
    if body is None:
        raise NotFoundError("What was decided here was erased.")
    content = json.loads(body.content)
    bundle = _bundle(content["weighed_by"], decision)
    return _record(content, bundle, _moment(decision)), bundle


def _bundle(weighed_by: str, decision: Decision) -> Bundle:
    """The policy's, with unknown answers as likely as the run says by which they were weighed."""
    if not weighed_by:
        return bundle_of_policy(decision.policy)
    return bundle_of_run(Run.objects.select_related("policy").get(key=weighed_by))


def _record(content: dict[str, dict[str, object]], bundle: Bundle, as_of: datetime) -> pl.DataFrame:
    """Out of the ledger's body; the types of the decision's columns come from deciding again."""
    names = {name: pl.String() for name in content["inputs"]}
    inputs = pl.DataFrame([content["inputs"]], schema=names).insert_column(0, pl.Series("row", [1], pl.Int64))
    again = requalify(inputs, bundle=bundle, as_of=as_of)
    kinds = {name: kind for name, kind in again.schema.items() if name != "row"}
    decided = pl.DataFrame([content["decision"]], schema=kinds)
    received = inputs.select(pl.exclude("lead.id").name.prefix("in."))
    return pl.concat(
        [decided.select("lead.id"), received, decided.select(pl.exclude("lead.id"))], how="horizontal"
    )


def _moment(decision: Decision) -> datetime:
    """When it was decided; all decisions of a run were made as of one moment."""
    return decision.at if decision.run is None else decision.run.as_of


def masked(whole: Packet) -> Packet:
    """The packet without what is personal: names, addresses and the text of messages."""
    facts = tuple(_masked_fact(fact) if fact.personal else fact for fact in whole.facts)
    messages = tuple(
        replace(one, stretches=(), answers=tuple(replace(answer, quotes=()) for answer in one.answers))
        for one in whole.messages
    )
    return replace(whole, title=whole.lead_id, facts=facts, messages=messages)


def _masked_fact(fact: Fact) -> Fact:
    return replace(
        fact,
        received=None if fact.received is None else HIDDEN,
        value=None if fact.value is None else HIDDEN,
    )


def _bytes(frame: pl.DataFrame) -> bytes:
    return canonical(frame.row(0, named=True))
