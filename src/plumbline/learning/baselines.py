"""What anybody would try first: arrival order, logistic regression, counting values as Odoo does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.domain.words import Kind
from plumbline.learning import ridge
from plumbline.learning.bins import COARSE, Codes, Floats, axis_of

if TYPE_CHECKING:
    import polars as pl

    from plumbline.domain.signals import SignalSpec
    from plumbline.learning.fitting import Task

#: Odoo's rule: a value seen with one outcome only is not taken as proof.
_PART: Final = 0.1
_TENTHS: Final = 10
_LEAST: Final = 1e-12


def arrival(rows: int) -> Floats:
    """First come, first served, as log-odds that only order."""
    return -np.arange(rows, dtype=np.float64)


def logistic(older: Task, newer: pl.DataFrame) -> Floats:
    """Plain logistic regression: a column per bin and one for unknown, hardly penalised."""
    parts = [
        axis_of(spec, older.frame[spec.name], COARSE, written=None, completeness=False)
        for spec in older.signals
    ]
    seen = [axis.codes(older.frame) for axis in parts]
    columns = np.hstack([_one_hot(code, axis.bins.axis) for axis, code in zip(parts, seen, strict=True)])
    later = np.hstack([_one_hot(axis.codes(newer), axis.bins.axis) for axis in parts])
    level, points = ridge.plain(columns, older.label, older.weight)
    odds: Floats = level + later @ points
    return odds


def _one_hot(code: Codes, width: int) -> Floats:
    columns: Floats = (code[:, None] == np.arange(width)).astype(np.float64)
    return columns


def naive_bayes(older: Task, newer: pl.DataFrame) -> Floats:
    """As Odoo scores: how often each value was won and lost, 0.1 added; empty fields are skipped."""
    won, lost = older.label == 1, older.label == 0
    base = float(np.clip(older.weight @ older.label / older.weight.sum(), _LEAST, 1 - _LEAST))
    odds = np.full(newer.height, np.log(base / (1 - base)))
    for spec in older.signals:
        seen, later = _values(spec, older.frame, newer)
        size = int(max(seen.max(initial=0), later.max(initial=0))) + 1
        counts = [np.bincount(seen[rows], older.weight[rows], size) + _PART for rows in (won, lost)]
        known = [part[1:].sum() for part in counts]
        step = np.log(counts[0] / known[0]) - np.log(counts[1] / known[1])
        step[0] = 0.0
        odds += step[later]
    return odds


def _values(spec: SignalSpec, older: pl.DataFrame, newer: pl.DataFrame) -> tuple[Codes, Codes]:
    """Values as numbers from 1 on, 0 for empty; numbers by tenths of the older rows."""
    if spec.kind is Kind.NUMBER:
        known = older[spec.name].drop_nulls().cast(float).to_numpy()
        cuts = np.unique(np.quantile(known, np.linspace(0, 1, _TENTHS + 1)[1:-1]))
        return tuple(  # type: ignore[return-value]
            np.where(
                frame[spec.name].is_null().to_numpy(),
                0,
                np.searchsorted(cuts, frame[spec.name].cast(float).fill_null(0).to_numpy(), "right") + 1,
            )
            for frame in (older, newer)
        )
    words = {
        word: at + 1 for at, word in enumerate(older[spec.name].drop_nulls().unique(maintain_order=True))
    }
    return tuple(  # type: ignore[return-value]
        np.array([words.get(value, 0) for value in frame[spec.name]], dtype=np.intp)
        for frame in (older, newer)
    )
