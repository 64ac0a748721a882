"""``plumbline init``: a mapping and a starter policy for a file of leads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plumbline.cli.output import Json, Output, Quiet
from plumbline.connectors.files import open_source
from plumbline.connectors.guess import guess
from plumbline.connectors.starter import starter_policy
from plumbline.domain.errors import ExistsError
from plumbline.store import write_atomically


def init(
    leads: Annotated[Path, typer.Argument(help="A file of leads.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the two files.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Guess which column is what, and write it down with a starter policy. Both are yours to edit."""
    output = Output(json=json, quiet=quiet)
    mapping, policy = out / "mapping.yaml", out / "policy.yaml"
    taken = [str(path) for path in (mapping, policy) if path.exists()]
    if taken and not force:
        raise ExistsError(f"{' and '.join(taken)} exist already; --force replaces them.")
    guessed = guess(open_source(leads))
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(mapping, guessed.to_yaml().encode())
    write_atomically(policy, starter_policy(guessed).encode())
    output.data({"mapping": str(mapping), "policy": str(policy), "columns": guessed.columns})
    output.say(f"Wrote {mapping} and {policy}. Read both; every guess says why.")
    output.say(f"Then: plumbline qualify {leads} --mapping {mapping} --policy {policy} --out run")
