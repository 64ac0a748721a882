"""What every rule says of every lead, as letters: hit, miss, unknown or error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.policy.leads import ERROR, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from plumbline.policy.compiled import Rule

#: One letter per outcome, in the order of their codes.
LETTERS: Final = "-h?!"
_LETTER_POINTS: Final = np.array([ord(letter) for letter in LETTERS], dtype=np.uint32)


def mark_errors(
    outcomes: NDArray[np.uint8], rules: Sequence[Rule], unreadable: Mapping[str, NDArray[np.bool_]]
) -> None:
    """Turn unknown into error, in place, where a signal that the rule reads came but cannot be read."""
    if not unreadable:
        return
    for outcome, rule in zip(outcomes, rules, strict=True):
        for name in unreadable.keys() & rule.reads:
            outcome[(outcome == UNKNOWN) & unreadable[name]] = ERROR


def letters(outcomes: NDArray[np.uint8]) -> list[str]:
    """One letter per rule, one word per lead."""
    rules, leads = outcomes.shape
    if rules == 0:
        return [""] * leads
    points = np.ascontiguousarray(_LETTER_POINTS[outcomes].T)
    return points.view(f"U{rules}").ravel().tolist()
