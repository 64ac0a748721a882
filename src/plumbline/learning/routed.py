"""The old routing beside a card: what `mimicry` needs to know of every lead, labelled or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.mimicry import NEEDED, Follows, Mimicry, mimicry
from plumbline.learning.rows import AT, LABEL, LEAD
from plumbline.learning.trial import written_odds
from plumbline.learning.words import Code, Note

if TYPE_CHECKING:
    from plumbline.learning.rows import Rows
    from plumbline.scorecard.model import Scorecard

_BY: Final = "chosen_by"
_CHANCE: Final = "label_chance"


def routing_of(card: Scorecard, everyone: pl.DataFrame | None, newer: Rows) -> Mimicry | None:
    """Whether a card follows who was routed, on leads as new as ``newer``; ``None`` without a record of it.

    ``everyone``: all leads with their signals, ``label``, ``chosen_by`` and ``label_chance``; leads without
    an outcome count too, since most of those that nobody pursued have none.
    """
    if everyone is None or not {_BY, _CHANCE} <= set(everyone.columns):
        return None
    if (everyone[_BY] == "assumed").all():
        return None
    leads = _as_new(everyone, newer)
    drawn = (leads[_BY] == "draw").to_numpy()
    return mimicry(
        written_odds(leads, card),
        (leads[_BY] == "policy").to_numpy(),
        drawn,
        leads[LABEL].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        leads[_CHANCE].fill_null(1.0).to_numpy(),
    )


def _as_new(everyone: pl.DataFrame, newer: Rows) -> pl.DataFrame:
    """Leads that the card cannot have seen: from the first of the newest on, or the newest alone."""
    if newer.timed:
        return everyone.filter(pl.col(AT) >= newer.frame[AT][0])
    return newer.frame if LEAD not in newer.frame.columns else everyone.join(newer.frame, on=LEAD, how="semi")


def note_of(found: Mimicry | None) -> list[Note]:
    """What a person should know of it."""
    if found is None or found.follows is Follows.DEMAND:
        return []
    if found.follows is Follows.UNKNOWN:
        rows, good = found.rows
        about = f"There are {rows}, {good} of them good; {NEEDED} of each kind are needed."
        return [Note(Code.TOO_FEW_DRAWN, about)]
    away, low, high = found.excess
    beside = " It tells demand too." if found.follows is Follows.BOTH else ""
    return [Note(Code.FOLLOWS_ROUTING, f"By {away:.2f} of AUC ({low:.2f} to {high:.2f}).{beside}")]
