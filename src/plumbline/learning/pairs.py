"""One pair of signals whose answers say more together than apart, in few joint bins, purified in the fit.

The pair is looked for in what the tables of single signals leave unexplained. Its two signals then get bins
of their own, merged where the joint surface hardly changes, and three tables are fitted at once: both main
effects and the pair. The pair's columns are centred over both signals, so that a main effect stays the whole
main effect, and are 0 where either answer is unknown. Whether a card gets a pair, later leads decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.domain.signals import COMPLETENESS
from plumbline.learning import ridge
from plumbline.learning.bins import Grain, axis_of
from plumbline.learning.boost import Additive
from plumbline.learning.merge import Joint, Merged, grouped, merged_sizes
from plumbline.learning.surface import Surface

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbline.domain.signals import SignalSpec
    from plumbline.learning.bins import Axis, Codes, Floats
    from plumbline.learning.fitting import Task

#: Bins in which a pair is looked for: no special amounts, no rare labels.
_GRAIN: Final = Grain(ranges=32, share=0.002, special=2.0)
_MOST: Final = 33
#: What a cell's step is drawn to zero by, and how far beyond chance a pair must be to be tried at all.
_RIDGE: Final = 10.0
_BEYOND: Final = 4.0
#: Strength by which the points of the three tables are drawn to the fine ones, and to 0.
_PULL: Final = 10.0
#: Cells that two signals and their pair take together, and the least that is left to all others.
CELLS: Final = 40
_OTHERS: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two signals by their place among a task's signals: axes, main effects and a joint table.

    ``table`` and ``rows`` have an entry for every two axis positions; 0 where either is missing.
    """

    places: tuple[int, int]
    axes: tuple[Axis, Axis]
    mains: tuple[Floats, Floats]
    counts: tuple[Floats, Floats]
    table: Floats
    rows: Floats
    intercept: float

    @property
    def cells(self) -> int:
        """Cells that the two signals and their pair take on a card."""
        first, second = (len(axis.order) for axis in self.axes)
        return first + second + first * second


def told_together(task: Task, fine: Additive, codes: Sequence[Codes]) -> tuple[int, int] | None:
    """Two signals of one dimension whose joint bins explain most of what is left; ``None`` if none does."""
    chance = 1 / (1 + np.exp(-fine.log_odds(codes)))
    slope, bend = task.weight * (chance - task.label), task.weight * chance * (1 - chance)
    axes = dict(_axes(task))
    found = {at: (axis, axis.codes(task.frame)) for at, axis in axes.items()}
    best, chosen = 0.0, None
    for one, two in combinations(found, 2):
        if task.signals[one].dimension is not task.signals[two].dimension:
            continue
        joint, size = _joint(found[one], found[two])
        beyond = _beyond(joint, size, slope, bend)
        if beyond > best:
            best, chosen = beyond, (one, two)
    return chosen


def _axes(task: Task) -> Iterator[tuple[int, Axis]]:
    for at, spec in enumerate(task.signals):
        axis = _axis(spec, task)
        if spec.source != COMPLETENESS and 1 < len(axis.order) <= _MOST:
            yield at, axis


def _axis(spec: SignalSpec, task: Task) -> Axis:
    return axis_of(spec, task.frame[spec.name], _GRAIN, written=None, completeness=False)


def _joint(one: tuple[Axis, Codes], two: tuple[Axis, Codes]) -> tuple[Codes, tuple[int, int]]:
    """The joint position of every row, -1 where either answer is unknown."""
    size = (one[0].bins.axis, two[0].bins.axis)
    joint = np.where((one[1] > 0) & (two[1] > 0), one[1] * size[1] + two[1], -1)
    return joint, size


def _grid(joint: Codes, size: tuple[int, int], values: Floats) -> Floats:
    known = joint >= 0
    return np.bincount(joint[known], values[known], size[0] * size[1]).reshape(size).astype(np.float64)


