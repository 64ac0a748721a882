"""``plumbline ledger``: verify it, look into it, take it elsewhere, forget a person."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from plumbline.cli import running
from plumbline.cli.exits import Exit
from plumbline.cli.explain import Json, Ledger, Quiet, Run
from plumbline.cli.output import Output
from plumbline.ledger.entry import Event, Head
from plumbline.store import LedgerFile, RunFolder
from plumbline.store.erasure import erase_leads, finish_erasures
from plumbline.store.run_check import verify_run
from plumbline.store.run_folder import MANIFEST

app = typer.Typer(help="The record of every decision.", no_args_is_help=True, rich_markup_mode=None)

Place = Annotated[Path, typer.Argument(help="The folder of a run, or a ledger file.")]


@app.command("verify")
def verify(
    place: Place,
    ledger: Ledger = None,
    head: Annotated[
        str | None, typer.Option("--head", help="The hash of the last entry you noted; catches a cut-off end.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Recompute every hash. Exit status 1 names the first entry, part or row that does not hold."""
    output = Output(json=json, quiet=quiet)
    path = running.ledger_of(place, ledger)
    with LedgerFile(path, create=False) as book:
        verdict = book.verify(expected_head=_noted(book, head))
        run = verify_run(RunFolder(place), book) if (place / MANIFEST).exists() else None
    broken = verdict.broken or (run.broken if run else None)
    output.data({"intact": broken is None, "ledger": verdict, "run": run})
    if broken:
        output.say(f"BROKEN: {broken}")
        raise typer.Exit(Exit.FOUND)
    output.say(f"The ledger holds: {verdict.entries:,} entries, head {verdict.head.hash[:16]}…")
    if run:
        state = "finished" if run.finished else "not finished: repeat the command to complete it"
        output.say(f"The run holds: {run.rows:,} decisions in {run.parts} part(s), {run.erased} erased; {state}.")


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
        proofs = running.proofs(RunFolder(place), lead)
        output.data(proofs)
        for proof in proofs:
            output.say("\n".join(f"{name}: {value}" for name, value in proof.items()))
        return
    with LedgerFile(running.ledger_of(place, ledger), create=False) as book:
        entries = list(book.entries())[-last:]
    output.data([running.entry_json(entry) for entry in entries])
    table = Table("entry", "hour", "what", "who", "facts", box=None, header_style="bold")
    for entry in entries:
        line = running.entry_json(entry)
        facts = ", ".join(f"{name} {value}" for name, value in entry.header.facts.items())
        table.add_row(str(line["seq"]), str(line["time"]), str(line["kind"]), str(line["actor"]), facts)
    output.console.print(table)


@app.command("export")
def export(
    place: Place,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File; standard output when left out.")] = None,
    ledger: Ledger = None,
) -> None:
    """Write the ledger as JSON lines that anybody can verify with the standard library alone."""
    with LedgerFile(running.ledger_of(place, ledger), create=False) as book:
        if out is None:
            for line in book.export():
                sys.stdout.write(line + "\n")
            return
        running.write_lines(out, book.export())


@app.command("erase")
def erase(
    run: Run,
    leads: Annotated[list[str], typer.Argument(help="Ids of leads.")],
    basis: Annotated[str, typer.Option("--basis", help="One word, such as request or retention.")] = "request",
    actor: Annotated[str, typer.Option("--actor", help="In whose name.")] = "plumbline-cli",
    ledger: Ledger = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Erase people from a run. The ledger keeps a tombstone and still verifies."""
    output = Output(json=json, quiet=quiet)
    folder = RunFolder(run)
    with LedgerFile(running.ledger_path(folder, ledger), create=False) as book:
        done = erase_leads(folder, book, leads, actor=actor, basis=basis, now=datetime.now(UTC))
        finish_erasures(folder, book)
        running.remove_pages(folder, leads)
    output.data(done)
    output.say(f"Erased {done.rows} decision(s); {done.tombstones} tombstone(s) in the ledger.")


def _noted(book: LedgerFile, head: str | None) -> Head | None:
    """The head a person noted, looked up by its hash."""
    if head is None:
        return None
    for entry in book.entries():
        if entry.hash.hex().startswith(head.rstrip("….")):
            return Head(entry.header.seq, entry.hash)
    return Head(sys.maxsize, bytes.fromhex(head.rstrip("….").ljust(64, "0")))


__all__ = ["Event", "app"]
