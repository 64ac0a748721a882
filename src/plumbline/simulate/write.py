"""Files of a simulation: what a company would have, and apart from it, in ``truth/``, what nobody has."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from plumbline.domain.errors import StorageError
from plumbline.simulate.cohort import cohorts
from plumbline.simulate.export import export, fresh
from plumbline.simulate.history import history
from plumbline.simulate.sales import roster
from plumbline.simulate.settings import VERSION
from plumbline.simulate.truth import truth_of
from plumbline.simulate.world import look

if TYPE_CHECKING:
    from pathlib import Path

    from plumbline.simulate.settings import Settings
    from plumbline.simulate.world import World

#: The mapping and the policy of the simulated company, shipped with the package.
DEMO: Final = ("mapping.yaml", "policy.yaml")


def demo(name: str) -> str:
    """The text of one of the ``DEMO`` files."""
    return resources.files("plumbline.simulate").joinpath("demo", name).read_text("utf-8")


def write(world: World, folder: Path) -> None:
    """Write everything; the same world gives the same bytes. ``StorageError`` when the disk refuses.

    ``settings.json`` comes last, so a folder that has it is complete.
    """
    observed = look(world)
    tables = {
        "leads": export(world),
        "events": observed.events(),
        "messages": observed.messages(),
        "touches": observed.touches(),
        "outcomes": observed.outcomes(),
        "routes": observed.routes(),
        "history": history(world),
        "reps": roster(world.sales, world.market.streams),
    }
    truth = truth_of(world)
    try:
        (folder / "truth").mkdir(parents=True, exist_ok=True)
        for name, frame in tables.items():
            frame.write_csv(folder / f"{name}.csv")
        for part in fields(truth):
            getattr(truth, part.name).write_parquet(folder / "truth" / f"{part.name}.parquet")
        for name in DEMO:
            (folder / name).write_text(demo(name), "utf-8")
        (folder / "settings.json").write_text(_settings(world), "utf-8")
    except OSError as error:
        raise StorageError(f"the simulation could not be written to {folder}: {error.strerror}") from error


def _settings(world: World) -> str:
    content: dict[str, Any] = {
        "simulator": VERSION,
        "seed": world.market.streams.seed,
        "weeks_flown": world.week,
        "as_of": world.now.isoformat(),
        "numpy": np.__version__,
        "polars": pl.__version__,
        "settings": world.settings.as_dict(),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def write_leads_csv(settings: Settings, seed: int, path: Path) -> int:
    """Only the leads, some weeks at a time, so memory does not grow with their number; returns how many."""
    count = 0
    with path.open("wb") as file:
        for cohort in cohorts(settings, seed):
            fresh(cohort.leads).write_csv(file, include_header=count == 0)
            count += cohort.leads.height
    return count
