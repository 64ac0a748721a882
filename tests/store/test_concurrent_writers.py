"""Several processes append to one ledger, and several try to write one folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from plumbline.domain.errors import RunInProgressError
from plumbline.store.files import FolderLock
from plumbline.store.ledger_file import LedgerFile

if TYPE_CHECKING:
    from pathlib import Path

APPEND = """
import sys
from datetime import UTC, datetime
from plumbline.ledger.entry import Draft, Event
from plumbline.store.ledger_file import LedgerFile
path, writer, shared = sys.argv[1:]
with LedgerFile(path) as ledger:
    for n in range(50):
        ref = f"{n}" if shared == "shared" else f"{writer}-{n}"
        draft = Draft(Event.REVIEW_DECIDED, ref, "alice", body={"n": n})
        ledger.append([draft], now=datetime.now(UTC))
"""
HOLD = """
import sys, time
from pathlib import Path
from plumbline.store.files import FolderLock
with FolderLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("refs", "entries"), [("own", 400), ("shared", 50)])
def test_eight_processes_append_at_once_and_the_chain_is_intact(
    tmp_path: Path, refs: str, entries: int
) -> None:
    path = tmp_path / "ledger.sqlite"  # not there yet: they also race to create it
    writers = [python(APPEND, path, writer, refs) for writer in range(8)]
    errors = [writer.communicate()[1] for writer in writers]
    assert errors == [""] * 8
    with LedgerFile(path, create=False) as ledger:
        verdict = ledger.verify()
        assert verdict.intact
        assert (verdict.head.seq, verdict.bodies) == (entries, entries)


def test_a_second_run_on_a_folder_is_told_who_holds_it_and_may_go_on_when_that_dies(tmp_path: Path) -> None:
    holder = python(HOLD, tmp_path)
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(RunInProgressError, match=f"Process {holder.pid} "), FolderLock(tmp_path):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    with FolderLock(tmp_path):
        pass


def test_a_lock_is_free_after_it_was_held(tmp_path: Path) -> None:
    for _ in range(2):
        with FolderLock(tmp_path):
            pass
