"""``plumbline learn`` and ``plumbline backtest``: a card from outcomes, and what it would have said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

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
from plumbline.cli.output import Json, Output, Quiet, complain, table_of
from plumbline.cli.pages import write_page
from plumbline.cli.scorecard import read_card
from plumbline.domain.bands import Cutoffs
from plumbline.learning.backtest import backtest
from plumbline.learning.judged import Backtest, Line
from plumbline.learning.learn import Learned, Options, learn
from plumbline.learning.rows import Rows, rows_of
from plumbline.learning.words import ABOUT, Note
from plumbline.library.history import HistoryFiles
from plumbline.library.training import Taught, training_from
from plumbline.report.backtest import backtest_html
from plumbline.scorecard import Scorecard, dump
from plumbline.store import write_atomically

History = Annotated[Path, typer.Argument(help="Past leads, or a training table (.parquet) with 'label'.")]
PolicyFile = Annotated[
    Path, typer.Option("--policy", "-p", help="The policy: its signals and its definition.")
]
Completeness = Annotated[
    bool,
    typer.Option("--completeness/--no-completeness", help="Whether how much is filled in may count."),
]
Cells = Annotated[int, typer.Option("--cells", min=10, max=120, help="Cells of the whole card, at most.")]


def learn_command(
    history: History,
    policy: PolicyFile,
    out: Annotated[Path, typer.Option("--out", "-o", help="Write the scorecard here.")],
    mapping: MappingFile = None,
    outcomes: OutcomesFile = None,
    touches: TouchesFile = None,
    events: EventsFile = None,
    changes: ChangesFile = None,
    target: TargetColumn = None,
    created: CreatedColumn = None,
    as_of: AsOf = None,
    completeness: Completeness = True,
    cells: Cells = 80,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Learn a scorecard from outcomes. Exit status 1 when the written one stays in charge."""
    output = Output(json=json, quiet=quiet)
    taught, rows = _taught(
        history, policy, mapping, outcomes, touches, events, changes, target, created, as_of
    )
    learned = learn(
        rows,
        _written(taught),
        name=taught.bundle.policy.name,
        cutoffs=taught.bundle.policy.bands,
        about={"policy": taught.bundle.policy.hash, "definition": taught.definition},
        options=Options(completeness=completeness, cells=cells),
    )
    if learned.card is not None:
        write_atomically(out, dump(learned.card))
    output.data(_learned_json(learned, rows))
    _tell_learned(learned, rows, out, output)
    if not learned.promoted:
        raise typer.Exit(Exit.FOUND)


