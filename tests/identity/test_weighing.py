"""What a pair weighs, and that the parts shown are the whole."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_identity import COLUMNS, frame, written_model
from plumbline.identity.artefact import InvalidMatchModelError, dump, load
from plumbline.identity.columns import Column, ColumnType
from plumbline.identity.model import Chances, monotone, rarity_weight, weights_of
from plumbline.identity.parts import derive, scalar_parts
from plumbline.identity.weigh import odds_in_words, waterfall, weigh

DATA = frame()
MODEL = written_model(DATA)
RECORDS = derive(DATA, COLUMNS, MODEL.vocabularies).to_dicts()
PAIRS = list(combinations(range(len(RECORDS)), 2))


def adds_up(weighed) -> bool:
    lines = waterfall(weighed)
    return lines[-1][3] == weighed.weight and sum(line[2] for line in lines) == weighed.weight


@pytest.mark.parametrize("pair", PAIRS)
def test_the_lines_of_a_waterfall_add_up_to_the_weight(pair):
    assert adds_up(weigh(MODEL, *(RECORDS[at] for at in pair)))


def test_a_waterfall_with_a_line_left_out_does_not_add_up():
    weighed = weigh(MODEL, RECORDS[0], RECORDS[1])
    spoiled = replace(weighed, steps=weighed.steps[1:], once=weighed.once + 1)
    assert sum(line[2] for line in waterfall(weighed)) != spoiled.weight


@pytest.mark.parametrize("pair", PAIRS)
def test_it_does_not_matter_which_record_comes_first(pair):
    one, two = (RECORDS[at] for at in pair)
    assert weigh(MODEL, one, two).weight == weigh(MODEL, two, one).weight


def test_an_unknown_value_speaks_neither_for_nor_against():
    nobody = RECORDS[6]
    assert weigh(MODEL, RECORDS[0], nobody).weight == MODEL.prior


def said(one: int, two: int) -> dict[str, str]:
    return {step.comparison: step.said for step in weigh(MODEL, RECORDS[one], RECORDS[two]).steps}


def test_likenesses_are_told_in_plain_words():
    first = said(0, 1)
    assert first["name__given"] == "a short form of the other"
    assert first["email__v"] == "the same"
    assert first["site__v"] == "the same"
    assert first["born__v"] == "two digits apart, or the same day of another year"
    assert said(0, 2)["phone__v"] == "the same"
    assert said(3, 4)["name__surname"] == "the same"
    assert said(3, 4)["email__v"] == "the same domain"


def test_a_department_is_no_part_of_a_companys_name():
    assert RECORDS[3]["company__words"] == RECORDS[4]["company__words"] == "orion foods"


def test_a_mailbox_of_an_account_is_no_persons_address():
    assert RECORDS[3]["email__v"] is None
    assert RECORDS[3]["email__mailbox"] == "info@orion.example"


def test_an_address_that_is_only_a_given_name_names_nobody():
    columns = (Column("name", ColumnType.PERSON), Column("email", ColumnType.EMAIL))
    data = pl.DataFrame(
        {"name": ["James Fold", "Göran Berg"], "email": ["james@x.example", "goeran@x.example"]}
    )
    parts = derive(data, columns, {})
    assert parts["email__v"].to_list() == [None, None]
    assert derive(data.with_columns(name=pl.lit("Ann Lee")), columns, {})["email__v"].null_count() == 0


def test_evidence_about_the_account_counts_once():
    weighed = weigh(MODEL, RECORDS[0], RECORDS[1])
    about = [
        s.total
        for s in weighed.steps
        if s.comparison in {"company__words", "site__v", "street__words", "code__v", "kind__v"}
    ]
    assert weighed.once == max(about) - sum(about)


@given(st.lists(st.tuples(st.floats(1e-6, 1), st.floats(1e-6, 1)), min_size=2, max_size=8))
def test_a_less_alike_level_never_counts_more(pairs):
    chances = Chances(tuple(m for m, _ in pairs), tuple(u for _, u in pairs))
    weights = weights_of(monotone(chances))
    assert list(weights) == sorted(weights, reverse=True)


def test_without_pooling_a_less_alike_level_can_count_more():
    assert weights_of(Chances((0.1, 0.9), (0.5, 0.1)))[0] < weights_of(Chances((0.1, 0.9), (0.5, 0.1)))[1]


@given(st.floats(1e-6, 0.5), st.integers(0, 10_000), st.integers(10_000, 1_000_000))
def test_a_commoner_value_never_adds_more(u, count, rows):
    assert rarity_weight(u, count, rows) >= rarity_weight(u, count + 50, rows)


def test_a_value_seen_once_in_a_small_file_is_not_known_to_be_rare():
    assert abs(rarity_weight(0.001, 1, 100)) < 20
    assert rarity_weight(0.001, 2, 1_000_000) > 500


def test_a_model_comes_back_from_its_file_as_it_was():
    data = dump(MODEL)
    again = load(data)
    assert dump(again) == data
    assert [weigh(again, RECORDS[a], RECORDS[b]).weight for a, b in PAIRS] == [
        weigh(MODEL, RECORDS[a], RECORDS[b]).weight for a, b in PAIRS
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b'"prior":-1000', b'"prior":-2000'),
        lambda data: data.replace(b'"weight":', b'"weight":1', 1),
        lambda data: data[:-20],
        lambda data: b"[]",
        lambda data: b"\xff",
        lambda data: data.replace(b'"schema_version":1', b'"schema_version":2'),
        lambda data: data + b" ",
    ],
)
def test_a_model_file_that_was_changed_is_refused(spoil):
    with pytest.raises(InvalidMatchModelError):
        load(spoil(dump(MODEL)))


def test_names_are_read_in_either_order_and_without_titles():
    columns = (Column("n", ColumnType.PERSON),)
    parts = scalar_parts(
        pl.DataFrame({"n": ["Dr. Ann Lee", "Lee, Ann", "Lee", "Ann M. Lee PhD", ""]}), columns
    )
    assert parts["n__given"].to_list() == ["ann", "ann", None, "ann", None]
    assert parts["n__surname"].to_list() == ["lee", "lee", "lee", "lee", None]


def test_the_odds_are_said_as_a_sentence():
    assert odds_in_words(300) == "by this evidence 8 to 1 for one"
    assert odds_in_words(-300) == "by this evidence 8 to 1 for two"
    assert odds_in_words(0) == "by this evidence 1 to 1 for one"
    assert "all but certainly two" in odds_in_words(-5_000)
    assert "all but certainly one" in odds_in_words(5_000)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (664, "100 to 1"),
        (663, "99 to 1"),
        (700, "130 to 1"),
        (1_829, "320,000 to 1"),
        (-1_999, "1,000,000 to 1"),
    ],
)
def test_odds_above_a_hundred_are_said_in_two_digits(weight, said):
    """More would claim to be a rate."""
    assert f"evidence {said} for" in odds_in_words(weight)


def test_one_name_at_two_accounts_is_asked_about_and_never_linked_by_itself():
    columns = (
        Column("name", ColumnType.PERSON),
        Column("phone", ColumnType.PHONE),
        Column("firm", ColumnType.ORGANISATION),
    )
    rows = [
        ("Ann Gantinmere", "020 7946 0001", "Acme Pumps"),
        ("Ann Gantinmere", "020 7946 0001", "Orion Foods"),
    ]
    data = pl.DataFrame(rows, schema=["name", "phone", "firm"], orient="row")
    model = written_model(data, columns, prior=-500)
    left, right = derive(data, columns, model.vocabularies).to_dicts()
    weighed = weigh(model, left, right)
    assert weighed.elsewhere < 0
    assert weighed.weight == model.cut_offs.link - 1
    assert adds_up(weighed)
    unknown = {**right, "firm__words": None, "firm__joined": None, "firm__bag": None, "firm__mass": None}
    assert weigh(model, left, unknown).weight > model.cut_offs.link
