"""Leads of one account as one score: the best lead, and a shrinking part of the others (a buying group).

The rule, for each dimension by itself:

* **fit**: the best lead that tells anything. Colleagues do not make a firm larger.
* **intent** and **readiness**: the best lead, half of the second, a quarter of the third. Whole points,
  rounded down; of the second and third only what is above 0, so that a colleague who asks little takes
  nothing away.
* A dimension of which no lead tells anything is not known, which adds nothing and takes nothing away.
* Leads of people who objected are not scored and are in no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.domain.words import Dimension

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plumbline.scorecard import Scorecard

#: Of the best lead, the second and so on, one part in so many; of further leads nothing.
SHARES: Final[Mapping[Dimension, tuple[int, ...]]] = {
    Dimension.FIT: (1,),
    Dimension.INTENT: (1, 2, 4),
    Dimension.READINESS: (1, 2, 4),
}


@dataclass(frozen=True, slots=True)
class LeadPoints:
    """Points of one lead per dimension; ``None`` where nothing of a dimension is known."""

    lead: str
    points: Mapping[Dimension, int | None]


@dataclass(frozen=True, slots=True)
class Part:
    """What one lead adds to one dimension: ``points`` of its ``own``, one part in ``share``."""

    lead: str
    dimension: Dimension
    own: int
    share: int
    points: int


@dataclass(frozen=True, slots=True)
class AccountScore:
    """``base`` + the points of all ``parts`` = ``points``, exactly. A dimension nobody tells is ``None``.

    ``leads``: those that were scored; ``left_out``: those of people who objected, of whom nothing is used.
    """

    account: str
    points: int
    base: int
    dimensions: Mapping[Dimension, int | None]
    parts: tuple[Part, ...]
    leads: int
    left_out: int = 0


def account_score(account: str, leads: Iterable[LeadPoints], *, base: int, left_out: int = 0) -> AccountScore:
    """One account from its leads, in whatever order they come."""
    known = list(leads)
    parts = [part for dimension in Dimension for part in _parts(dimension, known)]
    told = {part.dimension for part in parts}
    sums = {
        dimension: sum(part.points for part in parts if part.dimension is dimension)
        if dimension in told
        else None
        for dimension in Dimension
    }
    total = base + sum(part.points for part in parts)
    return AccountScore(account, total, base, sums, tuple(parts), len(known), left_out)


def _parts(dimension: Dimension, leads: Iterable[LeadPoints]) -> list[Part]:
    told = [(own, one.lead) for one in leads if (own := one.points.get(dimension)) is not None]
    ranked = sorted(told, key=lambda each: (-each[0], each[1]))
    return [
        Part(lead, dimension, own, share, own if share == 1 else max(0, own) // share)
        for (own, lead), share in zip(ranked, SHARES[dimension], strict=False)
    ]


def told_dimensions(card: Scorecard, missing: Iterable[str]) -> frozenset[Dimension]:
    """Dimensions of which at least one scored signal of a lead is known."""
    unknown = set(missing)
    return frozenset(
        term.dimension
        for term in card.terms
        if not unknown.issuperset(term.signals)
        and not any(card.signal(name).completeness for name in term.signals)
    )
