"""Confidence that means what it says, from a person's sampled labels.

Method: a shrunk sigmoid per field, ``logit(p') = a + b * logit(p)``, fitted by Newton steps on the labels and
``PRIOR`` made-up labels' worth of pull towards ``a = 0, b = 1``, so that few labels change little. A field
needs ``LEAST`` labels of its own reader, of both kinds; else its confidences stay as they are and it says so.
Before the last fit a fit on the older 70 % has to predict the newer 30 % no worse than no change does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log
from typing import TYPE_CHECKING, Final, NamedTuple

from plumbline.reading.corrections import How, usable
from plumbline.reading.model import Field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from plumbline.reading.corrections import Label
    from plumbline.reading.model import Message, Reader, Reading, Readings

LEAST: Final = 50
#: How many labels the pull towards no change weighs as much as.
PRIOR: Final = 20.0
_OLDER: Final = 0.7
_STEPS: Final = 100


class Curve(NamedTuple):
    """``logit(p') = intercept + slope * logit(p)``."""

    intercept: float = 0.0
    slope: float = 1.0

    def chance(self, confidence: int) -> float:
        """The corrected chance of a stated confidence."""
        return _sigmoid(self.intercept + self.slope * _logit(confidence))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A field's curve, the labels it stands on, and in words what was done or why nothing was.

    ``before`` and ``after``: mean log loss on the newer labels without and with a curve of the older ones.
    """

    field: Field
    labels: int
    curve: Curve | None
    said: str
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Curves of one reader; fields without one are left alone."""

    reader: str
    fields: Mapping[Field, Fitted]

    def apply(self, readings: Readings) -> Readings:
        """Readings with corrected confidences; those of another reader come back as they are."""
        if readings.reader != self.reader:
            return readings
        return replace(readings, readings=tuple(self._corrected(reading) for reading in readings.readings))

    def _corrected(self, reading: Reading) -> Reading:
        fitted = self.fields.get(reading.field)
        if fitted is None or fitted.curve is None or reading.value is None:
            return reading
        return replace(reading, confidence=round(10_000 * fitted.curve.chance(reading.confidence)))


class CalibratedReader:
    """A reader whose confidences are corrected; its name stays, since what it reads does."""

    def __init__(self, reader: Reader, calibration: Calibration) -> None:
        self._reader, self._calibration = reader, calibration

    @property
    def name(self) -> str:
        """The name of the reader."""
        return self._reader.name

    def read(self, message: Message) -> Readings:
        """The reader's readings with corrected confidences."""
        return self._calibration.apply(self._reader.read(message))


def calibrate(labels: Iterable[Label], reader: str, *, objected: Collection[str]) -> Calibration:
    """Fit the curves of one reader on its sampled labels that are no abstentions, of no one who objected."""
    kept = [
        label for label in usable(labels, objected)
        if label.reader == reader and label.how is How.SAMPLED and label.before is not None
    ]  # fmt: skip
    return Calibration(
        reader, {name: _fit_field(name, [each for each in kept if each.field is name]) for name in Field}
    )


def fit(points: Sequence[tuple[int, bool]]) -> Curve:
    """The shrunk sigmoid of (confidence per 10,000, right) points; never falling."""
    curve = _newton([(_logit(confidence), float(right)) for confidence, right in points], free_slope=True)
    if curve.slope >= 0:
        return curve
    level = _newton([(0.0, float(right)) for _, right in points], free_slope=False)
    return Curve(level.intercept, 0.0)


def log_loss(points: Sequence[tuple[int, bool]], curve: Curve | None = None) -> float:
    """Mean log loss of confidences, corrected by a curve or not."""
    chances = [(curve or Curve()).chance(confidence) for confidence, _ in points]
    return -sum(log(p if right else 1 - p) for p, (_, right) in zip(chances, points, strict=True)) / len(
        points
    )


def _fit_field(name: Field, labels: list[Label]) -> Fitted:
    points = [(label.confidence, label.right) for label in labels]
    if len(points) < LEAST:
        return Fitted(name, len(points), None, f"unchanged: {len(points)} of the {LEAST} labels it takes")
    if len({right for _, right in points}) < 2:
        return Fitted(name, len(points), None, "unchanged: all labels say the same")
    cut = round(len(points) * _OLDER)
    older, newer = points[:cut], points[cut:]
    before, after = log_loss(newer), log_loss(newer, fit(older))
    if after > before:
        return Fitted(name, len(points), None, "unchanged: it would do worse on newer labels", before, after)
    return Fitted(name, len(points), fit(points), f"corrected on {len(points)} labels", before, after)


def _newton(points: list[tuple[float, float]], *, free_slope: bool) -> Curve:
    """Newton's method on the log loss with a quadratic pull; the loss is convex, and the pull bounds it."""
    a, b = 0.0, 1.0 if free_slope else 0.0
    for _ in range(_STEPS):
        ga, gb, haa, hab, hbb = PRIOR / 4 * a, PRIOR / 4 * (b - 1.0), PRIOR / 4, 0.0, PRIOR / 4
        for x, y in points:
            p = _sigmoid(a + b * x)
            w = p * (1 - p)
            ga, gb = ga + p - y, gb + (p - y) * x
            haa, hab, hbb = haa + w, hab + w * x, hbb + w * x * x
        if not free_slope:
            gb, hab, hbb = 0.0, 0.0, 1.0
        det = haa * hbb - hab * hab
        da, db = (hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det
        size = max(1.0, abs(da), abs(db))
        a, b = a - da / size, b - db / size
        if abs(da) + abs(db) < 1e-10:
            break
    return Curve(a, b)


def _logit(confidence: int) -> float:
    p = min(max(confidence, 1), 9_999) / 10_000
    return log(p / (1 - p))


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-min(max(x, -30.0), 30.0)))
