"""What every source yields: rows as text, and the rows that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.rowcodes import ROW_EXPLANATIONS, RowCode
from plumbline.triage.report import ISSUE_SCHEMA, SHOWN, no_issues

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Column of a batch with the row's number; a file has no column of that name.
ROW: Final = "#row"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file.

    ``frame`` has ``#row`` (Int64, from 1) and one String column per column of the file, empty cells null;
    ``rejected`` has one line per row that could not be read. Together they hold every row read. ``noted`` has
    lines about rows that stay, and without a row's number about the file as a whole.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame
    noted: pl.DataFrame = field(default_factory=no_issues)


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that could not be read, or something worth saying of one; without ``row`` of the whole file."""

    row: int | None
    code: RowCode
    value: str
    rule: str = ""
    column: str | None = None


def rejected_frame(rejections: Iterable[Rejection]) -> pl.DataFrame:
    """Rejections as a frame of row issues."""
    rows = [(r.row, r.column, r.value, r.rule or ROW_EXPLANATIONS[r.code], r.code.value) for r in rejections]
    return pl.DataFrame(rows, schema=ISSUE_SCHEMA, orient="row")


def shown(raw: bytes) -> str:
    """Raw bytes as a person can read them in a report: cut, and with bytes that are no text escaped."""
    text = raw[:SHOWN].decode("utf-8", errors="backslashreplace").replace("\0", "\\x00")
    return text + "…" if len(raw) > SHOWN else text
