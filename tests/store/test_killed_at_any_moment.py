"""``kill -9`` at any moment leaves a ledger that verifies and a run that repeats without duplicates."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
import pytest

from helpers_ledger import NOON, decisions, review
from helpers_run import record_run, residue
from plumbline.ledger.entry import Event
from plumbline.ledger.parts import OWN
from plumbline.ledger.verify import Flaw
from plumbline.store.erasure import finish_erasures
from plumbline.store.ledger_file import LedgerFile
from plumbline.store.run_check import verify_run
from plumbline.store.run_folder import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 60

# A step is said before it is taken, so that a kill comes a moment after a chosen step, on any machine.
WORK = """
import sys
from pathlib import Path
from helpers_ledger import NOON
from helpers_run import record_run
from plumbline.store.erasure import erase_leads
from plumbline.store.ledger_file import LedgerFile
from plumbline.store.run_folder import RunFolder

def step(*_):
    print("step", flush=True)

class Watched(RunFolder):
    def replace_part(self, *arguments):
        step()
        super().replace_part(*arguments)

home, job = Path(sys.argv[1]), sys.argv[2]
step()
with LedgerFile(home / "ledger.sqlite") as ledger:
    if job == "record":
        record_run(RunFolder(home / "run"), ledger, parts=200, rows=60, step=step)
    else:
        erase_leads(Watched(home / "run"), ledger, job.split(), actor="dpo", basis="request", now=NOON)
print("done", flush=True)
"""


def killed(home: Path, job: str, *, after: int, wait: float) -> bool:
    """Start the work and kill it a moment after some steps; whether it was killed before it was done."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", WORK, home, job]
    work = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    said = [work.stdout.readline() for _ in range(after + 1)]
    time.sleep(wait)
    os.kill(work.pid, signal.SIGKILL)
    rest, errors = work.communicate()
    assert errors == b""
    return b"done" not in b"".join([*said, rest])


def recorded(home: Path) -> Counter[str]:
    """How often each lead stands in the parts that the ledger knows."""
    folder = RunFolder(home / "run")
    with LedgerFile(home / "ledger.sqlite") as ledger:
        known = [entry.header.facts["part"] for entry in ledger.entries(Event.DECISIONS_RECORDED)]
    return Counter(lead for part in known for lead in folder.read_part(part).get_column("lead.id"))


@pytest.mark.slow
def test_a_run_killed_again_and_again_has_every_lead_once(tmp_path: Path) -> None:
    seed = random.Random(1)
    for _ in range(32):
        assert killed(tmp_path, "record", after=seed.randint(0, 3), wait=seed.uniform(0, 0.012))
    survived, folder = recorded_state(tmp_path), RunFolder(tmp_path / "run")
    parts = len(survived) // ROWS + 3
    with LedgerFile(tmp_path / "ledger.sqlite") as ledger:
        record_run(folder, ledger, parts=parts, rows=ROWS)
        verdict = verify_run(folder, ledger)
        assert (verdict.intact, verdict.finished, verdict.rows) == (True, True, parts * ROWS)
        assert len(list(ledger.entries(Event.RUN_STARTED))) == 1
    assert recorded(tmp_path) == Counter(f"L{n}" for n in range(parts * ROWS))
    assert survived <= set(recorded(tmp_path))
    assert folder.scan().select(pl.exclude(OWN)).collect().equals(decisions(parts * ROWS))
    assert list(folder.path.rglob("*.tmp")) == []


def recorded_state(home: Path) -> set[str]:
    """After the kills: the ledger verifies, and no lead is recorded twice."""
    folder = RunFolder(home / "run")
    with LedgerFile(home / "ledger.sqlite") as ledger:
        assert verify_run(folder, ledger).intact
    counts = recorded(home)
    assert set(counts.values()) <= {1}
    assert counts.keys() == {f"L{n}" for n in range(len(counts))}
    return set(counts)


def test_parts_recorded_before_they_are_written_would_be_lost(folder: RunFolder, ledger: LedgerFile) -> None:
    """Negative control of the order: an entry without its part is what a death in between would leave."""
    record_run(folder, ledger)
    (folder.path / "decisions" / "part-00002.parquet").unlink()
    assert verify_run(folder, ledger).broken.flaw is Flaw.MISSING_PART


def test_what_a_dead_writer_left_half_written_is_no_data_and_is_cleared(
    folder: RunFolder, ledger: LedgerFile
) -> None:
    half = folder.path / "decisions" / ".part-00001.parquet.77.tmp"
    folder.write_part(0, decisions(10))
    half.write_bytes(b"PAR1 half")
    assert folder.parts() == [0]
    assert folder.scan().select(pl.len()).collect().item() == 10
    record_run(folder, ledger)
    assert not half.exists()


@pytest.mark.slow
def test_an_erasure_killed_again_and_again_is_finished_and_leaves_nothing(tmp_path: Path) -> None:
    folder, seed, gone = RunFolder(tmp_path / "run"), random.Random(2), []
    unfinished = 0
    with LedgerFile(tmp_path / "ledger.sqlite") as ledger:
        record_run(folder, ledger, parts=5, rows=ROWS)
        ledger.append(map(review, range(5 * ROWS)), now=NOON)
    for first in range(12):
        people = range(first, 5 * ROWS, 20)
        leads = " ".join(f"L{n}" for n in people)
        assert killed(tmp_path, leads, after=seed.randint(0, 4), wait=seed.uniform(0, 0.02))
        with LedgerFile(tmp_path / "ledger.sqlite") as ledger:
            broken = verify_run(folder, ledger).broken
            assert broken is None or broken.flaw is Flaw.RESURRECTED
            unfinished += finish_erasures(folder, ledger)
            assert verify_run(folder, ledger).intact
            there = set(folder.scan().collect().get_column("lead.id"))
            erased = [n for n in people if f"L{n}" not in there]
            assert erased in ([], list(people)), "either the tombstone was written or nothing happened"
            gone += erased
            assert residue(folder, ledger, [f"person.{n}@".encode() for n in gone]) == []
    assert unfinished > 0, "no kill came between a tombstone and its rows"
    assert len(there) == 5 * ROWS - len(gone) + 1
