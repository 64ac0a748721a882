"""A run in a terminal."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from rich.text import Text

from plumbline.report import layout, phrases, words
from plumbline.report.terminal.sheet import (
    HATCH,
    NOW,
    QUIET,
    STRONG,
    TIMES,
    Sheet,
    grid,
    heading,
    indented,
    interval,
    join,
    say,
    share,
    width,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType

    from plumbline.qualify.summary import DrawCount, IssueCount, RunSummary

#: Leads of the queue that a terminal lists; the page has more.
FIRST: Final = 10
#: Columns that labels and numbers need beside a drawn bar.
_BESIDE: Final = 56


def print_summary(summary: RunSummary, console: Console) -> None:
    """Print what a whole run did. Texts from the data cannot act on the terminal."""
    columns = max(10, width(console) - _BESIDE)
    parts = chain(
        _header(summary),
        _rows(summary, columns),
        _routes(summary, columns) if summary.routes else (),
        _grid(summary) if summary.grid else (),
        _queue(summary) if summary.queue else (),
        _unknown(summary, columns) if summary.decided else (),
        _people(summary),
        _draws(summary, columns) if summary.draws else (),
        _issues(summary),
        _ledger(summary),
    )
    console.print(Sheet(tuple(parts)))


def _header(run: RunSummary) -> Iterator[RenderableType]:
    origin = f"policy {words.clip(run.versions.policy, 60)}, as of {words.clip(words.moment(run.as_of), 40)}"
    yield join(say("Plumbline run", QUIET), say(origin, QUIET))
    yield Text()
    yield say(run.source, STRONG, 160)
    yield Text()
    yield join(say(phrases.run_statement(run), STRONG), say(phrases.run_rest(run)), between=" ")
    for gap in run.gaps():
        yield say(f"This does not add up: {gap}.", STRONG)


def _rows(run: RunSummary, columns: int) -> Iterator[RenderableType]:
    yield heading("Rows")
    table = grid("left", "bar", "right")
    for name, number, style in (
        ("Decided", run.decided, ""),
        ("Repeats of a lead already seen", run.duplicates, ""),
        ("Accepted", run.accepted, STRONG),
        ("Could not be accepted", run.rejected, ""),
        ("Read", run.read, STRONG),
    ):
        table.add_row(say(name, style), share(number, run.read, columns), say(words.whole(number), style))
    yield indented(table)


def _routes(run: RunSummary, columns: int) -> Iterator[RenderableType]:
    yield heading("Where they go")
    table = grid("left", "left", "bar", "right", "right")
    for route in run.routes:
        name = say(phrases.route(route.route), NOW if phrases.is_now(route.route) else "")
        table.add_row(name, say(route.owner, QUIET, 60), *_counted(route.leads, run.decided, columns))
    table.add_row("")
    for band in run.bands:
        table.add_row(say(f"Band {band.band}"), "", *_counted(band.leads, run.decided, columns))
    if run.unscored:
        table.add_row(say("No score"), "", *_counted(run.unscored, run.decided, columns))
    yield indented(table)


def _counted(part: int, whole: int, columns: int, *, unknown: bool = False) -> tuple[Text, Text, Text]:
    drawn = share(part, whole, columns, HATCH) if unknown else share(part, whole, columns)
    return drawn, say(words.whole(part)), say(words.share(part, whole), QUIET)


def _grid(run: RunSummary) -> Iterator[RenderableType]:
    yield heading(f"Fit {TIMES} intent {TIMES} readiness")
    faces = layout.grid(run.grid)
    table = grid("left", "left", "right", "right", "right")
    for face in faces:
        columns = (say(f"intent {name}", QUIET) for name in face.columns)
        table.add_row(say(f"Readiness {face.readiness}"), "", *columns)
        for row in face.rows:
            table.add_row("", say(f"fit {row.fit}", QUIET), *(words.whole(cell.leads) for cell in row.cells))
    yield indented(table)


def _queue(run: RunSummary) -> Iterator[RenderableType]:
    yield heading("First in line")
    table = grid("right", "left", "left", "right")
    for number, line in enumerate(run.queue[:FIRST], 1):
        style = NOW if phrases.is_now(line.route) else ""
        band = (
            f"{line.band}, {words.whole(line.points)}"
            if line.band and line.points is not None
            else "no score"
        )
        table.add_row(
            words.whole(number),
            say(line.title, STRONG, 120),
            say(phrases.route(line.route), style),
            say(band),
        )
        table.add_row("", say(line.because, QUIET), say(line.owner, QUIET, 60), "")
    yield indented(table)


def _unknown(run: RunSummary, columns: int) -> Iterator[RenderableType]:
    yield heading("What we do not know yet")
    yield indented(say(phrases.run_unknown(run)))
    if run.questions:
        table = grid("left", "bar", "right", "right")
        for question in run.questions:
            asked = say(question.question or question.label)
            table.add_row(asked, *_counted(question.leads, run.decided, columns))
        yield indented(Text(), say("The questions that move most", QUIET), table)
    if run.missing:
        table = grid("left", "bar", "right", "right")
        for field in run.missing:
            table.add_row(
                say(field.label, limit=120), *_counted(field.leads, run.decided, columns, unknown=True)
            )
        yield indented(Text(), say("Fields with points that are most often unknown", QUIET), table)
    if run.key_fields:
        table = grid("left", "bar", "right", "right")
        for key in run.key_fields:
            table.add_row(say(key.field, limit=120), *_counted(key.leads, run.decided, columns, unknown=True))
        yield indented(Text(), say("Key fields that leads lack", QUIET), table)


def _people(run: RunSummary) -> Iterator[RenderableType]:
    if not run.proposals and not run.unscored and not run.tasks:
        return
    yield heading("Waiting for a person")
    table = grid("right", "left", "left")
    for task in run.tasks:
        table.add_row(words.whole(task.messages), say(phrases.task(task), STRONG), say(task.owner, QUIET, 60))
    for line in run.proposals:
        what = join(say("to disqualify:"), say(line.because), between=" ")
        table.add_row(words.whole(line.leads), what, say(line.owner, QUIET, 60))
    if run.unscored:
        table.add_row(words.whole(run.unscored), say("objected to profiling: no score, handled by hand"), "")
    yield indented(table)


def _draws(run: RunSummary, columns: int) -> Iterator[RenderableType]:
    yield heading("Draws")
    table = grid("left", "bar", "right", "left")
    for line in run.draws:
        axis = layout.draw_axis(line)
        drawn = interval(axis.span(line.lowest, line.highest), axis.at(line.drawn), columns)
        number = f"{words.whole(line.drawn)} of {words.whole(line.frame)}"
        table.add_row(say(phrases.stream(line.stream)[0]), drawn, say(number), _usual(line))
    yield indented(table)


def _usual(line: DrawCount) -> Text:
    usual = f"usually {words.whole(line.lowest)} to {words.whole(line.highest)}"
    return say(usual, QUIET) if line.usual else say(f"{usual}: look into this", STRONG)


def _issues(run: RunSummary) -> Iterator[RenderableType]:
    rejected = [issue for issue in run.issues if issue.rejected]
    kept = [issue for issue in run.issues if not issue.rejected]
    if rejected:
        yield heading("Rows that could not be accepted")
        yield indented(*(chain.from_iterable(_issue(issue) for issue in rejected)))
    if kept:
        yield heading("Cells that could not be read: the row was kept, the field is unknown")
        yield indented(*(chain.from_iterable(_issue(issue) for issue in kept)))
    if run.blank_words:
        yield heading("Blank words: read as not answered")
        table = grid("left", "left", "right")
        for column, told, cells in phrases.blanks_by_column(run):
            table.add_row(say(column, limit=80), say(told, QUIET, 200), words.whole(cells))
        yield indented(table)


def _issue(issue: IssueCount) -> Iterator[RenderableType]:
    yield join(say(words.count(issue.rows, "row")), say(issue.rule), say(issue.code, QUIET, 60))
    for sample in issue.samples:
        where = f"row {words.whole(sample.row)}" + (
            f", {words.clip(sample.column, 60)}" if sample.column else ""
        )
        yield indented(say(f"{where}: {words.clip(sample.value, 80) or 'empty'}", QUIET))


def _ledger(run: RunSummary) -> Iterator[RenderableType]:
    yield heading("Ledger")
    if run.ledger is None:
        yield indented(say("This run was not written to a ledger."))
        return
    yield indented(
        say(f"{words.count(run.ledger.entries, 'entry', 'entries')}, head {words.clip(run.ledger.head, 80)}")
    )
    yield indented(say(f"Check that nothing was changed: {words.clip(run.ledger.verify, 200)}"))