def backtest_command(
    history: History,
    policy: PolicyFile,
    card: Annotated[
        Path | None,
        typer.Option("--card", "-c", help="A scorecard; left out, one is learned on the older part."),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report as a page here.")] = None,
    mapping: MappingFile = None,
    outcomes: OutcomesFile = None,
    touches: TouchesFile = None,
    events: EventsFile = None,
    changes: ChangesFile = None,
    target: TargetColumn = None,
    created: CreatedColumn = None,
    as_of: AsOf = None,
    completeness: Completeness = True,
    cells: Cells = 80,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge a scorecard on the newest fifth of a history, beside what anybody would try first."""
    output = Output(json=json, quiet=quiet)
    taught, rows = _taught(
        history, policy, mapping, outcomes, touches, events, changes, target, created, as_of
    )
    report = backtest(
        rows,
        taught.bundle.card,
        taught.bundle.policy.bands,
        card=None if card is None else read_card(card),
        policy=taught.bundle.policy.hash,
        options=Options(completeness=completeness, cells=cells),
    )
    if html is not None:
        write_page(html, backtest_html(report, _statement(report), [str(note) for note in report.notes]))
    output.data(_backtest_json(report))
    _tell_backtest(report, output)
    if html is not None:
        output.say(f"\nOpen {html} in a browser.")


def _taught(
    history: Path,
    policy: Path,
    mapping: Path | None,
    outcomes: Path | None,
    touches: Path | None,
    events: Path | None,
    changes: Path | None,
    target: str | None,
    created: str | None,
    as_of: datetime | None,
) -> tuple[Taught, Rows]:
    """What the files teach, and its rows as a learner takes them."""
    files = HistoryFiles(
        leads=history,
        policy=policy,
        mapping=mapping,
        outcomes=outcomes,
        touches=touches,
        events=events,
        changes=changes,
        target=target_of(target),
        created=created,
        as_of=moment_of(as_of),
    )
    taught = training_from(files, now=datetime.now(UTC))
    return taught, rows_of(taught.table, taught.bundle.policy.signals, as_of=taught.as_of)


def _written(taught: Taught) -> Scorecard | None:
    return taught.bundle.card if taught.bundle.card.terms else None


def _learned_json(learned: Learned, rows: Rows) -> dict[str, Any]:
    return {
        "promoted": learned.promoted,
        "code": learned.code,
        "rows": rows.label.size,
        "good": int(rows.label.sum()),
        "learner": learned.learner,
        "scorecard": learned.card.hash if learned.card else None,
        "figures": {name: figure._asdict() for name, figure in learned.figures.items()},
        "price_of_completeness": learned.price._asdict() if learned.price else None,
        "bands": None if learned.bands is None else _cutoffs(learned.bands),
        "shares": learned.shares,
        "notes": [_note(note) for note in learned.notes],
    }


def _cutoffs(bands: Cutoffs) -> dict[str, int]:
    return {"A": bands.a, "B": bands.b, "C": bands.c}


def _note(note: Note) -> dict[str, str]:
    return {"code": str(note.code), "message": ABOUT[note.code], "about": note.about}


def _tell_learned(learned: Learned, rows: Rows, out: Path, output: Output) -> None:
    output.say(f"{rows.label.size:,} leads with a matured outcome, {int(rows.label.sum()):,} of them good.")
    if learned.promoted:
        output.say(f"This scorecard may replace the written one ({learned.learner}). It is in {out}.")
    elif learned.code is not None:
        output.say(f"The written scorecard stays in charge. {ABOUT[learned.code]} [{learned.code}]")
        if learned.card is not None:
            output.say(f"What was learned is in {out}, as a proposal.")
    lines = [(_WORDS.get(name, name), str(figure)) for name, figure in learned.figures.items()]
    if lines:
        output.console.print(table_of(("on leads later than those learned from", "95 %"), lines))
    if learned.shares:
        a, b = learned.shares
        output.say(f"It is a blend: {a:.2f} times what is written and {b:.2f} times what was learned.")
    if learned.price is not None:
        output.say(f"How much is filled in brings {learned.price} of AUC; --no-completeness leaves it out.")
    if learned.bands is not None:
        output.say(f"Bands that fill as before: {_cutoffs(learned.bands)}.")
    if not output.quiet:
        for note in learned.notes:
            complain(f"note: {note} [{note.code}]")


_WORDS = {
    "auc": "AUC (0.5 is a lot)",
    "auc_newest": "AUC, newest part",
    "auc_written": "AUC of the written scorecard",
    "auc_gain": "AUC, gain over the written one",
    "log_loss_gain": "log loss, less is better",
}


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


def _backtest_json(report: Backtest) -> dict[str, Any]:
    return {
        "scorecard": report.card.hash,
        "older": report.older,
        "newer": report.newer,
        "window": report.window,
        "lines": [_line_json(line) for line in report.lines],
        "bands": report.bands,
        "fit": report.fit._asdict(),
        "errors": [
            {"name": s.name, "about": s.about, "hits": s.hits, "of": s.of, "interval": s.span}
            for s in report.errors
        ],
        "wasted": report.wasted,
        "missed": report.missed,
        "parts": [(part.name, part.rows, part.good, part.auc) for part in (*report.parts, *report.segments)],
        "notes": [_note(note) for note in report.notes],
    }


def _tell_backtest(report: Backtest, output: Output) -> None:
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
            f"{each.said:.1%}",
            f"{each.came:.1%} ({each.low:.1%} to {each.high:.1%})",
        )
        for each in report.bands
    ]
    output.console.print(table_of(("band", "leads", "good", "said", "came"), bands, right=(1, 2)))
    for share in report.errors:
        low, high = share.span
        output.say(f"{share.name}: {share.hits:,} of {share.of:,} {share.about} ({low:.1%} to {high:.1%}).")
    if not output.quiet:
        for note in report.notes:
            complain(f"note: {note} [{note.code}]")
