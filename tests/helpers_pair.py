"""Pairs of records as a page shows them."""

from __future__ import annotations

from plumbline.identity.model import CutOffs
from plumbline.identity.weigh import Step, Weighed
from plumbline.report.pair import Pair

CUT_OFFS = CutOffs(link=600, ask=0)


def pair(*weights: int, prior: int = -1_300, once: int = 0, rarity: int = 0, text: str = "the same") -> Pair:
    """A pair whose comparisons found these weights; 0 stands for what is not known on both sides."""
    steps = tuple(
        Step(
            f"c{at}", f"{text} {at}", 0 if weight else None, text, weight, rarity if weight and not at else 0
        )
        for at, weight in enumerate(weights)
    )
    values = {"contact.name": ("Ann Lee", "Ann Lee"), "contact.email": (text, None)}
    return Pair("L1", "L2", values, Weighed(prior, steps, once), CUT_OFFS, "leads", "ab" * 32)


PAIRS = {
    "pair_one": pair(700, 1_300, 900, 0, once=-300, rarity=-90),
    "pair_asked": pair(660, 1_300, -223, 0, 0, rarity=-26),
    "pair_two": pair(-580, -574, -223),
    "pair_of_nothing_known": pair(0, 0, 0),
}
