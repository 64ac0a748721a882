"""A web form scored over HTTP when it is sent, beside a bare view that only writes one row.

    python -m benchmarks.app_score [seconds] [rate]

``plumbline serve`` with two web processes, on SQLite and on a PostgreSQL of its own with its usual settings
(every commit reaches the disk). Each request is a new lead of a new account: stored, decided, written into
the ledger, given an owner, and answered with its reasons. What a user would write instead takes the same
request by django-ninja on the same server and database and stores it as one row.

Two measurements each. Flood: sixteen connections ask as fast as they are answered. Rate: requests start at
fixed moments whether or not earlier ones were answered, at ``rate`` a second or half of what the flood
reached, whichever is less; the time of a request counts from the moment it was due.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import quiet

CONNECTIONS = 16
WORKERS = "2"
LEAD = {
    "contact.name": "Jo Field",
    "account.industry": "Construction",
    "account.employees": "240",
    "account.country": "United Kingdom",
    "extra.crew_size": "120",
    "extra.timeframe": "This quarter",
    "extra.budget": "Approved",
    "lead.source": "Demo Form",
    "contact.title": "Operations Director",
}
SET_UP = """
import django; django.setup()
from datetime import timedelta
from importlib.resources import files
from django.utils import timezone
from plumbline.app import demo, operations
from plumbline.app.actors import Actor
from plumbline.app.models import User
from plumbline.app.services import keys
from plumbline.domain.permissions import Perm
operations.migrate()
now = timezone.now()
demo.company((files("plumbline.simulate") / "demo" / "policy.yaml").read_text("utf-8"), now=now)
adam, end = Actor.of_user(User.objects.get(role="admin")), now + timedelta(days=1)
print(keys.issue(adam, "form", scopes=[Perm.LEAD_WRITE], expires_at=end, now=now, per_minute=10**8)[1])
"""
BARE = "import sys; from benchmarks.app_score_bare import main; main(*sys.argv[1:])"
VERIFY = """
import django; django.setup()
from plumbline.app.models import Decision, Lead
from plumbline.app.services.ledger import DatabaseLedger
print(Lead.objects.count(), Decision.objects.count(), DatabaseLedger().verify().intact)
"""


def body() -> bytes:
    name = secrets.token_hex(6)
    own = {"contact.email": f"jo@{name}.example", "account.name": f"Firm {name}"}
    return json.dumps({"fields": LEAD | own}).encode()


class Connection:
    """One keep-alive connection; no more of HTTP than is needed, so that asking takes little."""

    def __init__(self, port: int, path: str, key: str) -> None:
        self._port, self._streams = port, None
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )

    async def ask(self) -> int:
        """Send a form; the status."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        sent = body()
        writer.write(f"{self._head}{len(sent)}\r\n\r\n".encode() + sent)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        await reader.readexactly(length)
        return int(head.split(" ", 2)[1])

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()


async def flood(connect, seconds: float) -> float:
    """Answers a second."""
    done, end = 0, time.perf_counter() + seconds

    async def one() -> None:
        nonlocal done
        connection = connect()
        while time.perf_counter() < end:
            assert await connection.ask() in {200, 201}
            done += 1
        connection.close()

    start = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return done / (time.perf_counter() - start)


async def at_rate(connect, rate: float, seconds: float) -> list[float]:
    """Milliseconds from the moment each was due, sorted."""
    idle, times, running = [], [], []

    async def one(due: float) -> None:
        connection = idle.pop() if idle else connect()
        assert await connection.ask() in {200, 201}
        times.append((time.perf_counter() - due) * 1000)
        idle.append(connection)

    start = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = start + number / rate
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        running.append(asyncio.create_task(one(due)))
    await asyncio.gather(*running)
    for connection in idle:
        connection.close()
    return sorted(times)


async def measured(port: int, path: str, key: str, seconds: float, rate: float) -> dict[str, float]:
    def connect() -> Connection:
        return Connection(port, path, key)

    await flood(connect, seconds / 4)  # compiled, connected, warm
    most = await flood(connect, seconds)
    asked = min(rate, most / 2)
    times = await at_rate(connect, asked, seconds)
    return {
        "answers a second, flooded": round(most, 1),
        "asked a second": round(asked, 1),
        "median ms": round(statistics.median(times), 1),
        "p99 ms": round(times[int(len(times) * 0.99)], 1),
        "requests": len(times),
    }


@contextmanager
def serving(command: list[str], env: dict[str, str], port: int):
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                asyncio.run(_knock(port))
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


async def _knock(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


def child(code: str, env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
    return done.stdout.strip().splitlines()[-1]


def beside(database: str, room: Path, seconds: float, rate: float) -> dict[str, object]:
    env = os.environ | {
        "PLUMBLINE_DATA": str(room),
        "PLUMBLINE_DATABASE_URL": database,
        "PLUMBLINE_SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_SETTINGS_MODULE": "plumbline.app.settings",
    }
    env.pop("PLUMBLINE_DEMO", None)
    key = child(SET_UP, env)
    cli = [sys.executable, "-c", "from plumbline.cli import main; main()"]
    serve = [*cli, "serve", "--no-worker", "--workers", WORKERS, "--port", "8391"]
    with serving(serve, env, 8391):
        ours = asyncio.run(measured(8391, "/api/v1/score", key, seconds, rate))
    leads, decisions, intact = child(VERIFY, env).split()
    assert leads == decisions, "Every lead that was answered is decided."
    assert intact == "True"
    bare_serve = [sys.executable, "-c", BARE, "8392", WORKERS]
    with serving(bare_serve, env, 8392):
        bare = asyncio.run(measured(8392, "/score", "none", seconds, rate))
    return {
        "plumbline": ours | {"leads decided, ledger verified": int(leads)},
        "bare view, one row": bare,
        "ratio of answers a second": round(
            bare["answers a second, flooded"] / ours["answers a second, flooded"], 1
        ),
        "machine": quiet(),
    }


@contextmanager
def postgres():
    """A server of its own with its usual settings, so that a commit is on the disk."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    import helpers_postgres

    helpers_postgres._FAST = ("shared_buffers=128MB",)  # noqa: SLF001
    with TemporaryDirectory(prefix="plumbline-pg-") as folder:
        binaries = helpers_postgres._binaries()  # noqa: SLF001
        serving_ = helpers_postgres._serve(binaries, Path(folder))  # noqa: SLF001
        next(serving_)
        try:
            yield f"postgres://plumbline@/postgres?host={folder}"
        finally:
            for _ in serving_:
                pass


def main(seconds: float = 20, rate: float = 200) -> dict[str, object]:
    with TemporaryDirectory() as room:
        found: dict[str, object] = {"SQLite": beside("", Path(room), seconds, rate)}
    with TemporaryDirectory() as room, postgres() as address:
        found["PostgreSQL"] = beside(address, Path(room), seconds, rate)
    return found


if __name__ == "__main__":
    print(json.dumps(main(*map(float, sys.argv[1:])), indent=2))
