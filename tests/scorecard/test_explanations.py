"""What a person reads: reasons, the sum, the differences between two cards, the mix."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given

import helpers_scorecard as slow
from plumbline.domain.bands import Cutoffs
from plumbline.domain.errors import SignalsMismatchError
from plumbline.domain.words import Dimension
from plumbline.scorecard import Sigmoid, diff, explain, mix_of, score, with_mix
from plumbline.scorecard.answers import answers
from plumbline.scorecard.mix import added


@given(slow.cases(least=1))
def test_an_explanation_says_what_the_scores_say(case: slow.Case) -> None:
    row = score(case.frame, case.card, case.cutoffs).row(0, named=True)
    told = explain(case.leads[0], case.card, case.cutoffs)
    assert (told.points, told.band, told.low, told.high) == (
        row["points"],
        row["band"],
        row["points_min"],
        row["points_max"],
    )
    assert list(told.missing) == row["missing"]
    assert {r.term: r.points for r in told.reasons if r.points} == {
        name.removeprefix("points.term."): row[name] for name in row if ".term." in name and row[name]
    }
    assert [abs(r.points) for r in told.reasons] == sorted(
        (abs(r.points) for r in told.reasons), reverse=True
    )


@given(slow.cases(least=1))
def test_the_arithmetic_line_adds_up(case: slow.Case) -> None:
    left, right = explain(case.leads[0], case.card, case.cutoffs).arithmetic.split(" = ")
    assert sum(int(number.replace(" ", "")) for number in re.findall(r"[+-]? ?\d+", left)) == int(right)


def test_reasons_are_words(capped_case: slow.Case) -> None:
    told = explain({"employees": 900, "email_kind": "business"}, capped_case.card, capped_case.cutoffs)
    assert [str(reason) for reason in told.reasons] == [
        "+15 Employees: >= 250",
        "-13 Limit of Employees and E-mail: 25 counts as 12",
        "+10 E-mail: business",
        "+0 Asked for a demo: not known",
    ]
    assert told.arithmetic == "1 + 15 - 13 + 10 = 13"
    assert (told.low, told.high, told.missing) == (11, 19, ("demo",))


def test_a_value_of_another_kind_is_refused(capped_case: slow.Case) -> None:
    with pytest.raises(SignalsMismatchError, match="not of its signal's kind"):
        explain({"employees": "many"}, capped_case.card, capped_case.cutoffs)


def test_differences_are_told_in_words(capped_case: slow.Case) -> None:
    old = capped_case.card
    first = replace(old.terms[0], points=(0, -10, 7, 15, 0))
    wider = replace(old.signals[0], cuts=(50.0, 300.0))
    new = replace(
        old,
        base=2,
        signals=(wider, old.signals[1]),
        terms=(first, replace(old.terms[1], label="E-mail kind")),
        caps=(replace(old.caps[0], max=20),),
        calibration=Sigmoid("0.03", "-1", 500),
    )
    capped = "employees, email_kind together at least -12 and at most {}"
    assert diff(old, new) == [
        "Base: 1 -> 2",
        "Asked for a demo no longer counts",
        "Employees, 50 to 249: 5 -> 7 points",
        "Employees has bins of the same names that hold other values",
        "E-mail is now called E-mail kind",
        f"Cap firm: {capped.format(12)} -> {capped.format(20)}",
        "The calibration is another one",
    ]
    assert "Asked for a demo is new: no -2; yes 6" in diff(new, old)


def test_small_differences_are_told_too(capped_case: slow.Case) -> None:
    card = capped_case.card
    evidence = replace(card, terms=(replace(card.terms[0], rows=(1,) * 5), *card.terms[1:]))
    assert diff(card, evidence) == ["The intervals or row counts behind the points are others"]
    assert diff(card, replace(card, name="other")) == ["Only names or the order of signals and terms differ"]
    moved = replace(card.terms[2], dimension=Dimension.READINESS)
    assert diff(card, replace(card, terms=(*card.terms[:2], moved))) == [
        "Asked for a demo moves from intent to readiness"
    ]
    other = replace(card.signals[2], labels=("No", "Yes"))
    assert diff(card, replace(card, signals=(*card.signals[:2], other))) == [
        "Asked for a demo has other bins: no -2; yes 6 -> No -2; Yes 6"
    ]
    assert diff(card, replace(card, caps=())) == ["Cap firm is gone"]
    assert diff(replace(card, caps=()), card) == [
        "Cap firm is new: employees, email_kind together at least -12 and at most 12"
    ]


@given(slow.cards(), slow.cards())
def test_only_equal_cards_have_no_differences(one, two) -> None:
    assert diff(one, one) == []
    assert bool(diff(one, two)) is (one != two)


@given(slow.cases(least=2))
def test_the_mix_counts_known_bins(case: slow.Case) -> None:
    mix = mix_of(case.frame, case.card)
    for signal in case.card.signals:
        codes = [slow.code(signal, lead[signal.name]) for lead in case.leads]
        assert mix[signal.name] == tuple(codes.count(at) for at in range(1, signal.axis))
    halves = mix_of(case.frame[:1], case.card), mix_of(case.frame[1:], case.card)
    assert added(*halves) == mix
    card = with_mix(case.card, mix)
    scores, plain = (score(case.frame, c, case.cutoffs) for c in (card, with_mix(card, None)))
    assert scores["points"].equals(plain["points"])


def test_a_mix_makes_likely_answers_count(capped_case: slow.Case) -> None:
    cutoffs, lead = (
        Cutoffs(90, 80, 1),
        pl.DataFrame({"employees": [None], "email_kind": ["business"], "demo": [True]}),
    )
    card = replace(capped_case.card, caps=(), base=-16)
    even = score(lead, card, cutoffs)["band_change"].to_list()
    large = with_mix(card, {"employees": (0, 0, 998, 0), "email_kind": (0, 0, 0), "demo": (0, 0, 0)})
    assert even == [6667]
    assert score(lead, large, cutoffs)["band_change"].to_list() == [9990]


@given(slow.cases(least=1))
def test_each_answer_is_worth_what_trying_it_shows(case: slow.Case) -> None:
    lead = case.leads[0]
    now = slow.points(case.card, slow.codes(case.card, lead))
    found = {one.signal: one for one in answers(lead, case.card, case.cutoffs)}
    assert set(found) == {signal.name for signal in slow.unknown(case.card, lead)}
    for signal in slow.unknown(case.card, lead):
        points = [slow.points(case.card, at) for at, _ in slow.answers(case.card, lead, [signal])]
        one, share = found[signal.name], slow.chance(case.card, case.cutoffs, lead, [signal])
        assert (one.lowest, one.highest) == (min(points) - now, max(points) - now)
        assert one.changes_band == slow.ten_thousandths(share)
