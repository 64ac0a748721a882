"""A throw-away PostgreSQL server for tests, from Debian's packages.

Write ``pytest_plugins = ["helpers_postgres"]`` in the test module, mark the test ``postgres`` and ask for the
fixture ``postgres`` (a connection string). It listens on a unix socket in a temporary folder only, and is
gone with the session. Without the programs the test is skipped, unless ``PLUMBLINE_REQUIRE_POSTGRES=1``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAIT_SECONDS = 60
_INITDB = ("-U", "plumbline", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=32MB")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A connection string for an empty database of a server that only this test run has."""
    binaries = _binaries()
    if binaries is None:
        _missing("the PostgreSQL server programs are not installed (apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="plumbline-pg-", dir="/tmp"))
    try:
        yield from _serve(binaries, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _missing(why: str) -> None:
    if os.environ.get("PLUMBLINE_REQUIRE_POSTGRES") == "1":
        pytest.fail(f"PLUMBLINE_REQUIRE_POSTGRES=1, but {why}")
    pytest.skip(why)


def _binaries() -> Path | None:
    """The newest installed version's programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def _serve(binaries: Path, folder: Path) -> Iterator[str]:
    user = _unprivileged(folder)
    data = folder / "data"
    subprocess.run(
        [*user, binaries / "initdb", "-D", data, *_INITDB],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    options = [part for option in (*_FAST, "listen_addresses=") for part in ("-c", option)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*user, binaries / "postgres", "-D", data, "-k", folder, *options],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        yield _ready(f"host={folder} user=plumbline dbname=postgres", server, folder / "log")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=_WAIT_SECONDS)


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root. What stands before the command also ends it when the tests die."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0:
        return [setpriv, "--pdeathsig", "QUIT"] if setpriv else []
    if setpriv is None:
        _missing("root needs setpriv (util-linux) to start PostgreSQL as another user")
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [setpriv, *identity, "--pdeathsig", "QUIT"]


def _ready(conninfo: str, server: subprocess.Popen[bytes], log: Path) -> str:
    patience = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > patience:
                pytest.fail(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        else:
            return conninfo
