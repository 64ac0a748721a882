"""Parts of people's names, and which given names may stand for each other."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Final

import polars as pl

from plumbline.identity.fold import folded

_TITLES: Final = r"^(?:(?:mr|mrs|ms|miss|mx|dr|prof|sir|dame|herr|frau|mme|mlle|sr|sra) )+"
_SUFFIXES: Final = r"(?: (?:jr|sr|ii|iii|iv|phd|md|mba|esq))+$"


def person_parts(name: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Given name and surname of a full name; a name of one word is a surname."""
    turned = name.str.replace(r"^\s*([^,]+),\s*([^,]+?)\s*$", "$2 $1")
    whole = folded(turned).str.replace(_TITLES, "").str.replace(_SUFFIXES, "")
    parts = whole.str.split(" ")
    return pl.when(parts.list.len() > 1).then(parts.list.first()), parts.list.last()


@cache
def formal_names() -> dict[str, tuple[str, ...]]:
    """For every given name that the package *nicknames* knows.

    The names it may stand for, itself included.
    """
    forms: dict[str, set[str]] = {}
    table = files("nicknames").joinpath("names.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(table.splitlines()):
        formal, short = row["name1"].strip(), row["name2"].strip()
        forms.setdefault(short, {short}).add(formal)
        forms.setdefault(formal, {formal})
    return {name: tuple(sorted(known)) for name, known in forms.items()}


def stands_for(names: pl.Series) -> pl.Series:
    """The formal names of each given name, null where none is known."""
    forms = formal_names()
    distinct = names.unique().drop_nulls()
    known = pl.DataFrame(
        {
            "name": distinct,
            "forms": pl.Series([forms.get(name) for name in distinct], dtype=pl.List(pl.String)),
        }
    )
    return (
        pl.DataFrame({"name": names}).join(known, on="name", how="left", maintain_order="left").to_series(1)
    )
