from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from helpers_app import GOOD, NOW, arrive
from plumbline.app.actors import Actor
from plumbline.app.jobs import HANDLERS
from plumbline.app.models import Run
from plumbline.app.services import deciding, evidence, live, runs
from plumbline.app.worker import Worker
from plumbline.store import RunFolder

pytestmark = pytest.mark.django_db


def test_a_lead_by_itself_is_decided_as_the_last_run_would(cast, monkeypatch) -> None:
    """The run found how likely each answer is; who comes next alone is weighed by the same."""
    monkeypatch.setattr(live, "_ENOUGH", 3)
    without = {name: value for name, value in GOOD.items() if name not in {"extra.budget", "extra.timeframe"}}
    for number in range(4):
        arrive(GOOD | {"contact.email": f"a{number}@b.example"}, f"L{number}")
    late = arrive(without | {"contact.email": "late@b.example"}, "late")
    before = late.decisions.get()
    assert live.live().run is None
    runs.start(Actor.of_user(cast.olga), runs.ALL, now=NOW)
    Worker(HANDLERS, {}, lambda: 0.0).drain()
    run = Run.objects.get()
    assert run.state == Run.State.DONE
    assert live.live().run == run
    (after,) = deciding.decide(Actor.of_system("test"), [late], now=NOW)
    records = RunFolder(Path(runs.folder_of(run))).scan().filter(pl.col("lead.id") == late.key).collect()
    by_run = records.row(0, named=True)
    assert (after.band_change, after.action) == (by_run["band_change"], by_run["action"])
    # Negative control: without what the run found, the chance was another.
    assert after.band_change != before.band_change
    for one in (before, after):
        assert evidence.evidence_of(Actor.of_user(cast.alice), one).replays
