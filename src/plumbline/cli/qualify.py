"""``plumbline qualify``: a file of leads through a policy, into a run folder and a ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from plumbline.cli import places
from plumbline.cli.book import tell_differences
from plumbline.cli.leads import From, Leads, QueryText, leads_from
from plumbline.cli.output import Corrections, Json, Output, Quiet, SecondReader, Us, complain, errors
from plumbline.cli.pages import write_pages
from plumbline.cli.rows import What
from plumbline.connectors.opening import file_sha256
from plumbline.domain.errors import NoLeadsError
from plumbline.engines import LocalRun, RunRequest
from plumbline.engines.recorded import RecordedRun, readable
from plumbline.library.inputs import events_from, intake_from, policy_from, read_text
from plumbline.library.models import in_charge
from plumbline.library.readers import reader_from
from plumbline.library.tables import tables_from
from plumbline.report import print_summary
from plumbline.report.words import count
from plumbline.store import FolderLock, LedgerFile, RunFolder
from plumbline.store.draw_key import draw_key

if TYPE_CHECKING:
    from plumbline.connectors.query import Query
    from plumbline.domain.issues import Issue
    from plumbline.library.inputs import EventIntake
    from plumbline.library.tables import TableIntake


def qualify(
    policy: Annotated[Path, typer.Option("--policy", "-p", help="The policy file.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for this run.")],
    leads: Leads = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", "-m", help="Which column is what; guessed when left out.")
    ] = None,
    query: QueryText = None,
    url: From = None,
    events: Annotated[
        Path | None, typer.Option("--events", help="CSV of behaviour: lead id, kind, time.")
    ] = None,
    messages: Annotated[
        Path | None, typer.Option("--messages", help="What people wrote: lead id or e-mail, time, text.")
    ] = None,
    outcomes: Annotated[
        Path | None,
        typer.Option(
            "--outcomes",
            help="What came out: lead id or e-mail, time, outcome. Checked; no decision reads it.",
        ),
    ] = None,
    second_reader: SecondReader = None,
    corrections: Corrections = None,
    us: Us = None,
    models: Annotated[
        Path | None,
        typer.Option(
            "--models", help="A registry of learned scorecards: the live one decides, others look on."
        ),
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", help="Moment of the decisions, UTC; now when left out.")
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="A ledger shared by runs; one in the folder when left out."),
    ] = None,
    actor: Annotated[
        str, typer.Option("--actor", help="In whose name the run is recorded.")
    ] = "plumbline-cli",
    pages: Annotated[
        int, typer.Option("--pages", min=0, help="Evidence pages for so many first leads.")
    ] = 25,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Qualify leads: check, score, route, explain and record each of them.

    Repeat the same command after an interruption and it goes on where it stopped.
    """
    files = _Files(
        leads_from(leads, query, url),
        mapping,
        policy,
        events,
        messages,
        outcomes,
        second_reader,
        corrections,
        tuple(us or ()),
    )
    run = _Run(out, ledger, actor, as_of, pages, models)
    _qualify(files, run, Output(json=json, quiet=quiet))


@dataclass(frozen=True, slots=True)
class _Files:
    """What is read."""

    leads: Path | Query
    mapping: Path | None
    policy: Path
    events: Path | None
    messages: Path | None
    outcomes: Path | None
    second_reader: Path | None
    corrections: Path | None
    us: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """Where it is recorded, as of when and in whose name."""

    out: Path
    ledger: Path | None
    actor: str
    as_of: datetime | None
    pages: int
    models: Path | None


