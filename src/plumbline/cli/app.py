"""The commands, their shared options, and how errors are told."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from importlib.metadata import version
from typing import Annotated

import typer
from polars.exceptions import PanicException

from plumbline.cli import (
    account_scores,
    accounts,
    backtest,
    book,
    check,
    corrections,
    duplicates,
    enrich,
    explain,
    files,
    learn,
    ledger,
    models,
    normalise,
    policy,
    qualify,
    read,
    readiness,
    rows,
    scorecard,
    second_reader,
    server,
    simulate,
    worker,
)
from plumbline.cli.exits import Exit
from plumbline.cli.output import complain
from plumbline.domain.errors import PlumblineError

app = typer.Typer(
    name="plumbline",
    help="Governed lead qualification: reasons that add up, decisions that replay, misses that are measured.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("init")(files.init)
app.command("intake")(book.intake)
app.command("check")(check.check)
app.command("qualify")(qualify.qualify)
app.command("explain")(explain.explain)
app.command("replay-decision")(explain.replay_decision)
app.command("read")(read.read)
app.command("export")(rows.export)
app.command("issues")(rows.issues)
app.command("readiness")(readiness.readiness)
app.command("learn")(learn.learn_command)
app.command("backtest")(backtest.backtest_command)
app.command("simulate")(simulate.simulate)
app.command("normalise")(normalise.normalise)
app.command("enrich")(enrich.enrich_command)
app.command("serve")(server.serve)
app.command("worker")(worker.worker)
app.command("migrate")(server.migrate)
app.command("doctor")(server.doctor)
app.command("backup")(server.backup)
app.command("restore")(server.restore)
app.add_typer(server.people, name="people")
app.add_typer(book.app, name="book")
app.add_typer(policy.app, name="policy")
app.add_typer(scorecard.app, name="scorecard")
app.add_typer(ledger.app, name="ledger")
app.add_typer(models.app, name="models")
app.add_typer(duplicates.app, name="duplicates")
accounts.app.command("score")(account_scores.score)
app.add_typer(accounts.app, name="accounts")
app.add_typer(corrections.app, name="corrections")
app.add_typer(second_reader.app, name="second-reader")


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(version("plumbline"))
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Shared options."""


def main() -> None:
    """Run a command. What a person can act on is one line with a code; a defect is a report in a file."""
    try:
        app()
    except PlumblineError as error:
        complain(f"plumbline: {error} [{error.code}]")
        sys.exit(Exit.UNUSABLE)
    except (Exception, PanicException) as error:  # noqa: BLE001 - the last door: people never see a traceback
        _tell_defect(error)
        sys.exit(Exit.UNUSABLE)


def _tell_defect(error: BaseException) -> None:
    """An unexpected error's text may hold a lead's data: people get the place of a report."""
    try:
        handle, report = tempfile.mkstemp(prefix="plumbline-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write("".join(traceback.format_exception(error)))
    except OSError:
        complain(
            "plumbline: something went wrong that should not, and its report cannot be written. [unexpected]"
        )
        return
    complain(
        f"plumbline: something went wrong that should not. Details are in {report}, "
        "which may hold data of your leads: read it before you send it to anybody. [unexpected]"
    )
