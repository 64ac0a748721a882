"""``plumbline readiness``: can this history be learned from, and if not, what is missing and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from plumbline.assurance.readiness import Conclusion, assess
from plumbline.cli.exits import Exit
from plumbline.cli.history import (
    AsOf,
    ChangesFile,
    CreatedColumn,
    EventsFile,
    MappingFile,
    OutcomesFile,
    TargetColumn,
    TouchesFile,
    moment_of,
    target_of,
)
from plumbline.cli.output import Json, Output, Quiet
from plumbline.cli.pages import write_page
from plumbline.library.history import HistoryFiles, gather
from plumbline.report.readiness import readiness_html, readiness_json
from plumbline.report.terminal.readiness import print_readiness


def readiness(
    history: Annotated[
        Path,
        typer.Argument(help="An export of past leads: CSV, Excel, Parquet, JSON lines."),
    ],
    policy: Annotated[
        Path | None, typer.Option("--policy", "-p", help="The policy: its definition and its signals.")
    ] = None,
    mapping: MappingFile = None,
    outcomes: OutcomesFile = None,
    touches: TouchesFile = None,
    events: EventsFile = None,
    changes: ChangesFile = None,
    reviews: Annotated[
        Path | None, typer.Option("--reviews", help="Leads judged by people: lead id, reviewer, verdict.")
    ] = None,
    routes: Annotated[
        Path | None, typer.Option("--routes", help="Where leads were sent: lead id, route.")
    ] = None,
    target: TargetColumn = None,
    open_: Annotated[
        str | None,
        typer.Option(
            "--open", metavar="VALUE", help="Values of that column that are not decided yet; | between."
        ),
    ] = None,
    created: CreatedColumn = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="COLUMN", help="Where a lead came from.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="COLUMN", help="Why a lead was refused.")
    ] = None,
    as_of: AsOf = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report as a page to this file.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say whether past leads can teach a score anything. Exit status 1 when the answer is no or not yet."""
    output = Output(json=json, quiet=quiet)
    files = HistoryFiles(
        leads=history,
        policy=policy,
        mapping=mapping,
        outcomes=outcomes,
        touches=touches,
        events=events,
        changes=changes,
        reviews=reviews,
        routes=routes,
        target=target_of(target, open_),
        created=created,
        source=source,
        reason=reason,
        as_of=moment_of(as_of),
    )
    report = assess(gather(files, now=datetime.now(UTC)))
    if html is not None:
        write_page(html, readiness_html(report))
    output.data(readiness_json(report))
    print_readiness(report, output.console)
    if html is not None:
        output.say(f"\nOpen {html} in a browser.")
    if report.conclusion is not Conclusion.READY:
        raise typer.Exit(Exit.FOUND)
