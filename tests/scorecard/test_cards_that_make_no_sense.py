"""Whatever makes a card, these are refused before anything is scored or written."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

import helpers_scorecard as slow
from plumbline.domain.errors import InvalidScorecardError
from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard import Cap, Scorecard, SignalBins, Term, checks, dump, score


def first_signal(card: Scorecard, **change) -> Scorecard:
    return replace(card, signals=(replace(card.signals[0], **change), *card.signals[1:]))


def text_signal(card: Scorecard, **change) -> Scorecard:
    return replace(card, signals=(card.signals[0], replace(card.signals[1], **change), card.signals[2]))


def first_term(card: Scorecard, **change) -> Scorecard:
    return replace(card, terms=(replace(card.terms[0], **change), *card.terms[1:]))


def capped(card: Scorecard, **change) -> Scorecard:
    return replace(card, caps=(replace(card.caps[0], **change),))


def many(card: Scorecard) -> Scorecard:
    names = [f"n{at}" for at in range(checks.MAX_TERMS + 1)]
    terms = [replace(card.terms[2], id=name, signals=(name,)) for name in names]
    return Scorecard("many", tuple(replace(card.signals[2], name=name) for name in names), tuple(terms))


def paired_twice(card: Scorecard) -> Scorecard:
    names = ("employees", "email_kind")
    pairs = [
        Term(f"{one}*{two}", "Pair", Dimension.FIT, (one, two), (0,) * 20)
        for one, two in (names, names[::-1])
    ]
    cap = replace(card.caps[0], terms=(*names, *(pair.id for pair in pairs)))
    return replace(card, terms=(*card.terms, *pairs), caps=(cap,))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: replace(c, schema_version=2), "reads version 1"),
        (lambda c: replace(c, terms=()), "needs at least one term"),
        (many, "at most 200 terms"),
        (lambda c: replace(c, base=10_001), "between -10000 and 10000"),
        (lambda c: replace(c, scale=0), "between 1 and 1000"),
        (lambda c: replace(c, name=""), "1 to 500 characters"),
        (lambda c: replace(c, name="\ud800"), "1 to 500 characters"),
        (lambda c: first_signal(c, name="no dots.please"), "letters, digits and underscores"),
        (lambda c: first_signal(c, name="demo"), "'demo' stands here twice"),
        (lambda c: first_signal(c, labels=("x",) * 5_000), "at most 4096 bins"),
        (lambda c: first_signal(c, labels=("a", "a", "b")), "tell its bins apart"),
        (lambda c: first_signal(c, labels=("a", "not known", "b")), "tell its bins apart"),
        (lambda c: first_signal(c, labels=("a", "b")), "3 known bins need as many labels, not 2"),
        (lambda c: first_signal(c, cuts=(50.0, math.inf)), "must be finite"),
        (lambda c: first_signal(c, cuts=(50.0, 50.0)), "must ascend"),
        (lambda c: first_signal(c, low=60.0), "must ascend"),
        (lambda c: first_signal(c, specials=(2.0, 1.0)), "special values must ascend"),
        (lambda c: first_signal(c, groups=(("a",),)), "only text has groups"),
        (lambda c: first_signal(c, kind=Kind.DATE), "a date cannot be scored"),
        (lambda c: text_signal(c, cuts=(1.0,)), "only numbers have cuts"),
        (lambda c: text_signal(c, completeness=True), "completeness is a number"),
        (lambda c: text_signal(c, groups=((), ("a",))), "groups hold 1 to"),
        (lambda c: text_signal(c, groups=(("a",), ("a",))), "'a' stands in two groups"),
        (lambda c: text_signal(c, groups=(("a",), ("\udfff",))), "groups hold 1 to"),
        (lambda c: first_term(c, signals=()), "one signal, or about a pair"),
        (lambda c: first_term(c, signals=("employees", "employees")), "one signal, or about a pair"),
        (lambda c: first_term(c, signals=("nobody",)), "does not describe nobody"),
        (
            lambda c: first_term(c, signals=("demo",), points=(0,) * 4),
            "needs exactly one term of its own, has 2",
        ),
        (lambda c: first_term(c, points=(0, 1, 2)), "5 cells need as many values, not 3"),
        (lambda c: first_term(c, rows=(1, 2)), "5 cells need as many values, not 2"),
        (lambda c: first_term(c, points=(0, 1_001, 0, 0, 0)), "between -1000 and 1000"),
        (lambda c: first_term(c, points=(1, 0, 0, 0, 0)), "points for missing must be 0"),
        (lambda c: first_term(c, intervals=((2, 1),) * 5), "upside down"),
        (lambda c: first_term(c, rows=(-1,) * 5), "below 0"),
        (lambda c: capped(c, id="no spaces please"), "letters, digits and underscores"),
        (lambda c: capped(c, terms=()), "a cap holds 1 to 20 terms, this one 0"),
        (lambda c: capped(c, terms=("nobody",)), "'nobody' is not a term"),
        (lambda c: capped(c, terms=("employees", "demo")), "about one dimension"),
        (lambda c: capped(c, min=None, max=None), "give it a min, a max or both"),
        (lambda c: capped(c, max=10_001), "between -10000 and 10000"),
        (lambda c: capped(c, min=1), "so that unknown signals count 0"),
        (lambda c: capped(c, max=-1), "so that unknown signals count 0"),
        (lambda c: replace(c, caps=(c.caps[0], Cap("other", ("employees",), max=3))), "is capped twice"),
        (lambda c: replace(c, caps=(c.caps[0], c.caps[0])), "two caps are called 'firm'"),
        (paired_twice, "two pairs speak about email_kind and employees"),
        (lambda c: replace(c, mix={"demo": (1, 1, 0)}), "the mix and the signals differ in 'email_kind'"),
        (
            lambda c: replace(c, mix={s.name: (-1,) * (s.known + 1) for s in c.signals}),
            "4 counts of 0 or more",
        ),
    ],
)
def test_it_is_said_what_makes_no_sense(capped_case: slow.Case, change, message: str) -> None:
    card = change(capped_case.card)
    with pytest.raises(InvalidScorecardError, match=message):
        score(capped_case.frame, card, capped_case.cutoffs)
    with pytest.raises(InvalidScorecardError, match=message):
        dump(card)


def test_a_pair_of_huge_signals_is_refused_before_its_cells_are_counted() -> None:
    labels = tuple(map(str, range(300)))
    signals = tuple(
        SignalBins(name, Kind.NUMBER, name, labels, tuple(float(cut) for cut in range(299))) for name in "ab"
    )
    mains = [Term(name, name, Dimension.FIT, (name,), (0,) * 302) for name in "ab"]
    pair = Term("a*b", "Pair", Dimension.FIT, ("a", "b"), (0,))
    with pytest.raises(InvalidScorecardError, match="at most 65536 cells"):
        dump(Scorecard("huge", signals, (*mains, pair)))


def test_a_card_made_of_the_wrong_types_is_not_written(capped_case: slow.Case) -> None:
    with pytest.raises(InvalidScorecardError, match=r"manifest\.auc"):
        dump(replace(capped_case.card, manifest={"auc": 0.82}))
