"""Chances learned from pairs without labels: expectation maximisation, held by what is written.

The expectation uses the model itself: whole-number weights, rarities, and evidence about the account counted
once. A plain mixture of independent columns takes colleagues for one person, because everything about their
company agrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.identity.model import SCALE, Chances, monotone, rarity_weight, weights_of
from plumbline.identity.weigh import is_one_account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from plumbline.identity.comparison import Comparison

    Levels = Mapping[str, NDArray[np.int8]]
    Drawn = Mapping[str, tuple[int, ...]]
    Weights = NDArray[np.int32]

#: The written starting point weighs as much as this many true matches.
WRITTEN: Final = 30.0
#: Every level but the first is at most so many times as frequent among true matches as written. Where
#: neighbours or
#: colleagues outnumber doubles, "same street" or "same account" fits the data better than "the same"; this
#: holds the
#: estimate on the side of the record.
_UNLIKE: Final = 2.0
#: For parts of a person's name "different" is bounded more strictly: it is what tells colleagues apart.
_DIFFERENT: Final = 1.2
#: Pairs that are learned from; more do not change a chance that is learned from thousands of matches.
_LEARNED: Final = 750_000
_ROUNDS: Final = 25
_SETTLED: Final = 1e-3
_SMALLEST: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs with the level of every comparison (-1: not known on both sides).

    ``counts``, ``codes`` and ``known``: per part that has rarities, the frequencies that occur, for every
    pair the position of the frequency of the left record's value, and how many records have any value.
    """

    levels: Levels
    counts: Mapping[str, tuple[int, ...]]
    codes: Mapping[str, NDArray[np.int32]]
    known: Mapping[str, int]

    @property
    def size(self) -> int:
        """How many pairs."""
        return next(iter(self.levels.values())).size

    def every(self, step: int) -> Compared:
        """Every so many pairs."""
        levels = {name: values[::step] for name, values in self.levels.items()}
        return Compared(
            levels, self.counts, {part: codes[::step] for part, codes in self.codes.items()}, self.known
        )


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned: chances by comparison, the prior, and how many true matches it stands on."""

    chances: Mapping[str, Chances]
    prior: int
    matches: float


def fit(compared: Compared, comparisons: Sequence[Comparison], drawn: Drawn, pairs: float) -> Fitted:
    """Estimate ``m`` and the prior.

    Args:
        compared: the candidate pairs.
        comparisons: how they were compared.
        drawn: per comparison, how many random pairs fall on each level.
        pairs: how many pairs of records there are at all, compared or not.
    """
    chances = {one.name: _chances(one, _written(one), drawn, 0.0) for one in comparisons}
    share = 0.05 * (2 / pairs) ** 0.5  # to begin with: one record in twenty has a double
    if len(comparisons) < 2:  # one column cannot tell how often it errs: what is written stands
        return Fitted(chances, _prior(share), share * pairs)
    every = max(-(-compared.size // _LEARNED), 1)
    some = compared.every(every)
    for _ in range(_ROUNDS):
        prior = _prior(share)
        total = weigh_all(some, comparisons, chances) + prior
        is_match = every / (1 + np.exp2(-np.clip(total / SCALE, -60, 60)))
        before, share = share, max(float(is_match.sum()), 0.5) / pairs
        chances = {
            one.name: _chances(one, _learned(one, some.levels[one.name], is_match), drawn, share)
            for one in comparisons
        }
        if abs(share - before) < _SETTLED * before:
            break
    return Fitted(chances, _prior(share), share * pairs)


def weigh_all(
    compared: Compared, comparisons: Sequence[Comparison], chances: Mapping[str, Chances]
) -> Weights:
    """The weight of every pair without the prior, as :func:`plumbline.identity.weigh.weigh` gives it."""
    total = np.zeros(compared.size, dtype=np.int32)
    account, strongest = np.zeros_like(total), np.zeros_like(total)
    for one in comparisons:
        levels = compared.levels[one.name]
        weight = _weights(one, chances[one.name], compared)
        total += weight
        marked = np.array([level.account for level in one.levels] + [False])
        about = np.where(marked[levels], np.maximum(weight, 0), 0)
        account += about
        np.maximum(strongest, about, out=strongest)
    return total - account + strongest


def held_apart(compared: Compared, comparisons: Sequence[Comparison], weights: Weights, link: int) -> Weights:
    """Weights with the prior, where one name at two accounts stays below the cut: a person decides that."""
    told_apart, is_one = np.zeros(compared.size, dtype=bool), np.zeros(compared.size, dtype=bool)
    for one in comparisons:
        levels = compared.levels[one.name]
        same = np.array([is_one_account(one, at) for at in range(len(one.levels))] + [False])
        is_one |= same[levels]
        if one.names_account:
            told_apart |= levels == len(one.levels) - 1
    return np.where(told_apart & ~is_one, np.minimum(weights, link - 1), weights)


def _weights(one: Comparison, chances: Chances, compared: Compared) -> Weights:
    levels = compared.levels[one.name]
    table = np.array([*weights_of(chances), 0], dtype=np.int32)  # -1 takes the last: nothing is said
    weight = table[levels]
    for at, level in enumerate(one.levels):
        if level.rarity is None:
            continue
        there = np.flatnonzero(levels == at)
        codes, rows = compared.codes[level.rarity][there], compared.known[level.rarity]
        rarer = [rarity_weight(chances.u[at], n, rows) for n in compared.counts[level.rarity]]
        weight[there] += np.array(rarer, dtype=np.int32)[codes]
    return weight


def _written(one: Comparison) -> tuple[float, ...]:
    return tuple(level.m for level in one.levels)


def _learned(one: Comparison, levels: NDArray[np.int8], is_match: NDArray[np.float64]) -> tuple[float, ...]:
    written, learned = np.array(_written(one)), np.array(_counted(one, levels, is_match))
    most = _UNLIKE * written[1:] / written.sum()
    if one.names_person:
        most[-1] *= _DIFFERENT / _UNLIKE
    bounded = np.minimum(learned[1:], most)
    return (1 - float(bounded.sum()), *bounded.tolist())


def _chances(one: Comparison, m: tuple[float, ...], drawn: Drawn, share: float) -> Chances:
    # Random pairs hold true matches too, which matters in a small file.
    seen = max(sum(drawn[one.name]), 10)
    u = [max(n / seen - share * match, 1 / seen) for n, match in zip(drawn[one.name], m, strict=True)]
    return monotone(Chances(m, tuple(value / sum(u) for value in u)), _SMALLEST)


def _prior(share: float) -> int:
    return round(SCALE * log2(share / (1 - share)))


def fit_labelled(
    compared: Compared,
    comparisons: Sequence[Comparison],
    drawn: Drawn,
    is_match: NDArray[np.bool_],
    pairs: float,
) -> Fitted:
    """The same from pairs that people have judged: all candidate pairs of fully labelled records."""
    share = max(float(is_match.sum()), 0.5) / pairs
    seen = is_match.astype(np.float64)
    chances = {
        one.name: _chances(one, _counted(one, compared.levels[one.name], seen), drawn, share)
        for one in comparisons
    }
    return Fitted(chances, _prior(share), float(is_match.sum()))


def best_cut(weights: Weights, is_match: NDArray[np.bool_], matches: int) -> int:
    """The weight from which on linking pairs gives the highest F1 on judged pairs."""
    order = np.argsort(-weights, kind="stable")
    hits = np.cumsum(is_match[order])
    f1 = 2 * hits / (np.arange(1, order.size + 1) + matches)
    last = np.flatnonzero(np.r_[np.diff(weights[order]) != 0, True])  # a cut never parts equal weights
    return int(weights[order][last[np.argmax(f1[last])]])


def _counted(one: Comparison, levels: NDArray[np.int8], is_match: NDArray[np.float64]) -> tuple[float, ...]:
    there = levels >= 0
    seen = np.bincount(levels[there], weights=is_match[there], minlength=len(one.levels))
    written = np.array(_written(one))
    mixed = seen + WRITTEN * written / written.sum()
    return tuple((mixed / mixed.sum()).tolist())
