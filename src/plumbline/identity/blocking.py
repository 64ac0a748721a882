"""Which pairs are worth comparing: records that share a key, where few enough share it.

Every column type gives keys. A key that too many records share is never compared as it stands: it is joined
with the record's other frequent keys of other columns, and what is still too frequent is skipped and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.identity.columns import Column, ColumnType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Frequent keys of a record that are joined with each other at most.
_JOINED: Final = 6
#: A key of so few records is always compared.
_FEWEST: Final = 4


@dataclass(frozen=True, slots=True)
class Blocks:
    """Keys with their rows (``key``, ``row``), and what was too frequent to be compared."""

    members: pl.DataFrame
    largest: int
    pairs: int
    skipped_keys: int
    skipped_pairs: int


def keys_of(parts: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """``row`` (position), ``column`` (number) and ``key`` (a hash) of every blocking key of every record."""
    named = parts.with_row_index("row")
    frames = []
    for at, column in enumerate(columns):
        for name, key in _OF_TYPE[column.type](column).items():
            lists = named.select("row", key=key)
            if isinstance(lists.schema["key"], pl.List):
                lists = lists.drop_nulls("key").explode("key", empty_as_null=False)
            kind = sum(ord(letter) << 8 * place for place, letter in enumerate(f"{at}{name}"))
            hashed = pl.col("key").hash(
                kind
            )  # hashes, not texts: a million records have some ten million keys
            frames.append(lists.drop_nulls("key").select("row", column=pl.lit(at, pl.Int16), key=hashed))
    return pl.concat(frames)


def blocks_of(keys: pl.DataFrame, *, rows: int, per_row: float = 30, largest: int = 200) -> Blocks:
    """The blocks to compare, bounded so that about ``per_row`` pairs a record are made at most."""
    sizes = keys.group_by("key").len("size").filter(pl.col("size") > 1)
    shared = keys.join(sizes, on="key")
    cap = _cap(shared, rows, per_row, largest)
    small = shared.filter(pl.col("size") <= cap).select("key", "row")
    joined = _joined(shared.filter(pl.col("size") > cap))
    fits = joined.filter(pl.col("size").is_between(2, cap)).select("key", "row")
    over = joined.filter(pl.col("size") > cap)
    skipped = over.select("key", "size").unique()
    members = pl.concat([small, fits])
    return Blocks(members, cap, _pairs(members), skipped.height, int(_pair_count(skipped["size"])))


def pairs_of(members: pl.DataFrame) -> pl.DataFrame:
    """``left`` < ``right``: every pair of rows that share a block, once."""
    joined = (
        members.lazy().join(members.lazy(), on="key", suffix="_r").filter(pl.col("row") < pl.col("row_r"))
    )
    return joined.select(left="row", right="row_r").unique().sort("left", "right").collect(engine="streaming")


def _cap(shared: pl.DataFrame, rows: int, per_row: float, largest: int) -> int:
    sizes = shared.group_by("size").agg(pl.len().alias("rows")).sort("size")
    pairs = (sizes["rows"].cast(pl.Float64) * (sizes["size"] - 1) / 2).cum_sum()
    fitting = sizes["size"].filter(pairs <= per_row * rows)
    return min(max(int(fitting.max() or 0), _FEWEST), largest)  # type: ignore[arg-type]


def _joined(frequent: pl.DataFrame) -> pl.DataFrame:
    """Pairs of frequent keys of different columns as keys of their own, with their sizes."""
    ordered = frequent.sort("row", "size", "key")
    rarest = ordered.filter(pl.int_range(pl.len()).over("row") < _JOINED).select("row", "column", "key")
    both = rarest.join(rarest, on="row", suffix="_r").filter(pl.col("column") < pl.col("column_r"))
    keys = both.select("row", key=pl.struct("key", "key_r").hash(7)).unique()
    return keys.with_columns(size=pl.len().over("key")).filter(pl.col("size") > 1)


def _pairs(members: pl.DataFrame) -> int:
    return int(_pair_count(members.group_by("key").len()["len"]))


def _pair_count(sizes: pl.Series) -> float:
    wide = sizes.cast(pl.Int64)
    return float((wide * (wide - 1) // 2).sum() or 0)


def _tokens(column: Column) -> dict[str, pl.Expr]:
    words = pl.col(column.part("words"))
    return {"w": words.str.split(" ").list.unique(), "b": words.str.replace_all(" ", "").str.slice(0, 7)}


def _given(column: Column) -> dict[str, pl.Expr]:
    return {"g": pl.col(column.part("given"))}


def _surname(column: Column) -> dict[str, pl.Expr]:
    surname = pl.col(column.part("surname"))
    return {"s": surname, "f": surname.str.slice(0, 4)}


def _person(column: Column) -> dict[str, pl.Expr]:
    given, surname = pl.col(column.part("given")), pl.col(column.part("surname"))
    return {
        "n": pl.concat_str(given, pl.lit(" "), surname),
        "i": pl.concat_str(given.str.slice(0, 1), pl.lit(" "), surname.str.slice(0, 5)),
        "j": pl.concat_str(given.str.slice(0, 5), pl.lit(" "), surname.str.slice(0, 2)),
        **_surname(column),
    }


def _email(column: Column) -> dict[str, pl.Expr]:
    return {name[0]: pl.col(column.part(name)) for name in ("v", "local", "domain")}


def _phone(column: Column) -> dict[str, pl.Expr]:
    number = pl.col(column.part("v"))
    return {"v": number, "e": number.str.tail(6)}


def _whole(column: Column) -> dict[str, pl.Expr]:
    return {"v": pl.col(column.part("v")).cast(pl.String)}


def _domain(column: Column) -> dict[str, pl.Expr]:
    return {"v": pl.col(column.part("v")), "l": pl.col(column.part("label"))}


def _date(column: Column) -> dict[str, pl.Expr]:
    return {"v": pl.col(column.part("v")), "d": pl.col(column.part("day"))}


def _address(column: Column) -> dict[str, pl.Expr]:
    words = pl.col(column.part("words")).str.split(" ").list.unique()
    number = pl.col(column.part("number"))
    first = pl.col(column.part("words")).str.split(" ")
    numbered = pl.concat_str(number, pl.lit(" "), first.list.first())
    second = pl.concat_str(number, pl.lit(" "), first.list.get(1, null_on_oob=True))
    return {"w": words, "n": number, "m": numbered, "o": second}


_OF_TYPE: Final[dict[ColumnType, Callable[[Column], dict[str, pl.Expr]]]] = {
    ColumnType.PERSON: _person,
    ColumnType.GIVEN: _given,
    ColumnType.SURNAME: _surname,
    ColumnType.ORGANISATION: _tokens,
    ColumnType.EMAIL: _email,
    ColumnType.PHONE: _phone,
    ColumnType.DOMAIN: _domain,
    ColumnType.POSTCODE: _whole,
    ColumnType.ADDRESS: _address,
    ColumnType.DATE: _date,
    ColumnType.TEXT: _tokens,
    ColumnType.CATEGORY: _whole,
    ColumnType.NUMBER: _whole,
}
