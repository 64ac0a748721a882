"""Ledgers and runs: appending, recording and verifying, against only hashing the same bytes.

    python -m benchmarks.ledger_verify [entries] [rows] [repetitions]

Each piece of work runs in a process of its own, in turn, so that a busy machine slows all of them. Rates are
per second of one core (processor time); a single append waits for the disk and is timed by the clock.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl

from benchmarks.measure import Cost, child, quiet, report, spread
from plumbline.ledger import Draft, Event
from plumbline.ledger.runs import run_id
from plumbline.store import LedgerFile, RunFolder
from plumbline.store.recorder import RunPlan, RunRecorder
from plumbline.store.run_check import verify_run

NOW = datetime(2026, 1, 5, tzinfo=UTC)
PART_ROWS = 100_000
SINGLE = 2_000


def draft(number: int) -> Draft:
    lead = f"L{number}"
    body = {"lead": lead, "email": f"person.{number}@example.com", "note": "She asked for a quote. " * 11}
    return Draft(Event.REVIEW_DECIDED, f"{number:032x}", "alice", {"minutes": number % 60}, body, lead)


def batch(index: int, rows: int) -> pl.DataFrame:
    """Thirty received columns and fifteen decided ones; about 1,150 bytes a row."""
    number = pl.int_range(index * rows, (index + 1) * rows, eager=True)
    received = {f"in.extra.c{c}": text(f"value {{}} {c}", number % (c + 90)) for c in range(29)}
    decided = {f"points.term.t{c}": (number % (c + 17) - 8).cast(pl.Int16) for c in range(14)}
    ids = {"lead.id": text("L{}", number), "in.row": number + 1}
    return pl.DataFrame(ids | received | decided).with_columns(route=pl.lit("queue"))


def text(template: str, number: pl.Series) -> pl.Series:
    return pl.select(pl.format(template, number)).to_series()


def append_batches(room: Path, entries: int) -> None:
    with LedgerFile(room / "ledger.sqlite") as ledger:
        for first in range(0, entries, 1000):
            ledger.append([draft(n) for n in range(first, first + 1000)], now=NOW)


def append_singly(room: Path, _: int) -> None:
    with LedgerFile(room / "single.sqlite") as ledger:
        at = ledger.head().seq
        for number in range(at, at + SINGLE):
            ledger.append([draft(number)], now=NOW)


def verify_entries(room: Path, entries: int) -> None:
    with LedgerFile(room / "ledger.sqlite", create=False) as ledger:
        verdict = ledger.verify()
    assert verdict.intact
    assert verdict.bodies == entries


def only_hash_entries(room: Path, _: int) -> None:
    """The least anybody could do: fetch the bytes, hash header and body, compare nothing."""
    with LedgerFile(room / "ledger.sqlite", create=False) as ledger:
        for raw, digest, salt, content in ledger.records():
            sha256(digest + raw).digest()
            sha256(salt + content).digest()


def only_hash_the_file(room: Path, _: int) -> None:
    with (room / "ledger.sqlite").open("rb") as file:
        while block := file.read(1 << 20):
            sha256(block)


def record_rows(room: Path, rows: int) -> None:
    folder = RunFolder(room / "run")
    with LedgerFile(room / "run.sqlite") as ledger, RunRecorder(folder, ledger, actor="bench") as recorder:
        recorder.start(RunPlan(run_id("input", "bundle", NOW), PART_ROWS), now=NOW)
        for index in range(rows // PART_ROWS):
            recorder.record(index, batch(index, PART_ROWS), now=NOW)
        recorder.finish(now=NOW)


def only_write_parquet(room: Path, rows: int) -> None:
    for index in range(rows // PART_ROWS):
        batch(index, PART_ROWS).write_parquet(room / "alone.parquet")


def verify_rows(room: Path, rows: int) -> None:
    with LedgerFile(room / "run.sqlite", create=False) as ledger:
        verdict = verify_run(RunFolder(room / "run"), ledger)
    assert verdict.intact
    assert verdict.rows == rows


def only_read_parquet(room: Path, _: int) -> None:
    folder = RunFolder(room / "run")
    for index in folder.parts():
        folder.read_part(index)


#: In the order they are done: what is verified must be there.
WORKS = {
    "append_batches": append_batches,
    "verify_entries": verify_entries,
    "only_hash_entries": only_hash_entries,
    "only_hash_the_file": only_hash_the_file,
    "append_singly": append_singly,
    "record_rows": record_rows,
    "only_write_parquet": only_write_parquet,
    "verify_rows": verify_rows,
    "only_read_parquet": only_read_parquet,
}
OF_ROWS = ("record_rows", "only_write_parquet", "verify_rows", "only_read_parquet")


def main(entries: int = 500_000, rows: int = 1_000_000, repetitions: int = 3) -> dict[str, object]:
    sizes = {work: rows if work in OF_ROWS else entries for work in WORKS} | {"append_singly": SINGLE}
    costs: dict[str, list[Cost]] = {work: [] for work in WORKS}
    for _ in range(repetitions):
        with tempfile.TemporaryDirectory() as room:
            for work, size in sizes.items():
                costs[work].append(child("benchmarks.ledger_verify", work, room, str(size)))
    rates = {work: rate(work, found, sizes[work]) for work, found in costs.items()}
    return {"machine": quiet(), "entries": entries, "rows": rows, **rates, **ratios(costs)}


def rate(work: str, costs: list[Cost], size: int) -> dict[str, object]:
    clock = [cost.seconds if work == "append_singly" else cost.cpu for cost in costs]
    thousands = [size / seconds / 1000 for seconds in clock]
    return {"thousand a second": spread(thousands), "peak MB": round(max(cost.memory for cost in costs))}


def ratios(costs: dict[str, list[Cost]]) -> dict[str, str]:
    def times(work: str, alone: str) -> str:
        return spread([a.cpu / b.cpu for a, b in zip(costs[work], costs[alone], strict=True)])

    return {
        "verifying entries, times only hashing them": times("verify_entries", "only_hash_entries"),
        "recording rows, times only writing Parquet": times("record_rows", "only_write_parquet"),
        "verifying rows, times only reading Parquet": times("verify_rows", "only_read_parquet"),
    }


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WORKS:
        report(lambda: WORKS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3])))
    else:
        print(json.dumps(main(*map(int, sys.argv[1:])), indent=2, ensure_ascii=False))
