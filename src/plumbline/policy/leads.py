"""The leads of a batch as deciding reads them: by columns, or a lone lead by its values.

Deciding itself is arithmetic on arrays, which is quick for one lead as for many. Asking Polars is not: a
question costs as much on one row as on thousands. A property test holds the two ways of reading together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import polars as pl

from plumbline.domain.words import Dimension
from plumbline.policy.conditions import to_polars, to_row

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from plumbline.policy.compiled import CompiledPolicy
    from plumbline.policy.conditions import Node

    Flags = NDArray[np.bool_]
    Answers = NDArray[np.uint8]

#: What a condition says of a lead.
MISS, HIT, UNKNOWN, ERROR = range(4)
_RESULTS: Final = tuple((dimension, f"points.{dimension}", f"{dimension}_level") for dimension in Dimension)
#: Below this many rows Python objects are quicker than array conversions.
FEW: Final = 32


@dataclass(frozen=True, slots=True)
class Questions:
    """Conditions, ready to be asked of columns and of one lead."""

    columns: tuple[pl.Expr, ...]
    rows: tuple[Callable[[Mapping[str, object]], object], ...]

    @classmethod
    def of(cls, trees: Sequence[Node]) -> Questions:
        """The questions that conditions ask, in their order."""
        columns = (to_polars(tree).alias(str(at)) for at, tree in enumerate(trees))
        return cls(tuple(columns), tuple(map(to_row, trees)))


class Leads(Protocol):
    """Signals, scores and results of leads, by name. Arrays have one entry per lead."""

    @property
    def height(self) -> int:
        """How many there are."""

    def column(self, name: str) -> pl.Series | list[Any]:
        """The values, in whatever is at hand."""

    def values(self, name: str) -> list[Any]:
        """The values."""

    def lacks(self, name: str) -> bool:
        """Whether any value is missing."""

    def missing(self, name: str) -> Flags:
        """Where there is no value."""

    def filled(self, name: str, value: int) -> NDArray[Any]:
        """Numbers or flags, with this where there is none."""

    def ask(self, questions: Questions) -> Answers:
        """A row per question: miss, hit or unknown of each lead."""

    def unreadable(self) -> dict[str, Flags]:
        """The signals that came but could not be read, with the leads of which."""

    def without(self, unknown: Mapping[str, Flags], reads: Collection[str], rows: NDArray[np.intp]) -> Leads:
        """These rows as if some values were unknown, with at least the columns in ``reads``."""


def leads_of(frame: pl.DataFrame, policy: CompiledPolicy, results: Sequence[pl.Expr]) -> Leads:
    """The leads of a frame with the results that conditions name."""
    if frame.height == 1:
        lead = frame.row(0, named=True)
        return One(lead | results_of(lead, policy))
    return Batch(frame.with_columns(results))


def results_of(lead: Mapping[str, Any], policy: CompiledPolicy) -> dict[str, Any]:
    """Points and levels per dimension as conditions call them."""
    results: dict[str, Any] = {}
    for dimension, points, level in _RESULTS:
        value = lead.get(points)
        results[dimension.value] = value
        results[level] = None if value is None else policy.grid[dimension].level(value).value
    return results


@dataclass(frozen=True, slots=True)
class Batch:
    """Many leads, by columns."""

    frame: pl.DataFrame

    @property
    def height(self) -> int:
        """How many there are."""
        return self.frame.height

    def column(self, name: str) -> pl.Series:
        """The values as they stand."""
        return self.frame.get_column(name)

    def values(self, name: str) -> list[Any]:
        """The values."""
        return self.frame.get_column(name).to_list()

    def lacks(self, name: str) -> bool:
        """Whether any value is missing."""
        return self.frame.get_column(name).null_count() > 0

    def missing(self, name: str) -> Flags:
        """Where there is no value."""
        column = self.frame.get_column(name)
        nulls, rows = column.null_count(), len(column)
        if nulls in (0, rows):
            return np.full(rows, nulls > 0, dtype=np.bool_)
        if rows <= FEW:
            return np.array([value is None for value in column.to_list()], dtype=np.bool_)
        return column.is_null().to_numpy()

    def filled(self, name: str, value: int) -> NDArray[Any]:
        """Numbers or flags, with this where there is none."""
        column = self.frame.get_column(name)
        return (column.fill_null(value) if column.null_count() else column).to_numpy()

    def ask(self, questions: Questions) -> Answers:
        """A row per question: miss, hit or unknown of each lead."""
        if not questions.columns:
            return np.zeros((0, self.height), dtype=np.uint8)
        answers = self.frame.select(questions.columns)
        if answers.height <= FEW:
            rows = [[_code(answer) for answer in row] for row in answers.rows()]
            return np.array(rows, dtype=np.uint8).reshape(answers.height, answers.width).T
        return answers.select(pl.all().cast(pl.UInt8).fill_null(UNKNOWN)).to_numpy(order="fortran").T

    def unreadable(self) -> dict[str, Flags]:
        """The signals that came but could not be read, with the leads of which."""
        lists = self.frame.get_column("unreadable")
        names = sorted(lists.explode(empty_as_null=False).drop_nulls().unique().to_list())
        return {name: lists.list.contains(name).fill_null(value=False).to_numpy() for name in names}

    def without(self, unknown: Mapping[str, Flags], reads: Collection[str], rows: NDArray[np.intp]) -> Batch:
        """These rows as if some values were unknown, with the columns in ``reads``."""
        left_out = [
            pl.when(pl.Series(~flags[rows])).then(pl.col(name)).alias(name) for name, flags in unknown.items()
        ]
        return Batch(self.frame.select(reads)[rows].with_columns(left_out))


@dataclass(frozen=True, slots=True)
class One:
    """A lone lead, by its values."""

    lead: Mapping[str, Any]

    @property
    def height(self) -> int:
        """One."""
        return 1

    def column(self, name: str) -> list[Any]:
        """The value."""
        return [self.lead[name]]

    values = column

    def lacks(self, name: str) -> bool:
        """Whether there is no value."""
        return self.lead[name] is None

    def missing(self, name: str) -> Flags:
        """Whether there is no value."""
        return np.array([self.lead[name] is None])

    def filled(self, name: str, value: int) -> NDArray[Any]:
        """The number or flag, or this where there is none."""
        known = self.lead[name]
        return np.array([value if known is None else known])

    def ask(self, questions: Questions) -> Answers:
        """A row per question: miss, hit or unknown."""
        answers = [_code(ask(self.lead)) for ask in questions.rows]
        return np.array(answers, dtype=np.uint8).reshape(-1, 1)

    def unreadable(self) -> dict[str, Flags]:
        """The signals that came but could not be read."""
        return {name: np.ones(1, dtype=np.bool_) for name in self.lead["unreadable"] or ()}

    def without(self, unknown: Mapping[str, Flags], _reads: Collection[str], _rows: NDArray[np.intp]) -> One:
        """The lead as if some values were unknown."""
        return One({**self.lead, **{name: None for name, flags in unknown.items() if flags[0]}})


def _code(answer: object) -> int:
    return UNKNOWN if answer is None else HIT if answer else MISS
