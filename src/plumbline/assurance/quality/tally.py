"""Counting batch by batch: what a file of any size says about itself, in a few small frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.quality.alike import count_alike
from plumbline.assurance.quality.findings import (
    EMPTY,
    empty_cells,
    findings_of,
    received_fields,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from plumbline.triage import Triaged

#: Rows shown behind a number; all of them are in the list of rows.
SHOWN: Final = 5
#: Fields whose values are few enough to be counted one by one.
SPELT: Final = ("account.country", "account.industry", "account.tier", "account.region", "lead.source")
#: Different values of a field that are counted before it is no category any more.
_MOST_VALUES: Final = 5_000
MONTH: Final = "month"
SEGMENT: Final = "segment"
ROWS: Final = "rows"
_CREATED: Final = "lead.created_at"
_COUNTED: Final = {
    "code": pl.String(),
    "column": pl.String(),
    ROWS: pl.Int64(),
    "first": pl.List(pl.Int64),
    "values": pl.List(pl.String),
}
_NO_SEGMENT: Final = "not stated"


@dataclass(frozen=True, slots=True)
class Tally:
    """What some rows of a file count up to; tallies of two stretches add up to that of both.

    ``filled``: per month and segment the rows and how many have each field. ``found``: per finding how many
    rows and the first of them. ``values``: how often each value of a category occurs.
    ``alike``: leads that nothing tells apart, and how many of them have each field.
    """

    rejected: int
    filled: pl.DataFrame
    found: pl.DataFrame
    blanks: pl.DataFrame
    values: pl.DataFrame
    alike: pl.DataFrame

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.rejected + other.rejected,
            _summed(pl.concat([self.filled, other.filled]), (MONTH, SEGMENT)),
            _joined(pl.concat([self.found, other.found])),
            _summed(pl.concat([self.blanks, other.blanks]), ("column", "word")),
            _fewest(_summed(pl.concat([self.values, other.values]), ("field", "value"))),
            pl.concat([self.alike, other.alike]).sum(),
        )


def tally_batch(
    received: pl.DataFrame,
    refused: pl.DataFrame,
    noted: pl.DataFrame,
    triaged: Triaged,
    *,
    segment: str,
    today: date,
) -> tuple[Tally, pl.DataFrame]:
    """The tally of a batch, and its findings row by row: ``row``, ``code``, ``column``, ``value``.

    Args:
        received: the rows as received, for the words that people wrote.
        refused: rows that intake or triage refused.
        noted: what intake noted about rows that stay.
        triaged: the batch after triage.
        segment: the field by which rows are told apart.
        today: what ages are counted to.
    """
    found = findings_of(triaged, pl.concat([refused, noted]), today)
    tally = Tally(
        refused.height,
        _filled(triaged.clean, segment),
        pl.concat([_counted(found), _empty(triaged.clean)]),
        triaged.blanks.select("column", "word", pl.col("rows").cast(pl.Int64)),
        _values(received),
        count_alike(triaged),
    )
    return tally, found


def _filled(clean: pl.DataFrame, segment: str) -> pl.DataFrame:
    known = _CREATED in clean.columns
    month = pl.col(_CREATED).dt.truncate("1mo") if known else pl.lit(None, dtype=pl.Date)
    kind = pl.col(segment).cast(pl.String) if segment in clean.columns else pl.lit(None, dtype=pl.String)
    counts = [pl.col(name).count().cast(pl.Int64) for name in received_fields(clean)]
    return clean.group_by(
        month.alias(MONTH), kind.fill_null(_NO_SEGMENT).alias(SEGMENT), maintain_order=True
    ).agg(pl.len().cast(pl.Int64).alias(ROWS), *counts)


def _counted(found: pl.DataFrame) -> pl.DataFrame:
    first = pl.col("row").head(SHOWN)
    return found.group_by("code", "column", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias(ROWS), first.alias("first"), pl.col("value").head(SHOWN).alias("values")
    )


def _empty(clean: pl.DataFrame) -> pl.DataFrame:
    """Empty cells, which are too many to be listed one by one."""
    lines: list[tuple[object, ...]] = [
        (EMPTY, name, rows.len(), rows.head(SHOWN).to_list(), []) for name, rows in empty_cells(clean)
    ]
    return pl.DataFrame(lines, schema=_COUNTED, orient="row")


def _joined(found: pl.DataFrame) -> pl.DataFrame:
    firsts = [pl.col(name).explode().head(SHOWN) for name in ("first", "values")]
    return found.group_by("code", "column", maintain_order=True).agg(pl.col(ROWS).sum(), *firsts)


def _values(received: pl.DataFrame) -> pl.DataFrame:
    counts = [_values_of(received, name) for name in SPELT if name in received.columns]
    empty = pl.DataFrame(schema={"field": pl.String, "value": pl.String, ROWS: pl.Int64})
    return _fewest(pl.concat([empty, *counts]))


def _values_of(received: pl.DataFrame, name: str) -> pl.DataFrame:
    value = pl.col(name).str.strip_chars()
    counted = received.filter(value.is_not_null()).group_by(value.alias("value"), maintain_order=True).len()
    return counted.select(pl.lit(name).alias("field"), "value", pl.col("len").cast(pl.Int64).alias(ROWS))


def _fewest(values: pl.DataFrame) -> pl.DataFrame:
    """Without the fields that have too many values to be categories."""
    return values.filter(pl.len().over("field") <= _MOST_VALUES)


def _summed(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    return frame.group_by(keys, maintain_order=True).agg(pl.exclude(keys).sum())
