"""Importing, triaging, deciding and storing leads in the application, and deciding them again by night.

    python -m benchmarks.app_import [leads] [sqlite]

The import is held against two things measured in the same run: the pipeline alone (file, run folder and
ledger, no database) and a bare COPY of the very rows that the import stored into tables with the same keys
and indexes. The night, with 2 % of the leads changed, is held against the pipeline alone. PostgreSQL is a
server of this run's own, durable as it is by default; its data are in a temporary folder.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from benchmarks.main_path import AS_OF, leads_file
from benchmarks.measure import quiet

TABLES = ("account", "lead", "decision", "standing", "assignment", "review")
CHANGED = 0.02


def main(leads: int = 50_000, on: str = "postgres") -> dict[str, object]:
    room = Path(tempfile.mkdtemp(prefix="plumbline-bench-"))
    try:
        path = leads_file(leads, room)
        with database(room, on):
            return measured(path, leads, on)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def measured(path: Path, leads: int, on: str) -> dict[str, object]:
    one = prepared(path)
    alone = [timed(lambda: pipeline(path)) for _ in range(2)]
    imported = timed(work)
    tables = sizes()
    copied = timed_copy() if on == "postgres" else None
    alone.append(timed(lambda: pipeline(path)))
    change(leads)
    night = timed(rescore)
    alone.append(timed(lambda: pipeline(path)))
    one.refresh_from_db()
    pipe = sorted(alone)[len(alone) // 2]
    told = {
        "what": f"{leads:,} leads, {on}",
        "rows stored": tables,
        "import seconds": round(imported, 1),
        "pipeline alone seconds": [round(each, 1) for each in alone],
        "night seconds": round(night, 1),
        "night / pipeline": round(night / pipe, 2),
        "evidence ms": evidence(),
        "machine": quiet(),
    }
    if copied is not None:
        told["bare COPY seconds"] = round(copied, 1)
        told["import / (COPY + pipeline)"] = round(imported / (copied + pipe), 2)
        told["(import - pipeline) / COPY"] = round((imported - pipe) / copied, 2)
    return told


@contextmanager
def database(room: Path, on: str):
    os.environ |= {
        "PLUMBLINE_DEMO": "1",
        "PLUMBLINE_DATA": str(room / "data"),
        "PLUMBLINE_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "plumbline.app.settings",
    }
    if on != "postgres":
        yield start()
        return
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    socket = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    user = []
    if os.geteuid() == 0:
        subprocess.run(["chown", "nobody", socket], check=True)
        user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    data = socket / "data"
    initdb = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "plumbline",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run([*user, *initdb], check=True, capture_output=True, cwd=socket)
    options = ("listen_addresses=", "shared_buffers=512MB", "max_wal_size=4GB")
    flags = [part for option in options for part in ("-c", option)]
    command = [*user, binaries / "postgres", "-D", data, "-k", socket, *flags]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=socket)
    os.environ["PLUMBLINE_DATABASE_URL"] = f"postgres://plumbline@/postgres?host={socket}"
    try:
        time.sleep(3)
        yield start()
    finally:
        from django.db import connections

        connections.close_all()
        server.send_signal(signal.SIGINT)  # does not wait for clients, as SIGTERM would
        server.wait()
        shutil.rmtree(socket, ignore_errors=True)


def start() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def prepared(path: Path):
    from django.utils import timezone

    from plumbline.app import demo
    from plumbline.app.actors import Actor
    from plumbline.app.models import User
    from plumbline.app.services import imports, uploads

    demo.company((path.parent / "policy.yaml").read_text(), now=AS_OF)
    actor = Actor.of_user(User.objects.get(role="revops"))
    one = uploads.upload(actor, path.name, [path.read_bytes()], now=timezone.now()).upload
    imports.start(actor, one, (path.parent / "mapping.yaml").read_text(), now=timezone.now())
    return one


def work() -> None:
    from plumbline.app.jobs import HANDLERS
    from plumbline.app.worker import Worker

    Worker({name: HANDLERS[name] for name in ("import", "run")}, {}, lambda: 0.0).drain()


def rescore() -> None:
    from django.utils import timezone

    from plumbline.app.actors import Actor
    from plumbline.app.models import Run
    from plumbline.app.services import runs

    run = runs.start(Actor.of_system("nightly"), runs.ALL, now=timezone.now())
    work()
    run.refresh_from_db()
    assert run.state == Run.State.DONE, run.error
    print(f"  of the night: {run.total:,} leads, {run.changed:,} otherwise", flush=True)


def change(leads: int) -> None:
    """Two in a hundred leads say something else."""
    import polars as pl
    from django.utils import timezone

    from plumbline.app.actors import Actor
    from plumbline.app.models import Lead
    from plumbline.app.services import arrivals

    rng = random.Random(1)
    keys = rng.sample(list(Lead.objects.values_list("pk", flat=True)), int(leads * CHANGED))
    rows = []
    for at, lead in enumerate(Lead.objects.filter(pk__in=keys), 1):
        more = {"extra.timeframe": "This month", "account.employees": str(rng.randint(1, 5_000))}
        rows.append({"row": at, "lead.id": lead.external_id, **lead.received, **more})
    schema = dict.fromkeys(sorted({name for row in rows for name in row}), pl.String) | {"row": pl.Int64}
    arrivals.take_in(Actor.of_system("bench"), pl.DataFrame(rows, schema=schema), now=timezone.now())


def pipeline(path: Path) -> None:
    from plumbline.engines import LocalRun, RunRequest
    from plumbline.library.inputs import intake_from, policy_from, read_text
    from plumbline.store import LedgerFile, RunFolder

    out = Path(tempfile.mkdtemp(prefix="run-", dir=path.parent))
    intake = intake_from(path, path.parent / "mapping.yaml")
    text = read_text(path.parent / "policy.yaml")
    bundle, _ = policy_from(text, draw_key=bytes(range(32)), cells=intake.cells)
    with LedgerFile(out / "ledger.sqlite3") as ledger:
        request = RunRequest(
            intake, text, bundle, AS_OF, RunFolder(out / "run"), ledger, "bench", lambda: AS_OF
        )
        LocalRun(request).run()
    shutil.rmtree(out)


def timed_copy() -> float:
    """COPY the stored rows out, and time how long they take to come in again where nothing else is done."""
    from django.db import connection

    seconds = 0.0
    with connection.cursor() as cursor, tempfile.TemporaryDirectory() as folder:
        for table in TABLES:
            file = Path(folder) / table
            with file.open("wb") as out, cursor.copy(f"COPY plumbline_{table} TO STDOUT") as copy:
                for piece in copy:
                    out.write(piece)
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE plumbline_{table} INCLUDING ALL)")
            start = time.perf_counter()
            with file.open("rb") as rows, cursor.copy(f"COPY bare_{table} FROM STDIN") as copy:
                while piece := rows.read(1 << 20):
                    copy.write(piece)
            seconds += time.perf_counter() - start
            cursor.execute(f"DROP TABLE bare_{table}")
    return seconds


def sizes() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        counts = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM plumbline_{table}")
            counts[table] = cursor.fetchone()[0]
    return counts


def evidence(times: int = 40) -> dict[str, float]:
    """The packet of a decision of a run, read from its part, replayed and put together."""
    from plumbline.app.actors import Actor
    from plumbline.app.models import Decision, User
    from plumbline.app.services.evidence import evidence_of

    actor = Actor.of_user(User.objects.filter(role="reviewer").first())
    found = list(Decision.objects.select_related("run", "policy", "lead").order_by("?")[:times])
    seconds = []
    for one in found:
        begun = time.perf_counter()
        assert evidence_of(actor, one).replays
        seconds.append(1000 * (time.perf_counter() - begun))
    seconds = sorted(seconds[5:])
    return {"median": round(seconds[len(seconds) // 2], 1), "most": round(seconds[-1], 1)}


def timed(do) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


if __name__ == "__main__":
    arguments = sys.argv[1:]
    print(json.dumps(main(int(arguments[0]) if arguments else 50_000, *arguments[1:2]), indent=2))
