"""Options of the commands that look at past leads, and the files they stand for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from plumbline.library.target import Target

MappingFile = Annotated[
    Path | None, typer.Option("--mapping", "-m", help="Which column is what; guessed when left out.")
]
OutcomesFile = Annotated[
    Path | None,
    typer.Option("--outcomes", help="What sales reported: lead id, outcome, time; reason, rep."),
]
TouchesFile = Annotated[
    Path | None,
    typer.Option("--touches", help="Attempts: lead id, time. Without them silence is no answer."),
]
EventsFile = Annotated[Path | None, typer.Option("--events", help="Behaviour: lead id, kind, time.")]
ChangesFile = Annotated[
    Path | None,
    typer.Option("--changes", help="Field history: lead id, field, new value, time; old value."),
]
ChosenFile = Annotated[
    Path | None,
    typer.Option(
        "--chosen",
        help="Who was worked why: lead id, pursued, drawn, chance; or a run's folder. Sets label weights.",
    ),
]
TargetColumn = Annotated[
    str | None,
    typer.Option(
        "--target",
        metavar="COLUMN=VALUE",
        help="A column that says what became of a lead; | for several values.",
    ),
]
CreatedColumn = Annotated[
    str | None, typer.Option("--created", metavar="COLUMN", help="When a lead came in, or a running number.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", help="The day of the export, UTC; the last one in the files."),
]


def target_of(text: str | None, undecided: str | None = None) -> Target | None:
    """The column of ``--target``, with the values of ``--open``."""
    if text is None:
        if undecided is not None:
            raise typer.BadParameter("says nothing without --target.", param_hint="--open")
        return None
    try:
        return Target.parse(text, undecided)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--target") from error


def moment_of(as_of: datetime | None) -> datetime | None:
    """A moment in UTC where no zone was given."""
    return as_of.replace(tzinfo=UTC) if as_of is not None and as_of.tzinfo is None else as_of
