"""From hits to evidence: what is said once scopes, dates and titles are taken into account."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from plumbline.reading.moments import TIME_WORDS, TIMELY_STARTS, moments

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from plumbline.reading.cues import Cue
    from plumbline.reading.match import Hit
    from plumbline.reading.model import Field
    from plumbline.reading.moments import Moment
    from plumbline.reading.tokens import Sentence

#: A date this near makes a deadline urgent.
URGENT_DAYS: Final = 30
#: Far off, hardly anything but the purchase is meant; near dates are mostly about calls and replies.
_RANGE: Final = {"when": (0.0, 1e9), "deadline": (0.0, URGENT_DAYS), "later": (32.0, 2_000.0)}
#: Nobody buys within minutes: shorter lengths are about calls, rides and coffee.
_HALF_A_DAY: Final = 0.5
_REACH: Final = {"when": 16, "deadline": 6, "later": 2}


class Evidence(NamedTuple):
    """Words ``[first, last)`` of a sentence that speak for a value."""

    field: Field
    value: str
    weight: int
    cue: str
    sentence: int
    first: int
    last: int
    hedged: bool


@dataclass(slots=True)
class _When:
    """The time expressions of each sentence, found once."""

    sentences: Sequence[Sentence]
    folded: str
    received: date | None
    known: dict[int, list[Moment]]

    def nearest(self, number: int, first: int, last: int, reach: int) -> Moment | None:
        """The resolvable moment nearest to the cue; a bare length counts only inside the cue."""
        usable = [
            m for m in self._of(number)
            if not (m.past or m.days is None) and (not m.length_only or (m.first < last and m.last > first))
        ]  # fmt: skip
        best = min(usable, key=lambda m: (_distance(m, first, last), m.days or 0), default=None)
        return best if best is not None and _distance(best, first, last) <= reach else None

    def _of(self, number: int) -> list[Moment]:
        if number not in self.known:
            sentence = self.sentences[number]
            timely = not TIME_WORDS.isdisjoint(sentence.words) or any(map(_timely, sentence.words))
            self.known[number] = moments(sentence, self.folded, self.received) if timely else []
        return self.known[number]


@lru_cache(maxsize=10_000)
def _timely(word: str) -> bool:
    return word[:3] in TIMELY_STARTS or word[-2:] in ("st", "nd", "rd", "th")


def _distance(moment: Moment, first: int, last: int) -> int:
    return max(moment.first - last, first - moment.last, 0)


def timeline_of(days: float) -> str:
    """The bucket of a number of days."""
    if days <= 31:
        return "<= 30 days"
    if days <= 92:
        return "<= 90 days"
    return "<= 12 months" if days <= 366 else "> 12 months"


def gather(
    hits: Iterable[Hit], sentences: Sequence[Sentence], folded: str, received: date | None
) -> list[Evidence]:
    """What each hit says where it stands."""
    when = _When(sentences, folded, received, {})
    found: list[Evidence] = []
    for hit in hits:
        cue, number, first, last, scopes = hit
        hedged = "hedged" in scopes
        for name, value in _said(cue, scopes) if scopes else cue.says:
            if value in _REACH:
                timely = _by_time(hit, name, value, when)
                if timely is not None:
                    found.append(timely)
            else:
                found.append(Evidence(name, value, cue.weight, cue.id, number, first, last, hedged))
    return found


def _said(cue: Cue, scopes: frozenset[str]) -> tuple[tuple[Field, str], ...]:
    if not cue.unless.isdisjoint(scopes):
        return ()
    for scope, said in cue.turns.items():
        if scope in scopes:
            return said
    return cue.says


def _by_time(hit: Hit, name: Field, value: str, when: _When) -> Evidence | None:
    """What a cue says whose value depends on the moment near it; nothing without one."""
    cue, number, first, last, scopes = hit
    moment = when.nearest(number, first, last, _REACH[value])
    if moment is None or moment.days is None or not _RANGE[value][0] <= moment.days <= _RANGE[value][1]:
        return None
    if value != "deadline" and 0 < moment.days < _HALF_A_DAY:
        return None
    first, last = min(first, moment.first), max(last, moment.last)
    value = "high" if value == "deadline" else timeline_of(moment.days)
    return Evidence(name, value, cue.weight, cue.id, number, first, last, "hedged" in scopes)
