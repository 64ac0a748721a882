"""Blocking keys: what two records of one person or account are likely to share exactly, per column type.

Each function takes a column and gives expressions over its derived parts; a list gives one key per entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from plumbline.identity.columns import Column

    Keys = dict[str, pl.Expr]


def tokens(column: Column) -> Keys:
    """Every word, and how the text begins."""
    words = pl.col(column.part("words"))
    return {"w": words.str.split(" ").list.unique(), "b": words.str.replace_all(" ", "").str.slice(0, 7)}


def given(column: Column) -> Keys:
    """The given name."""
    return {"g": pl.col(column.part("given"))}


def surname(column: Column) -> Keys:
    """The surname, and how it begins."""
    whole = pl.col(column.part("surname"))
    return {"s": whole, "f": whole.str.slice(0, 4)}


def person(column: Column) -> Keys:
    """Both names, and either with how the other begins."""
    first, last = pl.col(column.part("given")), pl.col(column.part("surname"))
    return {
        "n": pl.concat_str(first, pl.lit(" "), last),
        "i": pl.concat_str(first.str.slice(0, 1), pl.lit(" "), last.str.slice(0, 5)),
        "j": pl.concat_str(first.str.slice(0, 5), pl.lit(" "), last.str.slice(0, 2)),
        **surname(column),
    }


def email(column: Column) -> Keys:
    """The address, the name in it, its domain."""
    return {name[0]: pl.col(column.part(name)) for name in ("v", "local", "domain")}


def phone(column: Column) -> Keys:
    """The number, and its last six digits."""
    number = pl.col(column.part("v"))
    return {"v": number, "e": number.str.tail(6)}


def whole(column: Column) -> Keys:
    """The value."""
    return {"v": pl.col(column.part("v")).cast(pl.String)}


def domain(column: Column) -> Keys:
    """The domain, and its first label."""
    return {"v": pl.col(column.part("v")), "l": pl.col(column.part("label"))}


def date(column: Column) -> Keys:
    """The date, and its day of any year."""
    return {"v": pl.col(column.part("v")), "d": pl.col(column.part("day"))}


def address(column: Column) -> Keys:
    """Every word, the house number, and the number with the first or the second word."""
    words = pl.col(column.part("words")).str.split(" ")
    number = pl.col(column.part("number"))
    numbered = pl.concat_str(number, pl.lit(" "), words.list.first())
    second = pl.concat_str(number, pl.lit(" "), words.list.get(1, null_on_oob=True))
    return {"w": words.list.unique(), "n": number, "m": numbered, "o": second}
