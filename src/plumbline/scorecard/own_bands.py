"""Cut-offs that a learned card brings along: its points fill the bands as the written ones did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.domain.bands import Cutoffs

if TYPE_CHECKING:
    from plumbline.scorecard.model import Scorecard


def own_bands(card: Scorecard) -> Cutoffs | None:
    """The cut-offs in a card's manifest; ``None`` where there are none, as in every written card."""
    said = (card.manifest or {}).get("bands")
    if not isinstance(said, dict):
        return None
    a, b, c = (said.get(name) for name in "ABC")
    return Cutoffs(a, b, c) if isinstance(a, int) and isinstance(b, int) and isinstance(c, int) else None
