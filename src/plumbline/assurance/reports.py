"""What sales reported, checked line by line: what cannot be used is said and never guessed (law 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
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
#: Good leads from which a break can be spoken of, and leads in a row without one that are no break yet.
_FEWEST, _LONGEST = 5, 30


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


def definition_break(leads: pl.DataFrame, within: int) -> tuple[datetime, datetime] | None:
    """From when to when leads that came in could become good; None where nothing says that this changed.

    An outcome that no lead of some months ever reaches, and many of the months beside them do, was defined
    later or given up: leads from both times do not belong to one definition. Only leads old enough to have an
    outcome are looked at, for the newest are bad by their age alone.

    Args:
        leads: ``decided_at``, ``seen`` and ``label`` of an ``Outcomes`` frame.
        within: days that the definition allows.
    """
    old = leads.filter((pl.col("seen") >= within) & pl.col("label").is_not_null()).sort("decided_at")
    good = np.flatnonzero(old["label"].to_numpy() == 1)
    if good.size < _FEWEST:
        return None
    first, last = int(good[0]), int(good[-1])
    rate = good.size / (last - first + 1)
    longest = max(first, old.height - 1 - last)
    if longest <= _LONGEST or rate >= 1 or (1 - rate) ** longest >= _RARE:
        return None
    times = old["decided_at"]
    return times[first], times[last]
