"""What was written down of leads over time: reports, attempts, changes of fields, second opinions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.connectors.batch import ROW
from plumbline.connectors.errors import MissingColumnError
from plumbline.connectors.events import moment
from plumbline.connectors.headers import normal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.connectors.files import Source

_BATCH: Final = 200_000
_LEAD: Final = ("lead id", "lead", "id", "record id", "contact id", "prospect id", "lead key")
_WHEN: Final = (
    "at", "time", "timestamp", "date", "when", "created at", "created", "created date", "changed at",
    "occurred at", "activity date", "event time", "edit date",
)  # fmt: skip
_WHO: Final = ("rep", "owner", "user", "sales rep", "agent", "by", "created by", "name")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of table: what its columns are called, most usual first; and those it cannot be without."""

    name: str
    columns: Mapping[str, Sequence[str]]
    needed: tuple[str, ...]


REPORTS: Final = Kind(
    "outcomes",
    {
        "lead.id": _LEAD,
        "outcome": ("outcome", "status", "stage", "disposition", "new stage", "result"),
        "at": _WHEN,
        "reason": ("reason", "lost reason", "loss reason", "disqualification reason", "rejection reason"),
        "rep": _WHO,
        "definition": ("definition", "definition version", "policy version"),
    },
    ("lead.id", "outcome", "at"),
)
TOUCHES: Final = Kind("attempts", {"lead.id": _LEAD, "at": _WHEN, "rep": _WHO}, ("lead.id", "at"))
CHANGES: Final = Kind(
    "changes",
    {
        "lead.id": _LEAD,
        "field": ("column", "field", "property", "field name", "property name"),
        "value": ("value", "new value", "new", "to"),
        "old": ("old", "old value", "from", "previous value"),
        "at": _WHEN,
    },
    ("lead.id", "field", "value", "at"),
)
REVIEWS: Final = Kind(
    "reviews",
    {
        "lead.id": _LEAD,
        "reviewer": ("reviewer", "judge", "rater", "reader", "by", "user", "name"),
        "verdict": ("verdict", "judgement", "label", "rating", "good", "answer"),
    },
    ("lead.id", "reviewer", "verdict"),
)
ROUTES: Final = Kind(
    "routes",
    {"lead.id": _LEAD, "route": ("route", "queue", "assigned to", "treatment")},
    ("lead.id", "route"),
)
CHOSEN: Final = Kind(
    "choices",
    {
        "lead.id": _LEAD,
        "pursued": ("pursued", "pursued by policy", "policy"),
        "drawn": ("drawn", "explore", "drawn to explore", "lottery"),
        "chance": ("chance", "propensity", "chance of the draw", "probability"),
    },
    ("lead.id", "pursued", "drawn", "chance"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file in one shape: ``row``, the kind's columns; ``at`` as a moment, null if unreadable.

    ``rejected``: one line per row that could not be read at all.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame


def read_table(source: Source, kind: Kind) -> Table:
    """Read a table of this kind; its columns are found by their names. ``MissingColumnError`` says which.

    Of columns that no name stands for, optional ones are null. Times without an offset are taken as UTC.
    """
    found = {normal(name): name for name in reversed(source.columns)}
    chosen: dict[str, str] = {}
    for to, names in kind.columns.items():
        free = (found[name] for name in names if name in found and found[name] not in chosen.values())
        if (first := next(free, None)) is not None:
            chosen[to] = first
    missing = [to for to in kind.needed if to not in chosen]
    if missing:
        told = "; ".join(f"{to} ({', '.join(kind.columns[to][:3])})" for to in missing)
        raise MissingColumnError(f"{source.path} is no table of {kind.name}: it has no column for {told}.")
    columns = [pl.col(ROW).alias("row"), *(_cell(to, chosen.get(to)) for to in kind.columns)]
    parts = [(batch.frame.select(columns), batch.rejected) for batch in source.batches(_BATCH)]
    if not parts:
        schema = {"row": pl.Int64} | dict.fromkeys(kind.columns, pl.String)
        return Table(_timed(pl.DataFrame(schema=schema)), pl.DataFrame())
    return Table(_timed(pl.concat(one for one, _ in parts)), pl.concat(other for _, other in parts))


def _cell(to: str, name: str | None) -> pl.Expr:
    if name is None:
        return pl.lit(None, pl.String).alias(to)
    text = pl.col(name).str.strip_chars()
    return pl.when(text != "").then(text).alias(to)


def _timed(frame: pl.DataFrame) -> pl.DataFrame:
    if "at" not in frame.columns:
        return frame
    return frame.with_columns(
        moment(pl.col("at")).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6fZ", time_zone="UTC", time_unit="us")
    )
