"""``plumbline simulate``: a B2B funnel with known truth, for demos and experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plumbline.cli.output import Json, Output, Quiet
from plumbline.domain.errors import ExistsError
from plumbline.simulate import Fault, FaultKind, Settings, write
from plumbline.simulate import simulate as simulate_world

_FAULTS = ", ".join(FaultKind)


def simulate(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")],
    leads: Annotated[int, typer.Option("--leads", min=1, help="How many leads come in.")] = 5_000,
    weeks: Annotated[int, typer.Option("--weeks", min=1, help="Over how many weeks.")] = 52,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same files.")] = 1,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="KIND@WEEK[:STRENGTH]",
            help=f"Something that goes wrong from a week on: {_FAULTS}.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the files of a simulated CRM, with a mapping and a policy. The truth goes into a folder apart."""
    output = Output(json=json, quiet=quiet)
    settings = Settings(leads=leads, weeks=weeks, faults=tuple(map(_fault, fault or ())))
    if not force and out.is_dir() and any(out.iterdir()):
        raise ExistsError(f"{out} is not empty; --force replaces files in it.")
    write(simulate_world(settings, seed=seed), out)
    output.data({"folder": str(out), "leads": leads, "weeks": weeks, "seed": seed})
    output.say(f"{leads:,} simulated leads in {out}: leads.csv, events.csv, messages.csv, outcomes.csv.")


def _fault(text: str) -> Fault:
    try:
        return Fault.parse(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--fault") from error
