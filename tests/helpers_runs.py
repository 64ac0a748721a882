"""A run over leads held in memory, recorded in a real folder and a real ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from helpers_main_path import AS_OF, KEY, POLICY, bundle, events, received
from plumbline.engines import LocalRun, RunRequest
from plumbline.engines.recorded import RecordedRun
from plumbline.signals import event_state
from plumbline.store import LedgerFile, RunFolder
from plumbline.triage.report import no_issues

#: Somebody asked for a demo; so nobody else did.
DEMOS = events(("L4", "demo", "2026-02-20T10:00:00Z"), ("L13", "demo", "2026-02-21T10:00:00Z"))
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
REJECTED = pl.DataFrame(
    schema=dict.fromkeys(("row",), pl.Int64) | dict.fromkeys(("column", "value", "rule", "code"), pl.String)
)


@dataclass(frozen=True)
class Batch:
    received: pl.DataFrame
    rejected: pl.DataFrame = field(default_factory=lambda: REJECTED)
    noted: pl.DataFrame = field(default_factory=no_issues)


@dataclass(frozen=True)
class MemoryIntake:
    rows: list[dict[str, str | None]]
    name: str = "leads.csv"

    def sha256(self) -> str:
        return hashlib.sha256(repr(self.rows).encode()).hexdigest()

    def batches(self, size: int) -> Iterator[Batch]:
        frame = received(self.rows)
        for start in range(0, frame.height, size):
            yield Batch(frame.slice(start, size))


def leads(count: int) -> list[dict[str, str | None]]:
    """Leads of all kinds, every field a little different."""
    industries = ("Construction", "Energy", "Software", None)
    return [
        {
            "lead.id": f"L{at}",
            "contact.email": f"person{at}@firm{at % 7}.example",
            "account.employees": str(at * 37 % 900) if at % 5 else None,
            "account.industry": industries[at % 4],
            "account.tier": "strategic" if at % 11 == 0 else None,
            "extra.timeframe": ("now", "later", "-")[at % 3],
            "lead.created_at": "2026-02-01",
            "lead.objected": "yes" if at % 29 == 28 else None,
        }
        for at in range(count)
    ]


def request(
    folder: Path, rows, *, policy: str = POLICY, part_rows: int = 10, ledger: LedgerFile | None = None, **rest
):
    run, made = RunFolder(folder), bundle(policy)
    run.create()
    return RunRequest(
        intake=rest.pop("intake", None) or MemoryIntake(rows),
        policy_text=policy,
        bundle=made,
        events=event_state(DEMOS, made.policy.signals, as_of=AS_OF),
        events_hash="demos",
        as_of=AS_OF,
        folder=run,
        ledger=ledger or LedgerFile(folder / "ledger.sqlite"),
        actor="tests",
        clock=lambda: NOW,
        part_rows=part_rows,
        **rest,
    )


def recorded_run(folder: Path, rows, **rest) -> RecordedRun:
    LocalRun(request(folder, rows, **rest)).run()
    return RecordedRun(RunFolder(folder), KEY)
