"""Text becomes values; blanks are listed; what cannot be read is said and stays as received."""

from __future__ import annotations

import datetime as dt
import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.domain.words import Kind
from plumbline.triage import check
from plumbline.triage import parse as parse_module
from plumbline.triage.cells import plan

BLANKS = ("Select", "N/A", "-")


def read(cells, kind, date_format=None):
    frame = pl.DataFrame(
        {
            "row": pl.Series(range(1, len(cells) + 1), dtype=pl.Int64),
            "lead.id": [f"l{i}" for i in range(len(cells))],
            "extra.x": pl.Series(cells, dtype=pl.String),
        }
    )
    formats = {"extra.x": date_format} if date_format else {}
    return check(frame, kinds={"extra.x": kind}, blank_words=BLANKS, date_formats=formats)


def value_of(cell, kind, date_format=None):
    """The value of a cell, which is the same alone and among others."""
    alone, among = (read(cells, kind, date_format).clean["extra.x"][0] for cells in ([cell], [cell, None]))
    assert alone == among
    return alone


def code_of(cell, kind, date_format=None):
    """Why a cell cannot be read, which is the same alone and among others."""
    alone, among = (_code(read(cells, kind, date_format), cell) for cells in ([cell], [cell, None]))
    assert alone == among
    return alone


def _code(triaged, cell):
    assert triaged.clean["extra.x"][0] is None
    assert triaged.clean["triage.unreadable"][0].to_list() == ["extra.x"]
    [line] = triaged.issues.filter(pl.col("column") == "extra.x").to_dicts()
    assert (line["row"], line["value"]) == (1, cell)
    return line["code"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12.0),
        ("-3.5", -3.5),
        ("+7", 7.0),
        ("1e3", 1000.0),
        (" 12 ", 12.0),
        ("1,200", 1200.0),
        ("1,200,300.50", 1200300.5),
        ("€ 1,200", 1200.0),
        ("-$5", -5.0),
        ("1200 EUR", 1200.0),
        ("£99.90", 99.9),
        ("1000000000000000", 1e15),
    ],
)
def test_a_number_is_read_with_thousands_and_currency(cell, value):
    assert value_of(cell, Kind.NUMBER) == value


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("50-249", "not_a_number"),
        ("1,20", "not_a_number"),
        ("1.200,50", "not_a_number"),
        ("12 people", "not_a_number"),
        ("12%", "not_a_number"),
        ("1_000", "not_a_number"),
        ("0x10", "not_a_number"),
        ("--5", "not_a_number"),
        ("١٢", "not_a_number"),
        ("inf", "number_range"),
        ("-Infinity", "number_range"),
        ("NaN", "number_range"),
        ("1e308", "number_range"),
        ("1e999", "number_range"),
        ("1000000000000001", "number_range"),
        ("€ 9e15", "number_range"),
    ],
)
def test_what_is_no_usable_number_is_unreadable_and_never_guessed(cell, code):
    assert code_of(cell, Kind.NUMBER) == code


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-03-04", dt.date(2026, 3, 4)),
        ("2026-03-04T23:30:00Z", dt.date(2026, 3, 4)),
        ("2026-03-04 23:30", dt.date(2026, 3, 4)),
        ("2026-03-04T23:30:00.123456+02:00", dt.date(2026, 3, 4)),
        ("2026-03-04T00:30:00-0800", dt.date(2026, 3, 4)),
        (" 2026-03-04", dt.date(2026, 3, 4)),
        ("1900-01-01", dt.date(1900, 1, 1)),
        ("2100-12-31", dt.date(2100, 12, 31)),
    ],
)
def test_an_iso_date_is_the_day_as_written(cell, value):
    assert value_of(cell, Kind.DATE) == value


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("03/04/2026", "not_a_date"),
        ("2026-02-30", "not_a_date"),
        ("2026-03-04T25:00", "not_a_date"),
        ("2026-03-04 noon", "not_a_date"),
        ("yesterday", "not_a_date"),
        ("45000", "not_a_date"),
        ("1899-12-31", "date_range"),
        ("2101-01-01", "date_range"),
        ("2999-01-01T00:00:00Z", "date_range"),
    ],
)
def test_another_date_is_unreadable_and_never_guessed(cell, code):
    assert code_of(cell, Kind.DATE) == code


def test_a_declared_format_is_the_only_one_for_its_column():
    assert value_of("03/04/2026", Kind.DATE, "%d/%m/%Y") == dt.date(2026, 4, 3)
    assert value_of("03/04/2026 17:20", Kind.DATE, "%d/%m/%Y %H:%M") == dt.date(2026, 4, 3)
    assert code_of("2026-04-03", Kind.DATE, "%d/%m/%Y") == "not_a_date"
    assert code_of("03/04/1026", Kind.DATE, "%d/%m/%Y") == "date_range"


@pytest.mark.parametrize("cell", ["yes", "YES", "True", "y", "1", " yEs "])
def test_words_for_yes_are_true(cell):
    assert value_of(cell, Kind.FLAG) is True


