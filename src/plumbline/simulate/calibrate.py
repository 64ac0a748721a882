"""Set the market's level so that the share of good leads is the one asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.simulate.accounts import found
from plumbline.simulate.arrivals import arrive
from plumbline.simulate.latents import intercept_for
from plumbline.simulate.streams import Streams

if TYPE_CHECKING:
    from plumbline.simulate.settings import Settings

_CROWD: Final = 20_000


def intercept(settings: Settings) -> float:
    """The intercept of the chance to qualify; the same for every seed, so seeds differ by chance alone."""
    streams = Streams(0).under("reference")
    crowd = arrive(settings, streams, found(settings, streams, _CROWD), 0, _CROWD)
    return intercept_for(settings.good_share, crowd)
