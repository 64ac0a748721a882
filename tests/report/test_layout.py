from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_report import PACKETS, RICH, RICH_SCORE, RUN
from plumbline.qualify.packet import Reason, RuleLine, Score
from plumbline.report import layout, phrases

points = st.integers(-200, 200)


@st.composite
def scores(draw) -> Score:
    reasons = tuple(
        Reason(f"t{at}", "Label", "cell", value, dimension)
        for at, (value, dimension) in enumerate(
            draw(
                st.lists(
                    st.tuples(points, st.sampled_from(["fit", "intent", "readiness", "other"])), max_size=12
                )
            )
        )
    )
    base = draw(points)
    total = base + sum(reason.points for reason in reasons)
    low, high = total - draw(st.integers(0, 100)), total + draw(st.integers(0, 100))
    cutoffs = tuple(sorted((draw(points), draw(points), draw(points)), reverse=True))
    return replace(
        RICH_SCORE, base=base, points=total, lowest=low, highest=high, cutoffs=cutoffs, reasons=reasons
    )


@given(scores())
def test_everything_on_the_points_scale_stands_inside_it(score) -> None:
    axis = layout.points_axis(score)
    marks = [axis.at(value) for value in (score.points, score.lowest, score.highest, *score.cutoffs)]
    assert all(0 < mark < 100 for mark in marks)
    assert axis.at(score.lowest) <= axis.at(score.points) <= axis.at(score.highest)


@given(scores())
def test_the_bands_cover_the_scale_without_a_gap_and_the_score_stands_in_its_own(score) -> None:
    axis = layout.points_axis(score)
    zones = layout.zones(score, axis)
    assert sum(zone.span.width for zone in zones) == pytest.approx(100, abs=0.05)
    band = "ABCD"[sum(score.points < cutoff for cutoff in score.cutoffs)]
    at = axis.at(score.points)
    assert any(zone.band == band and zone.span.x - 0.02 <= at <= zone.span.end + 0.02 for zone in zones)


@given(scores())
def test_bars_add_up_with_the_base_to_the_score(score) -> None:
    assert score.base + _drawn_points(score) == score.points
    assert phrases.adds_up(score)


def test_a_dropped_bar_is_noticed() -> None:
    """Negative control: the same sum over a score that lost a reason fails."""
    broken = replace(RICH_SCORE, reasons=RICH_SCORE.reasons[1:])
    assert broken.base + _drawn_points(broken) != broken.points
    assert not phrases.adds_up(broken)


def _drawn_points(score: Score) -> int:
    """What the widths and sides of the drawn bars stand for, in points."""
    axis = layout.bar_axis(score.reasons)
    unit = (axis.high - axis.low) / 100
    groups = layout.groups(score)
    for group in groups:
        assert group.points == sum(bar.reason.points for bar in group.bars)
    bars = [bar for group in groups for bar in group.bars]
    signs = [1 if bar.span.end > axis.at(0) or bar.span.x >= axis.at(0) else -1 for bar in bars]
    return sum(sign * round(bar.span.width * unit) for sign, bar in zip(signs, bars, strict=True))


@given(scores())
def test_the_printed_sum_can_be_added_up_by_hand(score) -> None:
    left, _, right = (
        phrases.arithmetic(score).replace(",", "").replace("\N{MINUS SIGN}", "-").rpartition(" = ")
    )
    first, *rest = left.split(" ")
    signs, numbers = rest[::2], rest[1::2]
    total = int(first) + sum(int(f"{sign}{number}") for sign, number in zip(signs, numbers, strict=True))
    assert total == int(right) == score.points


def test_crowded_cut_offs_are_labelled_on_two_lines() -> None:
    score = replace(RICH_SCORE, cutoffs=(62, 60, 0))
    rows = [tick.row for tick in layout.ticks(score, layout.points_axis(score))]
    assert rows == [0, 0, 1]
    assert {tick.row for tick in layout.ticks(RICH_SCORE, layout.points_axis(RICH_SCORE))} == {0}


@pytest.mark.parametrize("packet", PACKETS.values(), ids=PACKETS)
def test_every_rule_is_shown_once(packet) -> None:
    words = [phrases.outcome(rule) for rule in packet.rules]
    found = layout.sorted_rules(packet.rules, words)
    shown = [*found.hit, *found.near, *found.unknown, *found.error, *found.rest]
    assert sorted(map(id, shown)) == sorted(map(id, packet.rules))


def test_a_rule_whose_outcome_is_a_letter_is_understood() -> None:
    rule = RuleLine("r", "!", "c", "b", (), near=False)
    assert layout.sorted_rules((rule,), [phrases.outcome(rule)]).error == (rule,)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=5))
def test_parts_of_a_whole_follow_each_other_and_fill_it(parts) -> None:
    spans = layout.shares(parts)
    assert spans[0].x == 0
    assert all(one.end == pytest.approx(two.x, abs=0.02) for one, two in itertools.pairwise(spans))
    assert spans[-1].end == pytest.approx(100 if sum(parts) else 0, abs=0.05)


def test_the_grid_keeps_every_lead_and_shades_the_fullest_cell_most() -> None:
    faces = layout.grid(RUN.grid)
    cells = [cell for face in faces for row in face.rows for cell in row.cells]
    assert sum(cell.leads for cell in cells) == sum(count.leads for count in RUN.grid)
    assert [cell.heat for cell in cells if cell.leads == max(count.leads for count in RUN.grid)] == [4]
    assert layout.heat(0, 10) == 0
    assert layout.heat(1, 10**6) == 1


def test_an_answer_is_drawn_from_the_score_on_the_scale_of_the_score() -> None:
    axis = layout.answers_axis(RICH_SCORE, RICH.unknowns)
    span = layout.answer_span(RICH.unknowns[0], RICH_SCORE, axis)
    assert span.x == axis.at(68 - 12)
    assert span.end == pytest.approx(axis.at(68 + 10), abs=0.02)


def test_every_answer_and_every_cut_off_stands_inside_the_scale_of_answers() -> None:
    score = replace(RICH_SCORE, lowest=-500, highest=900)
    unknowns = tuple(replace(RICH.unknowns[0], lowest=low, highest=low + 40) for low in (-90, 10, 60))
    axis = layout.answers_axis(score, unknowns)
    ends = [score.points + end for unknown in unknowns for end in (unknown.lowest, unknown.highest)]
    assert all(0 < axis.at(value) < 100 for value in (score.points, *score.cutoffs, *ends))
    assert axis.high - axis.low < (score.highest - score.lowest) / 2
