"""An installation of its own for a test: a data folder, a database, processes. On SQLite or PostgreSQL."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Wn4-tests-only-7yQ2vLs0kXb9RzJm3HdTfUcEgAoPi6-V8q1M5"
SETUP = """
import sys, json
from datetime import UTC, datetime, timedelta
import django
django.setup()
from django.utils import timezone
from plumbline.app.actors import Actor
from plumbline.app.models import *
from plumbline.app.services import deciding, leads
SYSTEM = Actor.of_system("test")
"""


def environment(
    data: Path, conninfo: str | None = None, database: str = "own", **more: str
) -> dict[str, str]:
    """The environment of a process; with ``conninfo`` of a server a fresh database is made there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLUMBLINE_")}
    found = kept | {"PLUMBLINE_DATA": str(data), "PLUMBLINE_SECRET_KEY": SECRET, **more}
    found["DJANGO_SETTINGS_MODULE"] = "plumbline.app.settings"
    if conninfo is not None:
        with psycopg.connect(conninfo, autocommit=True) as db:
            db.execute(f"DROP DATABASE IF EXISTS {database}")
            db.execute(f"CREATE DATABASE {database}")
        socket = re.search(r"host=(\S+)", conninfo)[1]
        found["PLUMBLINE_DATABASE_URL"] = f"postgres://plumbline@/{database}?host={socket}"
    return found


def run(env: dict[str, str], script: str, *arguments: str) -> str:
    """What a script prints that has the application at hand; it must not fail."""
    command = [sys.executable, "-c", SETUP + script, *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def plumbline(env: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    """``plumbline …`` as an operator runs it."""
    command = [sys.executable, "-m", "plumbline.cli", *map(str, arguments)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=240, check=False)
