"""``plumbline learn``: a card from outcomes, and a gate that may say no."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from plumbline.cli.exits import Exit
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
    moment_of,
    target_of,
)
from plumbline.cli.output import Json, Output, Quiet, complain, table_of
from plumbline.domain.bands import Cutoffs
from plumbline.learning.learn import Learned, Options, learn
from plumbline.learning.rows import Rows, rows_of
from plumbline.learning.words import ABOUT, Note
from plumbline.library.history import HistoryFiles
from plumbline.library.training import Taught, training_from
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
    chosen: ChosenFile = None,
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
    files = files_of(
        history, policy, mapping, outcomes, touches, events, changes, chosen, target, created, as_of
    )
    taught, rows = taught_rows(files)
    learned = learn(
        rows,
        _written(taught),
        name=taught.bundle.policy.name,
        cutoffs=taught.bundle.policy.bands,
        about={
            "policy": taught.bundle.policy.hash,
            "definition": taught.definition,
            "label_chances": taught.chances,
        },
        options=Options(completeness=completeness, cells=cells),
    )
    if learned.card is not None:
        write_atomically(out, dump(learned.card))
    if learned.coarse is not None:
        write_atomically(coarse_of(out), dump(learned.coarse))
    output.data(_learned_json(learned, rows, taught.chances))
    _tell_learned(learned, rows, out, output)
    if not learned.promoted:
        raise typer.Exit(Exit.FOUND)


def coarse_of(card: Path) -> Path:
    """Where the coarse card stands that was learned beside a card."""
    return card.with_suffix(f".coarse{card.suffix}")


def files_of(
    history: Path,
    policy: Path,
    mapping: Path | None,
    outcomes: Path | None,
    touches: Path | None,
    events: Path | None,
    changes: Path | None,
    chosen: Path | None,
    target: str | None,
    created: str | None,
    as_of: datetime | None,
) -> HistoryFiles:
    """The files that the options of a command name."""
    return HistoryFiles(
        leads=history,
        policy=policy,
        mapping=mapping,
        outcomes=outcomes,
        touches=touches,
        events=events,
        changes=changes,
        chosen=chosen,
        target=target_of(target),
        created=created,
        as_of=moment_of(as_of),
    )


def taught_rows(files: HistoryFiles) -> tuple[Taught, Rows]:
    """What the files teach, and its rows as a learner takes them."""
    taught = training_from(files, now=datetime.now(UTC))
    return taught, rows_of(taught.table, taught.bundle.policy.signals, as_of=taught.as_of)


def _written(taught: Taught) -> Scorecard | None:
    return taught.bundle.card if taught.bundle.card.terms else None


def _learned_json(learned: Learned, rows: Rows, chances: str) -> dict[str, Any]:
    return {
        "promoted": learned.promoted,
        "code": learned.code,
        "rows": rows.label.size,
        "good": int(rows.label.sum()),
        "learner": learned.learner,
        "scorecard": learned.card.hash if learned.card else None,
        "coarse": learned.coarse.hash if learned.coarse else None,
        "label_chances": chances,
        "figures": {name: figure._asdict() for name, figure in learned.figures.items()},
        "price_of_completeness": learned.price._asdict() if learned.price else None,
        "bands": None if learned.bands is None else _cutoffs(learned.bands),
        "shares": learned.shares,
        "notes": [note_json(note) for note in learned.notes],
    }


def _cutoffs(bands: Cutoffs) -> dict[str, int]:
    return {"A": bands.a, "B": bands.b, "C": bands.c}


def note_json(note: Note) -> dict[str, str]:
    """A note for machines."""
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
    _tell_beside(learned, out, output)
    if not output.quiet:
        for note in learned.notes:
            complain(f"note: {note} [{note.code}]")


def _tell_beside(learned: Learned, out: Path, output: Output) -> None:
    if learned.shares:
        a, b = learned.shares
        output.say(f"It is a blend: {a:.2f} times what is written and {b:.2f} times what was learned.")
    if learned.price is not None:
        output.say(f"How much is filled in brings {learned.price} of AUC; --no-completeness leaves it out.")
    if learned.coarse is not None:
        output.say(f"A coarse scorecard, to run in shadow against drift, is in {coarse_of(out)}.")
    if learned.bands is not None:
        output.say(f"Bands that fill as before: {_cutoffs(learned.bands)}.")


_WORDS = {
    "auc": "AUC (0.5 is a lot)",
    "auc_newest": "AUC, newest part",
    "auc_written": "AUC of the written scorecard",
    "auc_gain": "AUC, gain over the written one",
    "log_loss_gain": "log loss, less is better",
}
