"""A new scorecard against the one in charge, on leads that neither was learned from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from plumbline.learning.learn import FEWEST, TOLERATED, told_of
from plumbline.learning.metrics import auc, auc_difference, brier
from plumbline.learning.rows import AT
from plumbline.learning.words import Code, Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.learning.bins import Codes
    from plumbline.learning.metrics import Figure, Told
    from plumbline.learning.rows import Rows
    from plumbline.scorecard.model import Scorecard


@dataclass(frozen=True, slots=True)
class Contest:
    """How it went. ``code`` is ``None`` where the new card is not worse; ``lost``: worse beyond doubt.

    ``figures`` with intervals: ``auc``, ``auc_in_charge``, ``auc_gain`` (paired), ``coarse_ahead`` (AUC of
    the coarse card less the new one's), ``brier`` where the card has chances. ``window``: first, last lead.
    """

    code: Code | None
    lost: bool
    rows: int
    good: int
    window: tuple[str, str]
    figures: Mapping[str, Figure]

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a person should know."""
        ahead = self.figures.get("coarse_ahead")
        return (Note(Code.COARSE_AHEAD, f"By {ahead} of AUC."),) if ahead and ahead.low > 0 else ()


def contest(rows: Rows, card: Scorecard, in_charge: Scorecard, coarse: Scorecard | None = None) -> Contest:
    """Judge both on the same later leads. Without times nothing is later, and so nothing is judged."""
    after = later_than(rows, [card, in_charge]) if rows.timed else np.array([], dtype=np.intp)
    later = part_of(rows, after)
    if later.label.size == 0 or later.rarer < FEWEST:
        good = int(later.label.sum())
        return Contest(Code.TOO_FEW_LATER, False, later.label.size, good, _window(later), {})
    told, theirs = _told(later, card), _told(later, in_charge)
    figures = {
        "auc": auc(told),
        "auc_in_charge": auc(theirs),
        "auc_gain": auc_difference([told], [theirs]),
    }
    if coarse is not None:
        figures["coarse_ahead"] = auc_difference([_told(later, coarse)], [told])
    if card.calibration is not None:
        figures["brier"] = brier(told)
    gain = figures["auc_gain"]
    code = Code.WORSE if gain.low < -TOLERATED else None
    good = int(later.label.sum())
    return Contest(code, gain.high < 0, later.label.size, good, _window(later), figures)


def _window(rows: Rows) -> tuple[str, str]:
    return rows.window if rows.label.size else ("", "")


def _told(rows: Rows, card: Scorecard) -> Told:
    absent = [s.name for s in card.signals if s.name not in rows.frame.columns]
    frame = rows.frame.with_columns(pl.lit(None).alias(name) for name in absent)
    return told_of(card, frame, rows.label, rows.weight)


def later_than(rows: Rows, cards: Sequence[Scorecard]) -> Codes:
    """Rows decided after every lead that any of these cards was learned from; all of them without times."""
    last = max(map(_end, cards), default="")
    if not last or not rows.timed:
        return np.arange(rows.label.size)
    return np.flatnonzero([str(moment) > last for moment in rows.frame[AT]])


def _end(card: Scorecard) -> str:
    """The last moment a card was learned from; empty for a written one."""
    window = (card.manifest or {}).get("window")
    return str(window[1]) if isinstance(window, list) and len(window) == 2 else ""


def part_of(rows: Rows, some: slice | Codes) -> Rows:
    """Some of the rows."""
    return replace(rows, frame=rows.frame[some], label=rows.label[some], weight=rows.weight[some])
