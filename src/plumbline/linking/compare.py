"""Pairs compared in DuckDB: for every comparison the level that a pair falls on.

Names in the SQL are slugs of letters, digits and underscores; values never enter its text.
"""
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import polars as pl

from plumbline.identity.fit import Compared
from plumbline.identity.likeness import shared_sql
from plumbline.identity.parts import BAGGED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.identity.columns import Column
    from plumbline.identity.comparison import Comparison
    from plumbline.identity.model import Rarity


def compare(
    parts: pl.DataFrame, pairs: pl.DataFrame, columns: Sequence[Column], comparisons: Sequence[Comparison]
) -> pl.DataFrame:
    """``left``, ``right`` and one level per comparison (-1: not known on both sides)."""
    bags = [column.part("bag") for column in columns if column.type in BAGGED]
    cases = ", ".join(f'{_case(one, bags)} AS "{one.name}"' for one in comparisons)
    # Only what is asked for is carried along.
    names = [name for name in parts.columns if f'"{name}_l"' in cases or name in bags]
    needed = pl.concat([pairs["left"], pairs["right"]]).unique().alias("row").cast(pl.UInt32).to_frame()
    records = parts.select(names).with_row_index("row").join(needed, on="row", how="semi")
    with duckdb.connect() as db:
        db.execute("SET enable_progress_bar = false")
        db.register("records_given", records.to_arrow())
        db.register("pairs_given", pairs.to_arrow())
        # Tables of its own are read by all cores, a column that was handed in by one.
        db.execute("CREATE TEMP TABLE record AS SELECT * FROM records_given").fetchall()
        db.execute("CREATE TEMP TABLE pairs AS SELECT * FROM pairs_given").fetchall()
        del records
        found = pl.DataFrame(db.sql(_sql(names, bags, cases)).to_arrow_table())
    return found.sort("left", "right")  # sums of floats depend on the order, and models must not


def compared_of(
    found: pl.DataFrame,
    parts: pl.DataFrame,
    comparisons: Sequence[Comparison],
    rarities: Mapping[str, Rarity],
) -> Compared:
    """The compared pairs as arrays, with the frequencies of the left records' values."""
    named = {level.rarity for one in comparisons for level in one.levels if level.rarity}
    levels = {one.name: found[one.name].to_numpy() for one in comparisons}
    counts, codes = {}, {}
    for part in sorted(named):
        of_record, inverse = np.unique(_counts(parts[part], rarities[part]).to_numpy(), return_inverse=True)
        counts[part] = tuple(of_record.tolist())
        codes[part] = inverse.astype(np.int32)[found["left"].to_numpy()]
    return Compared(levels, counts, codes, {part: rarities[part].rows for part in named})


def _counts(values: pl.Series, rarity: Rarity) -> pl.Series:
    table = pl.DataFrame(
        {"value": list(rarity.counts), "n": list(rarity.counts.values())},
        schema={"value": pl.String, "n": pl.Int64},
    )
    rows = pl.DataFrame({"value": values.cast(pl.String)})
    return rows.join(table, on="value", how="left", maintain_order="left")["n"].fill_null(0)


def _sql(names: Sequence[str], bags: Sequence[str], cases: str) -> str:
    left, right = (_side(names, side) for side in "lr")
    shared = "".join(f', {_shared(bag)} AS "{bag}__shared"' for bag in bags)
    joined = f'SELECT *{shared} FROM pairs JOIN {left} ON row_l = "left" JOIN {right} ON row_r = "right"'
    return f'SELECT "left", "right", {cases} FROM ({joined})'


def _shared(bag: str) -> str:
    """Most pairs share no word at all, which is found out at half the cost."""
    any_shared = f'list_has_any("{bag}_l", "{bag}_r")'
    unknown = f'"{bag}_l" IS NULL OR "{bag}_r" IS NULL'
    return f"CASE WHEN {any_shared} THEN {shared_sql(bag)} WHEN {unknown} THEN NULL ELSE 0 END"


def _side(names: Sequence[str], side: str) -> str:
    named = "".join(f', "{name}" AS "{name}_{side}"' for name in names)
    return f"(SELECT row AS row_{side}{named} FROM record)"


def _case(comparison: Comparison, bags: Sequence[str]) -> str:
    key = comparison.key
    lines = [f'WHEN "{key}_l" IS NULL OR "{key}_r" IS NULL THEN -1']
    for at, level in enumerate(comparison.levels):
        lines.append(f"WHEN {level.test.sql()} THEN {at}" if level.test else f"ELSE {at}")
    sql = f"CAST(CASE {' '.join(lines)} END AS TINYINT)"
    for bag in bags:
        sql = sql.replace(shared_sql(bag), f'"{bag}__shared"')
    return sql
