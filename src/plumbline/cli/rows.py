"""``plumbline issues`` and ``plumbline export``: what a run says row by row, to read and to take away."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import polars as pl
import typer

from plumbline.cli import places
from plumbline.cli.output import Json, Output, Quiet, Run, table_of
from plumbline.connectors.export import neutralised
from plumbline.qualify.shadow import SHADOW_SCHEMA
from plumbline.qualify.tasks import TASK_SCHEMA
from plumbline.report.words import count
from plumbline.store import write_atomically
from plumbline.triage.report import ISSUE_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.store import RunFolder


class What(StrEnum):
    """What stands in a run row by row."""

    DECISIONS = "decisions"
    REJECTED = "rejected"
    ISSUES = "issues"
    DUPLICATES = "duplicates"
    BLANKS = "blanks"
    EVENT_ISSUES = "event_issues"
    MESSAGE_ISSUES = "message_issues"
    OUTCOME_ISSUES = "outcome_issues"
    TASKS = "tasks"
    SHADOW = "shadow"


#: Of a decision's many columns, those that the next system or a person acts on.
_COLUMNS: Final = (
    "lead.id", "route", "owner", "action", "questions", "proposes", "because", "reason", "decided_by",
    "autonomy", "band", "points", "points.fit", "points.intent", "points.readiness",
    "points_min", "points_max",
)  # fmt: skip
#: What an export of no rows is headed with.
_COLUMNS_OF: Final = {
    What.DECISIONS: _COLUMNS,
    What.REJECTED: tuple(ISSUE_SCHEMA),
    What.ISSUES: tuple(ISSUE_SCHEMA),
    What.DUPLICATES: ("row", "lead.id", "duplicate_of"),
    What.BLANKS: ("column", "word", "rows"),
    What.EVENT_ISSUES: ("event", *list(ISSUE_SCHEMA)[1:]),
    What.MESSAGE_ISSUES: ("message", *list(ISSUE_SCHEMA)[1:]),
    What.OUTCOME_ISSUES: ("outcome", *list(ISSUE_SCHEMA)[1:]),
    What.TASKS: tuple(TASK_SCHEMA),
    What.SHADOW: tuple(SHADOW_SCHEMA),
}
_HEAD: Final = ("row", "column", "value", "what is wrong", "code")
_TITLES: Final = {
    What.REJECTED: ("row rejected", "rows rejected"),
    What.ISSUES: ("cell to look at; its row is kept", "cells to look at; their rows are kept"),
    What.EVENT_ISSUES: ("event not used", "events not used"),
    What.MESSAGE_ISSUES: ("message not used", "messages not used"),
    What.OUTCOME_ISSUES: ("outcome not used", "outcomes not used"),
}


def issues(
    run: Run,
    show: Annotated[int, typer.Option("--show", min=0, help="How many lines to list of each kind.")] = 20,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List rows that could not be accepted and cells that could not be read: row, column, value, code."""
    output = Output(json=json, quiet=quiet)
    folder = places.folder_of(run)
    lines = {kind: _lines(folder, kind) for kind in _TITLES}
    output.data({kind.value: frame.to_dicts() for kind, frame in lines.items()})
    for kind, frame in lines.items():
        output.say(count(frame.height, *_TITLES[kind]))
        if frame.height and show:
            output.console.print(table_of(_HEAD, frame.head(show).iter_rows(), right=(0,)))
        if frame.height > show:
            output.say(f"All as CSV: plumbline export {run} --what {kind.value} --out {kind.value}.csv")


def export(
    run: Run,
    out: Annotated[Path, typer.Option("--out", "-o", help="The CSV file to write.")],
    what: Annotated[What, typer.Option("--what", help="Which rows of the run.")] = What.DECISIONS,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the rows of a run as CSV for a spreadsheet or a CRM; cells like formulas are disarmed."""
    output = Output(json=json, quiet=quiet)
    frames = _frames(places.folder_of(run), what)
    heights: list[int] = []
    write_atomically(out, lambda path: heights.extend(_write(frames, path)))
    output.data({"file": str(out), "what": what.value, "rows": sum(heights)})
    output.say(f"{count(sum(heights), 'row')} in {out}.")


def _write(frames: Iterator[pl.DataFrame], path: Path) -> Iterator[int]:
    """Part by part, so that memory does not grow with the run. The byte-order mark is for spreadsheets."""
    with path.open("wb") as file:
        for at, frame in enumerate(frames):
            neutralised(frame).write_csv(file, include_bom=at == 0, include_header=at == 0)
            yield frame.height


def _lines(folder: RunFolder, what: What) -> pl.DataFrame:
    return pl.concat(_frames(folder, what))


def _frames(folder: RunFolder, what: What) -> Iterator[pl.DataFrame]:
    if not folder.parts(what.value):
        yield pl.DataFrame(schema=dict.fromkeys(_COLUMNS_OF[what], pl.String))
    for index in folder.parts(what.value):
        frame = folder.read_part(index, what.value)
        yield _live(frame) if what is What.DECISIONS else frame


def _live(part: pl.DataFrame) -> pl.DataFrame:
    """The decisions of a part without the rows of people who were erased."""
    return part.filter(pl.col("lead.id").is_not_null()).select(_COLUMNS)
