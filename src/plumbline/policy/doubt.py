"""Results that stand on unknown signals.

An unknown signal adds no points, so a level or a sum of points is always there for a rule to read. But a rule
that misses only because of that would let a missing field lower the route unseen (law 2). Such rules are
found
by asking again with the doubtful results unknown: where the answer is then open, the rule hangs on a missing
field. The band is left out: the chance that it changes is known and acted on by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.domain.words import Dimension
from plumbline.policy.leads import MISS, UNKNOWN, Questions
from plumbline.policy.names import RESULTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.domain.bands import Levels
    from plumbline.policy.compiled import CompiledPolicy
    from plumbline.policy.leads import Leads

    Flags = NDArray[np.bool_]

_DOUBTFUL: Final = frozenset(RESULTS) - {"band"}


@dataclass(frozen=True, slots=True)
class Doubts:
    """The rules that read doubtful results, and what unknown signals could add to each dimension.

    ``reach`` lists per dimension the scored signals with the least and most points an answer could bring;
    caps are left out, which can only make the doubt larger.
    """

    rules: tuple[int, ...]
    columns: tuple[str, ...]
    questions: Questions
    reads: frozenset[str]
    reach: dict[Dimension, tuple[tuple[str, int, int], ...]]
    grid: dict[Dimension, Levels]


def doubts_of(policy: CompiledPolicy) -> Doubts:
    """What a policy's rules may hang on."""
    rules = [at for at, rule in enumerate(policy.rules) if _DOUBTFUL.intersection(rule.condition.fields)]
    fields = {name for at in rules for name in policy.rules[at].condition.fields}
    return Doubts(
        rules=tuple(rules),
        columns=tuple(sorted(fields)),
        questions=Questions.of([policy.rules[at].condition.tree for at in rules]),
        reads=_DOUBTFUL & fields,
        reach={dimension: _reach(policy, dimension) for dimension in Dimension},
        grid=dict(policy.grid),
    )


def _reach(policy: CompiledPolicy, dimension: Dimension) -> tuple[tuple[str, int, int], ...]:
    bins = {name: policy.scorecard[name].values() for name in policy.scorecard}
    return tuple(
        (name, min(0, *points), max(0, *points))
        for name, points in bins.items()
        if policy.signal(name).dimension is dimension and any(points)
    )


def hanging(doubts: Doubts, leads: Leads, outcomes: NDArray[np.uint8]) -> Flags:
    """Per rule and lead: whether it missed only because unknown signals count nothing."""
    hangs = np.zeros(outcomes.shape, dtype=np.bool_)
    if not doubts.rules:
        return hangs
    doubtful = _doubtful(doubts, leads)
    missed = outcomes[list(doubts.rules)] == MISS
    rows = np.flatnonzero(missed.any(axis=0) & np.logical_or.reduce(list(doubtful.values())))
    if len(rows):
        again = leads.without(doubtful, doubts.columns, rows).ask(doubts.questions)
        hangs[np.ix_(np.array(doubts.rules), rows)] = (again == UNKNOWN) & missed[:, rows]
    return hangs


def _doubtful(doubts: Doubts, leads: Leads) -> dict[str, Flags]:
    """For each result that rules read, the leads where an answer could change it."""
    found: dict[str, Flags] = {}
    for dimension, levels in doubts.grid.items():
        low, high = _range(doubts.reach[dimension], leads)
        found[dimension.value] = low < high
        points = leads.filled(dimension.value, 0)
        found[f"{dimension}_level"] = _step(levels, points + low) != _step(levels, points + high)
    found["points"] = np.logical_or.reduce([found[dimension.value] for dimension in Dimension])
    return {name: found[name] for name in sorted(doubts.reads)}


def _range(
    reach: tuple[tuple[str, int, int], ...], leads: Leads
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The least and most points that unknown signals of a dimension could still add."""
    low = np.zeros(leads.height, dtype=np.int32)
    high = low.copy()
    for name, least, most in reach:
        if leads.lacks(name):
            missing = leads.missing(name)
            low += missing * np.int32(least)
            high += missing * np.int32(most)
    return low, high


def _step(levels: Levels, points: NDArray[np.int32]) -> NDArray[np.int8]:
    return (points >= levels.high).astype(np.int8) + (points >= levels.medium)
