"""Stored leads as a run takes them: written beside it as of one moment, so that a resumed run sees the same.

``intake`` parts hold the leads in the order in which they came, ``messages`` what they wrote, ``events`` what
they did, folded. They are gone once the run is in the tables; until then erasing a person reaches them too.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from django.db import connection, transaction

from plumbline.app.services import bulk
from plumbline.app.services.inputs import ALWAYS, EVENTS
from plumbline.connectors.events import moment
from plumbline.engines import local
from plumbline.qualify.inbox import MESSAGES, Inbox
from plumbline.signals import EventState, event_state
from plumbline.signals.events import is_event
from plumbline.triage.report import no_issues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbline.app.models import Run
    from plumbline.app.services.outbox import Job
    from plumbline.qualify.bundle import Bundle
    from plumbline.store import RunFolder

#: Leads in a part.
PART: Final = local.PART_ROWS
INTAKE: Final = "intake"
_MESSAGES: Final = "messages"
_EVENTS: Final = "events"
_SEAL: Final = "intake.json"
_OWN: Final = ("row", "pk", "arrived_at", "lead.id")
_LEADS: Final[Mapping[str, pl.DataType]] = {
    "pk": pl.Int64(),
    "lead.id": pl.String(),
    "arrived_at": pl.String(),
    "received": pl.String(),
    "objected": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """One batch. Nothing is rejected here: what could not be read never became a lead."""

    received: pl.DataFrame
    rejected: pl.DataFrame = field(default_factory=no_issues)
    noted: pl.DataFrame = field(default_factory=no_issues)


@dataclass(frozen=True)
class StoredLeads:
    """The leads of a run in its folder (``engines.Intake``)."""

    folder: RunFolder
    name: str = "leads of the application"

    @cached_property
    def _seal(self) -> dict[str, Any]:
        sealed: dict[str, Any] = json.loads(self.folder.read_document(_SEAL))
        return sealed

    @property
    def is_there(self) -> bool:
        """Whether everything was written."""
        return (self.folder.path / _SEAL).exists()

    @property
    def rows(self) -> int:
        """How many leads there are."""
        return int(self._seal["rows"])

    def sha256(self) -> str:
        """Hash of the leads, of what they wrote and of what they did."""
        return str(self._seal["sha256"])

    def batches(self, size: int) -> Iterator[Rows]:
        """The leads in order, a part in one batch; ``size`` is that of the parts."""
        if size != PART:
            raise ValueError(f"Stored leads come in parts of {PART}, not of {size}.")
        fields = self._seal["fields"]
        for index in self.folder.parts(INTAKE):
            part = self.folder.read_part(index, INTAKE)
            none = [pl.lit(None, pl.String).alias(name) for name in fields if name not in part.columns]
            yield Rows(part.with_columns(none).select("row", "lead.id", *fields))

    def places(self, index: int) -> pl.DataFrame:
        """Which row of a part is which lead: ``row``, ``pk`` and ``arrived_at``."""
        return self.folder.read_part(index, INTAKE, columns=["row", "pk", "arrived_at"])

    def inbox(self) -> Inbox:
        """What the leads wrote beside the form."""
        return StoredInbox(folder=self.folder) if self.folder.parts(_MESSAGES) else Inbox()

    def events(self) -> EventState | None:
        """What the leads did, folded; None where the policy asks for none of it."""
        return EventState(self.folder.read_part(0, _EVENTS)) if self.folder.parts(_EVENTS) else None

    def drop(self) -> None:
        """Delete what only the run itself needed."""
        (self.folder.path / _SEAL).unlink(missing_ok=True)
        for kind in (INTAKE, _MESSAGES, _EVENTS):
            shutil.rmtree(self.folder.path / kind, ignore_errors=True)


@dataclass(frozen=True)
class StoredInbox(Inbox):
    """Reads the messages of a batch when the batch comes, so that memory holds no more than those."""

    folder: RunFolder | None = None

    def of(self, clean: pl.DataFrame) -> pl.DataFrame | None:
        """The messages of these leads."""
        if self.folder is None:
            return None
        ids = clean.lazy().select("lead.id")
        return self.folder.scan(_MESSAGES).join(ids, on="lead.id", how="semi").collect()


def write(folder: RunFolder, run: Run, bundle: Bundle, job: Job) -> StoredLeads:
    """Write the leads that a run covers beside it, as they are now, all of one moment."""
    stored = StoredLeads(folder)
    if stored.is_there:
        return stored
    folder.create()
    stored.drop()
    outermost = not connection.in_atomic_block
    with transaction.atomic(durable=False):
        if outermost and connection.vendor == "postgresql":
            bulk.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        fields, rows = _write_leads(folder, run, job)
        _write_behaviour(folder, run, bundle)
    digest = sha256()
    for kind in (INTAKE, _MESSAGES, _EVENTS):
        for index in folder.parts(kind):
            digest.update(folder.part_hash(index, kind).encode())
    seal = {"fields": fields, "rows": rows, "sha256": digest.hexdigest()}
    folder.write_document(_SEAL, json.dumps(seal).encode())
    return stored


def _write_leads(folder: RunFolder, run: Run, job: Job) -> tuple[list[str], int]:
    """Part by part; the fields that any of them has, and how many leads there are."""
    fields, rows, last = set(ALWAYS), 0, 0
    received = "l.received::text" if connection.vendor == "postgresql" else "l.received"
    for index in range(2**31):
        job.keep()
        part = bulk.frame(
            f"SELECT l.id, l.key, CAST(l.arrived_at AS text), {received}, l.objected_at IS NOT NULL "  # noqa: S608
            f"FROM plumbline_lead AS l {scope_of(run)} AND l.id > {last} ORDER BY l.id LIMIT {PART}",
            _LEADS,
        )
        if part.is_empty():
            break
        cells = _cells(part)
        fields.update(cells.columns)
        numbers = pl.Series("row", range(rows + 1, rows + part.height + 1), pl.Int64())
        folder.write_beside(
            INTAKE,
            index,
            pl.concat([numbers.to_frame(), part.drop("received", "objected"), cells], how="horizontal"),
        )
        rows, last = rows + part.height, int(part.item(-1, "pk"))
    return sorted(fields), rows


def _cells(part: pl.DataFrame) -> pl.DataFrame:
    """The received fields in columns; an objection that was made since counts as received."""
    # A first line with the one field that is always there: a batch of leads without any would have no height.
    lines = '{"lead.objected":"no"}\n' + part.get_column("received").str.join("\n").item()
    cells = pl.read_ndjson(BytesIO(lines.encode()), infer_schema_length=None)[1:]
    objected = pl.when(part.get_column("objected")).then(pl.lit("true")).otherwise(pl.col("lead.objected"))
    return cells.with_columns(objected.alias("lead.objected"))


def _write_behaviour(folder: RunFolder, run: Run, bundle: Bundle) -> None:
    """Messages where the policy reads, events where it counts any, up to the moment of the run."""
    until, scope = bulk.moment(run.as_of), scope_of(run)
    if bundle.reads:
        day = "CAST(m.at AS text)"
        messages = bulk.frame(
            f"SELECT CAST(m.id AS text), l.key, {day}, m.channel, m.text FROM plumbline_message AS m "  # noqa: S608
            f"JOIN plumbline_lead AS l ON l.id = m.lead_id {scope} AND m.at <= '{until}' ORDER BY m.at, m.id",
            {**MESSAGES, "sent_on": pl.String()},
        )
        sent = pl.col("sent_on").str.slice(0, 10).str.to_date("%Y-%m-%d")
        folder.write_beside(_MESSAGES, 0, messages.with_columns(sent))
    if any(map(is_event, bundle.policy.signals)):
        events = bulk.frame(
            f"SELECT l.key, b.kind, CAST(b.at AS text) FROM plumbline_behaviour AS b "  # noqa: S608
            f"JOIN plumbline_lead AS l ON l.id = b.lead_id {scope} AND b.at <= '{until}'",
            EVENTS,
        )
        # Of one form, with and without parts of a second: a column is read by the form of its first value.
        timed = events.with_columns(moment(pl.col("at")))
        state = event_state(timed, bundle.policy.signals, as_of=run.as_of)
        folder.replace_part(_EVENTS, 0, state.frame)


def scope_of(run: Run) -> str:
    """Which leads ``l`` a run covers, as the rest of a statement."""
    scope: Mapping[str, Any] = run.scope
    if "import" in scope:
        number = int(scope["import"])
        pasts = f"SELECT p.lead_id FROM plumbline_past AS p WHERE p.batch_id = {number}"  # noqa: S608 - a number
        return f"WHERE l.erased_at IS NULL AND (l.batch_id = {number} OR l.id IN ({pasts}))"
    if scope.get("changed"):
        return (
            "LEFT JOIN plumbline_standing AS s ON s.lead_id = l.id "
            "LEFT JOIN plumbline_decision AS d ON d.id = s.decision_id "
            "WHERE l.erased_at IS NULL AND (s.lead_id IS NULL OR l.changed_at > coalesce(d.at, s.since))"
        )
    return "WHERE l.erased_at IS NULL"
