"""From a merged fit to the card itself: whole points, what the data allow for each, and how it was made."""

from __future__ import annotations

from itertools import product
from math import ceil, floor
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.domain.bands import Cutoffs
from plumbline.domain.intervals import Z95
from plumbline.learning import ridge
from plumbline.learning.fitting import POINT
from plumbline.learning.pairs import joint_columns
from plumbline.scorecard import Provenance, Scorecard, Sigmoid, Term, mix_of, with_mix
from plumbline.scorecard.checks import MAX_POINTS
from plumbline.scorecard.encode import number_text
from plumbline.scorecard.model import MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from plumbline.assurance.calibration import Calibration
    from plumbline.learning.bins import Floats
    from plumbline.learning.fitting import Task
    from plumbline.learning.merge import Joint, Merged
    from plumbline.scorecard.encode import Json

#: Rows that intervals are worked out from at most; more are stood for by these.
_ENOUGH: Final = 20_000
#: A bin with fewer leads is marked.
RARE: Final = 30


def card_of(
    merged: Merged,
    task: Task,
    *,
    name: str,
    calibration: Calibration | None,
    manifest: Mapping[str, Json],
) -> Scorecard:
    """The card. ``merged`` is rounded already."""
    allowed = _intervals(merged, task)
    terms = [
        Term(
            axis.bins.name,
            axis.bins.label,
            axis.dimension,
            (axis.bins.name,),
            tuple(_whole(table)),
            tuple(spans),
            tuple(round(float(count)) for count in rows),
        )
        for axis, table, spans, rows in zip(merged.axes, merged.tables, allowed, merged.rows, strict=False)
    ]
    if merged.joint is not None:
        terms.append(_joint_term(merged, merged.joint, allowed[-1]))
    card = Scorecard(
        name,
        tuple(axis.bins for axis in merged.axes),
        tuple(terms),
        base=round(merged.intercept / POINT),
        provenance=Provenance.LEARNED,
        calibration=_sigmoid(calibration),
        manifest=dict(manifest),
    )
    return with_mix(card, mix_of(task.frame, card))


def _joint_term(merged: Merged, joint: Joint, spans: Sequence[tuple[int, int]]) -> Term:
    one, two = (merged.axes[at] for at in joint.places)
    return Term(
        f"{one.bins.name}*{two.bins.name}",
        f"{one.bins.label} with {two.bins.label}",
        one.dimension,
        (one.bins.name, two.bins.name),
        tuple(_whole(joint.table.ravel())),
        tuple(spans),
        tuple(round(float(count)) for count in joint.rows.ravel()),
    )


def _whole(table: np.ndarray) -> list[int]:
    points = np.clip(np.round(table / POINT), -MAX_POINTS, MAX_POINTS)
    return [int(each) for each in points]


def _sigmoid(calibration: Calibration | None) -> Sigmoid | None:
    if calibration is None:
        return None
    slope, intercept = (number_text(round(float(each), 12)) for each in calibration[:2])
    return Sigmoid(slope, intercept, calibration.rows)


def _intervals(merged: Merged, task: Task) -> list[list[tuple[int, int]]]:
    """Points that the data allow for each cell, at 95 %, given the bins: by the curvature of the likelihood.

    One list per signal, and a last one for a pair. Bins are taken as given, and so are the other signals'
    uncertainties only as far as they are correlated; what choosing the bins adds is not in it.
    """
    if not merged.axes:
        return []
    step = -(-task.label.size // _ENOUGH)
    some = task.of(slice(None, None, step))
    codes = [axis.codes(some.frame) for axis in merged.axes]
    design = ridge.Design.of(merged.axes, codes, some.weight, merged.tables)
    together = joint_columns(merged, codes) if merged.joint else None
    p = 1 / (1 + np.exp(-merged.log_odds(some.frame)))
    columns = np.column_stack([np.ones(p.size), design.columns, *([together.columns] if together else [])])
    bend = step * (columns * (some.weight * p * (1 - p))[:, None]).T @ columns
    spread = np.linalg.inv(bend + np.eye(bend.shape[0]))[1:, 1:].astype(np.float64)
    found = []
    for axis, table, span, share in zip(merged.axes, merged.tables, design.spans, design.shares, strict=True):
        cells = list(axis.order)
        error = _errors(np.eye(len(cells)) - share[cells][None, :], spread[span, span])
        half = np.zeros(axis.bins.axis)
        half[cells] = Z95 * error
        found.append(_spans(table, half))
    if merged.joint is not None and together is not None:
        width = design.columns.shape[1]
        half = np.zeros(merged.joint.table.shape)
        half[together.cells] = Z95 * _errors(together.pure, spread[width:, width:]).reshape(together.shape)
        found.append(_spans(merged.joint.table.ravel(), half.ravel()))
    return found


def _errors(centre: Floats, spread: Floats) -> Floats:
    error: Floats = np.sqrt(np.diag(centre @ spread @ centre.T))
    return error


def _spans(table: Floats, half: Floats) -> list[tuple[int, int]]:
    ends = zip((table - half) / POINT, (table + half) / POINT, strict=True)
    return [(_bound(floor(low + 1e-9)), _bound(ceil(high - 1e-9))) for low, high in ends]


def _bound(value: int) -> int:
    return max(-10_000, min(10_000, value))


def rare_bins(card: Scorecard) -> dict[str, list[str]]:
    """Bins that few leads fell into, by signal: shrunk, and to be read with care."""
    found = {}
    for term in card.terms:
        axes = [card.signal(name) for name in term.signals]
        few = [
            " and ".join(axis.bin_label(code) for axis, code in zip(axes, codes, strict=True))
            for codes, rows in zip(
                product(*(range(axis.axis) for axis in axes)), term.rows or (), strict=False
            )
            if min(codes) > MISSING and 0 < rows < RARE
        ]
        if few:
            found[term.id] = few
    return found


def bands_like(ours: pl.Series, theirs: pl.Series, cutoffs: Cutoffs) -> Cutoffs:
    """Cut-offs that give each band as many of the same leads as before."""
    ranked = ours.sort(descending=True)
    edges = []
    for cut in (cutoffs.a, cutoffs.b, cutoffs.c):
        above = int((theirs >= cut).sum())
        edges.append(int(ranked[above - 1]) if above else int(ranked[0]) + 1)
    return Cutoffs(*edges)
