"""``plumbline corrections``: a person's word on a reading, in one act; and how often people agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from plumbline.cli.output import Json, Output, Quiet, table_of
from plumbline.cli.read import Channel
from plumbline.domain.errors import InvalidCorrectionError
from plumbline.library.messages import message_in
from plumbline.qualify.inbox import embedded
from plumbline.reading import Field
from plumbline.reading.corrections import How, Person, agreement_over_time, correct
from plumbline.report.words import count
from plumbline.store.corrections import CorrectionFile

app = typer.Typer(
    help="What people say about readings: kept, counted, forgotten.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_HEAD: Final = ("month", "field", "reader", "people agreed", "95 % interval", "noticed")

Kept = Annotated[Path, typer.Argument(help="The file of corrections.")]
By = Annotated[str, typer.Option("--by", help="Who says so.")]


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="The message: .eml, text, HTML.")],
    into: Annotated[Path, typer.Option("--into", help="The file of corrections; made when new.")],
    truth: Annotated[
        list[str],
        typer.Option("--is", help="What a field should say: budget=exists. Several times if needed."),
    ],
    by: By,
    why: Annotated[str, typer.Option("--why", help="Why a reading is changed.")] = "",
    sender: Annotated[str, typer.Option("--sender", help="Id of the lead who wrote.")] = "",
    sampled: Annotated[
        bool, typer.Option("--sampled", help="The message was drawn for checking, not noticed as wrong.")
    ] = False,
    channel: Annotated[Channel, typer.Option("--channel", help="Where it comes from.")] = Channel.EMAIL,
    received: Annotated[
        datetime | None, typer.Option("--received", formats=["%Y-%m-%d"], help="Day of receipt.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Correct or confirm what was read in a message. The words are kept masked."""
    day = received.date() if received else None
    message = replace(message_in(file, channel=channel.value, received=day), sender=sender)
    person = Person(by, datetime.now(UTC), How.SAMPLED if sampled else How.NOTICED)
    labels = correct(message, embedded().read(message), _truth(truth), person, why)
    with CorrectionFile(into) as kept:
        kept.add(labels)
    output = Output(json=json, quiet=quiet)
    output.data([{"field": each.field, "before": each.before, "after": each.after} for each in labels])
    for label in labels:
        before = label.before or "cannot tell"
        output.say(f"{label.field}: {before}{'' if label.right else f', should be {label.after}'}. Kept.")


@app.command("report")
def report(file: Kept, json: Json = False, quiet: Quiet = False) -> None:
    """How often people agreed, per month, field and reader. Noticed corrections stand beside."""
    with CorrectionFile(file, create=False) as kept:
        periods = agreement_over_time(kept.labels())
    output = Output(json=json, quiet=quiet)
    output.data([
        {
            "month": p.month, "field": p.field, "reader": p.reader, "agreed": p.agreed._asdict(),
            "noticed": p.noticed,
        }
        for p in periods
    ])  # fmt: skip
    rows = (
        (p.month, p.field, p.reader, f"{p.agreed.hits} of {p.agreed.of}",
         f"{p.agreed.low:.2f} to {p.agreed.high:.2f}", p.noticed)
        for p in periods
    )  # fmt: skip
    output.console.print(table_of(_HEAD, rows, right=(3, 4, 5)))


@app.command("erase")
def erase(
    file: Kept,
    senders: Annotated[list[str], typer.Argument(help="Ids of leads.")],
    by: By,
    basis: Annotated[
        str, typer.Option("--basis", help="One word, such as request or retention.")
    ] = "request",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Destroy the words and keys of people. That a field was read wrongly on some day stays counted."""
    with CorrectionFile(file, create=False) as kept:
        erased = kept.erase(senders, by=by, basis=basis, now=datetime.now(UTC))
    output = Output(json=json, quiet=quiet)
    output.data({"erased": erased})
    output.say(f"{count(erased, 'correction')} lost the words.")


def _truth(said: list[str]) -> dict[Field, str]:
    pairs = [each.partition("=") for each in said]
    unknown = [name for name, sign, _ in pairs if not sign or name not in set(Field)]
    if unknown:
        raise InvalidCorrectionError(
            f"{unknown[0]!r} is no field: write budget=exists. Fields: {', '.join(Field)}."
        )
    return {Field(name): value for name, _, value in pairs}
