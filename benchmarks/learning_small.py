"""Few leads, and a written card that is half wrong: what learning costs and brings, beside boosters.

python -m benchmarks.learning_small [names of sets]

Each draw takes so many rows of the oldest 80 % of a set and judges on its newest 20 %. Nobody wrote cards
for these sets without having seen outcomes, so the written card stands in for crude knowledge: learned on
older rows outside of the draw, few bins, points in tens. Half wrong: half of its terms are turned around.
One thread. Nothing here is tuned on the newest rows.
"""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import replace

import numpy as np
import polars as pl

from benchmarks.learning import BOXES, THREADS, matrix
from benchmarks.learning_data import DATA, Set, load
from plumbline.learning.learn import Options, learn, told_of
from plumbline.learning.metrics import Told, auc
from plumbline.learning.rows import rows_of
from plumbline.scorecard import Provenance, Scorecard

SMALL = ("xed_A", "ficzon_worth", "deals_it", "shoppers")
SIZES = (200, 500, 1_000)
DRAWS = 4
#: Rows that crude knowledge is made from; none of them is in a draw.
KNOWN = 1_500
#: What a half-wrong card may cost from 200 rows on.
BAR = 0.01


def main() -> None:
    if any(os.environ.get(name) != "1" for name in THREADS):
        os.environ.update(dict.fromkeys(THREADS, "1"))
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.learning_small", *sys.argv[1:]])
    warnings.filterwarnings("ignore")
    if not DATA.exists():
        print(f"{DATA} is not there: nothing to measure on.")
        return
    print(
        f"{'set':14}{'rows':>6}  alone  honest  half-wrong   cost of half-wrong   best booster   ahead of it"
    )
    cells = [line for name in sys.argv[1:] or SMALL for line in measure(load(name))]
    verdict(np.array(cells))


def measure(data: Set) -> list[tuple[float, ...]]:
    """Per size: rows, cost of the half-wrong card (mean, worst), distance to the best booster."""
    older, newer = data.split()
    found = []
    for size in SIZES:
        draws = [draw(data, older, newer, size, seed) for seed in range(DRAWS)]
        alone, honest, wrong, box = (np.array([each[at] for each in draws]) for at in range(4))
        cost, ahead = alone - wrong, honest - box
        print(
            f"{data.name:14}{size:>6}  {alone.mean():.3f}   {honest.mean():.3f}       {wrong.mean():.3f}   "
            f"{cost.mean():+.3f} (worst {cost.max():+.3f})   {box.mean():.3f}          "
            f"{ahead.mean():+.3f} (worst {ahead.min():+.3f}); alone {(alone - box).mean():+.3f}",
            flush=True,
        )
        found.append((size, cost.mean(), cost.max(), ahead.mean(), (alone - box).mean()))
    return found


def draw(data: Set, older: np.ndarray, newer: np.ndarray, size: int, seed: int) -> tuple[float, ...]:
    """AUC on the newest rows: learned alone, with an honest card, with a half-wrong one, the best booster."""
    rng = np.random.default_rng(1_000 * size + seed)
    mixed = rng.permutation(older)
    part, outside = np.sort(mixed[:size]), np.sort(mixed[size : size + KNOWN])
    crude = crude_card(data, outside)
    cards = [learned(data, part, card) for card in (None, crude, half_wrong(crude, rng))]
    return (*(judged(data, card, newer) for card in cards), best_box(data, part, newer))


def learned(data: Set, rows: np.ndarray, written: Scorecard | None) -> Scorecard:
    table = data.frame[rows].with_columns(
        decided_at=pl.Series(np.arange(rows.size)),
        label=pl.Series(data.label[rows]).cast(pl.Int8),
        weight=pl.lit(1.0),
    )
    card = learn(rows_of(table, data.specs), written, name=data.name, options=Options()).card
    assert card is not None
    return card


def crude_card(data: Set, rows: np.ndarray) -> Scorecard:
    """What somebody with experience might write down: few bins, points in tens."""
    card = learned(data, rows, None)
    terms = tuple(
        replace(term, points=tuple(10 * round(each / 10) for each in term.points), intervals=None, rows=None)
        for term in card.terms
    )
    return replace(
        card, terms=terms, base=0, provenance=Provenance.WRITTEN, calibration=None, mix=None, manifest=None
    )


def half_wrong(card: Scorecard, rng: np.random.Generator) -> Scorecard:
    """Half of the terms, drawn by lot, with their points turned around."""
    turned = set(rng.permutation(len(card.terms))[: (len(card.terms) + 1) // 2])
    terms = tuple(
        replace(term, points=tuple(-each for each in term.points)) if at in turned else term
        for at, term in enumerate(card.terms)
    )
    return replace(card, terms=terms)


def judged(data: Set, card: Scorecard, newer: np.ndarray) -> float:
    return auc(told_of(card, data.frame[newer], data.label[newer], np.ones(newer.size))).value


def best_box(data: Set, part: np.ndarray, newer: np.ndarray) -> float:
    """The best of the four, picked after the fact; the last eighth of the draw stops each of them."""
    columns, named = matrix(data)
    cut = int(part.size * 0.875)
    found = [fit(columns, data.label, (part[:cut], part[cut:]), named, newer) for fit in BOXES.values()]
    return max(auc(Told(each, data.label[newer], np.ones(newer.size))).value for each in found)


def verdict(cells: np.ndarray) -> None:
    size, mean, worst, ahead, alone = cells.T
    kept = (mean <= BAR).mean()
    told = f"mean cost {mean.mean():+.4f}, worst draw {worst.max():+.3f}"
    print(f"\nhalf-wrong card: {told}; within {BAR} in {kept:.0%} of {mean.size} cells: {met(kept)}")
    small = size < SIZES[-1]
    for name, each in (("with an honest card", ahead), ("alone", alone)):
        won, mean_ahead = (each[small] > 0).mean(), each[small].mean()
        told = f"{mean_ahead:+.3f} to the best booster, ahead in {won:.0%} of {small.sum()} cells"
        print(f"below {SIZES[-1]:,} rows, {name}: {told}: {met(won)}")


def met(share: float) -> str:
    return "met" if share == 1 else "MISSED"


if __name__ == "__main__":
    main()
