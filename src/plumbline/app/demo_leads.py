"""Half a year of leads for the demo: from the simulator, through the door that every file comes in by."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import polars as pl
from django.db import connection, transaction
from ruamel.yaml import YAML

from plumbline.app import demo
from plumbline.app.actors import Actor
from plumbline.app.jobs import HANDLERS
from plumbline.app.models import Lead, Outcome, Standing, User
from plumbline.app.models.base import new_key
from plumbline.app.services import bulk, imports, runs, uploads
from plumbline.app.worker import Worker
from plumbline.qualify.bundle import CellReading
from plumbline.simulate import Settings, simulate
from plumbline.simulate.write import write

if TYPE_CHECKING:
    from collections.abc import Callable

LEADS: Final = 20_000
WEEKS: Final = 26
SEED: Final = 5
_CREATED: Final = "Created"
_WRITTEN: Final = "%Y-%m-%d %H:%M:%S"
_ENDED: Final = ("rejected", "won", "lost")
_BEGUN: Final = ("accepted", "contacted", "meeting_held", "opportunity_created", "opportunity_accepted")


def fill(leads: int = LEADS, *, now: datetime, say: Callable[[str], None] = lambda _: None) -> int:
    """Make the company and bring in its leads, unless there are some; how many there are then.

    The simulated weeks are moved so that the last lead came in today.
    """
    if Lead.objects.exists():
        return Lead.objects.count()
    with TemporaryDirectory() as place:
        folder = Path(place)
        say(f"Simulating {leads:,} leads of {WEEKS} weeks")
        write(simulate(Settings(leads=leads, weeks=WEEKS), seed=SEED), folder)
        shift = _shift(folder, now)
        demo.company((folder / "policy.yaml").read_text("utf-8"), now=now, cells=_cells(folder))
        say("Importing and deciding them")
        _import(folder, shift, now)
        with transaction.atomic():
            _bring_the_rest(folder, shift, now)
    say("Deciding once more, with what they did and wrote")
    runs.start(Actor.of_system("demo"), runs.ALL, now=now)
    _work()
    _close(now)
    return Lead.objects.count()


def _shift(folder: Path, now: datetime) -> timedelta:
    """By how many whole days everything is later than simulated."""
    created = pl.read_csv(folder / "leads.csv", infer_schema_length=0)[_CREATED]
    last = datetime.strptime(str(created.max()), _WRITTEN).replace(tzinfo=now.tzinfo)
    return (now - last) // timedelta(days=1) * timedelta(days=1)


def _cells(folder: Path) -> CellReading:
    mapping = YAML(typ="safe").load((folder / "mapping.yaml").read_text("utf-8"))
    return CellReading(blank_words=tuple(str(word).lower() for word in mapping["blank_words"]))


def _import(folder: Path, shift: timedelta, now: datetime) -> None:
    """Upload the leads as RevOps would, and let a worker take them in."""
    frame = pl.read_csv(folder / "leads.csv", infer_schema_length=0)
    moved = pl.col(_CREATED).str.to_datetime(_WRITTEN, strict=False) + shift
    frame.with_columns(moved.dt.strftime(_WRITTEN)).write_csv(folder / "shifted.csv")
    actor = Actor.of_user(User.objects.get(email=demo.address_of("Ren Ito")))
    content = (folder / "shifted.csv").read_bytes()
    one = uploads.upload(actor, "crm-export.csv", [content], now=now).upload
    imports.start(actor, one, (folder / "mapping.yaml").read_text("utf-8"), now=now)
    _work()


def _bring_the_rest(folder: Path, shift: timedelta, now: datetime) -> None:
    """What leads did, wrote and came to, as far as it lies in the past."""
    known = dict(Lead.objects.values_list("external_id", "pk"))
    events = _table(folder / "events.csv", known, shift, now)
    bulk.insert("plumbline_behaviour", events.select("lead_id", "kind", "at"))
    letters = _table(folder / "messages.csv", known, shift, now).filter(pl.col("channel") != "form")
    named = letters.select("lead_id", "channel", "text", "at", external_id=pl.lit(""))
    bulk.insert("plumbline_message", named)
    outcomes = _table(folder / "outcomes.csv", known, shift, now)
    kinds = outcomes.filter(pl.col("outcome").is_in([kind.value for kind in Outcome.Kind]))
    rows = kinds.select(
        "lead_id",
        pl.col("outcome").alias("kind"),
        "at",
        pl.col("at").alias("reported_at"),
        pl.lit("import").alias("reported_by"),
        pl.col("reason").fill_null("").alias("reason"),
        pl.lit("").alias("note"),
        pl.Series("ref", [new_key() for _ in range(kinds.height)], dtype=pl.String),
    )
    bulk.insert("plumbline_outcome", rows)


def _table(path: Path, known: dict[str, int], shift: timedelta, now: datetime) -> pl.DataFrame:
    frame = pl.read_csv(path, infer_schema_length=0)
    moment = pl.col("at").str.to_datetime(time_zone="UTC", strict=False) + shift
    numbers = pl.Series("lead_id", [known.get(one) for one in frame["lead.id"]], dtype=pl.Int64)
    past = frame.with_columns(numbers, moment.alias("at")).filter(
        pl.col("lead_id").is_not_null() & (pl.col("at") <= now)
    )
    return past.with_columns(pl.col("at").dt.strftime("%Y-%m-%d %H:%M:%S%.6f"))


def _close(now: datetime) -> None:
    """Leads that came to an end leave the queue; those that were begun are somebody's work."""
    with_end = Outcome.objects.filter(kind__in=_ENDED).values("lead_id")
    begun = Outcome.objects.filter(kind__in=_BEGUN).values("lead_id")
    opened = Standing.objects.filter(state=Standing.State.OPEN)
    opened.filter(lead_id__in=with_end).update(state=Standing.State.CLOSED, due_at=None)
    opened.filter(lead_id__in=begun).update(state=Standing.State.ACCEPTED, due_at=None, since=now)


def _work() -> None:
    """Carry out everything that waits, here and now."""
    Worker(HANDLERS, {}, lambda: 0.0).drain()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
