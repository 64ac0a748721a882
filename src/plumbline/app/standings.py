"""From a decision to where its lead stands: pure, so that one lead and a million stand alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from plumbline.domain.reasons import ReasonCode
from plumbline.domain.words import Route, Stream
from plumbline.report.words import signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plumbline.scorecard import Scorecard

#: Routes in the order in which they are worked, first first; nurture waits at the end.
WORKED: Final = {Route.FAST_TRACK: 3, Route.REVIEW: 2, Route.QUEUE: 2, Route.NURTURE: 1}
#: Columns of a row of decisions that hold the points of a term begin like this.
TERM: Final = "points.term."
_MOST: Final = 3
_ROUTE: Final = 10**16
_POINT: Final = 10**11
_HIGHEST: Final = 50_000
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def place(route: Route, points: int | None, arrived_at: datetime, *, baseline: bool = False) -> int:
    """Where a lead stands in its queue; the highest is worked first, at the same points the oldest.

    ``baseline`` are leads of the holdout and of people who objected: they are worked in order of arrival
    among those of no points, as they would be without any score.
    """
    score = 0 if points is None or baseline else max(-_HIGHEST, min(points, _HIGHEST))
    minutes = int((arrived_at - _EPOCH).total_seconds() // 60)
    return WORKED[route] * _ROUTE + (score + _HIGHEST) * _POINT - minutes


def terms_of(card: Scorecard) -> tuple[tuple[str, str], ...]:
    """Per term the column of its points in a row of decisions, and what people call it."""
    return tuple((TERM + term.id, term.label) for term in card.terms)


def mostly(row: Mapping[str, Any], terms: Iterable[tuple[str, str]]) -> str:
    """What counts most in a score, in one line: ``Industry +16, Lead source +14, Days waiting -8``."""
    counted = [(row[name], label) for name, label in terms if row.get(name)]
    most = sorted(counted, key=lambda one: -abs(one[0]))[:_MOST]
    return ", ".join(f"{label} {signed(points)}" for points, label in most)


def span(route: Route) -> tuple[int, int]:
    """Between which places the leads of a route stand: the first that can be theirs, and one that cannot."""
    return WORKED[route] * _ROUTE - _POINT, (WORKED[route] + 1) * _ROUTE


def standing_of(row: Mapping[str, Any], arrived_at: datetime, most: str = "") -> dict[str, Any]:
    """The fields of a standing out of a row of decisions (``qualify``).

    ``most``: what counts most (``mostly``). It is the reason where a lead goes as its band does; a rule, and
    what we do not know, say more themselves.
    """
    plain = row["reason"] == ReasonCode.BAND_ROUTE.value
    route = Route.of(row["route"])
    held = bool(row["draw.holdout"]) or row["points"] is None
    return {
        "queue": row["owner"],
        "route": route.value,
        "band": row["band"] or "",
        "points": row["points"],
        "place": place(route, row["points"], arrived_at, baseline=held),
        "fit": row["fit_level"] or "",
        "intent": row["intent_level"] or "",
        "readiness": row["readiness_level"] or "",
        "action": row["action"],
        "because": (most if plain and most else row["because"])[:300],
        "blind": bool(row["draw.blind"]),
    }


def decision_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a decision that lists and counts read, out of a row of decisions."""
    return {
        "route": Route.of(row["route"]).value,
        "band": row["band"] or "",
        "points": row["points"],
        "action": row["action"],
        "owner": row["owner"],
        "decided_by": row["decided_by"][:80],
        "reason": row["reason"],
        "because": row["because"][:300],
        "proposes": row["proposes"] or "",
        "autonomy": row["autonomy"],
        "confidence": row["confidence"] or 0,
        "band_change": row["band_change"] or 0,
        "drawn": [stream.value for stream in Stream if row[f"draw.{stream}"]],
    }
