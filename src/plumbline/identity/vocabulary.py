"""How much a shared word says: the rarer it is in the user's own data, the more."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from math import log2
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.identity.likeness import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Weight of a word per halving of its frequency.
_PER_BIT: Final = 8
_ID_BYTES: Final = 5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """In how many of ``rows`` records each word stands. A word that is not listed stands in one."""

    rows: int
    counts: Mapping[str, int]

    @classmethod
    def of(cls, texts: pl.Series, *, most: int = 50_000) -> Vocabulary:
        """Count the words of folded texts; the ``most`` frequent ones that occur twice are kept."""
        known = texts.drop_nulls()
        tokens = known.str.split(" ").list.unique().explode(empty_as_null=False)
        counted = tokens.value_counts(name="n").filter(pl.col("n") > 1)
        kept = counted.sort(["n", tokens.name], descending=[True, False]).head(most)
        return cls(max(known.len(), 2), dict(zip(kept[tokens.name], kept["n"], strict=True)))

    def weight(self, word: str) -> int:
        """Whole number from 1 on."""
        return max(1, round(_PER_BIT * log2(self.rows / min(self.counts.get(word, 1), self.rows))))

    def code(self, word: str) -> int:
        """A number that names the word and holds its weight in its lowest bits."""
        name = int.from_bytes(blake2b(word.encode(), digest_size=_ID_BYTES).digest(), "big")
        return name * WEIGHTS + self.weight(word)

    def bags(self, texts: pl.Series) -> pl.DataFrame:
        """``bag`` (codes, ascending) and ``mass`` (their weight) of folded texts; null for null."""
        lists = texts.str.split(" ").list.unique()
        rows = pl.DataFrame({"row": pl.int_range(texts.len(), eager=True, dtype=pl.UInt32), "word": lists})
        exploded = rows.drop_nulls("word").explode("word", empty_as_null=False)
        distinct = exploded["word"].unique()
        codes = pl.DataFrame(
            {"word": distinct, "code": pl.Series([self.code(word) for word in distinct], dtype=pl.Int64)}
        )
        bags = (
            exploded.join(codes, on="word", how="left")
            .group_by("row")
            .agg(pl.col("code").sort().alias("bag"), (pl.col("code") % WEIGHTS).sum().alias("mass"))
        )
        return (
            rows.select("row").join(bags, on="row", how="left", maintain_order="left").select("bag", "mass")
        )
