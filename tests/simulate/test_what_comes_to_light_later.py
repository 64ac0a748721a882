from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from helpers_simulate import SEED, SMALL, blank, small_market, small_truth, small_world, within_binomial
from plumbline.simulate import Forms, Readers, Team, arrival_order, begin, fly, look, review
from plumbline.simulate.export import export
from plumbline.simulate.history import ASKED, ENRICHED, history

EXPORT = export(small_world())
HISTORY = history(small_world())


def test_the_export_adds_what_sales_wrote_and_keeps_the_rest() -> None:
    leads = small_market().visible.leads
    assert EXPORT.columns == [*leads.columns, "Owner", "Lead Status", "Last Contacted", "Modified"]
    untouched = [name for name in leads.columns if name not in {*ASKED, *ENRICHED, "Opted Out of Profiling"}]
    assert EXPORT.select(untouched).equals(leads.select(untouched))
    assert (EXPORT["Modified"] >= EXPORT["Created"]).all()


def test_the_status_gives_the_outcome_away_as_real_exports_do() -> None:
    won = (
        small_truth()
        .leads.select("lead.id")
        .join(look(small_world()).outcomes().filter(pl.col("outcome") == "won"), on="lead.id")
    )
    customers = EXPORT.filter(pl.col("Lead Status") == "Customer")["Lead ID"]
    assert set(customers) == set(won["lead.id"])
    assert customers.len() > 10


def test_cells_are_filled_in_later_only_where_they_were_missing() -> None:
    assert HISTORY.height > 500
    assert set(HISTORY["by"].unique()) == {"rep", "enrichment"}
    assert HISTORY["at"].max() <= small_world().now.strftime("%Y-%m-%dT%H:%M:%SZ")
    for name in {*ASKED, *ENRICHED}:
        filled = HISTORY.filter(pl.col("column") == name)["lead.id"]
        before = small_market().visible.leads.filter(pl.col("Lead ID").is_in(filled.implode()))
        assert blank(before[name]).all()
        after = EXPORT.filter(pl.col("Lead ID").is_in(filled.implode()))
        assert not blank(after[name]).any()


def test_answers_of_those_who_met_us_are_fuller_which_is_the_trap() -> None:
    good = small_truth().leads["would_qualify"].to_numpy()

    def told(leads: pl.DataFrame) -> float:
        missing = blank(leads["Budget"]).to_numpy()
        return float(missing[~good].mean() - missing[good].mean())

    assert told(EXPORT) > told(small_market().visible.leads) + 0.1
    # Negative control: where nobody fills in anything, the export knows no more than the form did.
    settings = replace(SMALL, team=Team(fills_in=0.0), forms=Forms(enriched=0.0))
    quiet = fly(begin(settings, seed=SEED), arrival_order, SMALL.weeks)
    assert history(quiet).is_empty()
    assert export(quiet)["Budget"].equals(quiet.market.visible.leads["Budget"])


def test_an_objection_by_mail_is_ticked_in_the_crm() -> None:
    settings = replace(SMALL, data_rights=0.2, objections=0.0)
    world = fly(begin(settings, seed=SEED), arrival_order, SMALL.weeks)
    asked = world.market.labels.with_columns(world.market.visible.messages["lead.id"])
    asked = asked.filter((pl.col("data_rights") == "object") & (pl.col("at") <= world.second))
    ticked = export(world).filter(pl.col("Opted Out of Profiling") == "Yes")["Lead ID"]
    assert set(ticked) == set(asked["lead.id"])
    assert ticked.len() > 30
    assert (look(world).leads["Opted Out of Profiling"] == "No").all()


def test_readers_err_as_often_as_set() -> None:
    ids, good = small_truth().leads["lead.id"], small_truth().leads["would_qualify"]
    said = review(small_world(), ids)["verdict"]
    given = said.is_not_null()
    right_on_good = (said == good).filter(given & good).mean()
    right_on_bad = (said == good).filter(given & ~good).mean()
    rates = SMALL.readers
    assert within_binomial(right_on_good, rates.sensitivity, int((given & good).sum()))
    assert within_binomial(right_on_bad, rates.specificity, int((given & ~good).sum()))
    assert within_binomial(float((~given).mean()), rates.silent_on_bad, ids.len())
    assert not within_binomial(right_on_good, 1.0 - 1e-9, int((given & good).sum()))


def test_a_reader_is_of_one_mind_and_another_errs_elsewhere() -> None:
    ids, good = small_truth().leads["lead.id"], small_truth().leads["would_qualify"]
    one, again, other = (review(small_world(), ids, reader)["verdict"] for reader in (1, 1, 2))
    assert one.equals(again)
    both = one.is_not_null() & other.is_not_null() & good
    wrong = [(~verdicts.filter(both)).cast(pl.Float64).to_numpy() for verdicts in (one, other)]
    assert abs(np.corrcoef(*wrong)[0, 1]) < 0.15
    assert wrong[0].mean() > 0.05


def test_a_perfect_reader_says_the_truth_later() -> None:
    world = fly(begin(replace(SMALL, readers=Readers(1.0, 1.0, 2.0, 0.0, 0.0)), seed=SEED), arrival_order, 1)
    ids = small_truth().leads["lead.id"].head(400)
    said = review(world, ids)
    assert said["verdict"].equals(small_truth().leads["would_qualify"].head(400).alias("verdict"))
    assert (said["at"] >= world.now.strftime("%Y-%m-%dT%H:%M:%SZ")).all()
