"""Which records are one, given the weights of their pairs: groups that hold together as a whole.

Groups are joined best first, while the *mean* weight between two groups favours one: a chain of weak links is
not a cluster. Pairs that were never compared count as evidence against. What people have said is never
overruled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from plumbline.identity.model import CutOffs

    Pair = tuple[int, int]

#: No single pair counts for more than ten doublings, for or against: one exact key does not hold a cluster
#: alone.
BOUND: Final = 1_000
_JUDGED: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Answers:
    """What people have said about pairs of records, smaller position first."""

    same: frozenset[Pair] = frozenset()
    different: frozenset[Pair] = frozenset()


@dataclass(slots=True)
class _Between:
    """The evidence between two groups: sum and number of compared pairs, and the best of them."""

    total: int = 0
    compared: int = 0
    best: int = -_JUDGED
    forbidden: bool = False

    def plus(self, other: _Between) -> _Between:
        return _Between(
            self.total + other.total,
            self.compared + other.compared,
            max(self.best, other.best),
            self.forbidden or other.forbidden,
        )


@dataclass(slots=True)
class _State:
    """Groups by their smallest member, and the evidence between those that have any."""

    cut: CutOffs
    members: dict[int, list[int]] = field(default_factory=dict)
    sources: dict[int, set[str]] = field(default_factory=dict)
    near: dict[int, dict[int, _Between]] = field(default_factory=dict)
    queue: list[tuple[int, int, int]] = field(default_factory=list)

    def mean(self, one: int, two: int, between: _Between) -> int:
        pairs = len(self.members[one]) * len(self.members[two])
        return (between.total - BOUND * (pairs - between.compared)) // pairs

    def may_join(self, one: int, two: int, between: _Between) -> bool:
        if between.forbidden or self.sources.get(one, set()) & self.sources.get(two, set()):
            return False
        if between.best >= _JUDGED:
            return True
        return between.best >= self.cut.link and self.mean(one, two, between) >= self.cut.ask

    def offer(self, one: int, two: int, between: _Between) -> None:
        if self.may_join(one, two, between):
            strength = between.best if between.best >= _JUDGED else self.mean(one, two, between)
            heappush(self.queue, (-strength, min(one, two), max(one, two)))


def group(
    records: Sequence[int],
    weights: Mapping[Pair, int],
    cut: CutOffs,
    *,
    answers: Answers | None = None,
    start: Iterable[Sequence[int]] = (),
    sources: Mapping[int, str] | None = None,
) -> list[list[int]]:
    """Groups of two and more, members ascending, in the order of their smallest member.

    Args:
        records: their positions.
        weights: of compared pairs, smaller position first.
        cut: when two records may be linked, and what groups must reach on the mean.
        answers: what people have said.
        start: groups that exist already; they are never taken apart.
        sources: lists that hold nobody twice: two records of one such list are never joined.
    """
    state = _begin(records, cut, start, sources or {})
    _lay_out(state, weights, answers or Answers())
    _join_all(state)
    found = (sorted(members) for members in state.members.values() if len(members) > 1)
    return sorted(found)


def components(weights: Mapping[Pair, int] | Iterable[Pair]) -> dict[int, int]:
    """For every record in a pair, the smallest record that it is connected with."""
    root: dict[int, int] = {}
    for one, two in weights:
        a, b = _find(root, one), _find(root, two)
        if a != b:
            root[max(a, b)] = min(a, b)
    return {record: _find(root, record) for record in list(root)}


def _find(root: dict[int, int], record: int) -> int:
    root.setdefault(record, record)
    while root[record] != record:
        root[record] = root[root[record]]
        record = root[record]
    return record


def _begin(
    records: Sequence[int], cut: CutOffs, start: Iterable[Sequence[int]], sources: Mapping[int, str]
) -> _State:
    state = _State(cut)
    taken: dict[int, int] = {}
    for members in start:
        for record in members:
            taken[record] = min(members)
    for record in records:
        head = taken.get(record, record)
        state.members.setdefault(head, []).append(record)
        if record in sources:
            state.sources.setdefault(head, set()).add(sources[record])
    return state


def _lay_out(state: _State, weights: Mapping[Pair, int], answers: Answers) -> None:
    head = {record: one for one, members in state.members.items() for record in members}
    judged = dict.fromkeys(answers.same, _JUDGED)
    for pair, weight in {**weights, **judged}.items():
        one, two = head.get(pair[0]), head.get(pair[1])
        if one is None or two is None or one == two:
            continue
        bounded = max(-BOUND, min(BOUND, weight))
        best = min(_JUDGED, weight)
        _add(state, one, two, _Between(bounded, 1, best))
    for pair in answers.different:
        one, two = head.get(pair[0]), head.get(pair[1])
        if one is not None and two is not None and one != two:
            _add(state, one, two, _Between(forbidden=True))
    for one, others in state.near.items():
        for two, between in others.items():
            if one < two:
                state.offer(one, two, between)
    heapify(state.queue)


def _add(state: _State, one: int, two: int, evidence: _Between) -> None:
    known = state.near.setdefault(one, {}).get(two, _Between()).plus(evidence)
    state.near[one][two] = known
    state.near.setdefault(two, {})[one] = known


def _join_all(state: _State) -> None:
    while state.queue:
        strength, one, two = heappop(state.queue)
        between = state.near.get(one, {}).get(two)
        if between is None or not state.may_join(one, two, between):
            continue
        now = between.best if between.best >= _JUDGED else state.mean(one, two, between)
        if now == -strength:  # else the groups have grown since, and stand in the queue anew
            _join(state, one, two)


def _join(state: _State, one: int, two: int) -> None:
    """``two`` becomes part of ``one``, which holds the smaller member."""
    state.members[one] += state.members.pop(two)
    if two in state.sources:
        state.sources.setdefault(one, set()).update(state.sources.pop(two))
    moved = state.near.pop(two)
    state.near[one].pop(two, None)
    for other, evidence in moved.items():
        if other != one:
            state.near[other].pop(two, None)
            _add(state, one, other, evidence)
    for other, between in state.near[one].items():
        state.offer(one, other, between)
