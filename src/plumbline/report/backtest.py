"""The backtest as a page of its own. This room knows the shape of a backtest, not where it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from plumbline.report import charts
from plumbline.report.html import page
from plumbline.scorecard.model import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from plumbline.assurance.calibration import Bin
    from plumbline.scorecard import Scorecard


class Told(Protocol):
    """What the pictures need of a backtest; the template reads the rest."""

    @property
    def card(self) -> Scorecard:
        """The card that was judged."""

    @property
    def bands(self) -> Sequence[Bin]:
        """Leads by band."""

    @property
    def reliability(self) -> Sequence[Bin]:
        """Leads by tenth."""

    @property
    def gains(self) -> Sequence[tuple[float, float]]:
        """Good leads found against leads worked."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One term as a picture."""

    label: str
    dimension: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class Drawn:
    """All pictures."""

    gains: Markup
    bands: Markup
    reliability: Markup
    shapes: tuple[Shape, ...]


def backtest_html(report: Told, statement: str, notes: Sequence[str], cuts: Sequence[str] = ()) -> str:
    """One file without scripts, to be read by people who decide. ``cuts``: what is said of cut-offs."""
    return page(
        "backtest.html",
        styles=("style.css", "backtest.css"),
        b=report,
        drawn=drawn(report),
        statement=statement,
        notes=notes,
        cuts=cuts,
    )


def chart_files(report: Told) -> dict[str, str]:
    """Every chart as a file that stands alone: name to SVG with its styles inside."""
    made = drawn(report)
    files = {"lift.svg": made.gains, "bands.svg": made.bands, "reliability.svg": made.reliability}
    for at, shape in enumerate(made.shapes, start=1):
        plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in shape.label)
        files[f"term-{at:02}-{plain.lower()[:40].strip('-') or 'signal'}.svg"] = shape.picture
    return {name: charts.alone(picture) for name, picture in files.items()}


def drawn(report: Told) -> Drawn:
    """The charts of a backtest, each an SVG of its own."""
    return Drawn(
        charts.gains(report.gains, "Good leads found against leads worked"),
        charts.bars([_bar(each) for each in report.bands], "Good leads per band"),
        charts.said_and_came(
            [(each.said, each.came, each.low, each.high) for each in report.reliability], "Said against came"
        ),
        tuple(_shapes(report.card)),
    )


def _bar(bin_: Bin) -> tuple[str, float, float, float]:
    return bin_.name, bin_.came, bin_.low, bin_.high


def _shapes(card: Scorecard) -> Iterator[Shape]:
    for term in card.terms:
        if len(term.signals) > 1:
            continue
        signal = card.signal(term.signals[0])
        cells = [
            (signal.bin_label(code), points, *(term.intervals[code] if term.intervals else (points, points)))
            for code, points in enumerate(term.points)
            if code != MISSING and (points or code != signal.unseen)
        ]
        yield Shape(term.label, term.dimension.value, charts.steps(cells, f"Points of {term.label}"))
