"""The shared evaluation sets as training tables: allowed columns only, oldest first where there is an order.

Nothing here is part of the product, and nothing learned from these sets ships.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from plumbline.domain.signals import COMPLETENESS, SignalSpec
from plumbline.domain.words import Dimension, Kind, Purpose

DATA = Path(os.environ.get("PLUMBLINE_DATA", Path(__file__).parents[2] / "shared" / "data"))
BLANK = ["", "Select", "Unknown", "unknown"]
WEB = ["TotalVisits", "Total Time Spent on Website", "Page Views Per Visit"]


@dataclass(frozen=True)
class Set:
    """Signals, what they are, outcomes. ``timed``: rows are in order of time; else the split is drawn."""

    name: str
    frame: pl.DataFrame
    specs: tuple[SignalSpec, ...]
    label: np.ndarray
    timed: bool = True
    share: float = 0.8
    grouped: bool = True

    def split(self, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Oldest 80 % and newest 20 %; without time a drawn split that keeps equal rows together."""
        rows = np.arange(self.label.size)
        if self.timed:
            cut = int(self.share * rows.size)
            return rows[:cut], rows[cut:]
        if not self.grouped:
            drawn = np.random.default_rng(seed).random(rows.size)
            return rows[drawn < self.share], rows[drawn >= self.share]
        same = self.frame.hash_rows(seed=1).rank("dense").to_numpy() - 1
        drawn = np.random.default_rng(seed).random(int(same.max()) + 1)[same]
        return rows[drawn < self.share], rows[drawn >= self.share]


def load(name: str) -> Set:
    frame, label, timed = SETS[name]()
    signals, specs = declared(frame)
    return Set(name, signals, specs, label, timed, **MORE.get(name, {}))


def declared(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[SignalSpec, ...]]:
    """Columns as signals of a policy, and one that says how much of a row is filled in."""
    frame = frame.rename({name: re.sub(r"\W", "_", name)[:60] for name in frame.columns})
    specs = [
        SignalSpec(name, kind_of(frame[name]), name, Dimension.FIT, purposes=frozenset(Purpose))
        for name in frame.columns
    ]
    filled = frame.select(pl.mean_horizontal(pl.all().is_not_null().cast(pl.Float64)) * 100).to_series()
    spec = SignalSpec("filled", Kind.NUMBER, "Filled in", Dimension.INTENT, COMPLETENESS)
    return frame.with_columns(filled.alias("filled")), (*specs, spec)


def kind_of(values: pl.Series) -> Kind:
    if values.dtype == pl.Boolean:
        return Kind.FLAG
    return Kind.NUMBER if values.dtype.is_numeric() else Kind.TEXT


def read(path: str, **options) -> pl.DataFrame:
    return pl.read_csv(DATA / path, infer_schema_length=0, **options)


def numbers(*names: str) -> list[pl.Expr]:
    return [pl.col(name).cast(pl.Float64) for name in names]


def blank() -> pl.Expr:
    return pl.when(~pl.all().is_in(BLANK)).then(pl.all())


def xeducation(*, web: bool) -> tuple[pl.DataFrame, np.ndarray, bool]:
    rows = read("lead_xeducation/leads.csv.gz")
    rows = rows.sort(pl.col("Lead Number").cast(pl.Int64))
    label = rows["Converted"].cast(pl.Float64).to_numpy()
    late = ("Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity")
    frame = rows.drop("Prospect ID", "Lead Number", "Converted", *late, pl.col("^Asymm.*$"))
    frame = frame.select(blank()) if web else frame.drop(WEB).select(blank())
    return frame.with_columns(numbers(*WEB) if web else []), label, True


def xeducation_as_odoo() -> tuple[pl.DataFrame, np.ndarray, bool]:
    """What Odoo's own predictive scoring was given: origin, place, studies, work, and the yes-no fields."""
    frame, label, _ = xeducation(web=False)
    named = ("Lead Origin", "Country", "Specialization", "What is your current occupation", "City")
    heard = "How did you hear about X Education"
    flags = [c for c in frame.columns if set(frame[c].drop_nulls().unique()) <= {"Yes", "No"}]
    return frame.select(*named, heard, *flags), label, False


def ficzon(target: tuple[str, ...]) -> tuple[pl.DataFrame, np.ndarray, bool]:
    rows = read("lead_ficzon/leads.csv").sort("created", maintain_order=True)
    label = rows["status"].is_in(target).cast(pl.Float64).to_numpy()
    at = pl.col("created").str.to_datetime("%Y-%m-%dT%H:%M")
    frame = rows.select(
        "source",
        "email_domain",
        (pl.col("has_mobile") == "1").alias("has_mobile"),
        at.dt.hour().cast(pl.Float64).alias("hour"),
        at.dt.weekday().cast(pl.Float64).alias("weekday"),
    ).with_columns(pl.col("email_domain", "source").replace(dict.fromkeys(BLANK)))
    return frame, label, True