def _beyond(joint: Codes, size: tuple[int, int], slope: Floats, bend: Floats) -> float:
    """How much more the joint bins explain than chance would (chi-squared); 0 where that may be chance."""
    steep, curve = _grid(joint, size, slope), _grid(joint, size, bend)
    full = curve > 1.0
    effect = np.where(full, steep / np.maximum(curve, 1.0), 0.0)
    left = np.where(full, effect - _additive(effect, np.where(full, curve, 0.0)), 0.0)
    freedom = int(full.sum() - full.any(axis=1).sum() - full.any(axis=0).sum() + 1)
    explained = float((curve * left**2).sum())
    if freedom < 1 or explained - freedom < _BEYOND * np.sqrt(2 * freedom):
        return 0.0
    return explained - freedom


def _additive(values: Floats, weight: Floats) -> Floats:
    """The best sum of a row effect and a column effect: a few rounds of weighted means."""
    rows, columns = np.zeros(values.shape[0]), np.zeros(values.shape[1])
    of_row, of_column = (np.maximum(weight.sum(axis=axis), 1e-9) for axis in (1, 0))
    for _ in range(20):
        rows = (weight * (values - columns)).sum(axis=1) / of_row
        columns = (weight * (values - rows[:, None])).sum(axis=0) / of_column
    return rows[:, None] + columns


def fit_pair(
    task: Task,
    fine: Additive,
    fine_codes: Sequence[Codes],
    places: tuple[int, int],
    cells: int = CELLS,
) -> Pair:
    """Bins, main effects and the pair of two signals, all others as they are in ``fine``.

    ``cells``: what the three tables may take together.
    """
    wide = [_axis(task.signals[at], task) for at in places]
    codes = [axis.codes(task.frame) for axis in wide]
    mains = [fine.tables[at][fine_codes[at]] for at in places]
    others = fine.log_odds(fine_codes) - mains[0] - mains[1]
    axes = _merged(task, wide, codes, others + mains[0] + mains[1], mains, cells)
    return _fitted(task, axes, others, mains, places)


def _merged(
    task: Task,
    wide: Sequence[Axis],
    codes: Sequence[Codes],
    odds: Floats,
    mains: Sequence[Floats],
    cells: int,
) -> tuple[Axis, Axis]:
    """Neighbours (labels: any two) share a bin where the joint surface changes least for each cell saved."""
    chance = 1 / (1 + np.exp(-odds))
    joint, size = _joint((wide[0], codes[0]), (wide[1], codes[1]))
    weight = task.weight * chance * (1 - chance)
    curve = _grid(joint, size, weight)
    step = _grid(joint, size, task.weight * (task.label - chance)) / (curve + _RIDGE)
    whole = _grid(joint, size, weight * (mains[0] + mains[1])) / np.maximum(curve, 1e-9) + step
    orders = [list(axis.order) for axis in wide]
    surface = Surface(whole[np.ix_(*orders)], curve[np.ix_(*orders)], (wide[0].nominal, wide[1].nominal))
    surface.shrink(cells)
    first, second = (
        grouped(axis, [[order[at] for at in part] for part in parts], *_level(axis, code, main))
        for axis, order, parts, code, main in zip(wide, orders, surface.parts, codes, mains, strict=True)
    )
    return first, second


def _level(axis: Axis, code: Codes, main: Floats) -> tuple[Floats, Floats]:
    rows = np.bincount(code, minlength=axis.bins.axis).astype(np.float64)
    return np.bincount(code, main, axis.bins.axis) / np.maximum(rows, 1.0), rows


