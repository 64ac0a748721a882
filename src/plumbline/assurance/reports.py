"""What sales reported, checked line by line: what cannot be used is said and never guessed (law 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.history import MOMENT
from plumbline.assurance.words import LADDER, REFUSALS, OutcomeCode
from plumbline.domain.errors import PlumblineError

if TYPE_CHECKING:
    from datetime import datetime

_LEAD: Final = "lead.id"
ISSUES: Final = {"row": pl.Int64, _LEAD: pl.String, "outcome": pl.String, "code": pl.String}
_OPTIONAL: Final = ("reason", "rep", "definition")
#: Chance of a break in the reports that is still put down to chance.
_RARE: Final = 1e-4


class OutcomesError(PlumblineError):
    """A file of outcomes that cannot be read as one, or of which nothing can be used."""

    code = "outcomes"


def checked(
    reports: pl.DataFrame, decided: pl.DataFrame, as_of: datetime, definition: str | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Reports that can be used, in order of time, and one line for each that cannot.

    Args:
        reports: ``lead.id``, ``outcome``, ``at`` (a moment, null where it could not be read) and more.
        decided: ``lead.id`` and ``decided_at`` of the leads.
        as_of: later reports are not known yet.
        definition: the version of the definition that counts, where reports name theirs.
    """
    told = _shaped(reports).join(decided, on=_LEAD, how="left", maintain_order="left")
    said, at = pl.col("outcome"), pl.col("at")
    other = pl.lit(value=False)
    if definition is not None:
        other = pl.col("definition").is_not_null() & (pl.col("definition") != definition)
    code = (
        pl.when(pl.col("decided_at").is_null())
        .then(pl.lit(OutcomeCode.ORPHAN.value))
        .when(said.is_null() | ~said.is_in([*LADDER, *REFUSALS]))
        .then(pl.lit(OutcomeCode.UNKNOWN_WORD.value))
        .when(at.is_null())
        .then(pl.lit(OutcomeCode.NO_TIME.value))
        .when(at > as_of)
        .then(pl.lit(OutcomeCode.FUTURE.value))
        # A report of the same day as a lead whose hour is unknown is none that came before it.
        .when(at.dt.date() < pl.col("decided_at").dt.date())
        .then(pl.lit(OutcomeCode.TOO_EARLY.value))
        .when(other)
        .then(pl.lit(OutcomeCode.DEFINITIONS.value))
    )
    coded = told.with_columns(code=code)
    again = coded.filter(pl.col("code").is_null()).sort("at", "row", maintain_order=True)
    first = again.unique([_LEAD, "outcome"], keep="first", maintain_order=True)
    repeated = again.join(first.select("#"), on="#", how="anti")
    repeated = repeated.with_columns(code=pl.lit(OutcomeCode.REPEATED.value))
    bad = pl.concat([coded.filter(pl.col("code").is_not_null()), repeated]).sort("#")
    steps = first.with_columns(at=pl.max_horizontal("at", "decided_at"))
    return steps.drop("#", "code", "decided_at"), bad.select(*ISSUES)


def _shaped(reports: pl.DataFrame) -> pl.DataFrame:
    if missing := [name for name in (_LEAD, "outcome", "at") if name not in reports.columns]:
        raise OutcomesError(f"the outcomes have no column for {', '.join(missing)}.")
    rows = pl.col("row") if "row" in reports.columns else pl.int_range(1, pl.len() + 1)
    optional = [
        pl.col(name).cast(pl.String) if name in reports.columns else pl.lit(None, pl.String).alias(name)
        for name in _OPTIONAL
    ]
    word = pl.col("outcome").str.strip_chars().str.to_lowercase().str.replace_all(r"[\s\-]+", "_")
    return reports.select(
        rows.cast(pl.Int64).alias("row"), _LEAD, word, pl.col("at").cast(MOMENT), *optional
    ).with_row_index("#")


def definition_break(steps: pl.DataFrame, wanted: str) -> tuple[datetime, datetime] | None:
    """From when to when the defining outcome was in use, where other reports show that it was not always.

    A step that is never reported for months in which everything else is was defined later, or given up:
    rows from both times do not belong to one definition. None where the reports show no such break.
    """
    times = steps.filter(pl.col("outcome") == wanted)["at"].drop_nulls()
    every = steps["at"].drop_nulls()
    if times.len() < 5:
        return None
    first, last = times.min(), times.max()
    inside = int(((every >= first) & (every <= last)).sum())
    rate = times.len() / max(inside, 1)
    before, after = int((every < first).sum()), int((every > last).sum())
    quiet = min((1 - rate) ** before, (1 - rate) ** after) if rate < 1 else 1.0
    return (first, last) if quiet < _RARE and max(before, after) > 30 else None  # type: ignore[return-value]
