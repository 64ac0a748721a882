"""A written card that is about right, and one that is exactly wrong."""

from __future__ import annotations

import pytest

from helpers_learning import SPECS
from plumbline.scorecard import Scorecard, written

POINTS = {
    "employees": {"< 50": -10, "50 to 249": 5, ">= 250": 15},
    "source": {"friend": 20, "fair": 15, "list": -15, "other": 0},
    "demo": {"yes": 20, "no": 0},
}


def made(sign: int) -> Scorecard:
    points = {name: {bin_: sign * each for bin_, each in bins.items()} for name, bins in POINTS.items()}
    card, _ = written(points, {spec.name: spec for spec in SPECS}, name="written")
    assert card is not None
    return card


@pytest.fixture(scope="session")
def sane() -> Scorecard:
    return made(1)


@pytest.fixture(scope="session")
def reversed_card() -> Scorecard:
    return made(-1)
