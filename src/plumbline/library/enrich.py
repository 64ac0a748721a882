"""Facts about the leads of a file: what it says, what providers add, and where they contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.errors import NoLeadsError
from plumbline.domain.fields import RECEIVED
from plumbline.library.lead_texts import lead_texts, mailbox, refusing
from plumbline.reading.language import told_language
from plumbline.triage.facts import Known, OfflineProvider, Standing, gather, views

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from plumbline.library.inputs import FileIntake
    from plumbline.triage.facts import Fact, Provider, View

_OBJECTED: Final = "lead.objected"
_EMAIL: Final = "contact.email"
#: One row per fact.
COLUMNS: Final = MappingProxyType(
    {
        "row": pl.Int64(),
        "lead.id": pl.String(),
        "field": pl.String(),
        "value": pl.String(),
        "source": pl.String(),
        "method": pl.String(),
        "as_of": pl.Date(),
        "licence": pl.String(),
        "good_for_days": pl.Int64(),
        "stale": pl.Boolean(),
        "standing": pl.String(),
    }
)


@dataclass(frozen=True, slots=True)
class Enriched:
    """Facts of a batch by row and id of the lead, and how many leads are of people who objected."""

    facts: dict[tuple[int, str], tuple[View, ...]]
    objected: int

    def frame(self) -> pl.DataFrame:
        """One row per fact; see ``COLUMNS``."""
        rows = (
            (row, lead, *_cells(fact, view, stale=stale))
            for (row, lead), found in self.facts.items()
            for view in found
            for fact, stale in (*((one, False) for one in view.facts), *((one, True) for one in view.stale))
        )
        return pl.DataFrame(list(rows), schema=dict(COLUMNS), orient="row")


def offline() -> OfflineProvider:
    """The provider that ships, with the languages that the reader knows."""
    return OfflineProvider(told_language)


def enrich(
    intake: FileIntake,
    providers: Sequence[Provider],
    *,
    today: date,
    kept: Mapping[str, Sequence[Fact]] | None = None,
) -> Iterator[Enriched]:
    """Facts batch by batch. A person who objected in any row is looked at in none (law 7).

    Args:
        intake: the file seen through its mapping.
        providers: asked about each lead in order; the same question is asked once per batch.
        today: the day that facts age to.
        kept: facts of earlier days, by lead.

    Raises:
        NoLeadsError: The file holds no row that can be a lead.
    """
    refused = refusing(intake)
    empty = True
    for texts in lead_texts(intake):
        empty = empty and texts.frame.is_empty()
        yield _enriched(texts.frame, refused, providers, today, kept or {})
    if empty:
        raise NoLeadsError(f"No row of {intake.name} can be a lead.")


def summary(frame: pl.DataFrame) -> pl.DataFrame:
    """Per field: leads with a fact, facts, and leads by standing; fields as they first come."""
    of = {standing.value: pl.col("row").filter(pl.col("standing") == standing.value) for standing in Standing}
    counts = [rows.n_unique().alias(name) for name, rows in of.items()]
    return frame.group_by("field", maintain_order=True).agg(
        pl.col("row").n_unique().alias("leads"), pl.len().alias("facts"), *counts
    )


def _enriched(
    texts: pl.DataFrame,
    refused: frozenset[str],
    providers: Sequence[Provider],
    today: date,
    kept: Mapping[str, Sequence[Fact]],
) -> Enriched:
    found, objected = {}, 0
    fields = [name for name in texts.columns if name in RECEIVED and name not in (_OBJECTED, "lead.id")]
    for line in texts.iter_rows(named=True):
        if line["objected"] or mailbox(line.get(_EMAIL)) in refused:
            objected += 1
            continue
        values = {name: line[name] for name in fields if line[name]}
        day = line["as_of"]
        # A lead of tomorrow has a wrong date, and nobody knows the right one.
        known = Known(MappingProxyType(values), day if day and day <= today else None)
        facts = gather(known, providers, today=today, kept=kept.get(line["lead.id"], ()))
        found[line["row"], line["lead.id"]] = views(facts, today)
    return Enriched(found, objected)


def _cells(fact: Fact, view: View, *, stale: bool) -> tuple[object, ...]:
    return (
        fact.field, fact.value, fact.source, fact.method, fact.as_of, fact.licence, fact.good_for, stale,
        view.standing.value,
    )  # fmt: skip
