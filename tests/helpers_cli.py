"""Commands, carried out: in this process where that is enough, else by the installed entry point."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from plumbline.cli.app import main

#: The command as a person calls it.
PLUMBLINE: Final = str(Path(sys.executable).parent / "plumbline")
AS_OF: Final = "2026-01-05"
#: Wide enough that no message is broken where a test looks for it.
COLUMNS: Final = "200"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def plumbline(*args: object, columns: str = COLUMNS) -> Outcome:
    """Run a command through its real entry point, in this process."""
    out, err = io.StringIO(), io.StringIO()
    status: int | str | None = 0
    with (
        patch.object(sys, "argv", ["plumbline", *map(str, args)]),
        patch.dict(os.environ, {"COLUMNS": columns}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            status = stop.code
    return Outcome(int(status or 0), out.getvalue(), err.getvalue())


def shell(*args: object, cwd: Path | None = None, **options: Any) -> Outcome:
    """Run the installed command in a process of its own."""
    done = subprocess.run(
        [PLUMBLINE, *map(str, args)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "COLUMNS": COLUMNS},
        **options,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def make_tour(folder: Path, *, leads: int, seed: int) -> Path:
    """A simulated CRM in ``crm`` and its run in ``run``: where the tutorial stands after two commands."""
    done = plumbline("simulate", "--leads", leads, "--seed", seed, "--out", folder / "crm")
    assert done.status == 0, done.err
    done = qualify_tour(folder)
    assert done.status == 0, done.err
    return folder


def qualify_tour(folder: Path, *more: object, out: str = "run") -> Outcome:
    crm = folder / "crm"
    files = (
        "--mapping",
        crm / "mapping.yaml",
        "--policy",
        crm / "policy.yaml",
        "--events",
        crm / "events.csv",
    )
    return plumbline(
        "qualify", crm / "leads.csv", *files, "--as-of", AS_OF, "--out", folder / out, "--pages", 3, *more
    )


def copy_of(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to, dirs_exist_ok=True)
    return to
