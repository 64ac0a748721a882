"""``plumbline explain`` and ``plumbline replay-decision``: one recorded decision, in full."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plumbline.cli import places
from plumbline.cli.exits import Exit
from plumbline.cli.output import Json, Ledger, Output, Quiet, Run, complain
from plumbline.cli.pages import write_page
from plumbline.learning.said import chance_of
from plumbline.library.inputs import policy_from, read_text
from plumbline.library.models import overdue
from plumbline.report import packet_html, print_packet
from plumbline.store import LedgerFile

if TYPE_CHECKING:
    from plumbline.engines.recorded import RecordedRun

Lead = Annotated[str, typer.Argument(help="The id of the lead.")]


def explain(
    run: Run,
    lead: Lead,
    html: Annotated[Path | None, typer.Option("--html", help="Write the evidence page here.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show why a lead was decided as it was: the evidence packet."""
    output = Output(json=json, quiet=quiet)
    past = places.recorded(run)
    packet = past.packet(lead, plumbline=version("plumbline"))
    said = None if packet.score is None else chance_of(past.bundle.card, packet.score.points)
    output.data(packet if said is None else {**asdict(packet), "chance": said._asdict()})
    print_packet(packet, output.console)
    if said is not None:
        output.say(f"\nChance of a good outcome: {said}.")
    if not output.quiet and (late := _overdue(past)):
        complain(f"warning: {late}")
    if html is not None:
        write_page(html, packet_html(packet))
        output.say(f"\nWritten to {html}")


def _overdue(past: RecordedRun) -> str:
    """Whether the learned scorecard of a run was past its day when it decided."""
    model = past.folder.manifest().get("model")
    by = model.get("retrain_by") if isinstance(model, dict) else None
    return overdue(date.fromisoformat(by), past.as_of.date()) if isinstance(by, str) else ""


def replay_decision(
    run: Run,
    lead: Lead,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", "-p", help="Decide with this policy instead of the recorded one."),
    ] = None,
    ledger: Ledger = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Decide a recorded lead again and compare the bytes; a difference names its cause.

    Exit status 1 when anything differs.
    """
    output = Output(json=json, quiet=quiet)
    past = places.repeatable(run, ledger)
    bundle = past.bundle
    if policy is not None:
        other, _ = policy_from(read_text(policy), draw_key=past.draw_key, cells=bundle.cells)
        bundle = past.weighed(other)
    with LedgerFile(places.ledger_of(run, ledger), create=False) as book:
        replayed = past.replay(lead, book, bundle)
    output.data(replayed)
    if replayed.same:
        output.say(f"{lead}: the same bytes came out (plumbline {version('plumbline')}).")
        return
    output.say(f"{lead}: comes out otherwise. Cause: {', '.join(replayed.causes)}.")
    for difference in replayed.differences:
        output.say(f"  {difference.column}: recorded {difference.recorded!r}, now {difference.replayed!r}")
    raise typer.Exit(Exit.FOUND)
