from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from helpers_simulate import small_market, small_truth
from plumbline.simulate.events import _MOST, KINDS, _counts

EVENTS = small_market().visible.events


def created() -> pl.DataFrame:
    return small_market().visible.leads.select(pl.col("Lead ID").alias("lead.id"), "Created")


def test_events_come_before_and_after_the_form() -> None:
    both = EVENTS.join(created(), on="lead.id").with_columns(
        pl.col("at").str.slice(0, 19).str.replace("T", " ")
    )
    after = both.group_by("kind").agg((pl.col("at") > pl.col("Created")).mean().alias("after"))
    share = dict(after.iter_rows())
    assert set(share) == set(KINDS)
    assert share["unsubscribe"] == 1.0
    assert 0.1 < share["page_view"] < 0.6
    assert share["demo_request"] == 0.0


def test_a_demo_form_is_a_demo_request_at_that_moment() -> None:
    double = small_truth().leads["likeness"] == "double"  # the second click of a form is no second visit
    leads = small_market().visible.leads.filter((pl.col("Lead Source") == "Demo Form") & ~double)
    asked = EVENTS.filter(pl.col("kind") == "demo_request").with_columns(
        pl.col("at").str.slice(0, 19).str.replace("T", " ")
    )
    found = leads.join(asked, left_on=["Lead ID", "Created"], right_on=["lead.id", "at"])
    assert found["Lead ID"].n_unique() == leads.height


def test_the_interested_look_at_prices_more_often() -> None:
    views = EVENTS.filter(pl.col("kind") == "pricing_view").group_by("lead.id").agg(pl.len())
    both = small_truth().leads.join(views, on="lead.id", how="left").with_columns(pl.col("len").fill_null(0))
    correlation = np.corrcoef(both["intent"], both["len"])[0, 1]
    assert 0.3 < correlation < 0.8


@given(st.floats(0.01, 20), st.integers(0, 1000))
def test_counts_follow_their_rate_and_more_interest_never_means_fewer(rate: float, seed: int) -> None:
    lots = np.random.default_rng(seed).random(2_000)
    counts, more = (_counts(np.full(lots.size, factor * rate), lots) for factor in (1.0, 1.3))
    assert abs(counts.mean() - rate) < 5 * np.sqrt(rate / lots.size)
    assert (more >= counts).all()
    assert counts.max() < _MOST


def test_nobody_clicks_without_end() -> None:
    assert _counts(np.array([1e9]), np.array([1 - 2.0**-53])) == _MOST - 1
