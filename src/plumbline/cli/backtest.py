"""``plumbline backtest``: what a scorecard would have said of leads whose outcome is known by now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from plumbline.cli.cuts import cut_lines, cuts_json, routing_json, routing_lines
from plumbline.cli.history import (
    AsOf,
    ChangesFile,
    ChosenFile,
    CreatedColumn,
    EventsFile,
    MappingFile,
    OutcomesFile,
    TargetColumn,
    TouchesFile,
)
from plumbline.cli.learn import Cells, Completeness, History, PolicyFile, files_of, note_json, taught_rows
from plumbline.cli.output import Json, Output, Quiet, complain, table_of
from plumbline.cli.pages import write_page
from plumbline.cli.scorecard import read_card
from plumbline.learning.backtest import backtest
from plumbline.learning.judged import Asked, Backtest, Line, Wanted
from plumbline.learning.learn import Options
from plumbline.report.backtest import backtest_html, chart_files
from plumbline.store import write_atomically


def backtest_command(
    history: History,
    policy: PolicyFile,
    card: Annotated[
        Path | None,
        typer.Option("--card", "-c", help="A scorecard; left out, one is learned on the older part."),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report as a page here.")] = None,
    charts: Annotated[
        Path | None, typer.Option("--charts", help="Write every chart as an SVG file into this folder.")
    ] = None,
    mapping: MappingFile = None,
    outcomes: OutcomesFile = None,
    touches: TouchesFile = None,
    events: EventsFile = None,
    changes: ChangesFile = None,
    chosen: ChosenFile = None,
    target: TargetColumn = None,
    created: CreatedColumn = None,
    as_of: AsOf = None,
    completeness: Completeness = True,
    cells: Cells = 80,
    missed: Annotated[
        float | None,
        typer.Option(
            "--missed", min=0.001, max=0.5, help="Good leads that may lie below a cut-off, as a share."
        ),
    ] = None,
    wasted: Annotated[
        float | None,
        typer.Option(
            "--wasted", min=0.001, max=0.95, help="Bad leads that may lie above a cut-off, as a share."
        ),
    ] = None,
    doubt: Annotated[
        float, typer.Option("--doubt", min=0.001, max=0.5, help="The chance that such a promise is broken.")
    ] = 0.05,
    cost_missed: Annotated[
        float | None, typer.Option("--cost-missed", min=0.0001, help="What a missed good lead costs.")
    ] = None,
    cost_wasted: Annotated[
        float, typer.Option("--cost-wasted", min=0.0, help="What a call for nothing costs, in the same unit.")
    ] = 1.0,
    capacity: Annotated[
        float | None, typer.Option("--capacity", min=0.0, help="Leads that can be worked in a week.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge a scorecard on the newest fifth of a history, beside what anybody would try first.

    --missed and --wasted ask for cut-offs with a guarantee, --cost-missed for one from what errors cost.
    """
    if capacity is not None and cost_missed is None:
        raise typer.BadParameter("needs --cost-missed.", param_hint="--capacity")
    output = Output(json=json, quiet=quiet)
    files = files_of(
        history, policy, mapping, outcomes, touches, events, changes, chosen, target, created, as_of
    )
    taught, rows = taught_rows(files)
    report = backtest(
        rows,
        taught.bundle.card,
        taught.bundle.policy.bands,
        card=None if card is None else read_card(card),
        asked=Asked(
            taught.bundle.policy.hash,
            Wanted(missed, wasted, doubt, cost_missed, cost_wasted, capacity),
            taught.table,
        ),
        options=Options(completeness=completeness, cells=cells),
    )
    _write(report, html, charts)
    output.data(_json(report))
    _tell(report, output)
    if html is not None:
        output.say(f"\nOpen {html} in a browser.")
    if charts is not None:
        output.say(f"The charts are in {charts}.")


def _write(report: Backtest, html: Path | None, charts: Path | None) -> None:
    if html is not None:
        write_page(
            html,
            backtest_html(
                report,
                _statement(report),
                [str(note) for note in report.notes],
                [*cut_lines(report.cuts), *routing_lines(report.mimicry)],
            ),
        )
    if charts is not None:
        charts.mkdir(parents=True, exist_ok=True)
        for name, picture in chart_files(report).items():
            write_atomically(charts / name, picture.encode())


def _statement(report: Backtest) -> str:
    first = report.lines[0]
    if first.auc.low <= 0.5:
        return "On these leads it orders no better than chance."
    who = "The written scorecard" if first.name.startswith("Written") else "The learned scorecard"
    return f"{who} puts {first.lift.value:.1f} times as many good leads into the first fifth as chance would."


def _line_json(line: Line) -> dict[str, Any]:
    parts = {
        "auc": line.auc,
        "capture": line.capture,
        "lift": line.lift,
        "brier": line.brier,
        "ahead": line.ahead,
    }
    return {"name": line.name, **{name: part._asdict() if part else None for name, part in parts.items()}}


def _json(report: Backtest) -> dict[str, Any]:
    return {
        "scorecard": report.card.hash,
        "older": report.older,
        "newer": report.newer,
        "window": report.window,
        "lines": [_line_json(line) for line in report.lines],
        "bands": report.bands,
        "spans": report.spans,
        "fit": report.fit._asdict(),
        "errors": [
            {"name": s.name, "about": s.about, "hits": s.hits, "of": s.of, "interval": s.span}
            for s in report.errors
        ],
        "wasted": report.wasted,
        "missed": report.missed,
        "parts": [(part.name, part.rows, part.good, part.auc) for part in (*report.parts, *report.segments)],
        "cuts": cuts_json(report.cuts),
        "mimicry": routing_json(report.mimicry),
        "notes": [note_json(note) for note in report.notes],
    }


def _tell(report: Backtest, output: Output) -> None:
    output.say(_statement(report))
    lines = [
        (
            line.name,
            str(line.auc),
            f"{line.lift.value:.2f} ({line.lift.low:.2f} to {line.lift.high:.2f})",
            str(line.brier) if line.brier else "",
            str(line.ahead) if line.ahead else "",
        )
        for line in report.lines
    ]
    output.console.print(
        table_of(("order by", "AUC", "lift, first fifth", "Brier", "AUC ahead of it"), lines)
    )
    bands = [
        (
            each.name,
            each.rows,
            each.good,
            f"{each.said:.1%}{_span(report, each.name)}",
            f"{each.came:.1%} ({each.low:.1%} to {each.high:.1%})",
        )
        for each in report.bands
    ]
    output.console.print(table_of(("band", "leads", "good", "said", "came"), bands, right=(1, 2)))
    for share in report.errors:
        low, high = share.span
        output.say(f"{share.name}: {share.hits:,} of {share.of:,} {share.about} ({low:.1%} to {high:.1%}).")
    for line in (*cut_lines(report.cuts), *routing_lines(report.mimicry)):
        output.say(line)
    if not output.quiet:
        for note in report.notes:
            complain(f"note: {note} [{note.code}]")


def _span(report: Backtest, band: str) -> str:
    low, high = report.spans.get(band, (None, None))
    return "" if low is None or high is None else f" ({low:.1%} to {high:.1%})"
