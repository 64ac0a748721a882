"""The waterfall of a pair as a page: bars that hang together, a verdict that follows, harmless text."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_pair import CUT_OFFS, PAIRS, pair
from plumbline.identity.weigh import waterfall
from plumbline.report.pair import falls, pair_html, scale_of, zones

WEIGHTS = st.lists(st.integers(-3_000, 3_000), max_size=8)
EVIL = "<script>alert(1)</script>\u202e"


def drawn(one):
    lines = waterfall(one.weighed)
    axis = scale_of([total for *_, total in lines], CUT_OFFS)
    return falls(lines, axis), axis


def hangs_together(bars, axis, weight) -> bool:
    """Every bar begins where the one before it ended, the first at zero, the last ends at the sum."""
    ends = [(bar.span.x, bar.span.end) if bar.side == "for" else (bar.span.end, bar.span.x) for bar in bars]
    joints = [(axis.at(0), ends[0][0]), *((one[1], two[0]) for one, two in pairwise(ends))]
    joints.append((ends[-1][1], axis.at(weight)))
    return all(abs(one - two) < 0.03 for one, two in joints)


@given(WEIGHTS, st.integers(-3_000, -1))
def test_the_bars_hang_together_and_end_at_the_sum(weights, prior) -> None:
    one = pair(*weights, prior=prior)
    bars, axis = drawn(one)
    assert hangs_together(bars, axis, one.weighed.weight)
    assert bars[-1].total == one.weighed.weight
    assert all(0 <= bar.span.x <= bar.span.end <= 100 for bar in bars)


def test_a_bar_that_is_lost_is_noticed() -> None:
    """Negative control."""
    one = PAIRS["pair_one"]
    bars, axis = drawn(one)
    assert not hangs_together((*bars[:1], *bars[2:]), axis, one.weighed.weight)


@pytest.mark.parametrize(
    ("weight", "verdict"), [(-1, "two"), (0, "asked"), (599, "asked"), (600, "one"), (5_000, "one")]
)
def test_the_verdict_is_what_the_cut_offs_say(weight, verdict) -> None:
    one = pair(prior=weight)
    assert one.verdict == verdict
    bars, axis = drawn(one) if weight else ((), scale_of([0], CUT_OFFS))
    [span] = [span for key, _, span in zones(axis, CUT_OFFS) if key == verdict]
    assert span.x <= axis.at(weight) <= span.end
    assert len(bars) <= 1


def test_the_page_says_the_verdict_every_step_and_both_records() -> None:
    one = PAIRS["pair_one"]
    text = pair_html(one)
    assert "One. <span" in text
    assert "Linked, unless their clusters say otherwise." in text
    for label, said, _, _ in waterfall(one.weighed):
        assert label in text
        assert said in text
    assert 'Ann Lee</bdi> <span class="quiet">in both' in text
    assert "unknown" in text
    assert one.model_hash in text


def test_what_is_not_known_is_no_bar_but_is_named() -> None:
    bars, _ = drawn(PAIRS["pair_of_nothing_known"])
    assert [bar.label for bar in bars] == ["any two records"]
    assert "Said nothing: <bdi>the same 0</bdi>" in pair_html(PAIRS["pair_of_nothing_known"])


def test_no_text_of_a_pair_can_act() -> None:
    text = pair_html(replace(pair(700, text=EVIL), left=EVIL, right=EVIL, model=EVIL))
    assert "<script" not in text
    assert "\u202e" not in text
    assert "&lt;script&gt;" in text
