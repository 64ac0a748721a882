"""Do the points, caps, bands and levels make sense?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.domain.signals import COMPLETENESS
from plumbline.domain.words import Dimension
from plumbline.policy.checks.missing import asks_for_missing
from plumbline.policy.codes import Code
from plumbline.policy.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.domain.issues import Issue
    from plumbline.policy.draft import Draft
    from plumbline.policy.inputs import CapPart


def undeclared(draft: Draft, name: str, *path: str | int) -> Iterator[Issue]:
    """The name of a signal that does not exist."""
    if name not in draft.file.signals:
        hint = did_you_mean(name, draft.file.signals)
        yield draft.error(Code.UNDECLARED_SIGNAL, f"'{name}' is not a declared signal{hint}", *path)


def entries(draft: Draft) -> Iterator[Issue]:
    """Each entry scores a declared signal that speaks about one dimension."""
    for name, bins in draft.file.scorecard.items():
        yield from undeclared(draft, name, "scorecard", name)
        if not bins:
            yield draft.error(Code.BINS_NEEDED, f"'{name}' has no bins", "scorecard", name)
        signal = draft.file.signals.get(name)
        if signal and signal.dimension is None:
            message = f"'{name}' is scored: write its dimension (fit, intent or readiness)"
            yield draft.error(Code.DIMENSION_NEEDED, message, "signals", name)


def missing(draft: Draft) -> Iterator[Issue]:
    """Unknown is not bad: points for missing are 0, and cannot come in through a derived signal (law 2)."""
    for name, bins in draft.file.scorecard.items():
        spec = draft.specs.get(name)
        if spec is None or spec.source == COMPLETENESS:
            continue
        if bins.get("missing", 0) != 0:
            message = "points for 'missing' are 0: unknown is not bad"
            yield draft.error(Code.MISSING_IS_NOT_ZERO, message, "scorecard", name, "missing")
        if asks_for_missing(draft, name):
            message = f"'{name}' asks whether something is missing, so its points would not be 0 for unknown"
            yield draft.error(Code.MISSING_IS_NOT_ZERO, message, "scorecard", name)


def caps(draft: Draft) -> Iterator[Issue]:
    """Each signal is scored and stands in one cap."""
    held_by: dict[str, str] = {}
    for cap, part in draft.file.caps.items():
        for at, name in enumerate(part.signals):
            yield from undeclared(draft, name, "caps", cap, "signals", at)
            if name in draft.file.signals and name not in draft.file.scorecard:
                message = f"'{name}' has no points to cap"
                yield draft.error(Code.NOT_SCORED, message, "caps", cap, "signals", at)
            if name in held_by:
                message = f"'{name}' stands in the cap '{held_by[name]}' already"
                yield draft.error(Code.CAP_OVERLAP, message, "caps", cap, "signals", at)
            held_by.setdefault(name, cap)
        yield from _limits(draft, cap, part)


def _limits(draft: Draft, cap: str, part: CapPart) -> Iterator[Issue]:
    if part.max is None and part.min is None:
        yield draft.error(Code.CAP_LIMITS, "write max, min or both", "caps", cap)
    if (part.max is not None and part.max < 0) or (part.min is not None and part.min > 0):
        message = "0 must lie between min and max, or unknown values would change the score"
        yield draft.error(Code.CAP_LIMITS, message, "caps", cap)


def cut_offs(draft: Draft) -> Iterator[Issue]:
    """Bands fall from A to C, levels from high to medium."""
    bands = draft.file.bands
    if not bands.A > bands.B > bands.C:
        message = f"A ({bands.A}) must lie above B ({bands.B}), and B above C ({bands.C})"
        yield draft.error(Code.BANDS_OUT_OF_ORDER, message, "bands")
    for dimension in Dimension:
        levels = getattr(draft.file.grid, dimension.value)
        if levels.high <= levels.medium:
            message = f"high ({levels.high}) must lie above medium ({levels.medium})"
            yield draft.error(Code.LEVELS_OUT_OF_ORDER, message, "grid", dimension.value)
