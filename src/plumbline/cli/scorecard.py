"""``plumbline scorecard``: the table of points, for people and as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from plumbline.cli.exits import Exit
from plumbline.cli.explain import Json, Quiet
from plumbline.cli.inputs import NO_KEY, policy_from, read_text
from plumbline.cli.output import Output
from plumbline.domain.errors import UnreadableFileError
from plumbline.scorecard import Scorecard, dump, load, scorecard_json_schema
from plumbline.scorecard.diff import diff as card_diff
from plumbline.store import write_atomically

app = typer.Typer(help="The table of points.", no_args_is_help=True, rich_markup_mode=None)

File = Annotated[Path, typer.Argument(help="A policy (.yaml) or a scorecard (.json).")]


@app.command("show")
def show(
    file: File,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the scorecard as JSON here.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show every signal, every bin and its points."""
    output = Output(json=json, quiet=quiet)
    card = read_card(file)
    if out is not None:
        write_atomically(out, dump(card))
    if json:
        typer.echo(dump(card).decode())
    table = Table("signal", "when", "points", "speaks about", box=None, header_style="bold")
    table.columns[2].justify = "right"
    bins = {signal.name: signal for signal in card.signals}
    for term in card.terms:
        rows = [bins[term.signals[0]].bin_label(code) for code in range(bins[term.signals[0]].axis)]
        for at, (label, points) in enumerate(zip(rows, term.points, strict=False)):
            table.add_row(
                term.label if at == 0 else "", label, f"{points:+}", term.dimension if at == 0 else ""
            )
    output.console.print(table)
    output.say(
        f"\nBase {card.base:+}; {card.scale} points double the odds. Version {card.hash[:12]}."
    )


@app.command("diff")
def diff(old: File, new: File, json: Json = False, quiet: Quiet = False) -> None:
    """Say in words what differs between two scorecards. Exit status 1 when anything does."""
    output = Output(json=json, quiet=quiet)
    changes = card_diff(read_card(old), read_card(new))
    output.data(changes)
    for change in changes:
        output.say(f"- {change}")
    if changes:
        raise typer.Exit(Exit.FOUND)
    output.say("They are the same.")


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of scorecard files."""
    Output(json=True).data(scorecard_json_schema())


def read_card(file: Path) -> Scorecard:
    """The scorecard in a file of its own, or the one written in a policy."""
    if file.suffix != ".json":
        return policy_from(read_text(file), draw_key=NO_KEY)[0].card
    try:
        return load(file.read_bytes())
    except OSError as error:
        raise UnreadableFileError(f"{file} cannot be read: {error.strerror}.") from error
