# ruff: noqa: E501 - a table of records
"""Records, models and pairs for tests of identity."""

from __future__ import annotations

import polars as pl

from plumbline.identity.columns import Column, ColumnType
from plumbline.identity.levels import comparisons_of
from plumbline.identity.model import Chances, CutOffs, MatchModel, Rarity
from plumbline.identity.parts import BAGGED, derive, scalar_parts
from plumbline.identity.vocabulary import Vocabulary

COLUMNS = (
    Column("name", ColumnType.PERSON),
    Column("email", ColumnType.EMAIL),
    Column("phone", ColumnType.PHONE),
    Column("company", ColumnType.ORGANISATION),
    Column("site", ColumnType.DOMAIN),
    Column("street", ColumnType.ADDRESS),
    Column("code", ColumnType.POSTCODE),
    Column("born", ColumnType.DATE),
    Column("note", ColumnType.TEXT),
    Column("kind", ColumnType.CATEGORY),
    Column("size", ColumnType.NUMBER),
)
PEOPLE = [
    ("Bill Smith", "bill.smith@acme.example", "+44 20 7946 0001", "Acme Pumps Ltd", "www.acme.example", "1 High St", "AB1 2CD", "1970-01-02", "wants pumps", "uk", "10"),
    ("William Smith", "bill.smith@acme.example", None, "ACME Pumps Limited", "acme.example", "1 High Street", "AB1 2CD", "1970-01-20", "wants many pumps", "uk", "10"),
    ("Smith, William", "b.smith7@gmail.com", "020 7946 0001", "Acme Pumps", None, "1 Hihg Street", "AB12CE", None, None, "uk", "10.1"),
    ("Ann Jones", "info@orion.example", "0151 496 0000", "Orion Foods, Department of Sales", "orion.example", "77 Low Road", "L1 1AA", "1980-05-06", "asks for a price", "uk", "300"),
    ("Änn Jónes", "ann+news@orion.example", None, "Orion Foods", "https://orion.example/x", "Low Road", None, "1980-06-05", None, "UK", None),
    ("上海 张伟", "张伟@例子.example", None, "上海公司", None, "南京路 5", None, None, "你好", None, "nan"),
    (None, None, None, None, None, None, None, None, None, None, None),
]  # fmt: skip


def frame(rows=PEOPLE, columns=COLUMNS) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={one.name: pl.String for one in columns}, orient="row")


def written_model(data: pl.DataFrame, columns=COLUMNS, prior: int = -1000) -> MatchModel:
    """A model of the written chances: every level's ``u`` is its ``m`` turned round."""
    scalars = scalar_parts(data, columns)
    words = {c.name: Vocabulary.of(scalars[c.part("words")]) for c in columns if c.type in BAGGED}
    parts = derive(data, columns, words)
    chances, rarities = {}, {}
    for one in comparisons_of(columns):
        m = [level.m for level in one.levels]
        total = sum(m)
        chances[one.name] = Chances(
            tuple(value / total for value in m), (*tuple(0.002 * (at + 1) for at in range(len(m) - 1)), 0.9)
        )
        for level in one.levels:
            if level.rarity:
                counts = parts[level.rarity].drop_nulls().cast(pl.String).value_counts(name="n")
                rarities[level.rarity] = Rarity(
                    data.height, {row[0]: row[1] for row in counts.rows() if row[1] > 1}
                )
    return MatchModel(
        "test", tuple(columns), chances, rarities, words, prior, CutOffs(600, 0), {"rows": data.height}
    )
