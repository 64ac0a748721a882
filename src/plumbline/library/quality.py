"""The data-quality report of a file of leads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.quality import Quality, Tally, conclude, suspects_of, tally_batch
from plumbline.domain.errors import NoLeadsError
from plumbline.library.triaged import triaged
from plumbline.triage.normal.country import country
from plumbline.triage.suspicion.whole_file import suspects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from plumbline.assurance.quality import Measure
    from plumbline.library.inputs import FileIntake

_PART: Final = 100_000
#: Rows that are looked at value by value: each takes a hundred times as long as counting it.
_LOOKED_AT: Final = 20_000
_CREATED: Final = "lead.created_at"


def _meaning(normal: Callable[[str], object]) -> Callable[[str], str | None]:
    def said(text: str) -> str | None:
        value = getattr(normal(text), "value", None)
        return None if value is None else str(value)

    return said


def _as_written(text: str) -> str | None:
    """Spellings that differ in case and spaces alone mean the same."""
    return " ".join(text.lower().split()) or None


#: Categories whose spellings are held against each other, and what a spelling means.
_MEANINGS: Final = {
    "account.country": _meaning(country),
    "account.industry": _as_written,
    "account.tier": _as_written,
    "lead.source": _as_written,
}


def check_file(intake: FileIntake, *, segment: str, today: date, rows_to: Path | None = None) -> Quality:
    """Read a file of leads once and report on it; memory does not grow with the file.

    Args:
        intake: the file seen through its mapping.
        segment: the field by which rows are told apart, such as ``lead.source``.
        today: what ages are counted to.
        rows_to: a folder for the findings row by row, as Parquet.

    Raises:
        NoLeadsError: The file holds no row that can be a lead.
    """
    whole: Tally | None = None
    looked_at = Looked()
    for at, (tally, found, texts) in enumerate(_tallies(intake, segment, today)):
        whole = tally if whole is None else whole + tally
        looked_at = looked_at.more(texts)
        if rows_to is not None:
            rows_to.mkdir(parents=True, exist_ok=True)
            found.write_parquet(rows_to / f"findings-{at:05d}.parquet")
    if whole is None or whole.filled.is_empty():
        raise NoLeadsError(f"No row of {intake.name} can be a lead.")
    report = conclude(whole, source=intake.name, segment=segment, today=today, meanings=_MEANINGS)
    return replace(report, suspects=looked_at.suspects(), suspected=looked_at.texts.height)


@dataclass(frozen=True, slots=True)
class Looked:
    """The first rows as text, for what only looking at each value can tell."""

    texts: pl.DataFrame = field(default_factory=pl.DataFrame)

    def more(self, texts: pl.DataFrame) -> Looked:
        """With further rows, until there are enough."""
        if self.texts.height >= _LOOKED_AT:
            return self
        both = pl.concat([self.texts, texts]) if self.texts.width else texts
        return Looked(both.head(_LOOKED_AT))

    def suspects(self) -> tuple[Measure, ...]:
        """What looks suspicious among them."""
        return suspects_of(suspects(self.texts), self.texts.height)


def _tallies(
    intake: FileIntake, segment: str, today: date
) -> Iterator[tuple[Tally, pl.DataFrame, pl.DataFrame]]:
    for batch, checked in triaged(intake, _PART):
        told = pl.concat([batch.rejected, checked.rejected]), batch.noted
        tally, found = tally_batch(batch.received, *told, checked, segment=segment, today=today)
        yield tally, found, _texts(checked.clean, batch.received)


def _texts(clean: pl.DataFrame, received: pl.DataFrame) -> pl.DataFrame:
    """Clean values as text; the time a lead came in as it was written, with its minutes."""
    texts = clean.select("row", pl.col(pl.String).exclude("lead.id"))
    if _CREATED not in clean.columns:
        return texts
    written = received.join(clean.select("row"), on="row", how="semi", maintain_order="left")
    return texts.with_columns(written.get_column(_CREATED))
