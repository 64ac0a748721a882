"""Tests that two records pass or fail, written once and rendered twice: as Python and as SQL.

Both renderings give the same answer for every pair: edit distances and Jaro-Winkler are taken over UTF-8
bytes, as DuckDB takes them, and shares of words are sums of whole numbers. An absent value passes no test but
:class:`Missing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from rapidfuzz.distance import JaroWinkler, Levenshtein

if TYPE_CHECKING:
    from collections.abc import Mapping

    Record = Mapping[str, Any]

#: A word's code is a multiple of this plus its weight, so that a sum of codes still shows the sum of weights.
WEIGHTS: Final = 1 << 20


class Test(Protocol):
    """A yes-or-no question about two records."""

    def holds(self, left: Record, right: Record) -> bool:
        """The answer for two records of derived columns."""

    def sql(self) -> str:
        """The same question in DuckDB's SQL, over columns that end in ``_l`` and ``_r``."""


@dataclass(frozen=True, slots=True)
class Equal:
    """Both hold the same value."""

    key: str

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        value = left[self.key]
        return value is not None and value == right[self.key]

    def sql(self) -> str:
        """See :class:`Test`."""
        return f'"{self.key}_l" = "{self.key}_r"'


@dataclass(frozen=True, slots=True)
class Crossed:
    """One's first value is the other's second, and the other way round."""

    first: str
    second: str

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        one, two = left[self.first], left[self.second]
        return one is not None and two is not None and one == right[self.second] and two == right[self.first]

    def sql(self) -> str:
        """See :class:`Test`."""
        one, two = self.first, self.second
        return f'("{one}_l" = "{two}_r" AND "{two}_l" = "{one}_r")'


@dataclass(frozen=True, slots=True)
class Similar:
    """Jaro-Winkler similarity, in percent."""

    key: str
    percent: int

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        one, two = left[self.key], right[self.key]
        if one is None or two is None:
            return False
        return bool(JaroWinkler.similarity(one.encode(), two.encode()) >= self.percent / 100)

    def sql(self) -> str:
        """See :class:`Test`."""
        return f'jaro_winkler_similarity("{self.key}_l", "{self.key}_r") >= {self.percent / 100}'


@dataclass(frozen=True, slots=True)
class Edits:
    """At most so many edits apart, where both are long enough for that to mean something."""

    key: str
    most: int
    length: int

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        one, two = left[self.key], right[self.key]
        if one is None or two is None:
            return False
        one, two = one.encode(), two.encode()
        long_enough = min(len(one), len(two)) >= self.length
        return long_enough and Levenshtein.distance(one, two, score_cutoff=self.most) <= self.most

    def sql(self) -> str:
        """See :class:`Test`."""
        one, two = f'"{self.key}_l"', f'"{self.key}_r"'
        long_enough = f"least(strlen({one}), strlen({two})) >= {self.length}"
        near = f"abs(strlen({one}) - strlen({two})) <= {self.most}"  # saves most of the distances
        return f"({long_enough} AND {near} AND levenshtein({one}, {two}) <= {self.most})"


@dataclass(frozen=True, slots=True)
class Shares:
    """The two lists have an entry in common."""

    key: str

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        one, two = left[self.key], right[self.key]
        return one is not None and two is not None and not set(one).isdisjoint(two)

    def sql(self) -> str:
        """See :class:`Test`."""
        return f'list_has_any("{self.key}_l", "{self.key}_r")'


@dataclass(frozen=True, slots=True)
class Overlap:
    """The weight of shared words, in percent of the mean weight of both (Dice)."""

    bag: str
    mass: str
    percent: int

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        shared = shared_weight(left[self.bag], right[self.bag])
        return shared is not None and 200 * shared >= self.percent * (left[self.mass] + right[self.mass])

    def sql(self) -> str:
        """See :class:`Test`."""
        masses = f'("{self.mass}_l" + "{self.mass}_r")'
        return f"200 * {shared_sql(self.bag)} >= {self.percent} * {masses}"


@dataclass(frozen=True, slots=True)
class Contained:
    """The weight of shared words, in percent of the lighter one, and at least ``least`` in weight."""

    bag: str
    mass: str
    percent: int
    least: int

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        shared = shared_weight(left[self.bag], right[self.bag])
        if shared is None or shared < self.least:
            return False
        return bool(100 * shared >= self.percent * min(left[self.mass], right[self.mass]))

    def sql(self) -> str:
        """See :class:`Test`."""
        shared, lighter = shared_sql(self.bag), f'least("{self.mass}_l", "{self.mass}_r")'
        return f"({shared} >= {self.least} AND 100 * {shared} >= {self.percent} * {lighter})"


@dataclass(frozen=True, slots=True)
class Near:
    """Two numbers at most so many percent of the larger one apart, or equal."""

    key: str
    percent: float

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        one, two = left[self.key], right[self.key]
        if one is None or two is None:
            return False
        return bool(abs(one - two) <= max(abs(one), abs(two)) * (self.percent / 100))

    def sql(self) -> str:
        """See :class:`Test`."""
        one, two = f'"{self.key}_l"', f'"{self.key}_r"'
        return f"abs({one} - {two}) <= greatest(abs({one}), abs({two})) * {self.percent / 100}"


@dataclass(frozen=True, slots=True)
class Missing:
    """One of them holds no value."""

    key: str

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        return left[self.key] is None or right[self.key] is None

    def sql(self) -> str:
        """See :class:`Test`."""
        return f'("{self.key}_l" IS NULL OR "{self.key}_r" IS NULL)'


@dataclass(frozen=True, slots=True)
class Both:
    """Two tests that must hold together."""

    one: Test
    two: Test

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        return self.one.holds(left, right) and self.two.holds(left, right)

    def sql(self) -> str:
        """See :class:`Test`."""
        return f"({self.one.sql()} AND {self.two.sql()})"


@dataclass(frozen=True, slots=True)
class Either:
    """Two tests of which one must hold."""

    one: Test
    two: Test

    def holds(self, left: Record, right: Record) -> bool:
        """See :class:`Test`."""
        return self.one.holds(left, right) or self.two.holds(left, right)

    def sql(self) -> str:
        """See :class:`Test`."""
        return f"({self.one.sql()} OR {self.two.sql()})"


def shared_weight(one: list[int] | None, two: list[int] | None) -> int | None:
    """What the words that both have weigh together; ``None`` when one of them is absent."""
    if one is None or two is None:
        return None
    return sum(set(one).intersection(two)) % WEIGHTS


def shared_sql(bag: str) -> str:
    """What the words that both have weigh together, in DuckDB's SQL."""
    return f'CAST(coalesce(list_sum(list_intersect("{bag}_l", "{bag}_r")), 0) % {WEIGHTS} AS BIGINT)'
