"""The word lists of the package as ready tables. All were written for the simulator."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@cache
def table(name: str) -> dict[str, Any]:
    """One of the JSON files in ``words/``."""
    text = resources.files("plumbline.simulate").joinpath("words", f"{name}.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    content.pop("about")
    return content


def channels() -> tuple[str, ...]:
    """Channel names in the order of their codes."""
    return tuple(table("market")["channels"])


def not_buyers() -> tuple[str, ...]:
    """Kinds of people who will never buy: code 0 of a lead means a buyer, code k the k-th of these."""
    return tuple(table("market")["not_buyers"])


def industries() -> tuple[str, ...]:
    """Industry names in the order of their codes."""
    return tuple(table("market")["industries"])


def countries() -> tuple[str, ...]:
    """Country codes in the order of their codes."""
    return tuple(table("places"))


def column(entries: dict[str, dict[str, Any]], key: str) -> NDArray[np.float64]:
    """One number of every entry, in file order."""
    return np.array([entry[key] for entry in entries.values()], dtype=np.float64)


def cumulative(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Upper edges for ``choose``; the shares need not sum to one."""
    edges: NDArray[np.float64] = np.cumsum(shares) / shares.sum()
    edges[-1] = 1.0
    return edges


def choose(edges: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
    """Index of the entry each number falls on."""
    return np.searchsorted(edges, uniform, side="right").astype(np.int64)


def pick(words: Sequence[str | None], index: NDArray[np.int64] | pl.Series) -> pl.Series:
    """The word at each index, wrapping around at the end of the list."""
    position = pl.Series(index, dtype=pl.Int64) % len(words)
    return pl.Series(words, dtype=pl.String).gather(position)


def pick_from(
    lists: Sequence[Sequence[str]], group: NDArray[np.int64], index: NDArray[np.int64]
) -> pl.Series:
    """The index-th word of each row's own list, wrapping around at that list's end."""
    lengths = np.array([len(words) for words in lists])
    begins = np.cumsum(lengths) - lengths
    flat = [word for words in lists for word in words]
    return pick(flat, begins[group] + index % lengths[group])