def _qualify(files: _Files, run: _Run, output: Output) -> None:
    # Everything that can be wrong with the files is found before anything is written.
    intake = intake_from(files.leads, files.mapping)
    tell_differences(intake, output)
    bundle, warnings = policy_from(text := read_text(files.policy), cells=intake.cells)
    folder = RunFolder(run.out)
    moment = places.moment(folder, run.as_of)
    charge = in_charge(bundle, run.models, today=moment.date())
    behaviour = events_from(files.events, bundle.policy, moment)
    if intake.is_empty():
        raise NoLeadsError(f"{intake.name} has a header and no rows.")
    tables = tables_from(intake, files.messages, files.outcomes)
    _tell([*warnings, *charge.remarks], output)
    if files.mapping is None and not output.quiet:
        complain(f"Which column is what was guessed; the guess is in {run.out / 'mapping.yaml'}.")
    folder.create()
    with (
        reader_from(files.second_reader, files.corrections) as reader,
        LedgerFile(places.ledger_of(run.out, run.ledger)) as book,
    ):
        key = draw_key(book.path)
        request = RunRequest(
            intake=intake,
            policy_text=text,
            bundle=replace(charge.bundle, draw_key=key),
            as_of=moment,
            folder=folder,
            ledger=book,
            actor=run.actor,
            clock=lambda: datetime.now(UTC),
            events=behaviour.state,
            events_hash=behaviour.hash,
            inbox=replace(tables.inbox, reader=reader, our_names=files.us),
            messages_hash=tables.messages.hash,
            corrections_hash=file_sha256(files.corrections) if files.corrections else "",
            documents=intake.documents,
            shadows={name: replace(other, draw_key=key) for name, other in charge.shadows.items()},
            model=charge.about,
            key_fields=intake.mapping.key_fields,
        )
        _carry_out(request, output)
        _keep_event_issues(folder, behaviour, output)
        _keep_table_issues(folder, What.MESSAGE_ISSUES, tables.messages, output)
        _keep_table_issues(folder, What.OUTCOME_ISSUES, tables.outcomes, output)
        summary = write_pages(RecordedRun(folder, key), book, run.pages)
    output.data(summary)
    print_summary(summary, output.console)
    if not summary.decided:
        raise NoLeadsError(f"No row of {intake.name} can be a lead; plumbline issues {run.out} says why.")
    output.say(f"\nOpen {run.out / 'index.html'} in a browser, or: plumbline explain {run.out} LEAD")


def _carry_out(request: RunRequest, output: Output) -> None:
    """Run with a line of progress, where somebody is watching."""
    hidden = output.quiet or not errors.is_terminal
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=hidden) as progress:
        task = progress.add_task("Reading")
        LocalRun(request, progress=lambda rows: progress.update(task, description=f"{rows:,} rows")).run()


def _keep_event_issues(folder: RunFolder, behaviour: EventIntake, output: Output) -> None:
    """Rows of the events that could not be used stand beside the run; no row vanishes."""
    kinds = [kind for kind in (What.DECISIONS, What.DUPLICATES) if folder.parts(kind)]
    with readable(folder):
        known = [folder.scan(kind).select("lead.id").collect().to_series() for kind in kinds]
    ids = pl.concat(known)
    found = behaviour.issues(ids.drop_nulls())
    # Where somebody was erased, an event would bring their id back as that of an unknown lead.
    if found.is_empty() or ids.null_count():
        return
    with FolderLock(folder.path):
        folder.write_beside(What.EVENT_ISSUES, 0, found)
    if not output.quiet:
        lines = count(found.height, "line")
        complain(f"warning: {lines} about the events: plumbline issues {folder.path} lists them.")


def _keep_table_issues(folder: RunFolder, what: What, table: TableIntake, output: Output) -> None:
    """Rows of a table that belong to no lead, or cannot be read, stand beside the run."""
    name = "message" if what is What.MESSAGE_ISSUES else "outcome"
    if table.read and not output.quiet:
        used = f"{table.frame.height:,} of {count(table.read, name)} joined to leads"
        complain(f"{used}." if table.rejected.is_empty() else f"warning: {used}; plumbline issues says more.")
    found = pl.concat([table.noted, table.rejected]).rename({"row": name})
    if not found.is_empty():
        with FolderLock(folder.path):
            folder.write_beside(what, 0, found)


def _tell(warnings: list[Issue | str], output: Output) -> None:
    """Warnings of the policy and the registry go to standard error, one line each."""
    if not output.quiet:
        for warning in warnings:
            complain(f"warning: {warning}")
