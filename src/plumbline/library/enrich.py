"""Facts about the leads of a file: what it says, what providers add, and where they contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.errors import NoLeadsError
from plumbline.domain.fields import EXTRA, RECEIVED
from plumbline.domain.words import Kind
from plumbline.reading.language import told_language
from plumbline.triage import Seen, check
from plumbline.triage.facts import Known, OfflineProvider, Standing, gather, views
from plumbline.triage.normal.email import email

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from plumbline.library.inputs import FileIntake
    from plumbline.triage.facts import Fact, Provider, View

_PART: Final = 50_000
_OBJECTED: Final = "lead.objected"
_EMAIL: Final = "contact.email"
_CREATED: Final = "lead.created_at"
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
    refusing = _refusing(intake)
    empty = True
    for texts in _texts(intake):
        empty = empty and texts.is_empty()
        yield _enriched(texts, refusing, providers, today, kept or {})
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
    refusing: frozenset[str],
    providers: Sequence[Provider],
    today: date,
    kept: Mapping[str, Sequence[Fact]],
) -> Enriched:
    found, objected = {}, 0
    fields = [name for name in texts.columns if name in RECEIVED and name not in (_OBJECTED, "lead.id")]
    for line in texts.iter_rows(named=True):
        if line["objected"] or _key(line.get(_EMAIL)) in refusing:
            objected += 1
            continue
        values = {name: line[name] for name in fields if line[name]}
        day = line["as_of"]
        # A lead of tomorrow has a wrong date, and nobody knows the right one.
        known = Known(MappingProxyType(values), day if day and day <= today else None)
        facts = gather(known, providers, today=today, kept=kept.get(line["lead.id"], ()))
        found[line["row"], line["lead.id"]] = views(facts, today)
    return Enriched(found, objected)


def _refusing(intake: FileIntake) -> frozenset[str]:
    """The addresses of people who objected: other rows with the address are of the same person."""
    if not {_OBJECTED, _EMAIL} <= {*intake.mapping.fields}:
        return frozenset()
    keys = (
        _key(address)
        for texts in _texts(intake)
        for address in texts.filter("objected").get_column(_EMAIL).drop_nulls().to_list()
    )
    return frozenset(key for key in keys if key)


def _key(address: str | None) -> str | None:
    return (email(address).key or address.casefold()) if address else None


def _texts(intake: FileIntake) -> Iterator[pl.DataFrame]:
    """Accepted rows as trimmed text, blanks null; ``objected``, and the day the values are of (``as_of``)."""
    seen = Seen()
    for batch in intake.batches(_PART):
        triaged = check(
            batch.received,
            kinds=_kinds(batch.received),
            blank_words=intake.cells.blank_words,
            date_formats=intake.cells.date_formats,
            seen=seen,
        )
        seen = triaged.seen
        yield _text(triaged.clean, batch.received)


def _text(clean: pl.DataFrame, received: pl.DataFrame) -> pl.DataFrame:
    written = received.join(clean.select("row"), on="row", how="semi", maintain_order="left")
    unreadable = clean.get_column("triage.unreadable").list.contains(_OBJECTED).fill_null(value=False)
    said = clean.get_column(_OBJECTED).fill_null(value=False) if _OBJECTED in clean.columns else unreadable
    created = clean.get_column(_CREATED) if _CREATED in clean.columns else pl.Series([None] * clean.height)
    fields = [name for name in RECEIVED if name in clean.columns]
    # A number as it was written: 1,500 and 51-200 say more to a person than 1500.0.
    values = [_shown(clean.get_column(name), written.get_column(name), clean) for name in fields]
    return pl.DataFrame(
        [
            clean.get_column("row"),
            *values,
            # An objection that cannot be read counts as one.
            (said | unreadable).alias("objected"),
            created.cast(pl.Date).alias("as_of"),
        ]
    )


def _shown(clean: pl.Series, written: pl.Series, frame: pl.DataFrame) -> pl.Series:
    if clean.dtype == pl.String:
        return clean
    unreadable = frame.get_column("triage.unreadable").list.contains(clean.name).fill_null(value=False)
    kept = clean.is_not_null() | unreadable
    return written.str.strip_chars().set(~kept, None)


def _kinds(received: pl.DataFrame) -> dict[str, Kind]:
    extra = {name: Kind.TEXT for name in received.columns if name.startswith(EXTRA)}
    return {name: field.kind for name, field in RECEIVED.items()} | extra


def _cells(fact: Fact, view: View, *, stale: bool) -> tuple[object, ...]:
    return (
        fact.field, fact.value, fact.source, fact.method, fact.as_of, fact.licence, fact.good_for, stale,
        view.standing.value,
    )  # fmt: skip
