"""Is there anything to learn? A plain sum of columns, learned on earlier leads, tried on later ones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.assurance.ranking import NOTHING, Auc, auc, cell_scores, cells
from plumbline.domain.intervals import Share, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.assurance.fields import Column, Floats, Ints, Leads

#: Parts of the known leads, oldest first, that are in turn foretold by everything before them.
_FOLDS: Final = (0.4, 0.55, 0.7, 0.85, 1.0)
_PRIOR: Final = 20.0
#: A column enters where its earlier rows speak for it this clearly (one-sided 5 %).
_Z: Final = 1.645
#: An order that good leads follow no better than this is of no use to anybody.
USELESS: Final = 0.55
_FEWEST: Final = 20


class Learnable(StrEnum):
    """Whether the past of these columns says something about later outcomes."""

    SOMETHING = "something"
    NOTHING = "nothing"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Lift:
    """How well earlier leads foretell later ones.

    ``top``: of all good later leads, how many stand in the fifth ranked first; 20 % is what chance gives.
    ``used``: columns that entered in at least one part, with the number of parts.
    """

    verdict: Learnable
    auc: Auc
    top: Share
    used: tuple[tuple[str, int], ...]


def lift(columns: Sequence[Column], leads: Leads) -> Lift:
    """Learn log-odds per cell on older leads and add them up for newer ones; nothing is tuned.

    It is no model that would be used, and it needs no learner: it shows whether there is anything in the data
    before anybody spends a week on it. ``columns`` and ``leads`` are in order of time.
    """
    rows = np.flatnonzero(leads.known)
    label = leads.label[rows]
    if min((label == 1).sum(), (label == 0).sum()) < _FEWEST or not columns:
        return Lift(Learnable.UNCLEAR, NOTHING, wilson(0, 0), ())
    coded = {column.name: cells(column.values.gather(rows))[0] for column in columns}
    cuts = [int(share * rows.size) for share in _FOLDS]
    score, used = np.zeros(rows.size), dict.fromkeys(coded, 0)
    for start, end in pairwise(cuts):
        # Where no column speaks for itself, all of them are asked together before it is called silence.
        speaking = [name for name, codes in coded.items() if _speaks(codes[:start], label[:start])]
        for name in speaking or coded:
            codes = coded[name]
            score[start:end] += _learned(codes[:start], label[:start])[codes[start:end] + 1]
            used[name] += 1
        score[start:end] = _ranks(score[start:end])
    later = slice(cuts[0], rows.size)
    found = auc(score[later], label[later])
    entered = tuple((name, parts) for name, parts in used.items() if parts)
    return Lift(_verdict(found), found, _top(score[later], label[later]), entered)


def _speaks(codes: Ints, label: Ints) -> bool:
    found = auc(cell_scores(codes, label), label)
    return found.value - _Z * found.se > 0.5


def _learned(codes: Ints, label: Ints) -> Floats:
    """Log-odds per cell, shrunk to the base rate; unknown and unseen cells say nothing."""
    size = 4096
    rows = np.bincount(codes + 1, minlength=size).astype(np.float64)
    hits = np.bincount(codes[label == 1] + 1, minlength=size).astype(np.float64)
    base = float(label.mean())
    rate = (hits + _PRIOR * base) / (rows + _PRIOR)
    table: Floats = np.log(rate / (1 - rate)) - np.log(base / (1 - base))
    table[0] = 0.0
    return table


def _ranks(score: Floats) -> Floats:
    """Places within a part, ties shared, from 0 to 1: parts are compared by order, not by level."""
    ordered = np.sort(score)
    left, right = np.searchsorted(ordered, score, "left"), np.searchsorted(ordered, score, "right")
    places: Floats = (left + right) / (2.0 * max(score.size, 1))
    return places


def _top(score: Floats, label: Ints) -> Share:
    """Good leads among the fifth ranked first, of all good ones; ties are taken in order of time."""
    first = np.argsort(-score, kind="stable")[: max(1, score.size // 5)]
    return wilson(int((label[first] == 1).sum()), int((label == 1).sum()))


def _verdict(found: Auc) -> Learnable:
    if found.high < USELESS:
        return Learnable.NOTHING
    return Learnable.SOMETHING if found.low > 0.5 else Learnable.UNCLEAR


def candidates(columns: Sequence[Column], refused: frozenset[str]) -> tuple[Column, ...]:
    """Columns a score could stand on: none that leaks, no dates, no names of single leads, no constants."""
    return tuple(column for column in columns if column.name not in refused and _is_candidate(column))


def _is_candidate(column: Column) -> bool:
    known = column.values.drop_nulls()
    distinct = known.n_unique()
    if known.dtype.is_temporal() or distinct < 2:
        return False
    if known.dtype == pl.String:
        return distinct < 0.5 * known.len()
    # A whole number that is another one for every lead is a running number.
    whole = known.dtype.is_numeric() and bool((known.cast(pl.Float64) % 1 == 0).all())
    return not (whole and distinct == known.len() and distinct > 100)
