"""Law 2: what is unknown counts 0, is named, and shows the exact range and chance of what it may change."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import helpers_scorecard as slow
from plumbline.domain.bands import Cutoffs
from plumbline.domain.errors import InvalidScorecardError
from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard import Cap, Scorecard, SignalBins, Term, band_change, plan, score
from plumbline.scorecard.chances import Spread, fitted


@given(slow.cases())
def test_the_range_is_that_of_all_joint_answers(case: slow.Case) -> None:
    scores = score(case.frame, case.card, case.cutoffs)
    for lead, row in zip(case.leads, scores.iter_rows(named=True), strict=True):
        every = [slow.points(case.card, at) for at, _ in joint(case, lead)]
        assert (row["points_min"], row["points_max"]) == (min(every), max(every))


@given(slow.cases())
def test_the_chance_of_another_band_is_that_of_all_joint_answers(case: slow.Case) -> None:
    scores = score(case.frame, case.card, case.cutoffs)
    for lead, row in zip(case.leads, scores.iter_rows(named=True), strict=True):
        share = slow.chance(case.card, case.cutoffs, lead, slow.unknown(case.card, lead))
        assert row["band_change"] == slow.ten_thousandths(share)


@given(slow.cases())
def test_the_question_is_the_one_whose_answer_moves_most(case: slow.Case) -> None:
    ask = [signal.name for signal in case.card.signals][::2]
    scores = score(case.frame, case.card, case.cutoffs, askable=ask)
    for lead, asked in zip(case.leads, scores["question"], strict=True):
        worth = {
            signal.name: worth_asking(case, lead, signal)
            for signal in slow.unknown(case.card, lead)
            if signal.name in ask
        }
        best = max(worth.values(), default=(0, 0))
        expected = next((name for name in worth if worth[name] == best), None) if any(best) else None
        assert asked == expected


def test_every_lead_of_a_small_card_is_right_among_all_others(capped_case: slow.Case) -> None:
    """Leads that lack the same and know different things under a cap must not be mixed up."""
    known = {"employees": (None, 1.0, 50.0, 250.0), "email_kind": (None, "business", "free", "x")}
    leads = [
        {"employees": employees, "email_kind": email, "demo": demo}
        for employees, email, demo in product(*known.values(), (None, True, False))
    ]
    every = slow.Case(capped_case.card, capped_case.cutoffs, tuple(leads))
    for lead, row in zip(
        leads, score(every.frame, every.card, every.cutoffs).iter_rows(named=True), strict=True
    ):
        points = [slow.points(every.card, at) for at, _ in joint(every, lead)]
        share = slow.chance(every.card, every.cutoffs, lead, slow.unknown(every.card, lead))
        assert (row["points_min"], row["points_max"]) == (min(points), max(points))
        assert row["band_change"] == slow.ten_thousandths(share)


def joint(case: slow.Case, lead: dict):
    return slow.answers(case.card, lead, slow.unknown(case.card, lead))


def worth_asking(case: slow.Case, lead: dict, signal) -> tuple:
    every = [slow.points(case.card, at) for at, _ in slow.answers(case.card, lead, [signal])]
    return slow.chance(case.card, case.cutoffs, lead, [signal]), max(every) - min(every)


@given(slow.cases(least=1), st.data())
def test_removing_a_field_never_worsens_a_lead_in_silence(case: slow.Case, data: st.DataObject) -> None:
    lead = case.leads[0]
    removable = [s for s in case.card.signals if lead[s.name] is not None and not s.completeness]
    assume(removable)
    signal = data.draw(st.sampled_from(removable))
    assume(slow.code(signal, lead[signal.name]) in slow.weights(case.card, signal))
    pair = slow.frame(case.card, [lead, {**lead, signal.name: None}])
    whole, gap = score(pair, case.card, case.cutoffs).iter_rows(named=True)
    assert signal.name in gap["missing"]
    assert gap[f"points.term.{signal.name}"] == 0
    assert gap["points_min"] <= whole["points_min"] <= whole["points_max"] <= gap["points_max"]
    if not whole["missing"] and gap["band"] != whole["band"]:
        assert gap["points_min"] <= whole["points"] <= gap["points_max"]
        assert gap["band_change"] > 0


def test_a_range_that_forgets_the_worst_bin_is_caught(
    monkeypatch: pytest.MonkeyPatch, capped_case: slow.Case
) -> None:
    def forgetful(joint, possible, pick):
        return honest(joint, [bins & (np.arange(len(bins)) != 1) for bins in possible], pick)

    honest = plan._extreme
    monkeypatch.setattr(plan, "_extreme", forgetful)
    plan.plan_of.cache_clear()
    row = score(capped_case.frame, capped_case.card, capped_case.cutoffs).row(1, named=True)
    plan.plan_of.cache_clear()
    every = [slow.points(capped_case.card, at) for at, _ in joint(capped_case, capped_case.leads[1])]
    assert (row["points_min"], row["points_max"]) != (min(every), max(every))


def test_points_for_missing_are_refused(capped_case: slow.Case) -> None:
    card = capped_case.card
    term = card.terms[0]
    bad = replace(card, terms=(replace(term, points=(-1, *term.points[1:])), *card.terms[1:]))
    with pytest.raises(InvalidScorecardError, match="points for missing must be 0"):
        score(capped_case.frame, bad, capped_case.cutoffs)


def test_completeness_may_speak_about_what_is_missing(completeness_case: slow.Case) -> None:
    scores = score(completeness_case.frame, completeness_case.card, completeness_case.cutoffs)
    assert scores["points"].to_list() == [-4, 0, 6]
    assert scores["missing"].to_list() == [[], [], []]
    assert scores["points_min"].equals(scores["points"].alias("points_min"))


@given(slow.cases(least=2), st.sampled_from((1, 50, 150)))
def test_the_chance_does_not_depend_on_how_many_are_worked_out_at_once(case: slow.Case, chunk: int) -> None:
    whole = score(case.frame, case.card, case.cutoffs)["band_change"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(band_change, "_CELLS", chunk)
        pieces = score(case.frame, case.card, case.cutoffs)["band_change"]
    assert whole.equals(pieces)


@given(slow.cases(mix=True), st.integers(2**20, 2**36))
def test_huge_mixes_lose_no_more_than_the_last_digit(case: slow.Case, factor: int) -> None:
    mix = {name: tuple(count * factor for count in counts) for name, counts in case.card.mix.items()}
    card = replace(case.card, mix=mix)
    scores = score(case.frame, card, case.cutoffs)
    for lead, found in zip(case.leads, scores["band_change"], strict=True):
        exact = slow.chance(card, case.cutoffs, lead, slow.unknown(card, lead))
        assert abs(found - exact * 10_000) <= 1


@pytest.mark.parametrize("caps", [(), (Cap("all", tuple(f"s{place}" for place in range(20)), max=12),)])
def test_many_unknown_signals_stay_whole_numbers(caps: tuple[Cap, ...]) -> None:
    """Twenty unknown signals, a million leads behind each: weights beyond 64 bits, halved until they fit."""
    names = [f"s{place}" for place in range(20)]
    bins = tuple(SignalBins(name, Kind.FLAG, name, ("no", "yes")) for name in names)
    terms = tuple(Term(name, name, Dimension.FIT, (name,), (0, 0, 1, 0)) for name in names)
    card = Scorecard("many", bins, terms, caps, mix=dict.fromkeys(names, (300_000, 699_998, 0)))
    frame = pl.DataFrame({name: pl.Series([None], dtype=pl.Boolean) for name in names})
    scores = score(frame, card, Cutoffs(12, 11, 10))
    yes = Fraction(699_999, 1_000_000)
    ten_or_more = sum(math.comb(20, n) * yes**n * (1 - yes) ** (20 - n) for n in range(10, 21))
    assert abs(scores["band_change"].item() - ten_or_more * 10_000) <= 1


def test_more_signals_than_bits_are_told_apart() -> None:
    """Leads are grouped by what they lack; with 70 signals that takes more than one 64-bit number."""
    names = [f"s{place}" for place in range(70)]
    bins = tuple(SignalBins(name, Kind.FLAG, name, ("no", "yes")) for name in names)
    terms = tuple(
        Term(name, name, Dimension.FIT, (name,), (0, 0, at + 1, 0)) for at, name in enumerate(names)
    )
    card = Scorecard("wide", bins, terms)
    lacking = [{0}, {69}, {0, 69}, {35}, set(), {0}, set(range(70))]
    frame = pl.DataFrame(
        {name: [None if at in lacks else False for lacks in lacking] for at, name in enumerate(names)}
    )
    scores = score(frame, card, Cutoffs(71, 70, 1))
    assert scores["missing"].to_list() == [[names[at] for at in sorted(lacks)] for lacks in lacking]
    assert scores["points_max"].to_list() == [1, 70, 71, 36, 0, 1, 2485]
    assert scores["band_change"].to_list() == [5000, 5000, 7500, 5000, 0, 5000, 10_000]


def test_what_is_possible_stays_possible_when_weights_shrink() -> None:
    light = Spread(0, np.array([1, 2**60, 0, 3])).light()
    assert (light.weights > 0).tolist() == [True, True, False, True]
    rare, common = fitted([np.array([1, 2**50]), np.array([2**40, 1])])
    assert min(rare.min(), common.min()) == 1
