"""Splink's own documented models of its own sets, as its documentation trains, predicts and clusters them.

``fake_1000``: the tutorial, pages 4 and 5 (clusters at .2). ``historical_50k``: the example "Linking a
dataset of real historical persons" (clusters at .95). ``plain``: what one would write for leads at first.
Random pairs are drawn with a seed, so that a run can be repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import polars as pl
import splink.comparison_library as cl
from splink import ColumnExpression, DuckDBAPI, Linker, SettingsCreator, block_on


@dataclass(frozen=True)
class Documented:
    """A model and how it is trained; ``cut`` is the probability at which its page clusters."""

    settings: SettingsCreator
    sure: list
    recall: float
    random_pairs: float
    sessions: list
    cut: float
    without_frequencies: bool = False


def fake_1000() -> Documented:
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.LevenshteinAtThresholds(ColumnExpression("dob").cast_to_string(), 1),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[block_on("first_name", "city"), block_on("surname")],
    )
    sure = [
        block_on("first_name", "dob"),
        "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
        block_on("email"),
    ]
    sessions = [block_on("first_name", "surname"), block_on("dob")]
    return Documented(settings, sure, recall=0.7, random_pairs=2e6, sessions=sessions, cut=0.2)


def historical_50k() -> Documented:
    area = "substr(postcode_fake,1,3)"
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            *(block_on(*two) for two in (("surname", "dob"), ("first_name", "dob"), ("dob", "birth_place"))),
            *(block_on("postcode_fake", name) for name in ("first_name", "surname")),
            *(block_on(area, name) for name in ("dob", "first_name", "surname")),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
    )
    sure = [
        block_on("first_name", "surname", "dob"),
        block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
        block_on("dob", "postcode_fake"),
    ]
    sessions = [block_on("first_name", "surname"), block_on("dob")]
    return Documented(
        settings, sure, recall=0.6, random_pairs=1e7, sessions=sessions, cut=0.95, without_frequencies=True
    )


def plain() -> Documented:
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("name"),
            cl.EmailComparison("email"),
            cl.ExactMatch("phone"),
            cl.JaroWinklerAtThresholds("company", [0.9]),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[block_on(one) for one in ("email", "phone", "name")],
    )
    sure = [block_on("email"), block_on("phone", "name")]
    sessions = [block_on("email"), block_on("name")]
    return Documented(settings, sure, recall=0.7, random_pairs=1e6, sessions=sessions, cut=0.99)


MODELS = {"fake_1000": fake_1000, "historical_50k": historical_50k, "plain": plain}


def labels(frame: pl.DataFrame, which: str) -> dict[str, np.ndarray]:
    """Cluster labels of the rows, at the cut of the model's page and at even odds."""
    model = MODELS[which]()
    rows = frame.with_columns(unique_id=pl.int_range(pl.len(), dtype=pl.Int64)).drop("truth")
    if which == "historical_50k":
        whole = pl.concat_str("first_name", pl.lit(" "), "surname")
        rows = rows.with_columns(first_name_surname_concat=whole)
    with silent():
        linker = Linker(DuckDBAPI().register(rows.to_arrow()), model.settings)
        _train(linker, model)
        predicted = linker.inference.predict(threshold_match_probability=0.1)
        return {f"{cut}": _clusters(linker, predicted, cut) for cut in (model.cut, 0.5)}


def _train(linker: Linker, model: Documented) -> None:
    linker.training.estimate_probability_two_random_records_match(model.sure, recall=model.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=model.random_pairs, seed=1)
    for rule in model.sessions:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=model.without_frequencies
        )


def _clusters(linker: Linker, predicted, cut: float) -> np.ndarray:
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=cut
    )
    table = pl.DataFrame(found.as_duckdbpyrelation().to_arrow_table()).sort("unique_id")
    return table["cluster_id"].rank("dense").to_numpy()


@contextmanager
def silent() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
