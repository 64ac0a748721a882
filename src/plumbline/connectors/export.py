"""CSV out, safe to open: a cell that a spreadsheet would run as a formula arrives as text."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.store.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

#: Signs that begin a formula (OWASP, CSV Injection), also in full width; tabs and line ends can hide one.
_FORMULA: Final = "^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_NUMBER: Final = r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$"


def neutralised(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with an apostrophe before every text cell that begins like a formula.

    Numbers stay numbers, also where they are text (``-5``). Lists become one text, parts joined by ``; ``.
    """
    flat = frame.with_columns(
        pl.col(pl.List(pl.String)).list.join("; "), pl.col(pl.Categorical, pl.Enum).cast(pl.String)
    )
    return flat.with_columns(_safe(pl.col(pl.String))).rename(_safe_names(flat.columns))


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """A neutralised CSV in UTF-8, with a byte-order mark so that spreadsheets see the encoding."""
    out = io.BytesIO()
    neutralised(frame).write_csv(out, include_bom=True)
    return out.getvalue()


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write a neutralised CSV, whole or not at all. ``StorageError`` when the disk refuses."""
    write_atomically(path, csv_bytes(frame))


def _safe(text: pl.Expr) -> pl.Expr:
    is_formula = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
    return pl.when(is_formula).then(pl.lit("'") + text).otherwise(text).name.keep()


def _safe_names(names: list[str]) -> dict[str, str]:
    safe = pl.DataFrame({"name": names}, schema={"name": pl.String}).select(_safe(pl.col("name"))).to_series()
    return dict(zip(names, safe, strict=True))
