"""Other scorecards on the same leads, by the same function, into a sink of their own. They decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.errors import ModelError
from plumbline.qualify.bundle import bundle_of
from plumbline.qualify.path import decide_signals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.qualify.bundle import Bundle
    from plumbline.qualify.path import Qualified
    from plumbline.scorecard import Scorecard

SHADOW_SCHEMA: Final = pl.Schema(
    {
        "row": pl.Int64,
        "lead.id": pl.String,
        "shadow": pl.String,
        "points": pl.Int32,
        "band": pl.String,
        "intended_route": pl.String,
    }
)


def with_card(bundle: Bundle, card: Scorecard) -> Bundle:
    """The bundle with another scorecard in charge, and with that card's own bands.

    ``ModelError`` where the policy does not declare a signal of the card, or declares another kind of it.
    """
    kinds = {spec.name: spec.kind for spec in bundle.policy.signals}
    odd = [signal.name for signal in card.signals if kinds.get(signal.name) is not signal.kind]
    if odd:
        raise ModelError(
            f"Scorecard {card.hash[:12]} does not fit this policy: it reads {', '.join(odd)}, which the "
            "policy does not declare, or not of that kind."
        )
    return bundle_of(bundle.policy, card, draw_key=bundle.draw_key, cells=bundle.cells)


def shadows_of(qualified: Qualified, bundles: Mapping[str, Bundle]) -> pl.DataFrame:
    """Points, band and intended route of each lead by each other bundle. Nobody who objected is scored."""
    parts = [
        decide_signals(qualified.signals, qualified.clean, bundle)
        .select("row", "lead.id", pl.lit(name).alias("shadow"), "points", "band", "intended_route")
        .cast(SHADOW_SCHEMA)
        for name, bundle in bundles.items()
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=SHADOW_SCHEMA)
