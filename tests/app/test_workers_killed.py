"""Real workers in processes of their own, killed in the middle: the next goes on, nothing lost or doubled."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers_app import POLICY

pytestmark = pytest.mark.slow
ROWS = 330
#: After how many steps each worker is killed. A job that ended more of its workers would be given up.
KILLS = (2, 4, 1, 8, 3, 2)

COMMON = """
import sys
from datetime import UTC, datetime, timedelta
import django
django.setup()
from django.utils import timezone
from plumbline.app.actors import Actor
from plumbline.app.models import Decision, Import, Lead, Outbox, Standing, User
from plumbline.app.services import imports, intakes, loading, outbox, uploads
"""
SEED = """
from plumbline.app import demo
demo.company(sys.argv[1], now=datetime(2026, 1, 5, tzinfo=UTC))
olga = Actor.of_user(User.objects.get(role="revops"))
rows = [f"{n},P {n},p{n}@x{n}.example,Co {n % 50},{n},2026-01-02" for n in range(int(sys.argv[2]))]
text = "\\n".join(["Lead ID,Name,Email,Company,Employees,Created", *rows, rows[0], ""])
one = uploads.upload(olga, "leads.csv", [text.encode()], now=timezone.now()).upload
imports.start(olga, one, uploads.look(olga, one, uploads.Wishes()).to_yaml(), now=timezone.now())
"""
WORK = """
from plumbline.app.jobs import HANDLERS
from plumbline.app.worker import Worker
from plumbline.store import RunFolder
outbox.LEASE, outbox._NO_LEASE = timedelta(seconds=1), timedelta(hours=1)
imports.BATCH, intakes.PART, loading.SLICE = 60, 100, 70

def loud(owner, name):
    real = getattr(owner, name)
    def told(*args, **more):
        print(name, flush=True)
        done = real(*args, **more)
        print(name, flush=True)
        return done
    setattr(owner, name, told)

steps = (imports, "_keep"), (RunFolder, "write_part"), (loading, "_move"), (imports, "_finish")
for owner, name in steps:
    loud(owner, name)
Worker({"import": HANDLERS["import"]}, {}, lambda: 0.0).drain()
print(Import.objects.get().state, flush=True)
"""
TELL = """
from plumbline.app.services.ledger import DatabaseLedger
from plumbline.app.services.runs import folder_of
from plumbline.store import RunFolder
from plumbline.store.run_check import verify_run
from plumbline.app.models import LedgerEntry, Run
one, run = Import.objects.get(), Run.objects.get()
verdict = verify_run(RunFolder(folder_of(run)), DatabaseLedger())
print(one.state, one.rows, one.added, one.unchanged, one.repeats, one.rejected)
print(Lead.objects.count(), Decision.objects.count(), Standing.objects.count(), run.loaded, run.changed)
told = LedgerEntry.objects.filter(kind="import:finished").count()
print(verdict.intact, verdict.finished, verdict.rows, told)
"""


def python(script: str, env: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", COMMON + script, *arguments]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def done(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err[-3000:]
    return out


@pytest.fixture(params=["sqlite", "postgres"])
def env(request, tmp_path) -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if not name.startswith("PLUMBLINE_")}
    found |= {"PLUMBLINE_DEMO": "1", "PLUMBLINE_DATA": str(tmp_path / "data"), "PLUMBLINE_LOG_LEVEL": "ERROR"}
    found["DJANGO_SETTINGS_MODULE"] = "plumbline.app.settings"
    if request.param == "postgres":
        import psycopg

        conninfo = request.getfixturevalue("postgres")
        socket = re.search(r"host=(\S+)", conninfo)[1]
        with psycopg.connect(conninfo, autocommit=True) as db:
            db.execute("DROP DATABASE IF EXISTS killed")
            db.execute("CREATE DATABASE killed")
        found["PLUMBLINE_DATABASE_URL"] = f"postgres://plumbline@/killed?host={socket}"
    migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env=found, check=True, capture_output=True)
    return found


def test_workers_killed_in_the_middle_of_an_import_lose_and_double_nothing(env) -> None:
    done(python(SEED, env, POLICY, str(ROWS)))
    killed = 0
    for steps in KILLS:
        worker = python(WORK, env)
        for _ in range(steps):
            line = worker.stdout.readline()
        if line.strip() not in {"", "done"}:
            worker.send_signal(signal.SIGKILL)
            killed += 1
        worker.communicate(timeout=120)
        time.sleep(1.1)  # its lease runs out
    assert killed >= 4
    for _ in range(3):
        if done(python(WORK, env)).strip().endswith("done"):
            break
        time.sleep(1.1)
    counts, tables, record = done(python(TELL, env)).splitlines()
    assert counts == f"done {ROWS + 1} {ROWS} 0 1 0"
    assert tables == f"{ROWS} {ROWS} {ROWS} {ROWS} {ROWS}"
    assert record == f"True True {ROWS} 1"


def test_a_worker_that_is_told_to_stop_ends_at_once_and_well(env) -> None:
    worker = subprocess.Popen(
        [Path(sys.executable).with_name("plumbline"), "worker"], env=env, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout.readline() == "The worker is ready.\n"
    worker.send_signal(signal.SIGTERM)
    out, _ = worker.communicate(timeout=60)
    assert worker.returncode == 0
    assert "has stopped" in out