def deals() -> tuple[pl.DataFrame, np.ndarray, bool]:
    rows = read("deals_it_services/deals.csv").sort("deal_date", maintain_order=True)
    label = (rows["status"] == "Won").cast(pl.Float64).to_numpy()
    month = pl.col("deal_date").str.slice(5, 2).cast(pl.Float64).alias("month")
    frame = rows.with_columns(month).drop("deal_date", "vp", "manager", "status")
    return frame.with_columns(numbers("deal_cost")), label, True


def salvirt() -> tuple[pl.DataFrame, np.ndarray, bool]:
    rows = read("deals_salvirt/deals.csv")
    label = (rows["Status"] == "Won").cast(pl.Float64).to_numpy()
    return rows.drop("Status", "Seller").select(blank()), label, False


def maven() -> tuple[pl.DataFrame, np.ndarray, bool]:
    rows = read("deals_maven_fictional/sales_pipeline.csv")
    rows = rows.filter(pl.col("deal_stage").is_in(["Won", "Lost"])).sort("engage_date", maintain_order=True)
    rows = rows.join(
        read("deals_maven_fictional/accounts.csv"), on="account", how="left", maintain_order="left"
    )
    team = read("deals_maven_fictional/sales_teams.csv")
    rows = rows.join(team, on="sales_agent", how="left", maintain_order="left")
    label = (rows["deal_stage"] == "Won").cast(pl.Float64).to_numpy()
    frame = rows.drop(
        "opportunity_id", "deal_stage", "engage_date", "close_date", "close_value", "subsidiary_of"
    )
    return frame.with_columns(numbers("year_established", "revenue", "employees")), label, True


def bank(*, timed: bool) -> tuple[pl.DataFrame, np.ndarray, bool]:
    rows = read("propensity_bank_marketing/bank-full.csv.gz", separator=";")
    label = (rows["y"] == "yes").cast(pl.Float64).to_numpy()
    rows = rows.drop("duration", "y").select(blank())
    known = pl.col("pdays").cast(pl.Float64)
    frame = rows.with_columns(
        *numbers("age", "balance", "day", "campaign", "previous"),
        pl.when(known >= 0).then(known).alias("pdays"),
    )
    return frame, label, timed


def shoppers() -> tuple[pl.DataFrame, np.ndarray, bool]:
    rows = read("propensity_online_shoppers/online_shoppers_intention.csv.gz")
    months = ["Jan", "Feb", "Mar", "Apr", "May", "June", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    rows = rows.sort(pl.col("Month").cast(pl.Enum(months)), maintain_order=True)
    label = (rows["Revenue"].str.to_lowercase() == "true").cast(pl.Float64).to_numpy()
    named = ("OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType", "Weekend")
    frame = rows.drop("Revenue", "PageValues", "Month")
    return frame.with_columns(numbers(*(c for c in frame.columns if c not in named))), label, True


def happy() -> tuple[pl.DataFrame, np.ndarray, bool]:
    rows = read("propensity_happy_customer_bank/leads.csv.gz")
    label = rows["Disbursed"].cast(pl.Float64).to_numpy()
    frame = rows.drop("ID", "Disbursed", pl.col("^.*_Missing$"))
    named = ("Device_Type", "Filled_Form", "Gender", "Var1", "Var2", "Mobile_Verified", "Source")
    return frame.with_columns(numbers(*(c for c in frame.columns if c not in named))), label, True


def hillstrom() -> tuple[pl.DataFrame, np.ndarray, bool]:
    rows = read("propensity_hillstrom/hillstrom.csv.gz")
    label = rows["visit"].cast(pl.Float64).to_numpy()
    frame = rows.drop("segment", "visit", "conversion", "spend").with_columns(numbers("recency", "history"))
    return frame, label, False


#: The split that Odoo's own figures were measured with.
MORE = {"xed_odoo": {"share": 0.7, "grouped": False}}
WORTH = ("CONVERTED", "IN PROGRESS POSITIVE", "POTENTIAL", "LONG TERM")
SETS = {
    "xed_A": lambda: xeducation(web=False),
    "xed_odoo": xeducation_as_odoo,
    "xed_B": lambda: xeducation(web=True),
    "ficzon_conv": lambda: ficzon(("CONVERTED",)),
    "ficzon_worth": lambda: ficzon(WORTH),
    "deals_it": deals,
    "shoppers": shoppers,
    "bank_random": lambda: bank(timed=False),
    "bank_time": lambda: bank(timed=True),
    "happy": happy,
    "hillstrom": hillstrom,
    "salvirt": salvirt,
    "maven": maven,
}
