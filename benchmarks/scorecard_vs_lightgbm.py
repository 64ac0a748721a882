"""Rows per second with exact reasons: the scorecard against LightGBM's ``pred_contrib``, side by side.

Same process, one thread each, same 15 columns, the same leads. The scorecard does more per row than it is
compared with: points, ranges, chance of another band, question and band come with the reasons.

    python benchmarks/scorecard_vs_lightgbm.py [--rows 100000] [--repeats 7] [--json]
"""

from __future__ import annotations

import os

os.environ["POLARS_MAX_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before anything reads them

import argparse
import json
import resource
import statistics
import time
from typing import TYPE_CHECKING

import lightgbm
import numpy as np
import polars as pl

from plumbline.domain.bands import Cutoffs
from plumbline.domain.signals import SignalSpec
from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard import score, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbline.scorecard import Scorecard

KINDS = {Kind.NUMBER: 8, Kind.TEXT: 5, Kind.FLAG: 2}
LABELS = ("business", "free", "role", "disposable", "partner")
BINS = {
    Kind.NUMBER: {"< -1": -10, "-1 to 0": -3, "0 to 1": 2, ">= 1": 9},
    Kind.TEXT: {"business | partner": 10, "free": -6, "role": -3, "other": 1},
    Kind.FLAG: {"yes": 7, "no": -2},
}
CUTOFFS = Cutoffs(40, 20, 0)
MISSING = 0.15
TREES = 200
TARGET = 100


def specs() -> dict[str, SignalSpec]:
    names = [(f"{kind}_{place}", kind) for kind, count in KINDS.items() for place in range(count)]
    dimensions = list(Dimension)
    return {
        name: SignalSpec(name, kind, name, dimensions[place % 3]) for place, (name, kind) in enumerate(names)
    }


def leads(rows: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    made = {
        Kind.NUMBER: lambda: rng.normal(size=rows),
        Kind.TEXT: lambda: rng.choice(LABELS, rows),
        Kind.FLAG: lambda: rng.random(rows) < 0.4,
    }
    columns = [pl.Series(name, made[spec.kind]()) for name, spec in specs().items()]
    return pl.DataFrame([column.set(pl.Series(rng.random(rows) < MISSING), None) for column in columns])


def matrix(frame: pl.DataFrame) -> np.ndarray:
    """What LightGBM reads: numbers, with categories as codes and NaN for unknown."""
    coded = [
        pl.col(name).cast(pl.Enum(LABELS)).to_physical() if spec.kind is Kind.TEXT else pl.col(name)
        for name, spec in specs().items()
    ]
    return frame.select(column.cast(pl.Float64) for column in coded).to_numpy()


def booster(card: Scorecard) -> lightgbm.Booster:
    """200 trees that learned from what the card says, with noise."""
    frame = leads(20_000, seed=1)
    points = score(frame, card, CUTOFFS)["points"].to_numpy()
    won = np.random.default_rng(2).random(len(points)) < 1 / (1 + np.exp(-points * np.log(2) / 20))
    categories = [place for place, spec in enumerate(specs().values()) if spec.kind is Kind.TEXT]
    data = lightgbm.Dataset(matrix(frame), label=won.astype(int), categorical_feature=categories)
    settings = {"objective": "binary", "num_threads": 1, "verbose": -1, "deterministic": True}
    return lightgbm.train(settings, data, num_boost_round=TREES)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(card: Scorecard, frame: pl.DataFrame) -> dict[str, float]:
    """Milliseconds for one lead at a time, in a warm process."""
    ask = list(specs())
    times = sorted(
        seconds(lambda row=row: score(frame[row], card, CUTOFFS, askable=ask)) * 1_000 for row in range(500)
    )
    return {"median": round(times[250], 3), "p99": round(times[495], 3)}


def measure(rows: int, repeats: int) -> dict[str, object]:
    points = {name: BINS[spec.kind] for name, spec in specs().items()}
    card, _ = written(points, specs(), name="benchmark")
    if card is None:
        raise SystemExit("the benchmark's own card is broken")
    trees = booster(card)
    frame, few = leads(rows, seed=3), max(500, rows // 50)
    values, ask = matrix(frame[:few]), list(specs())
    before = megabytes()
    score(frame, card, CUTOFFS, askable=ask)
    after_card = megabytes()
    trees.predict(values[:100], pred_contrib=True)
    ours, theirs = [], []
    for _ in range(repeats):
        ours.append(rows / seconds(lambda: score(frame, card, CUTOFFS, askable=ask)))
        theirs.append(few / seconds(lambda: trees.predict(values, pred_contrib=True)))
    ratios = sorted(one / other for one, other in zip(ours, theirs, strict=True))
    return {
        "rows": {"scorecard": rows, "lightgbm": few},
        "columns": len(points),
        "missing": MISSING,
        "trees": TREES,
        "rows_per_second": {
            "scorecard": round(statistics.median(ours)),
            "lightgbm": round(statistics.median(theirs)),
        },
        "ratio": {
            "median": round(statistics.median(ratios)),
            "least": round(ratios[0]),
            "most": round(ratios[-1]),
            "repeats": repeats,
            "target": TARGET,
        },
        "one_lead_milliseconds": alone(card, frame),
        "peak_memory_mb": {
            "added_by_scorecard": round(after_card - before),
            "whole_process": round(megabytes()),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.rows, options.repeats)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
