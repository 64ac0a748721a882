"""The report of readiness as a page of its own and as data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from plumbline.assurance.leakage import LEAK_WORDS, Leak
from plumbline.assurance.readiness import Answer, Conclusion
from plumbline.assurance.words import STATES, State
from plumbline.report import words
from plumbline.report.html import page
from plumbline.report.layout import Axis, Span, shares

if TYPE_CHECKING:
    from plumbline.assurance.maturity import Horizon
    from plumbline.assurance.needs import Step
    from plumbline.assurance.ranking import Auc
    from plumbline.assurance.readiness import Readiness, SignalLine

#: Shares are drawn from nothing to all; an order from worse than chance to perfect.
SHARES: Final = Axis(0.0, 1.0)
ORDERS: Final = Axis(0.4, 1.0)
_DECIMALS: Final = 4
VERDICTS: Final = {
    Conclusion.READY: "Ready",
    Conclusion.NOT_YET: "Not yet",
    Conclusion.NOTHING: "Nothing to learn",
}
ANSWERS: Final = {
    Answer.READY: ("full", "Ready"),
    Answer.PARTLY: ("half", "Partly"),
    Answer.NOT_YET: ("hollow", "Not yet"),
    Answer.NOT_KNOWN: ("unknown", "Not known"),
}


def readiness_html(report: Readiness) -> str:
    """The report as one file without scripts, to be shown to people who decide."""
    return page(
        "readiness.html",
        styles=("style.css", "readiness.css"),
        r=report,
        drawn=Drawn(report),
        verdict=VERDICTS[report.conclusion],
        answers=ANSWERS,
        interval=interval_words,
    )


def readiness_json(report: Readiness) -> Any:  # noqa: ANN401 - JSON is what it is
    """The report as plain data; numbers that do not exist are null, rates keep four decimals."""
    return _plain(report)


def _plain(value: object) -> Any:  # noqa: ANN401
    if hasattr(value, "_asdict"):
        value = value._asdict()
    elif is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return _simple(value)


def _simple(value: object) -> object:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return round(float(value), _DECIMALS) if math.isfinite(value) else None
    return value


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a scale with its interval."""

    at: float
    span: Span


@dataclass(frozen=True)
class Drawn:
    """What the page draws and groups. Geometry in percent of the width."""

    report: Readiness

    def share(self, measure: Any) -> Point:  # noqa: ANN401 - a Share or anything with rate, low, high
        """A share with its interval."""
        return Point(SHARES.at(measure.rate or 0.0), SHARES.span(measure.low, measure.high))

    def part(self, one: Horizon) -> Point:
        """The share of a segment that becomes good."""
        return Point(SHARES.at(one.share), SHARES.span(one.low, one.high))

    def order(self, found: Auc) -> Point:
        """How well something orders leads, with its interval."""
        return Point(ORDERS.at(found.value), ORDERS.span(found.low, found.high))

    def chance(self) -> float:
        """Where an order by chance stands."""
        return ORDERS.at(0.5)

    def states(self) -> list[tuple[str, str, int, Span]]:
        """States in their order with the words for them, and their pieces of the whole."""
        counted = [(state, self.report.states.get(state.value, 0)) for state in State]
        pieces = shares([rows for _, rows in counted])
        return [
            (state.value, STATES[state], rows, span)
            for (state, rows), span in zip(counted, pieces, strict=True)
        ]

    def leaking(self, verdict: str) -> list[SignalLine]:
        """Columns with this verdict, the most telling first."""
        found = [line for line in self.report.signals if line.leak.verdict == verdict]
        return sorted(found, key=lambda line: -line.reliability.usefulness.value)

    def verdict_words(self, verdict: str) -> str:
        """What may be done with columns of this verdict."""
        return LEAK_WORDS[Leak(verdict)]

    def signals(self) -> list[SignalLine]:
        """Columns a score could stand on, the most useful first."""
        found = [line for line in self.report.signals if line.candidate]
        return sorted(found, key=lambda line: -line.reliability.usefulness.value)

    def progress(self, step: Step) -> Span:
        """How much of what a step needs is there, by whichever of the two is further away."""
        there = self.report.supply
        part = min(there.rarer / step.need.rarer, (there.good + there.bad) / step.need.known, 1.0)
        return SHARES.span(0.0, part)

    def when(self, step: Step) -> str:
        """When a step will be reached, in words."""
        if step.reached:
            return "there"
        if step.latest is None:
            return (
                "nobody can say: no new outcomes"
                if step.earliest is None
                else f"not before {_month(step.earliest)}"
            )
        first, last = _month(step.earliest or step.latest), _month(step.latest)
        return f"about {first}" if first == last else f"between {first} and {last}"

    def curve(self) -> Curve | None:
        """The curve of leads becoming good, ready to be drawn."""
        points = self.report.maturing
        if len(points) < 2 or points[-1][1] <= 0:
            return None
        top = max(high for *_, high in points) * 1.08
        days = Axis(0.0, points[-1][0])
        height = Axis(0.0, top)

        def place(day: float, share: float) -> str:
            return f"{days.at(day) * 6:.1f},{180 - height.at(share) * 1.8:.1f}"

        upper = [place(day, high) for day, _, _, high in points]
        lower = [place(day, low) for day, _, low, _ in reversed(points)]
        line = [place(day, share) for day, share, _, _ in points]
        return Curve(" ".join(line), " ".join((*upper, *lower)), days, height)


@dataclass(frozen=True, slots=True)
class Curve:
    """A drawn curve: its line, the band of its interval, and its two scales (600 wide, 180 high)."""

    line: str
    band: str
    days: Axis
    height: Axis

    def x(self, day: float) -> float:
        """Where a day stands."""
        return round(self.days.at(day) * 6, 1)

    def ticks(self) -> list[tuple[float, int]]:
        """Days to write under it."""
        step = next((one for one in (7, 14, 30, 60, 90) if self.days.high / one <= 6), 180)
        return [(self.x(day), day) for day in range(0, int(self.days.high) + 1, step)]

    def levels(self) -> list[tuple[float, str]]:
        """Shares to write beside it."""
        step = next((one for one in (0.01, 0.02, 0.05, 0.1, 0.2) if self.height.high / one <= 5), 0.25)
        marks = [step * number for number in range(1, int(self.height.high / step) + 1)]
        return [(round(180 - self.height.at(mark) * 1.8, 1), f"{mark:.0%}") for mark in marks]


def _month(day: datetime) -> str:
    return words.moment(day.date().isoformat()).split(" ", 1)[1]


def interval_words(value: float, low: float, high: float) -> str:
    """A share as people say it: ``61 % (59 to 63)``; near the ends with a decimal."""
    return f"{_hundredths(value)}{words.HARD_SPACE}% ({_hundredths(low)} to {_hundredths(high)})"


def _hundredths(share: float) -> str:
    near_an_end = 0 < share < 0.01 or 0.99 < share < 1
    return f"{100 * share:.1f}" if near_an_end else f"{100 * share:.0f}"
