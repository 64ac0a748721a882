"""Law 3: base + points of all terms = score, exactly, for every decision."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given

import helpers_scorecard as slow
from plumbline.scorecard import evaluate, one, score
from plumbline.scorecard.evaluate import TERM

if TYPE_CHECKING:
    from collections.abc import Callable


def unbalanced(scores: pl.DataFrame, base: int) -> int:
    """How many leads have reasons that do not add up."""
    terms = pl.sum_horizontal(pl.col(f"^{TERM}.*$").cast(pl.Int64))
    dimensions = pl.sum_horizontal("points.fit", "points.intent", "points.readiness")
    wrong = (pl.col("points") != base + terms) | (pl.col("points") != base + dimensions)
    return scores.filter(wrong).height


@given(slow.cases())
def test_base_terms_and_clips_add_up_to_the_points(case: slow.Case) -> None:
    scores = score(case.frame, case.card, case.cutoffs)
    assert unbalanced(scores, case.card.base) == 0


def test_an_evaluator_that_hides_the_clip_is_caught(
    monkeypatch: pytest.MonkeyPatch, capped_case: slow.Case
) -> None:
    honest = evaluate._terms

    def hides_the_clip(plan, state):
        return [column for column in honest(plan, state) if ":" not in column.name]

    monkeypatch.setattr(evaluate, "_terms", hides_the_clip)
    scores = score(capped_case.frame, capped_case.card, capped_case.cutoffs)
    assert unbalanced(scores, capped_case.card.base) == 1


@given(slow.cases())
def test_every_term_is_what_its_table_says(case: slow.Case) -> None:
    scores = score(case.frame, case.card, case.cutoffs)
    for lead, row in zip(case.leads, scores.iter_rows(named=True), strict=True):
        at = slow.codes(case.card, lead)
        assert {name.removeprefix(TERM): row[name] for name in row if name.startswith(TERM)} == slow.parts(
            case.card, at
        )
        assert row["points"] == slow.points(case.card, at)
        assert row["band"] == case.cutoffs.band(row["points"])
        assert row["missing"] == [signal.name for signal in slow.unknown(case.card, lead)]


@given(slow.cases(least=1))
def test_a_lead_scores_alone_as_it_does_among_others(case: slow.Case) -> None:
    assert scored_alone(case).equals(scored_together(case))


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("terms", lambda _: [0, 0, 0, 0]),
        ("dimension", lambda *_: 1),
        ("end", lambda *_: 1),
        ("band_change", lambda _: 1),
        ("question", lambda _: "demo"),
    ],
)
def test_a_lead_that_scores_otherwise_alone_is_caught(
    part: str, wrong: Callable, monkeypatch: pytest.MonkeyPatch, capped_case: slow.Case
) -> None:
    monkeypatch.setattr(one._Lead, part, wrong)
    assert not scored_alone(capped_case).equals(scored_together(capped_case))


def scored_together(case: slow.Case) -> pl.DataFrame:
    return score(case.frame, case.card, case.cutoffs, askable=[signal.name for signal in case.card.signals])


def scored_alone(case: slow.Case) -> pl.DataFrame:
    leads = [replace(case, leads=(lead,)) for lead in case.leads]
    return pl.concat(scored_together(lead) for lead in leads)