@pytest.mark.parametrize("cell", ["no", "No", "FALSE", "n", "0"])
def test_words_for_no_are_false(cell):
    assert value_of(cell, Kind.FLAG) is False


@pytest.mark.parametrize("cell", ["maybe", "1.0", "2", "ja", "yes please"])
def test_another_word_is_no_flag(cell):
    assert code_of(cell, Kind.FLAG) == "not_a_flag"


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("cell", [None, "", "   ", "Select", "SELECT", " n/a ", "-"])
def test_a_blank_is_null_and_no_issue(cell, kind):
    triaged = read([cell], kind)
    assert triaged.clean["extra.x"].to_list() == [None]
    assert triaged.clean["triage.unreadable"].to_list() == [[]]
    assert triaged.issues.height == 0


@pytest.mark.parametrize("kind", list(Kind))
def test_blanks_are_counted_per_word_as_they_stand_in_the_file(kind):
    triaged = read(["Select", "select", None, "", "-", " - ", "Select"], kind)
    counted = triaged.blanks.filter(pl.col("column") == "extra.x").sort("word").rows()
    assert counted == [
        ("extra.x", "", 2),
        ("extra.x", "-", 2),
        ("extra.x", "Select", 2),
        ("extra.x", "select", 1),
    ]


def test_text_is_trimmed_and_composed_and_loses_control_characters_with_a_report():
    triaged = read(["  Caf\u0065\u0301 ", "a\u202eb\u0007c", "two\nlines", "x"], Kind.TEXT)
    assert triaged.clean["extra.x"].to_list() == ["Café", "abc", "two\nlines", "x"]
    assert triaged.issues.select("row", "value", "code").rows() == [
        (2, "a\ufffdb\ufffdc", "control_characters")
    ]


def test_several_unreadable_cells_of_a_row_are_all_named():
    frame = pl.DataFrame(
        {
            "row": pl.Series([7, 8], dtype=pl.Int64),
            "lead.id": ["a", "b"],
            "account.employees": ["many", "5"],
            "lead.created_at": ["soon", "later"],
        }
    )
    kinds = {"account.employees": Kind.NUMBER, "lead.created_at": Kind.DATE}
    triaged = check(frame, kinds=kinds)
    assert triaged.clean["triage.unreadable"].to_list() == [
        ["account.employees", "lead.created_at"],
        ["lead.created_at"],
    ]
    assert triaged.issues.select("row", "column").rows() == [
        (7, "account.employees"),
        (7, "lead.created_at"),
        (8, "lead.created_at"),
    ]


CELLS = st.one_of(
    st.none(),
    st.sampled_from(["Select", "n/a", "", " ", "yes", "50-249", "2026-01-01", "1,200", "inf"]),
    st.floats().map(str),
    st.dates().map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)


def outcome(triaged, index):
    """What became of a cell: a value, a blank or unreadable."""
    if triaged.clean["triage.unreadable"][index].len():
        return "unreadable"
    value = triaged.clean["extra.x"][index]
    return "blank" if value is None else value


def is_blank(cell):
    return cell is None or cell.strip().lower() in {"", *(word.lower() for word in BLANKS)}


@given(st.lists(CELLS, min_size=1, max_size=40), st.sampled_from([Kind.NUMBER, Kind.FLAG, Kind.DATE]))
def test_every_cell_is_a_value_a_blank_or_unreadable_and_blanks_are_exactly_the_blank_words(cells, kind):
    triaged = read(cells, kind)
    for index, cell in enumerate(cells):
        assert (outcome(triaged, index) == "blank") == is_blank(cell)
    counted = triaged.blanks.filter(pl.col("column") == "extra.x")["rows"].sum()
    assert counted == sum(map(is_blank, cells))


def test_the_law_above_would_notice_an_unreadable_cell_that_is_made_a_blank(monkeypatch):
    """Negative control: with every leftover taken for a blank word, a nonsense number becomes unknown."""
    monkeypatch.setattr("plumbline.triage.cells.Plan.is_blank", lambda self, text: text.is_not_null())
    assert outcome(read(["nonsense", "nonsense"], Kind.NUMBER), 0) == "blank"
    assert not is_blank("nonsense")


@given(st.lists(CELLS, min_size=1, max_size=40), st.sampled_from(list(Kind)))
def test_a_cell_is_read_alike_alone_and_among_others(cells, kind):
    together = read(cells, kind)
    alone = [outcome(read([cell], kind), 0) for cell in cells]
    assert [outcome(together, index) for index in range(len(cells))] == alone


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_every_finite_number_survives_its_text(number):
    assert value_of(repr(number), Kind.NUMBER) == number


def test_numbers_are_finite_and_within_range(monkeypatch, request):
    """Negative control beside it: without the range, infinity would come through as a value."""
    assert value_of("1e15", Kind.NUMBER) == 1e15
    monkeypatch.setattr(parse_module, "_in_range", lambda number: number)
    plan.cache_clear()
    request.addfinalizer(plan.cache_clear)
    assert math.isinf(value_of("inf", Kind.NUMBER))
