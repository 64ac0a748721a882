"""``plumbline second-reader``: how a language model did in the shadow, and who let it count."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from plumbline.cli.output import Json, Output, Quiet, table_of
from plumbline.report.words import count
from plumbline.store.trials import TrialFile

if TYPE_CHECKING:
    from plumbline.domain.intervals import Share
    from plumbline.reading.second import Agreement

app = typer.Typer(
    help="Language models as second readers: tried in the shadow, let count by a person.",
    no_args_is_help=True, rich_markup_mode=None,
)  # fmt: skip
_HEAD: Final = ("field", "same answer", "where either found words", "first silent", "second silent")

Trials = Annotated[Path, typer.Argument(help="The register of second readers.")]
Reader = Annotated[str, typer.Argument(help="The reader, as `show` names it.")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]
Why = Annotated[str, typer.Option("--why", help="On what grounds.")]


@app.command("show")
def show(file: Trials, json: Json = False, quiet: Quiet = False) -> None:
    """Every second reader that was tried, how far it agrees with the first, and what people decided."""
    output = Output(json=json, quiet=quiet)
    with TrialFile(file, create=False) as trials:
        found = [(standing, trials.report(standing.reader)) for standing in trials.standings()]
        decisions = trials.decisions()
    output.data({
        "readers": [
            {
                "reader": s.reader, "messages": s.messages, "counts": s.counts,
                "fields": [_plain(each) for each in report],
            }
            for s, report in found
        ],
        "decisions": decisions,
    })  # fmt: skip
    for standing, report in found:
        state = "counts" if standing.counts else "in the shadow"
        output.say(f"{standing.reader}: {state}, tried on {count(standing.messages, 'message')}")
        output.console.print(table_of(_HEAD, map(_row, report), right=(1, 2, 3, 4)))
    for each in decisions:
        output.say(
            f"{each.at[:10]} {each.by} {'let count' if each.counts else 'withdrew'} {each.reader}: {each.why}"
        )


@app.command("allow")
def allow(file: Trials, reader: Reader, by: By, why: Why, json: Json = False, quiet: Quiet = False) -> None:
    """Let a second reader count. It takes enough messages in the shadow, a name and a reason."""
    with TrialFile(file, create=False) as trials:
        trials.allow(reader, by=by, why=why, now=datetime.now(UTC))
    _told(Output(json=json, quiet=quiet), reader, counts=True)


@app.command("withdraw")
def withdraw(
    file: Trials, reader: Reader, by: By, why: Why, json: Json = False, quiet: Quiet = False
) -> None:
    """Send a second reader back into the shadow, at once."""
    with TrialFile(file, create=False) as trials:
        trials.withdraw(reader, by=by, why=why, now=datetime.now(UTC))
    _told(Output(json=json, quiet=quiet), reader, counts=False)


def _told(output: Output, reader: str, *, counts: bool) -> None:
    output.data({"reader": reader, "counts": counts})
    output.say(f"{reader} {'counts from now on' if counts else 'is back in the shadow'}.")


def _plain(each: Agreement) -> dict[str, object]:
    return {
        "field": each.field, "messages": each.messages, "agreed": each.agreed._asdict(),
        "agreed_spoken": each.agreed_spoken._asdict(), "first_abstained": each.first_abstained,
        "second_abstained": each.second_abstained,
    }  # fmt: skip


def _row(each: Agreement) -> tuple[object, ...]:
    return (
        each.field, _share(each.agreed), _share(each.agreed_spoken), each.first_abstained,
        each.second_abstained,
    )  # fmt: skip


def _share(share: Share) -> str:
    return str(share) if share.of else "none yet"
