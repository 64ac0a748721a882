"""How many leads miss the fields that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA: Final = {"field": pl.String, "missing": pl.Int64, "of": pl.Int64}


def missing_key_fields(clean: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """Per key field the leads without it, and of how many: ``field``, ``missing``, ``of``.

    A field that no column is mapped to is missing everywhere. An unreadable value counts as missing here,
    because nobody can use it; the issues name it.
    """
    rows = [(name, _missing(clean, name), clean.height) for name in fields]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _missing(clean: pl.DataFrame, name: str) -> int:
    return clean.get_column(name).null_count() if name in clean.columns else clean.height
