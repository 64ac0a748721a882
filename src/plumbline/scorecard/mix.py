"""How often each bin occurs: what unknown signals are drawn from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from plumbline.scorecard.codes import coder, codes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from plumbline.scorecard.model import Scorecard

#: Counts of the known bins of each signal, and of unseen values last.
Mix = dict[str, tuple[int, ...]]


def mix_of(signals: pl.DataFrame, card: Scorecard) -> Mix:
    """Count the known values of a signals frame. Mixes of several batches add up: see ``added``."""
    codes = codes_of(signals, card.signals, [coder(signal) for signal in card.signals])
    return {
        signal.name: tuple(np.bincount(code, minlength=signal.axis)[1:].tolist())
        for signal, code in zip(card.signals, codes, strict=True)
    }


def added(one: Mapping[str, tuple[int, ...]], two: Mapping[str, tuple[int, ...]]) -> Mix:
    """The mix of two batches of leads together."""
    return {name: tuple(a + b for a, b in zip(one[name], two[name], strict=True)) for name in one}


def with_mix(card: Scorecard, mix: Mapping[str, tuple[int, ...]] | None) -> Scorecard:
    """The same card that draws unknown signals from another mix. Its points stay; its hash changes."""
    return replace(card, mix=None if mix is None else dict(mix))
