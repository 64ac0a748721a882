"""``plumbline readiness``: can this history be learned from, and if not, what is missing and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from plumbline.assurance.readiness import Conclusion, assess
from plumbline.cli.exits import Exit
from plumbline.cli.output import Json, Output, Quiet
from plumbline.cli.pages import write_page
from plumbline.library.history import HistoryFiles, gather
from plumbline.library.target import Target
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
    mapping: Annotated[
        Path | None, typer.Option("--mapping", "-m", help="Which column is what; guessed when left out.")
    ] = None,
    outcomes: Annotated[
        Path | None,
        typer.Option("--outcomes", help="What sales reported: lead id, outcome, time; reason, rep."),
    ] = None,
    touches: Annotated[
        Path | None,
        typer.Option("--touches", help="Attempts: lead id, time. Without them silence is no answer."),
    ] = None,
    events: Annotated[Path | None, typer.Option("--events", help="Behaviour: lead id, kind, time.")] = None,
    changes: Annotated[
        Path | None,
        typer.Option("--changes", help="Field history: lead id, field, new value, time; old value."),
    ] = None,
    reviews: Annotated[
        Path | None, typer.Option("--reviews", help="Leads judged by people: lead id, reviewer, verdict.")
    ] = None,
    routes: Annotated[
        Path | None, typer.Option("--routes", help="Where leads were sent: lead id, route.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            metavar="COLUMN=VALUE",
            help="A column that says what became of a lead; | for several values.",
        ),
    ] = None,
    open_: Annotated[
        str | None,
        typer.Option(
            "--open", metavar="VALUE", help="Values of that column that are not decided yet; | between."
        ),
    ] = None,
    created: Annotated[
        str | None,
        typer.Option("--created", metavar="COLUMN", help="When a lead came in, or a running number."),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="COLUMN", help="Where a lead came from.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="COLUMN", help="Why a lead was refused.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", help="The day of the export, UTC; the last one in the files."),
    ] = None,
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
        target=_target(target, open_),
        created=created,
        source=source,
        reason=reason,
        as_of=None if as_of is None else _utc(as_of),
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


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _target(text: str | None, open_: str | None) -> Target | None:
    if text is None:
        if open_ is not None:
            raise typer.BadParameter("says nothing without --target.", param_hint="--open")
        return None
    try:
        return Target.parse(text, open_)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--target") from error
