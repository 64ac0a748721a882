"""Running the application: serve, migrate, doctor, backup, restore, people."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from plumbline.cli.application import Data, Demo, load_application
from plumbline.cli.exits import Exit
from plumbline.cli.output import Json, Output, Quiet

people = typer.Typer(help="Who may sign in.", no_args_is_help=True)


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65_535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Web processes.")] = 2,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Run a worker beside them.")] = True,
    data: Data = None,
    demo: Demo = False,
) -> None:
    """Serve the pages and the REST API. It does not start with weak secrets or an old database."""
    load_application(data, demo=demo)
    from plumbline.app import operations  # noqa: PLC0415

    if demo:
        operations.migrate()
        _fill()
    operations.refuse_unready()
    print(f"Plumbline listens on http://{host}:{port}/", flush=True)  # noqa: T201
    beside = subprocess.Popen([sys.executable, "-m", "plumbline.cli", "worker"]) if worker else None
    try:
        _listen(host, port, workers)
    finally:
        if beside is not None:
            beside.terminate()
            beside.wait()


def _fill() -> None:
    """The company of the demo and its leads, the first time."""
    from django.utils import timezone  # noqa: PLC0415

    from plumbline.app import demo_leads  # noqa: PLC0415

    leads = demo_leads.fill(now=timezone.now(), say=lambda text: print(f"{text} …", flush=True))  # noqa: T201
    print(f"{leads:,} leads are there.", flush=True)  # noqa: T201


def _listen(host: str, port: int, workers: int) -> None:
    # WSGI under Granian: threads of Django's own kind, several times faster here than ASGI.
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces  # noqa: PLC0415

    server = Granian(
        "plumbline.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        backpressure=256,
        websockets=False,
        respawn_failed_workers=True,
        log_enabled=False,
    )
    server.serve()


def migrate(data: Data = None, quiet: Quiet = False) -> None:
    """Make or update the tables of the application. Doing it again changes nothing."""
    load_application(data)
    from plumbline.app import operations  # noqa: PLC0415

    done = operations.migrate()
    Output(quiet=quiet).say(f"{done} steps carried out." if done else "The tables are up to date.")


def doctor(data: Data = None, json: Json = False, quiet: Quiet = False) -> None:
    """Look at everything an installation needs, and say what is wrong and what to do about it."""
    load_application(data)
    from plumbline.app import operations  # noqa: PLC0415

    output, findings = Output(json=json, quiet=quiet), operations.examine()
    output.data(findings)
    for finding in findings:
        output.say(f"{'ok  ' if finding.well else 'BAD '} {finding.what}: {finding.told}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(Exit.FOUND)


def backup(
    target: Annotated[Path, typer.Argument(help="The file to write, such as plumbline.tar.gz.")],
    data: Data = None,
    quiet: Quiet = False,
) -> None:
    """Write everything into one file: database, run files, uploads and keys. It holds personal data."""
    load_application(data)
    from plumbline.app import backups  # noqa: PLC0415

    head = backups.backup(target)
    Output(quiet=quiet).say(f"{target} holds everything up to ledger entry {head}.")


def restore(
    source: Annotated[Path, typer.Argument(help="A file that plumbline backup wrote.")],
    data: Data = None,
    quiet: Quiet = False,
) -> None:
    """Bring a backup back into an empty installation, and verify its ledger."""
    load_application(data)
    from plumbline.app import backups  # noqa: PLC0415

    head = backups.restore(source)
    Output(quiet=quiet).say(f"Everything up to ledger entry {head} is back, and the ledger verifies.")


@people.command("add")
def add_person(
    email: Annotated[str, typer.Argument(help="Their e-mail address.")],
    name: Annotated[str, typer.Option("--name", help="Their name.")],
    role: Annotated[
        str, typer.Option("--role", help="rep, manager, reviewer, revops, admin, dpo or auditor.")
    ],
    team: Annotated[list[str] | None, typer.Option("--team", help="Teams; made when they are new.")] = None,
    data: Data = None,
    quiet: Quiet = False,
) -> None:
    """Add a person. The password is read from PLUMBLINE_PASSWORD, else asked for."""
    load_application(data)
    from plumbline.app import operations  # noqa: PLC0415

    password = os.environ.get("PLUMBLINE_PASSWORD") or typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    operations.add_person(email, name=name, role=role, teams=team or [], password=password)
    Output(quiet=quiet).say(f"{email} can sign in as {role}.")
