"""What was done with versions of a scorecard, and what follows from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The version that stands for the scorecard written in the policy.
WRITTEN: Final = 0


class Act(StrEnum):
    """What can happen to a version. ``WAITS``, ``CANDIDATE`` and ``REFUSED`` are verdicts on later leads."""

    REGISTERED = "registered"
    WAITS = "waits"
    CANDIDATE = "candidate"
    REFUSED = "refused"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True)
class Deed:
    """One act. ``before``: the version that was live until then, 0 for the written scorecard."""

    ref: str
    act: Act
    version: int
    before: int
    at: datetime
    by: str
    why: str
    judgement: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where things stand. ``back``: what one step back leads to; ``None`` where that step was taken."""

    live: int
    back: int | None
    candidate: int | None
    shadow: int | None


def deed_of(row: Sequence[Any]) -> Deed:
    """An act as it is stored."""
    ref, kind, version, before, at, by, why, judgement = row
    said = None if judgement is None else json.loads(judgement)
    return Deed(ref, Act(kind), version, before, datetime.fromisoformat(at), by, why, said)


def standing_of(deeds: Sequence[Deed]) -> Standing:
    """What follows from acts in their order.

    The candidate is the newest version that was found no worse than what is live now; the one in shadow is
    the candidate, or else the newest that still waits to be judged. A promotion ends every other candidacy:
    it was won against what is no longer live.
    """
    live, back, verdict = WRITTEN, None, dict[int, Act]()
    for deed in deeds:
        if deed.act is Act.PROMOTED:
            live, back = deed.version, live
            verdict = dict.fromkeys(verdict, Act.WAITS)
            verdict.pop(deed.version, None)
        elif deed.act is Act.ROLLED_BACK:
            verdict[live] = Act.REFUSED
            live, back = deed.version, None
        else:
            verdict[deed.version] = deed.act
    verdict.pop(live, None)
    newest = {act: max((n for n, one in verdict.items() if one is act), default=None) for act in Act}
    waiting = [n for n, one in verdict.items() if one in {Act.REGISTERED, Act.WAITS} and n > live]
    candidate = newest[Act.CANDIDATE]
    return Standing(live, back, candidate, candidate or max(waiting, default=None))


def why_not(deeds: Sequence[Deed]) -> str:
    """Why a version with these acts is not the candidate."""
    last = deeds[-1].act
    return {
        Act.REGISTERED: "it was not judged on later leads yet",
        Act.WAITS: "there are too few later leads to judge it by",
        Act.REFUSED: "on later leads it may be worse than what is live",
        Act.CANDIDATE: "a newer version is, or another went live since it was judged",
        Act.PROMOTED: "it was live before and was taken back or replaced",
    }.get(last, "it was taken back to and replaced since")
