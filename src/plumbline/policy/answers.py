"""What every rule says of every lead: hit, miss, unknown or error, as one array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.policy.columns import FEW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from plumbline.policy.compiled import Rule

#: Codes of outcomes; ``LETTERS`` in the same order.
MISS, HIT, UNKNOWN, ERROR = range(4)
LETTERS: Final = "-h?!"
_LETTER_POINTS: Final = np.array([ord(letter) for letter in LETTERS], dtype=np.uint32)


def answer_matrix(answers: pl.DataFrame) -> NDArray[np.uint8]:
    """Boolean columns, at least one, as rows of 0 (false), 1 (true) and 2 (null)."""
    if answers.height <= FEW:
        rows = [[UNKNOWN if value is None else int(value) for value in row] for row in answers.rows()]
        return np.array(rows, dtype=np.uint8).reshape(answers.height, answers.width).T
    return answers.select(pl.all().cast(pl.UInt8).fill_null(UNKNOWN)).to_numpy(order="fortran").T


def mark_errors(outcomes: NDArray[np.uint8], rules: Sequence[Rule], unreadable: pl.Series) -> None:
    """Turn unknown into error, in place, where a signal that the rule reads came but cannot be read."""
    names = _names_in(unreadable)
    if not names:
        return
    flags = {name: unreadable.list.contains(name).fill_null(value=False).to_numpy() for name in sorted(names)}
    for outcome, rule in zip(outcomes, rules, strict=True):
        for name in names.intersection(rule.reads):
            outcome[(outcome == UNKNOWN) & flags[name]] = ERROR


def _names_in(lists: pl.Series) -> set[str]:
    """All names in a column of lists."""
    if len(lists) <= FEW:
        return {name for names in lists.to_list() for name in names or ()}
    return set(lists.explode(empty_as_null=False).drop_nulls().unique().to_list())


def letters(outcomes: NDArray[np.uint8]) -> list[str]:
    """One letter per rule, one word per lead."""
    rules, leads = outcomes.shape
    if rules == 0:
        return [""] * leads
    points = np.ascontiguousarray(_LETTER_POINTS[outcomes].T)
    return points.view(f"U{rules}").ravel().tolist()
