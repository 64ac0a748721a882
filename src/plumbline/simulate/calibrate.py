"""Levels of the market that make its shares come out as set; the same for every seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from plumbline.simulate.accounts import found
from plumbline.simulate.arrivals import arrive
from plumbline.simulate.latents import intercept_for
from plumbline.simulate.streams import Streams

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.settings import Settings

_CROWD: Final = 20_000


@dataclass(frozen=True, slots=True)
class Levels:
    """``intercept`` of the log-odds to qualify, and the mean ``eagerness`` of a lead."""

    intercept: float
    eagerness: float


def levels(settings: Settings) -> Levels:
    """Measured on a reference crowd without faults, so that seeds differ by chance alone."""
    streams = Streams(0).under("reference")
    calm = replace(settings, faults=())
    crowd = arrive(calm, streams, found(calm, streams, _CROWD), np.zeros(_CROWD, dtype=np.int64))
    return Levels(
        intercept_for(settings.good_share, crowd), float(eagerness(crowd["intent"].to_numpy()).mean())
    )


def eagerness(intent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interest squeezed between -1 and 1."""
    return np.tanh((intent - 0.1) / 1.2)
