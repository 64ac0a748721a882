"""Stated counterfactuals flip the band when applied, and nothing smaller does."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

import helpers_scorecard as slow
from plumbline.domain.bands import Cutoffs
from plumbline.scorecard import counterfactual, counterfactuals

if TYPE_CHECKING:
    import pytest


def brute(case: slow.Case, lead: dict, names: set[str], *, up: bool):
    """The best change by trying everything: number of changes, overshoot, changes by position."""
    card, at = case.card, slow.codes(case.card, lead)
    now = slow.points(card, at)
    free = [(place, s) for place, s in enumerate(card.signals) if s.name in names]
    best = None
    for size in range(1, len(free) + 1):
        for chosen in combinations(free, size):
            for bins in product(*(range(1, s.known + 1) for _, s in chosen)):
                then = slow.points(
                    card, {**at, **{s.name: b for (_, s), b in zip(chosen, bins, strict=True)}}
                )
                before, after = (case.cutoffs.band(points) for points in (now, then))
                if before is after or (then > now) is not up:
                    continue
                if any(at[s.name] == b for (_, s), b in zip(chosen, bins, strict=True)):
                    continue
                way = tuple((place, b) for (place, _), b in zip(chosen, bins, strict=True))
                found = (abs(then - now), way, then)
                best = found if best is None or found < best else best
        if best is not None:
            return best
    return None


def described(card, way) -> list[tuple[str, str]]:
    return [(card.signals[place].name, card.signals[place].labels[bin_ - 1]) for place, bin_ in way]


@given(slow.cases(least=1, signals=3), st.data())
def test_a_counterfactual_is_the_smallest_change_there_is(case: slow.Case, data: st.DataObject) -> None:
    names = {s.name for s in case.card.signals if data.draw(st.booleans())}
    for lead in case.leads[:2]:
        flips = counterfactuals(lead, case.card, case.cutoffs, changeable=names)
        for flip, reason, up in ((flips.up, flips.no_up, True), (flips.down, flips.no_down, False)):
            expected = brute(case, lead, names, up=up)
            if expected is None:
                assert flip is None
                assert reason
            else:
                _, way, points = expected
                assert flip is not None
                assert reason == ""
                assert (flip.points, flip.band) == (points, case.cutoffs.band(points))
                assert [(c.signal, c.then) for c in flip.changes] == described(case.card, way)


def test_a_search_that_takes_any_way_is_caught(
    monkeypatch: pytest.MonkeyPatch, capped_case: slow.Case
) -> None:
    lead = {"employees": 10.0, "email_kind": "free", "demo": False}
    honest = counterfactuals(lead, capped_case.card, Cutoffs(90, 8, 0))
    monkeypatch.setattr(counterfactual, "_fewest", lambda plan, units, overshoot: 3)
    greedy = counterfactuals(lead, capped_case.card, Cutoffs(90, 8, 0))
    assert honest.up is not None
    assert greedy.up is not None
    assert len(honest.up.changes) < len(greedy.up.changes)


def test_it_is_said_in_plain_words(capped_case: slow.Case) -> None:
    lead = {"employees": 10.0, "email_kind": "business", "demo": None}
    flips = counterfactuals(lead, capped_case.card, Cutoffs(90, 6, 0))
    assert str(flips.up) == "Asked for a demo yes instead of not known: 7 points, band B"
    assert str(flips.down) == "Asked for a demo no instead of not known: -1 points, band D"
    assert flips.no_up == flips.no_down == ""
    flips = counterfactuals(lead, capped_case.card, Cutoffs(90, 6, 0), changeable=["employees"])
    assert str(flips.up) == "Employees 50 to 249 instead of < 50: 13 points, band B"


def test_it_is_said_why_there_is_none(capped_case: slow.Case) -> None:
    lead = {"employees": 10.0, "email_kind": "business", "demo": None}
    stuck = counterfactuals(lead, capped_case.card, Cutoffs(90, 80, 0), changeable=["demo"])
    assert stuck.no_up == "Whatever changes, it reaches 7 points at most; the next band begins at 80."
    best = counterfactuals(lead, capped_case.card, Cutoffs(1, 0, -1), changeable=[])
    assert best.no_up == "It is in the best band already."
    assert best.no_down == "Whatever changes, it keeps 1 points at least; its band begins at 1."
    assert (
        counterfactuals(lead, capped_case.card, Cutoffs(9, 8, 7)).no_down
        == "It is in the lowest band already."
    )


def test_completeness_is_not_offered_as_a_change(completeness_case: slow.Case) -> None:
    flips = counterfactuals({"filled": 10.0}, completeness_case.card, Cutoffs(9, 6, 3))
    assert flips.up is None


def test_changes_stand_in_the_order_of_the_card(capped_case: slow.Case) -> None:
    """Also when a capped signal comes before one without a cap."""
    lead = {"employees": 10.0, "email_kind": "x", "demo": False}
    flips = counterfactuals(lead, capped_case.card, Cutoffs(90, 19, -99), changeable=["demo", "employees"])
    assert flips.up is not None
    assert [change.signal for change in flips.up.changes] == ["employees", "demo"]
    assert flips.up.points == 19
