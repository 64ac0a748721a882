"""Small histories, made by hand or drawn from a known truth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from plumbline.assurance.fields import Leads
from plumbline.assurance.history import MOMENT, History
from plumbline.assurance.outcomes import Outcomes, outcomes_of
from plumbline.policy.compiled import Definition, NegativeEffort

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

START: Final = datetime(2025, 1, 6, 9, tzinfo=UTC)
NOW: Final = datetime(2026, 1, 5, tzinfo=UTC)
DEFINITION: Final = Definition("opportunity_accepted", 90, NegativeEffort(3, 5, 3))


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def leads(*ids: str, at: float = 0) -> pl.DataFrame:
    return pl.DataFrame(
        {"lead.id": list(ids), "decided_at": [day(at)] * len(ids)}, schema_overrides={"decided_at": MOMENT}
    )


def reports(*rows: tuple[str, str, float | None], **more: Sequence[Any]) -> pl.DataFrame:
    columns: Mapping[str, list[Any]] = {
        "lead.id": [lead for lead, _, _ in rows],
        "outcome": [outcome for _, outcome, _ in rows],
        "at": [None if at is None else day(at) for _, _, at in rows],
    }
    schema = {"lead.id": pl.String, "outcome": pl.String, "at": MOMENT}
    return pl.DataFrame(columns, schema=schema).with_columns(
        *(pl.Series(name, list(values)) for name, values in more.items())
    )


def touches(lead: str, *days: float) -> pl.DataFrame:
    return pl.DataFrame(
        {"lead.id": [lead] * len(days), "at": [day(one) for one in days]},
        schema={"lead.id": pl.String, "at": MOMENT},
    )


def outcomes(
    of: pl.DataFrame,
    told: pl.DataFrame,
    tried: pl.DataFrame | None = None,
    as_of: datetime = NOW,
    **more: Any,
) -> Outcomes:
    settings = {"definition": DEFINITION, **more}
    return outcomes_of(of, told, as_of=as_of, touches=tried, **settings)


def state_of(found: Outcomes, lead: str = "a") -> str:
    return str(found.leads.filter(pl.col("lead.id") == lead)["state"].item())


def history(
    cells: Mapping[str, Sequence[str | None]], changes: pl.DataFrame | None = None, created: float = 0
) -> History:
    height = len(next(iter(cells.values())))
    ids = [f"L{number}" for number in range(height)]
    received = pl.DataFrame(
        {"row": range(1, height + 1), "lead.id": ids, **cells},
        schema_overrides=dict.fromkeys(cells, pl.String),
    )
    return History.of_export(received, pl.Series([day(created)] * height, dtype=MOMENT), changes)


def change(*rows: tuple[str, str, str | None, float], **more: Sequence[Any]) -> pl.DataFrame:
    frame = pl.DataFrame(
        [(lead, field, value, day(at)) for lead, field, value, at in rows],
        schema={"lead.id": pl.String, "field": pl.String, "value": pl.String, "at": MOMENT},
        orient="row",
    )
    return frame.with_columns(*(pl.Series(name, list(values)) for name, values in more.items()))


def facts(label: np.ndarray, **more: Any) -> Leads:
    return Leads(label=label.astype(np.int64), as_of=NOW, **more)


def drawn(rng: np.random.Generator, rows: int, rate: float = 0.3) -> np.ndarray:
    return (rng.random(rows) < rate).astype(np.int64)