def _fitted(
    task: Task, axes: tuple[Axis, Axis], others: Floats, mains: Sequence[Floats], places: tuple[int, int]
) -> Pair:
    codes = [axis.codes(task.frame) for axis in axes]
    prior = [_level(axis, code, main)[0] for axis, code, main in zip(axes, codes, mains, strict=True)]
    design = ridge.Design.of(axes, codes, task.weight, prior)
    joint, size = _joint((axes[0], codes[0]), (axes[1], codes[1]))
    rows = _grid(joint, size, task.weight)
    together = _columns(axes, joint, rows)
    width = design.prior.size
    centre = np.concatenate([design.prior, np.zeros(together.pure.shape[1])])
    columns = np.hstack([design.columns, together.columns])
    intercept, points = ridge.drawn_to(columns, task.label, task.weight, others, centre, _PULL)
    tables = design.tables(points[:width])
    table = np.zeros(size)
    table[together.cells] = (together.pure @ points[width:]).reshape(together.shape)
    first, second = (
        np.bincount(code, task.weight, axis.bins.axis).astype(np.float64)
        for axis, code in zip(axes, codes, strict=True)
    )
    return Pair(places, axes, (tables[0], tables[1]), (first, second), table, rows, intercept)


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """Columns of a pair's cells, centred over both signals; ``pure`` takes cell values to what is shared.

    ``cells``: where these cells stand among all axis positions; ``shape``: how many of each signal.
    """

    columns: Floats
    pure: Floats
    cells: tuple[Codes, Codes]
    shape: tuple[int, int]


def joint_columns(merged: Merged, codes: Sequence[Codes]) -> Together:
    """Columns of a card's pair for the rows that ``codes`` describe."""
    one, two = merged.joint.places if merged.joint else (0, 0)
    axes = (merged.axes[one], merged.axes[two])
    joint, size = _joint((axes[0], codes[one]), (axes[1], codes[two]))
    return _columns(axes, joint, _grid(joint, size, np.ones(joint.size)))


def _columns(axes: tuple[Axis, Axis], joint: Codes, rows: Floats) -> Together:
    cells = np.ix_(axes[0].order, axes[1].order)
    shape = (len(axes[0].order), len(axes[1].order))
    place = np.zeros(rows.shape, dtype=np.intp)
    place[cells] = np.arange(shape[0] * shape[1]).reshape(shape)
    pure = purifier(rows[cells])
    columns = np.zeros((joint.size, pure.shape[1]))
    columns[joint >= 0] = pure[place.ravel()[joint[joint >= 0]]]
    return Together(columns, pure, (cells[0], cells[1]), shape)


def with_pair(
    fine: Additive, axes: Sequence[Axis], rows: Sequence[Floats], pair: Pair, sizes: Sequence[int]
) -> dict[int, Merged]:
    """Cards with the pair as it is and the other signals merged into what is left; none below 60 cells."""
    rest = [at for at in range(len(axes)) if at not in pair.places]
    room = {size: size - pair.cells for size in sizes if size >= CELLS + _OTHERS}
    others = merged_sizes(
        Additive(fine.intercept + pair.intercept, tuple(fine.tables[at] for at in rest)),
        [axes[at] for at in rest],
        [rows[at] for at in rest],
        list(room.values()),
    )
    return {size: _together(others[left], pair) for size, left in room.items()}


def _together(others: Merged, pair: Pair) -> Merged:
    at = len(others.axes)
    return Merged(
        (*others.axes, *pair.axes),
        others.intercept,
        (*others.tables, *pair.mains),
        (*others.rows, *pair.counts),
        Joint((at, at + 1), pair.table, pair.rows),
    )


def purifier(weight: Floats) -> Floats:
    """The matrix that takes from cell values what either signal could say alone, weighted by rows.

    Cells without rows are held at 0.
    """
    first, second = weight.shape
    alone = np.hstack(
        [np.kron(np.eye(first), np.ones((second, 1))), np.kron(np.ones((first, 1)), np.eye(second))]
    )
    flat = weight.ravel()
    inner = np.linalg.pinv(alone.T @ (flat[:, None] * alone))
    matrix: Floats = np.eye(flat.size) - alone @ inner @ (alone * flat[:, None]).T
    matrix[flat == 0] = 0.0
    matrix[:, flat == 0] = 0.0
    return matrix
