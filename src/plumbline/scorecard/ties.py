"""Which signals must be looked at together: those that pairs tie to each other, directly or in a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plumbline.scorecard.model import Scorecard


def tied(card: Scorecard) -> list[tuple[str, ...]]:
    """Groups of signal names, each in card order; a signal without pairs stands alone."""
    group = {signal.name: {signal.name} for signal in card.signals}
    for term in card.terms:
        merged = set().union(*(group[name] for name in term.signals))
        for name in merged:
            group[name] = merged
    names = [signal.name for signal in card.signals]
    return list(dict.fromkeys(tuple(name for name in names if name in group[first]) for first in names))
