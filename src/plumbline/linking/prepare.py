"""From a frame of leads to what is compared: derived parts, words by rarity, frequencies of values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.identity.levels import comparisons_of
from plumbline.identity.model import Rarity
from plumbline.identity.parts import BAGGED, scalar_parts, weighed_parts
from plumbline.identity.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.identity.columns import Column

_LISTED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """Derived parts of every row, with the tables that were counted on these rows."""

    parts: pl.DataFrame
    vocabularies: Mapping[str, Vocabulary]
    rarities: Mapping[str, Rarity]


def prepare(frame: pl.DataFrame, columns: Sequence[Column]) -> Prepared:
    """Derive the parts of a frame and count how rare its words and values are."""
    scalars = scalar_parts(frame, columns)
    vocabularies = {
        column.name: Vocabulary.of(scalars[column.part("words")])
        for column in columns
        if column.type in BAGGED
    }
    parts = weighed_parts(scalars, columns, vocabularies)
    named = {
        level.rarity for comparison in comparisons_of(columns) for level in comparison.levels if level.rarity
    }
    return Prepared(parts, vocabularies, {part: _rarity(parts[part]) for part in sorted(named)})


def _rarity(values: pl.Series) -> Rarity:
    known = values.drop_nulls().cast(pl.String)
    counted = known.value_counts(name="n").filter(pl.col("n") > 1)
    kept = counted.sort(["n", known.name], descending=[True, False]).head(_LISTED)
    return Rarity(max(known.len(), 2), dict(zip(kept[known.name], kept["n"], strict=True)))
