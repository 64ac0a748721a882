"""Two readings of one message: agreement makes surer, difference asks a person, a data right is heard by either."""  # noqa: E501

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from plumbline.domain.intervals import wilson
from plumbline.reading import Field, Message, Quote, Reading, Readings
from plumbline.reading.model import DEFAULTS, VALUES, Abstention
from plumbline.reading.second import agreement, join, pooled, values_of

CONFIDENCE = st.integers(0, 10_000)


def readings_of(values, confidence=7000, reader="a"):
    return Readings(
        "m", reader, "en",
        tuple(
            Reading(name, values.get(name, DEFAULTS[name]), confidence, (Quote(reader, 0, 1),))
            if values.get(name, DEFAULTS[name]) is not None
            else Reading(name, None, 0, abstained=Abstention.UNCLEAR)
            for name in Field
        ),
    )  # fmt: skip


ANSWERS = st.fixed_dictionaries(
    {name: st.sampled_from([None, *VALUES[name]]) for name in Field}
)  # fmt: skip


@given(CONFIDENCE, CONFIDENCE, st.floats(0, 1))
def test_agreement_never_makes_less_sure_and_never_certain(first, second, dependence):
    joint = pooled(first, second, dependence)
    assert joint >= max(first, second)
    assert joint <= max(first, second, 9_900)


def test_how_much_surer_follows_the_stated_rule():
    assert pooled(8_000, 7_000, 1.0) == 8_000  # the second adds nothing
    assert pooled(8_000, 7_000, 0.0) == 9_400  # it errs by itself: 0.2 * 0.3
    assert pooled(8_000, 7_000) == round(10_000 * (1 - 0.2 * 0.3**0.5)) == 8_905
    assert pooled(7_000, 8_000) == pooled(8_000, 7_000)


@given(ANSWERS, ANSWERS)
def test_a_value_that_only_one_reader_gives_against_the_other_never_counts(one, other):
    """Except a data right, which either may hear: the only way in which one reader alone prevails."""
    joint = join(readings_of(one), readings_of(other, reader="b"))
    assert broken_by(joint.readings, one, other) == []
    assert {question.field for question in joint.questions} == {
        name for name in Field if None not in (one[name], other[name]) and one[name] != other[name]
    }


def broken_by(joined, one, other):
    return [
        name for name in Field
        if name is not Field.DATA_RIGHTS and joined.value(name) is not None
        and joined.value(name) not in ({one[name]} if other[name] is None else {other[name]})
    ]  # fmt: skip


def test_the_check_sees_a_join_that_believes_the_first_reader():
    """Negative control."""
    one, other = {**DEFAULTS, Field.BUDGET: "approved"}, dict(DEFAULTS)
    assert broken_by(readings_of(one), one, other) == [Field.BUDGET]


def test_a_difference_abstains_and_shows_the_words_of_both():
    joint = join(readings_of({Field.URGENCY: "high"}), readings_of({}, reader="b"))
    reading = joint.readings[Field.URGENCY]
    assert (reading.value, reading.abstained, reading.confidence) == (None, Abstention.DISAGREE, 0)
    (question,) = joint.questions
    assert (question.first.value, question.second.value) == ("high", "normal")
    assert joint.readings.reader == "a + b"


@given(ANSWERS, ANSWERS)
def test_a_data_right_that_either_hears_is_heard(one, other):
    name = Field.DATA_RIGHTS
    heard = {one[name], other[name]} - {None, "no"}
    joint = join(readings_of(one), readings_of(other, reader="b"))
    assert (joint.readings.value(name) in heard) if heard else joint.readings.value(name) in {None, "no"}


def test_where_one_abstains_the_other_stands_as_it_is():
    silent = readings_of({Field.BUDGET: None})
    joint = join(silent, readings_of({Field.BUDGET: "exists"}, 6_100, "b"))
    assert (joint.readings.value(Field.BUDGET), joint.readings[Field.BUDGET].confidence) == ("exists", 6_100)
    assert joint.questions == ()
    assert join(silent, silent).readings.value(Field.BUDGET) is None


def test_agreement_is_counted_by_hand():
    rows = [("high", "high"), ("high", "normal"), ("normal", "normal"), (None, "high"), ("high", None)]
    pairs = [
        (values_of(readings_of({Field.URGENCY: a})), values_of(readings_of({Field.URGENCY: b})))
        for a, b in rows
    ]
    found = {each.field: each for each in agreement(pairs)}[Field.URGENCY]
    assert (found.messages, found.first_abstained, found.second_abstained) == (5, 1, 1)
    assert found.agreed == wilson(2, 3)
    assert found.agreed_spoken == wilson(1, 2)


def test_agreement_over_nothing_says_nothing():
    found = agreement([])[0]
    assert found.agreed.rate is None
    assert (found.agreed.low, found.agreed.high) == (0.0, 1.0)


def test_the_wilson_interval_agrees_with_published_figures():
    """Newcombe (1998), table I, method 3."""
    for hits, of, low, high in ((81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)):
        share = wilson(hits, of)
        assert (round(share.low, 4), round(share.high, 4)) == (low, high)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_the_rate_and_lies_between_none_and_all(hits, misses):
    share = wilson(hits, hits + misses)
    assert 0 <= share.low <= (share.rate if share.rate is not None else 0.5) + 1e-12
    assert share.high <= 1
    mirrored = wilson(misses, hits + misses)
    assert abs(share.low + mirrored.high - 1) < 1e-9


def test_remarks_of_both_are_kept(reader):
    from plumbline.reading.model import Remark

    first = reader.read(Message("We need a demo."))
    second = replace(first, reader="b", remarks=(Remark.UNQUOTED,))
    assert join(first, second).readings.remarks == (Remark.UNQUOTED,)
