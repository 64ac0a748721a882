"""Learned scorecards beside black boxes on the shared sets: oldest 80 % to learn from, newest 20 % to judge.

python -m benchmarks.learning [--quick] [names of sets]

One thread. Allowed columns only (`learning_data`). The yardsticks never score a lead in the product.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.learning_data import DATA, SETS, Set, load
from plumbline.domain.words import Kind
from plumbline.learning import baselines
from plumbline.learning.fitting import Task
from plumbline.learning.learn import Options, learn, told_of
from plumbline.learning.metrics import Told, auc, auc_difference, brier, capture
from plumbline.learning.rows import rows_of

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
#: AUC, share of good leads in the first fifth, Brier score; how far behind the best black box each may be.
BARS = {
    "xed_A": (0.82, 0.43, 0.162, 0.010, 0.03, 0.004),
    "xed_B": (0.893, 0.475, 0.126, 0.006, 0.02, 0.004),
    "ficzon_conv": (0.78, 0.52, 0.056, 0.010, 0.03, 0.001),
    "ficzon_worth": (0.69, 0.32, 0.232, 0.015, 0.02, 0.004),
    "deals_it": (0.70, 0.32, 0.216, 0.020, 0.03, 0.005),
    "shoppers": (0.735, 0.40, 0.122, 0.018, 0.03, 0.003),
    "bank_random": (0.78, 0.58, 0.086, 0.015, 0.03, 0.004),
    "bank_time": (0.69, 0.34, 0.230, 0.005, 1.0, 1.0),
    "happy": (0.83, 0.66, 0.0108, 0.020, 0.08, 0.0002),
    "hillstrom": (0.622, 0.30, 0.1225, 0.006, 0.01, 0.0005),
    "salvirt": (0.80, 0.30, 0.185, 0.005, 0.03, 0.005),
    "xed_odoo": (0.748, 2.04 / 5, 0.183, 1.0, 1.0, 1.0),
}


@dataclass(frozen=True)
class Judged:
    name: str
    told: Told
    seconds: float

    def line(self) -> str:
        return (
            f"{self.name:26} AUC {auc(self.told)}  top fifth {capture(self.told):.3f}  "
            f"Brier {brier(self.told).value:.4f}  {self.seconds:6.1f} s"
        )


def main() -> None:
    if any(os.environ.get(name) != "1" for name in THREADS):
        os.environ.update(dict.fromkeys(THREADS, "1"))
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.learning", *sys.argv[1:]])
    warnings.filterwarnings("ignore")
    if not DATA.exists():
        print(f"{DATA} is not there: nothing to measure on.")
        return
    wanted = [each for each in sys.argv[1:] if not each.startswith("--")] or list(SETS)
    for name in wanted:
        measure(load(name), quick="--quick" in sys.argv)


def measure(data: Set, *, quick: bool) -> None:
    if data.name == "salvirt":
        repeated(data, quick=quick)
        return
    older, newer = data.split()
    ours, learned = card(data, older, newer)
    rivals = baselines_of(data, older, newer) + ([] if quick else black_boxes(data, older, newer))
    print(f"\n## {data.name}: {older.size:,} to learn from, {newer.size:,} to judge")
    for each in (ours, *rivals):
        print(each.line())
    if not learned.promoted:
        print(f"   stays out: {learned.code}")
    boxes = [each for each in rivals if each.name in BOXES]
    if boxes and data.name in BARS:
        verdict(data.name, ours, max(boxes, key=lambda each: auc(each.told).value), boxes)
    print(
        json.dumps({"set": data.name, "learner": learned.learner, "promoted": learned.promoted}), flush=True
    )


def verdict(name: str, ours: Judged, best: Judged, boxes: list[Judged]) -> None:
    bar = BARS[name]
    found = (auc(ours.told).value, capture(ours.told), brier(ours.told).value)
    behind = (
        auc(best.told).value - found[0],
        max(capture(each.told) for each in boxes) - found[1],
        found[2] - min(brier(each.told).value for each in boxes),
    )
    met = (found[0] >= bar[0], found[1] >= bar[1], found[2] <= bar[2])
    near = tuple(gap <= limit for gap, limit in zip(behind, bar[3:], strict=True))
    print(f"   less the best box ({best.name}): AUC {auc_difference([ours.told], [best.told])}")
    for what, value, good, gap, close in zip(
        ("AUC", "top fifth", "Brier"), found, met, behind, near, strict=True
    ):
        words = (
            "met"
            if good and close
            else "MISSED" + ("" if good else " (value)") + ("" if close else " (distance)")
        )
        print(f"   bar {what}: {value:.4f}, behind {gap:+.4f}: {words}")


def card(data: Set, older: np.ndarray, newer: np.ndarray) -> tuple[Judged, object]:
    order = pl.Series(np.arange(older.size)) if data.timed else pl.Series(np.zeros(older.size, dtype=int))
    table = data.frame[older].with_columns(
        decided_at=order, label=pl.Series(data.label[older]).cast(pl.Int8), weight=pl.lit(1.0)
    )
    start = time.process_time()
    learned = learn(rows_of(table, data.specs), None, name=data.name, options=Options())
    seconds = time.process_time() - start
    assert learned.card is not None
    cells = sum(sum(rows > 0 for rows in term.rows[1:]) for term in learned.card.terms)
    told = told_of(learned.card, data.frame[newer], data.label[newer], np.ones(newer.size))
    return Judged(f"Plumbline, {cells} cells", told, seconds), learned


def repeated(data: Set, *, quick: bool) -> None:
    """A set without time and with few rows: the mean of eight drawn splits that keep equal rows together."""
    lines: dict[str, list[Told]] = {}
    for seed in range(8):
        older, newer = data.split(seed)
        found = [card(data, older, newer)[0], *([] if quick else black_boxes(data, older, newer))]
        for each in found:
            lines.setdefault("Plumbline" if each.name.startswith("Plumb") else each.name, []).append(
                each.told
            )
    print(f"\n## {data.name}: mean of 8 drawn splits")
    for name, told in lines.items():
        figures = [(auc(each).value, capture(each), brier(each).value) for each in told]
        mean, spread = np.mean(figures, axis=0), np.std(figures, axis=0)
        print(
            f"{name:26} AUC {mean[0]:.3f} (sd {spread[0]:.3f})  top fifth {mean[1]:.3f}  Brier {mean[2]:.4f}"
        )


def baselines_of(data: Set, older: np.ndarray, newer: np.ndarray) -> list[Judged]:
    specs = tuple(s for s in data.specs if data.frame[older][s.name].drop_nulls().n_unique() > 1)
    task = Task(data.frame[older], data.label[older], np.ones(older.size), specs, None, 0, 1)
    found = []
    for name, rule in (
        ("Logistic regression", baselines.logistic),
        ("Naive Bayes (Odoo)", baselines.naive_bayes),
    ):
        start = time.process_time()
        odds = rule(task, data.frame[newer])
        told = Told(odds, data.label[newer], np.ones(newer.size))
        found.append(Judged(name, told, time.process_time() - start))
    return found


# --- yardsticks ---------------------------------------------------------------------------------------------


def matrix(data: Set) -> tuple[np.ndarray, list[bool]]:
    """Numbers as they are, words as codes; unknown is NaN, which all four boxes read as a value."""
    columns = []
    for spec in data.specs:
        values = data.frame[spec.name]
        if spec.kind is Kind.TEXT:
            values = values.cast(pl.Categorical).to_physical()
        columns.append(values.cast(pl.Float64).fill_null(np.nan).to_numpy())
    return np.column_stack(columns), [spec.kind is Kind.TEXT for spec in data.specs]


def black_boxes(data: Set, older: np.ndarray, newer: np.ndarray) -> list[Judged]:
    columns, named = matrix(data)
    # The last eighth of the older rows stops each box; it is not learned from otherwise.
    mixed = older if data.timed else np.random.default_rng(1).permutation(older)
    cut = int(mixed.size * 0.875)
    parts = (mixed[:cut], mixed[cut:])
    found = []
    for name, fit in BOXES.items():
        start = time.process_time()
        chance = fit(columns, data.label, parts, named, newer)
        odds = np.log(np.clip(chance, 1e-9, 1 - 1e-9) / (1 - np.clip(chance, 1e-9, 1 - 1e-9)))
        told = Told(odds, data.label[newer], np.ones(newer.size))
        found.append(Judged(name, told, time.process_time() - start))
    return found


def lightgbm(x, y, parts, named, newer):
    import lightgbm as lgb

    fit, stop = parts
    which = [at for at, each in enumerate(named) if each]
    settings = {"n_estimators": 2000, "learning_rate": 0.05, "num_leaves": 15, "verbose": -1, "n_jobs": 1}
    model = lgb.LGBMClassifier(**settings, min_child_samples=30, random_state=1)
    model.fit(
        x[fit], y[fit], eval_set=[(x[stop], y[stop])], categorical_feature=which,
        callbacks=[lgb.early_stopping(60, verbose=False)],
    )  # fmt: skip
    return model.predict_proba(x[newer])[:, 1]


def catboost(x, y, parts, named, newer):
    from catboost import CatBoostClassifier, Pool

    which = [at for at, each in enumerate(named) if each]

    def pool(rows):
        frame = x[rows].astype(object)
        for at in which:
            frame[:, at] = [str(value) for value in frame[:, at]]
        return Pool(frame, y[rows], cat_features=which)

    fit, stop = parts
    model = CatBoostClassifier(
        iterations=1000,
        thread_count=1,
        random_seed=1,
        verbose=0,
        early_stopping_rounds=60,
        allow_writing_files=False,
    )
    model.fit(pool(fit), eval_set=pool(stop))
    return model.predict_proba(pool(newer))[:, 1]


def xgboost(x, y, parts, _named, newer):
    import xgboost as xgb

    fit, stop = parts
    model = xgb.XGBClassifier(
        n_estimators=2000, learning_rate=0.05, max_depth=4, n_jobs=1, random_state=1, early_stopping_rounds=60
    )
    model.fit(x[fit], y[fit], eval_set=[(x[stop], y[stop])], verbose=False)
    return model.predict_proba(x[newer])[:, 1]


def histgb(x, y, parts, _named, newer):
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=1000, early_stopping=True, random_state=1
    )
    rows = np.concatenate(parts)
    model.fit(x[rows], y[rows])
    return model.predict_proba(x[newer])[:, 1]


BOXES = {"LightGBM": lightgbm, "CatBoost": catboost, "XGBoost": xgboost, "HistGradientBoosting": histgb}


if __name__ == "__main__":
    main()
