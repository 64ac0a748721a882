"""``plumbline scorecard``: the table of points, for people and as a file."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from plumbline.cli.exits import Exit
from plumbline.cli.output import Json, Output, Quiet, table_of
from plumbline.domain.errors import UnreadableFileError
from plumbline.domain.words import Kind
from plumbline.library.inputs import policy_from, read_text
from plumbline.scorecard import Scorecard, dump, load, scorecard_json_schema
from plumbline.scorecard.diff import diff as card_diff
from plumbline.scorecard.sql import to_sql
from plumbline.scorecard.sqlparts import Dialect
from plumbline.store import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.scorecard import Cap, SignalBins

app = typer.Typer(help="The table of points.", no_args_is_help=True, rich_markup_mode=None)

_HEAD: Final = ("signal", "when", "points", "speaks about")

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
    output.console.print(table_of(_HEAD, _lines(card), right=(2,)))
    for cap in card.caps:
        output.say(_limit(cap, card))
    output.say(f"\nBase {card.base:+}; {card.scale} points double the odds. Version {card.hash[:12]}.")


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


@app.command("sql")
def sql(
    file: File,
    dialect: Annotated[Dialect, typer.Option("--dialect", "-d", help="The engine that will run it.")],
    policy: Annotated[
        Path | None, typer.Option("--policy", "-p", help="Bands from this policy; a policy has its own.")
    ] = None,
    table: Annotated[str, typer.Option("--table", help="Table with one column per signal.")] = "signals",
    key: Annotated[str, typer.Option("--key", help="Column that names a lead.")] = "lead_id",
    reasons: Annotated[int, typer.Option("--reasons", min=0, max=20, help="Reasons per lead.")] = 3,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the query here.")] = None,
) -> None:
    """Print the scorecard as one SQL query: points, dimensions, band and reasons."""
    bands = policy or (None if file.suffix == ".json" else file)
    cutoffs = policy_from(read_text(bands))[0].policy.bands if bands else None
    try:
        query = to_sql(read_card(file), cutoffs, dialect=dialect, table=table, key=key, reasons=reasons)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--table") from error
    if out is None:
        typer.echo(query, nl=False)
    else:
        write_atomically(out, query.encode())


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of scorecard files."""
    Output(json=True).data(scorecard_json_schema())


def _lines(card: Scorecard) -> Iterator[tuple[str, str, str, str]]:
    bins = {signal.name: signal for signal in card.signals}
    for term in card.terms:
        axes = (range(bins[name].axis) for name in term.signals)
        named = (term.label, term.dimension.value)
        for codes, points in zip(product(*axes), term.points, strict=True):
            signals = [bins[name] for name in term.signals]
            if points or not _is_outside(signals, codes):
                label = ", ".join(one.bin_label(code) for one, code in zip(signals, codes, strict=True))
                yield named[0], label, f"{points:+}", named[1]
                named = ("", "")


def _is_outside(signals: list[SignalBins], codes: tuple[int, ...]) -> bool:
    return any(
        one.kind is Kind.NUMBER and code == one.unseen for one, code in zip(signals, codes, strict=True)
    )


def _limit(cap: Cap, card: Scorecard) -> str:
    labels = {term.id: term.label for term in card.terms}
    least = "" if cap.min is None else f"at least {cap.min:+}"
    most = "" if cap.max is None else f"at most {cap.max:+}"
    limits = " and ".join(filter(None, (least, most)))
    return f"{' and '.join(labels[name] for name in cap.terms)}: together {limits}."


def read_card(file: Path) -> Scorecard:
    """The scorecard in a file of its own, or the one written in a policy."""
    if file.suffix != ".json":
        return policy_from(read_text(file))[0].card
    try:
        return load(file.read_bytes())
    except OSError as error:
        raise UnreadableFileError(f"{file} cannot be read: {error.strerror}.") from error
