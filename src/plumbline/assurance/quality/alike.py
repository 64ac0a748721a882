"""Leads that nothing tells apart: what they have in common that others have not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.quality.findings import received_fields
from plumbline.domain.rowcodes import RowCode

if TYPE_CHECKING:
    from plumbline.triage import Triaged

#: Fields named as the emptiest.
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Emptier:
    """A field that leads alike fill less often than the others."""

    column: str
    alike: float
    others: float


@dataclass(frozen=True, slots=True)
class Alike:
    """Leads with the content of an earlier one that say nothing about who they are, beside all other leads.

    ``filled``: the share of cells with a value, theirs and the others'. ``emptier``: where they differ most.
    """

    rows: int
    filled: tuple[float, float]
    emptier: tuple[Emptier, ...]


def count_alike(triaged: Triaged) -> pl.DataFrame:
    """One line: how many leads are alike (``rows``), and how many of them have each field."""
    code = RowCode.INDISTINGUISHABLE.value
    rows = triaged.issues.filter(pl.col("code") == code).get_column("row").unique()
    clean = triaged.clean
    alike = clean.filter(pl.col("row").is_in(rows.implode()))
    return alike.select(
        pl.len().cast(pl.Int64).alias("rows"),
        *(pl.col(name).count().cast(pl.Int64) for name in received_fields(clean)),
    )


def alike_of(alike: pl.DataFrame, whole: pl.DataFrame) -> Alike | None:
    """What leads alike have in common; None without any.

    Args:
        alike: one line, as ``count_alike`` gives it.
        whole: the same of all leads.
    """
    rows, others = alike.item(0, "rows"), whole.item(0, "rows") - alike.item(0, "rows")
    fields = [name for name in alike.columns if name != "rows"]
    if not rows or not fields:
        return None
    told = [
        Emptier(
            name, alike.item(0, name) / rows, (whole.item(0, name) - alike.item(0, name)) / max(others, 1)
        )
        for name in fields
    ]
    shares = sum(one.alike for one in told) / len(told), sum(one.others for one in told) / len(told)
    most = sorted(told, key=lambda one: (one.alike - one.others, one.column))
    return Alike(rows, shares, tuple(one for one in most[:_NAMED] if one.alike < one.others))
