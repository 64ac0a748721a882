"""``plumbline simulate``: a B2B funnel with known truth, for demos and experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plumbline.cli.explain import Json, Quiet
from plumbline.cli.output import Output
from plumbline.simulate import Settings, write
from plumbline.simulate import simulate as simulate_world


def simulate(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")],
    leads: Annotated[int, typer.Option("--leads", min=1, help="How many leads come in.")] = 5_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")] = 1,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the files of a simulated CRM, with a mapping and a policy. The truth goes into a folder apart."""
    output = Output(json=json, quiet=quiet)
    world = simulate_world(Settings(leads=leads), seed=seed)
    write(world, out)
    output.data({"folder": str(out), "leads": leads, "seed": seed})
    output.say(f"{leads:,} simulated leads in {out}: leads.csv, events.csv, messages.csv, outcomes.csv.")
