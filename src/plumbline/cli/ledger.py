"""``plumbline ledger``: verify it, look into it, take it elsewhere, forget a person."""

from __future__ import annotations

import json as json_module
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from plumbline.cli import places
from plumbline.cli.exits import Exit
from plumbline.cli.output import Json, Ledger, Output, Quiet, Run, table_of
from plumbline.cli.pages import remove_pages_without_leads
from plumbline.ledger import Entry, Head
from plumbline.report.words import count
from plumbline.store import LedgerFile, RunFolder
from plumbline.store.erasure import erase_leads, finish_erasures
from plumbline.store.export import export_ledger
from plumbline.store.run_check import verify_run
from plumbline.store.run_folder import MANIFEST

if TYPE_CHECKING:
    from plumbline.ledger.entry import Fact

app = typer.Typer(help="The record of every decision.", no_args_is_help=True, rich_markup_mode=None)

_HEAD: Final = ("entry", "hour", "what", "who", "facts")
_SHA256_DIGITS: Final = 64

Place = Annotated[Path, typer.Argument(help="The folder of a run, or a ledger file.")]


@app.command("verify")
def verify(
    place: Place,
    ledger: Ledger = None,
    head: Annotated[
        str | None,
        typer.Option("--head", help="A head you noted (7:ab12…); a cut-off end shows."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Recompute every hash. Exit status 1 names the first entry, part or row that does not hold."""
    output = Output(json=json, quiet=quiet)
    path = places.ledger_of(place, ledger)
    with LedgerFile(path, create=False) as book:
        verdict = book.verify(expected_head=Head.parse(head) if head else None)
        run = verify_run(RunFolder(place), book) if (place / MANIFEST).exists() else None
    broken = verdict.broken or (run.broken if run else None)
    output.data({"intact": broken is None, "head": str(verdict.head), "broken": broken, "run": run})
    if broken:
        output.say(f"BROKEN: {broken}")
        raise typer.Exit(Exit.FOUND)
    entries = count(verdict.head.seq, "entry", "entries")
    output.say(f"The ledger holds: {entries}. Head {verdict.head}")
    if run:
        state = "finished" if run.finished else "not finished: repeat the command to complete it"
        output.say(
            f"The run holds: {count(run.rows, 'decision')} in {count(run.parts, 'part')}, "
            f"{run.erased:,} erased; {state}."
        )


@app.command("show")
def show(
    place: Place,
    lead: Annotated[str | None, typer.Option("--lead", help="The proof of one lead's decision.")] = None,
    ledger: Ledger = None,
    last: Annotated[int, typer.Option("--last", min=1, help="How many entries.")] = 20,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the last entries, or the proof that a lead's decision is recorded."""
    output = Output(json=json, quiet=quiet)
    if lead is not None:
        proofs = places.recorded(place).proofs(lead)
        output.data(proofs)
        for proof in proofs:
            output.say("\n".join(f"{name}: {value}" for name, value in proof.items()))
        return
    with LedgerFile(places.ledger_of(place, ledger), create=False) as book:
        entries = deque(book.entries(), maxlen=last)
    output.data([entry_json(entry) for entry in entries])
    output.console.print(table_of(_HEAD, map(_line, entries), right=(0,)))


@app.command("export")
def export(
    place: Place,
    out: Annotated[Path, typer.Option("--out", "-o", help="File of JSON lines.")],
    ledger: Ledger = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the ledger as JSON lines that anybody can verify with the standard library alone."""
    output = Output(json=json, quiet=quiet)
    with LedgerFile(places.ledger_of(place, ledger), create=False) as book:
        head = export_ledger(book, out)
    output.data({"file": str(out), "head": str(head)})
    output.say(f"Wrote {out}. Its head is {head}: keep that somewhere else.")


@app.command("erase")
def erase(
    run: Run,
    leads: Annotated[list[str], typer.Argument(help="Ids of leads.")],
    basis: Annotated[
        str, typer.Option("--basis", help="One word, such as request or retention.")
    ] = "request",
    actor: Annotated[str, typer.Option("--actor", help="In whose name.")] = "plumbline-cli",
    ledger: Ledger = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Erase people from a run. The ledger keeps a tombstone and still verifies."""
    output = Output(json=json, quiet=quiet)
    folder = places.folder_of(run)
    with LedgerFile(places.ledger_of(run, ledger), create=False) as book:
        done = erase_leads(folder, book, leads, actor=actor, basis=basis, now=datetime.now(UTC))
        finish_erasures(folder, book)
        remove_pages_without_leads(folder)
    output.data(done)
    output.say(f"Erased {count(done.rows, 'decision')}; {count(done.tombstones, 'tombstone')} in the ledger.")


def _line(entry: Entry) -> tuple[object, ...]:
    header = entry.header
    facts = ", ".join(f"{name} {_short(value)}" for name, value in header.facts.items())
    return header.seq, f"{header.time:%Y-%m-%d %H:00}", header.kind.value, header.actor, facts


def _short(fact: Fact) -> object:
    """Hashes by their beginning, lists by their length: ``--json`` has them whole."""
    if isinstance(fact, tuple):
        return len(fact)
    return fact[:12] + "…" if isinstance(fact, str) and len(fact) == _SHA256_DIGITS else fact


def entry_json(entry: Entry) -> dict[str, object]:
    """A ledger entry for people and machines."""
    header: dict[str, object] = json_module.loads(entry.raw)
    return {**header, "hash": entry.hash.hex()}
