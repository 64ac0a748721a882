"""Row issues as frames: what is wrong where, one line per row and column (law 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.rowcodes import ROW_EXPLANATIONS

if TYPE_CHECKING:
    from plumbline.domain.rowcodes import RowCode

#: ``row`` is the 1-based number of the data row in its file, ``value`` the cell as received.
ISSUE_SCHEMA: Final = {
    "row": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "rule": pl.String,
    "code": pl.String,
}
#: Characters of a value shown in a report; the file still has the rest.
SHOWN: Final = 200


_NONE: Final = pl.DataFrame(schema=ISSUE_SCHEMA)


def no_issues() -> pl.DataFrame:
    """A report without lines."""
    return _NONE.clone()


def issues(
    rows: pl.DataFrame, code: RowCode, *, column: str | None, value: pl.Expr, rule: pl.Expr | None = None
) -> pl.DataFrame:
    """One line for every row of a frame that has a ``row`` column."""
    said = pl.lit(ROW_EXPLANATIONS[code]) if rule is None else rule
    return rows.select(
        "row",
        column=pl.lit(column, dtype=pl.String),
        value=value.cast(pl.String).str.slice(0, SHOWN),
        rule=said,
        code=pl.lit(code.value),
    )


def issue_lines(lines: list[tuple[int, str, str, str, str]]) -> pl.DataFrame:
    """Lines made one by one, each in the order of the columns."""
    return pl.from_dicts([dict(zip(ISSUE_SCHEMA, line, strict=True)) for line in lines], schema=ISSUE_SCHEMA)


def joined(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Several reports as one, in the order of the rows."""
    filled = [part for part in parts if part.height]
    if sum(part.height for part in filled) < 2:
        return filled[0] if filled else no_issues()
    return pl.concat(filled).sort("row", maintain_order=True)
