"""Made-up histories in which it is known what can be learned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from plumbline.domain.signals import COMPLETENESS, SignalSpec
from plumbline.domain.words import Dimension, Kind

SPECS = (
    SignalSpec("employees", Kind.NUMBER, "Employees", Dimension.FIT, "account.employees"),
    SignalSpec("budget", Kind.NUMBER, "Budget", Dimension.READINESS, "extra.budget"),
    SignalSpec("source", Kind.TEXT, "Source", Dimension.FIT, "lead.source"),
    SignalSpec("demo", Kind.FLAG, "Asked for a demo", Dimension.INTENT, "extra.demo"),
    SignalSpec("filled", Kind.NUMBER, "Filled in", Dimension.INTENT, COMPLETENESS),
)
STRENGTH = {"web": 0.0, "fair": 0.9, "list": -1.2, "friend": 1.4}
#: A policy that declares these signals.
POLICY = """
policy: demo
about: Made up.
purpose: prioritise
qualified_lead: {outcome: won, within: 90 days}
signals:
  employees:
    {dimension: fit, from: account.employees, purposes: [prioritise, train], basis: not-personal}
  budget:
    {dimension: readiness, from: extra.budget, kind: number, purposes: [prioritise, train],
     basis: not-personal}
  source:
    {dimension: fit, from: lead.source, kind: text, purposes: [prioritise, train],
     basis: not-personal}
  demo:
    {dimension: intent, from: extra.demo, kind: flag, purposes: [prioritise, train],
     basis: not-personal}
  filled:
    {dimension: intent, from: signals.completeness, kind: number, purposes: [prioritise, train],
     basis: not-personal}
scorecard:
  employees: {"< 50": -10, "50 to 249": 5, ">= 250": 15}
  demo: {"yes": 20, "no": 0}
bands: {A: 30, B: 10, C: -5}
routes: {A: fast_track, B: queue, C: queue, D: nurture}
owners: {review: r, fast_track: f, queue: q, nurture: n, objection: o}
examples:
  - {why: "a big firm that asks is called at once", lead: {employees: 900, demo: true}, expect: {band: A}}
"""
START = datetime(2025, 1, 1, tzinfo=UTC)


def history(
    rows: int = 1_200, seed: int = 1, *, signal: float = 1.0, blank: float = 0.2, level: float = -1.0
) -> pl.DataFrame:
    """Leads a minute apart. ``signal`` 0: outcomes have nothing to do with anything."""
    rng = np.random.default_rng(seed)
    employees = np.maximum(1.0, np.round(np.exp(rng.normal(4.5, 1.3, rows))))
    # Round budgets stand for more than their size: special amounts.
    budget = np.where(
        rng.random(rows) < 0.5,
        rng.choice([1_000.0, 5_000.0, 20_000.0], rows),
        np.round(rng.gamma(2, 4_000, rows), 2),
    )
    source = rng.choice(list(STRENGTH), rows, p=[0.5, 0.2, 0.2, 0.1])
    demo = rng.random(rows) < 0.3
    odds = 0.7 * (np.log(employees) - 4.5) + np.array([STRENGTH[each] for each in source]) + 1.3 * demo
    odds = level + signal * (odds + 1.2 * (budget == 5_000) - 0.4)
    label = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    frame = pl.DataFrame({"employees": employees, "budget": budget, "source": source, "demo": demo})
    hidden = rng.random((rows, 4)) < blank
    frame = frame.with_columns(
        pl.when(~pl.Series(hidden[:, at])).then(pl.col(name)).alias(name)
        for at, name in enumerate(frame.columns)
    )
    filled = frame.select(pl.mean_horizontal(pl.all().is_not_null().cast(pl.Float64)) * 100).to_series()
    return frame.with_columns(
        filled.alias("filled"),
        pl.Series("lead.id", [f"L{at:05d}" for at in range(rows)]),
        pl.Series("decided_at", [START + timedelta(minutes=at) for at in range(rows)]),
        pl.Series("label", label, dtype=pl.Int8),
        pl.lit(1.0).alias("weight"),
    )
