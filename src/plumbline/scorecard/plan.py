"""A card made ready to score: tables as arrays, and what pairs and caps tie together.

A *block* holds the signals that pairs tie to each other (most blocks hold one); its joint table gives the
points of all its terms for every combination of bins. A *unit* is a capped group of blocks, or one block
without a cap. A pair shares its cap with its signals, so units never overlap and the points of a lead are
the base plus the sum over units. Clipping never turns an order around, so the range of a capped group is the
clipped sum of the ranges of its blocks: only blocks need their combinations enumerated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from plumbline.domain.errors import InvalidScorecardError
from plumbline.scorecard.checks import check
from plumbline.scorecard.codes import Coder, coder
from plumbline.scorecard.model import MISSING, Scorecard, SignalBins, Term
from plumbline.scorecard.ties import tied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from plumbline.domain.bands import Cutoffs
    from plumbline.domain.words import Dimension
    from plumbline.scorecard.arrays import Codes, Ints, Longs
    from plumbline.scorecard.model import Cap

#: A signal's weights add up to less than this, so that chances stay whole-number arithmetic.
_MAX_WEIGHT: Final = 2**18
#: Axis positions or cells: of many leads, or of one.
Places = TypeVar("Places", "Codes", int)
#: Before the name of a term, and of a clip (``cap:<group>``), in the columns of a scores frame.
TERM: Final = "points.term."


@dataclass(frozen=True, slots=True, eq=False)
class TermTable:
    """The points of one term: signal positions, the length of the last axis, the flat table."""

    term: Term
    axes: tuple[int, ...]
    inner: int
    points: NDArray[np.int16]

    def cells(self, codes: Sequence[Places]) -> Places:
        """The cell of every lead, or of one."""
        first = codes[self.axes[0]]
        return first if len(self.axes) == 1 else first * self.inner + codes[self.axes[1]]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Signals tied by pairs. ``points``, ``low`` and ``high`` are flat tables over their joint bins.

    ``low`` and ``high`` let every unknown signal take any bin it may have; without unknowns they equal
    ``points``.
    """

    axes: tuple[int, ...]
    lengths: tuple[int, ...]
    strides: tuple[int, ...]
    terms: tuple[int, ...]
    points: Ints
    low: Ints
    high: Ints

    def cells(self, codes: Sequence[Places]) -> Places:
        """The joint bin of every lead, or of one."""
        if len(self.axes) == 1:
            return codes[self.axes[0]]
        cells = codes[self.axes[0]] * self.strides[0]
        for axis, stride in zip(self.axes[1:], self.strides[1:], strict=True):
            cells = cells + codes[axis] * stride
        return cells


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Blocks under one cap, or one block without. ``reach``: how far apart its points can be."""

    blocks: tuple[int, ...]
    reach: int
    cap: Cap | None = None

    def clip(self, sums: Ints) -> Ints:
        """The group's sum after its cap."""
        return sums if self.cap is None else np.clip(sums, self.cap.min, self.cap.max)

    def held(self, points: int) -> int:
        """The same for one lead."""
        low, high = (None, None) if self.cap is None else (self.cap.min, self.cap.max)
        above = points if low is None else max(points, low)
        return above if high is None else min(above, high)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Everything about a card that does not depend on leads.

    ``open`` signals may be unknown; completeness is always known. ``weights`` are 0 for bins that an unknown
    signal cannot take; ``bins`` lists the others with their weights. ``places`` says in which block and unit
    each signal is, ``speaks`` about which dimension each unit is.
    """

    card: Scorecard
    cutoffs: Cutoffs
    askable: tuple[int, ...]
    coders: tuple[Coder, ...]
    open: tuple[bool, ...]
    weights: tuple[Longs, ...]
    bins: tuple[tuple[tuple[int, int], ...], ...]
    tables: tuple[TermTable, ...]
    blocks: tuple[Block, ...]
    units: tuple[Unit, ...]
    places: tuple[tuple[int, int], ...]
    speaks: tuple[Dimension, ...]


@lru_cache(maxsize=32)
def plan_of(card: Scorecard, cutoffs: Cutoffs, askable: tuple[str, ...]) -> Plan:
    """Make a card ready. ``InvalidScorecardError`` when it makes no sense, ``ValueError`` for cut-offs."""
    if issues := check(card):
        raise InvalidScorecardError(issues)
    if not cutoffs.a >= cutoffs.b >= cutoffs.c:
        raise ValueError(f"cut-offs must descend from A to C: {cutoffs}")
    place = {signal.name: at for at, signal in enumerate(card.signals)}
    weights = tuple(_weights(card, signal) for signal in card.signals)
    tables = tuple(_table(card, term, place) for term in card.terms)
    blocks = tuple(_block(tables, [place[name] for name in names], weights) for names in tied(card))
    units = tuple(_units(card, tables, blocks))
    return Plan(
        card=card,
        cutoffs=cutoffs,
        askable=tuple(sorted(place[name] for name in set(askable) if name in place)),
        coders=tuple(coder(signal) for signal in card.signals),
        open=tuple(not signal.completeness for signal in card.signals),
        weights=weights,
        bins=tuple(
            tuple((code, int(each[code])) for code in np.flatnonzero(each).tolist()) for each in weights
        ),
        tables=tables,
        blocks=blocks,
        units=units,
        places=tuple(_place(blocks, units, signal) for signal in range(len(card.signals))),
        speaks=tuple(tables[blocks[unit.blocks[0]].terms[0]].term.dimension for unit in units),
    )


def _place(blocks: Sequence[Block], units: Sequence[Unit], signal: int) -> tuple[int, int]:
    block = next(at for at, block in enumerate(blocks) if signal in block.axes)
    return block, next(at for at, unit in enumerate(units) if block in unit.blocks)


def _weights(card: Scorecard, signal: SignalBins) -> Longs:
    """How likely an unknown value is to be in each bin, as whole numbers.

    With a mix: its counts plus one for each known bin (Laplace); unseen only if it was counted. Without:
    every known bin alike. Completeness is never unknown, so it has no weights.
    """
    weights = np.zeros(signal.axis, dtype=np.int64)
    if signal.completeness:
        return weights
    weights[1 : signal.unseen] = 1
    if card.mix is not None:
        counts = np.array(card.mix[signal.name], dtype=np.int64)
        weights[1:] += counts + (np.arange(1, signal.axis) == signal.unseen) * (counts > 0)
    weights //= np.gcd.reduce(weights)
    excess = max(0, int(weights.sum()).bit_length() - _MAX_WEIGHT.bit_length() + 1)
    return np.where(weights > 0, np.maximum(weights >> excess, 1), 0)


def _table(card: Scorecard, term: Term, place: dict[str, int]) -> TermTable:
    axes = tuple(place[name] for name in term.signals)
    return TermTable(term, axes, card.signals[axes[-1]].axis, np.array(term.points, dtype=np.int16))


def _block(tables: Sequence[TermTable], axes: Sequence[int], weights: Sequence[Longs]) -> Block:
    lengths = tuple(len(weights[axis]) for axis in axes)
    terms = tuple(at for at, table in enumerate(tables) if table.axes[0] in axes)
    joint = np.zeros(lengths, dtype=np.int32)
    for at in terms:
        joint += _spread(tables[at], axes, lengths)
    possible = [weights[axis] > 0 for axis in axes]
    return Block(
        axes=tuple(axes),
        lengths=lengths,
        strides=tuple(math.prod(lengths[after:]) for after in range(1, len(lengths) + 1)),
        terms=terms,
        points=joint.ravel(),
        low=_extreme(joint, possible, np.minimum).ravel(),
        high=_extreme(joint, possible, np.maximum).ravel(),
    )


def _spread(table: TermTable, axes: Sequence[int], lengths: Sequence[int]) -> NDArray[np.int16]:
    """A term's table with one axis per signal of its block, ready to be added."""
    inside = [axes.index(axis) for axis in table.axes]
    points = table.points.reshape([lengths[at] for at in inside])
    if inside != sorted(inside):
        points = points.T
    return points.reshape([length if at in inside else 1 for at, length in enumerate(lengths)])


def _extreme(joint: Ints, possible: Sequence[NDArray[np.bool_]], pick: np.ufunc) -> Ints:
    """Fill the missing position of every axis with the extreme over the bins the value may take."""
    result = joint.copy()
    for axis, bins in enumerate(possible):
        if bins.any():
            missing = tuple(MISSING if at == axis else slice(None) for at in range(joint.ndim))
            result[missing] = pick.reduce(result.compress(bins, axis=axis), axis=axis)
    return result


def _units(card: Scorecard, tables: Sequence[TermTable], blocks: Sequence[Block]) -> list[Unit]:
    cap_of = {term: cap for cap in card.caps for term in cap.terms}
    caps = [cap_of.get(tables[block.terms[0]].term.id) for block in blocks]
    alone = [(at,) for at, cap in enumerate(caps) if cap is None]
    capped = [tuple(at for at, mine in enumerate(caps) if mine is cap) for cap in card.caps]
    return [
        Unit(group, sum(int(np.ptp(blocks[at].points)) for at in group), caps[group[0]])
        for group in (*alone, *capped)
    ]
