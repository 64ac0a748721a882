"""Numbers and dates as people in different places write them: declared per column, never guessed per row."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.connectors import local_forms
from plumbline.connectors.files import open_source
from plumbline.connectors.guess import guess, guess_columns
from plumbline.connectors.local_forms import in_plain_form
from plumbline.connectors.mapping import parse_mapping
from plumbline.connectors.month_names import MONTHS
from plumbline.connectors.number_styles import STYLES, NumberStyle, currency_of, plain_number
from plumbline.connectors.settle import Choice


def number(text, style, currency=None):
    return pl.select(plain_number(pl.lit(text), NumberStyle.of(style, currency))).item()


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("1.234,56", "1.234,56", 1234.56),
        ("1 234,56", "1 234,56", 1234.56),
        ("1\u202f234\u00a0567,5", "1 234,56", 1234567.5),
        ("1'234.56", "1'234.56", 1234.56),
        ("1\u2019234.56", "1'234.56", 1234.56),
        ("12,34,567.80", "1,234.56", 1234567.8),
        ("€ 12k", "1,234.56", 12_000),
        ("USD 1.2m", "1,234.56", 1_200_000),
        ("1.1m", "1,234.56", 1_100_000),
        ("1,2 Mio. €", "1.234,56", 1_200_000),
        ("2,5 Mrd EUR", "1.234,56", 2_500_000_000),
        ("3 500 kr", "1 234,56", 3500),
        ("12,5 %", "1.234,56", 12.5),
        ("-5", "1.234,56", -5),
        ("(1.234,00)", "1.234,56", -1234),
        ("1.234-", "1.234,56", -1234),
        ("\u22125", "1,234.56", -5),
        ("£-5", "1,234.56", -5),
        ("1.234", "1.234,56", 1234),
        ("1.234", "1,234.56", 1.234),
    ],
)
def test_a_number_in_the_style_of_its_column_is_read(text, style, value):
    assert number(text, style) == value


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("1,234.56", "1.234,56"),
        ("1.234,56", "1,234.56"),
        ("12.34,5", "1.234,56"),
        ("1.5", "1.234,56"),
        ("501-1000", "1,234.56"),
        ("~36", "1,234.56"),
        ("1 billion", "1,234.56"),
        ("4.42079E+11", "1,234.56"),
        ("12 apples", "1,234.56"),
        ("", "1,234.56"),
    ],
)
def test_a_number_in_another_style_is_not_read_at_all(text, style):
    assert number(text, style) is None


def test_where_one_currency_is_declared_the_others_are_not_read():
    assert [number(text, "1,234.56", "EUR") for text in ("€5", "EUR 5", "5", "$5", "USD 5")] == [
        5,
        5,
        5,
        None,
        None,
    ]
    shown = pl.Series("v", ["€ 12k", "USD 1.2m", "1,2 Mio. €", "5", "3 kr"])
    assert shown.to_frame().select(currency_of(pl.col("v"))).to_series().to_list() == [
        "€",
        "USD",
        "€",
        None,
        "kr",
    ]


@given(st.integers(min_value=-(10**12), max_value=10**12), st.integers(min_value=0, max_value=99))
def test_every_amount_comes_back_from_every_style(whole, cents):
    for style in STYLES:
        group, decimal = style[1] if len(style) == 8 else "", style[-3]
        text = f"{whole:,}".replace(",", group) + f"{decimal}{cents:02d}"
        sign = -1 if text.startswith("-") else 1
        assert number(text, style) == pytest.approx(whole + sign * cents / 100)


def plain(values, field="account.revenue", style=None, form=None, words=()):
    frame = pl.DataFrame({"row": range(len(values)), field: values}, schema_overrides={field: pl.String})
    numbers = {field: NumberStyle.of(style)} if style else {}
    return in_plain_form(frame, numbers, {field: form} if form else {}, words)[field].to_list()


def test_cells_of_a_declared_style_become_plain_and_the_rest_stays_unreadable():
    values = ["1.234,56", "€ 2 Mio", "1,234.56", "1234.5", "a lot", "501-1000", None, " - "]
    assert plain(values, style="1.234,56", words=["-"]) == [
        "1234.56",
        "2000000",
        "1,234.56 [not 1.234,56]",
        "1234.5 [not 1.234,56]",
        "a lot",
        "501-1000",
        None,
        " - ",
    ]


def test_a_row_that_would_fit_another_style_is_never_read_by_it(monkeypatch):
    """Negative control: without the note the plain reading takes 1,234.56 in a column of 1.234,56."""
    monkeypatch.setattr(local_forms, "_PLAIN", NumberStyle.of("1234,56"))
    assert plain(["1,234.56"], style="1.234,56") == ["1,234.56"]


def test_columns_without_a_declared_form_are_not_touched():
    frame = pl.DataFrame({"row": [1], "account.revenue": ["1.234,56"]})
    assert in_plain_form(frame, {}, {}, ()) is frame


@pytest.mark.parametrize(
    ("text", "form", "iso"),
    [
        ("3. März 2026", "%d %B %Y", "2026-03-03"),
        ("3 mars 2026", "%d %B %Y", "2026-03-03"),
        ("3-Sep-2026", "%d-%b-%Y", "2026-09-03"),
        ("3. Sept. 2026", "%d. %b %Y", "2026-09-03"),
        ("03 DÉC. 2026", "%d %b %Y", "2026-12-03"),
        ("Sep 3, 2026", "%b %d, %Y", "2026-09-03"),
        ("12 maj 2025", "%d %B %Y", "2025-05-12"),
    ],
)
def test_dates_that_name_their_month_are_read_in_many_languages(text, form, iso):
    assert plain([text], "lead.created_at", form=form) == [iso]


def test_a_date_that_does_not_fit_its_form_is_not_read_another_way():
    values = ["31 Feb 2026", "3 foo 2026", "March 3 2026", "2026-03-04"]
    assert plain(values, "lead.created_at", form="%d %B %Y") == [*values[:3], "2026-03-04 [not %d %B %Y]"]


def test_no_name_stands_for_two_months():
    assert set(MONTHS.values()) == {f"{month:02d}" for month in range(1, 13)}
    text = " ".join(MONTHS)
    assert len(text.split()) == len(MONTHS)


# --- found over the whole file ------------------------------------------------------------------------------


def of(columns, choice=None):
    return guess_columns("leads", pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), choice)


def styles(found):
    return {entry.column: entry.number_style for entry in found.guesses}


def dates(found):
    return {entry.column: entry.date_format for entry in found.guesses}


def open_questions(found):
    return {one.column: one.choices for one in found.findings if one.choices}


def test_one_value_that_can_be_read_one_way_only_settles_its_column():
    found = of({"Revenue": ["1.234", "5.678", "9,5"], "Created": ["03/04/2026", "05/06/2026", "13/01/2026"]})
    assert styles(found)["Revenue"] == "1.234,56"
    assert dates(found)["Created"] == "%d/%m/%Y"
    assert open_questions(found) == {}


def test_a_settled_column_settles_the_others_of_its_file_and_says_so():
    found = of(
        {
            "Revenue": ["1.234", "5.678"],
            "Score": ["0,5", "1,25"],
            "Created": ["03/04/2026", "05/06/2026"],
            "Last Contacted": ["13/04/2026", "25/06/2026"],
        }
    )
    assert styles(found)["Revenue"] == "1.234,56"
    assert dates(found) == dict.fromkeys(("Created", "Last Contacted"), "%d/%m/%Y") | {
        "Revenue": None,
        "Score": None,
    }
    said = {one.column: one.message for one in found.findings}
    assert "as in the column 'Score'" in said["Revenue"]
    assert "as in the column 'Last Contacted'" in said["Created"]


def test_what_the_whole_file_leaves_open_is_asked_and_feeds_no_field_of_its_kind():
    found = of({"Revenue": ["1.234", "5.678"], "Created": ["03/04/2026", "05/06/2026"]})
    assert open_questions(found) == {
        "Revenue": ("1,234.56", "1.234,56"),
        "Created": ("%d/%m/%Y", "%m/%d/%Y"),
    }
    assert set(found.columns.values()) == {"extra.revenue", "extra.created"}
    settled = of(
        {"Revenue": ["1.234", "5.678"], "Created": ["03/04/2026", "05/06/2026"]},
        Choice(day_first=False, numbers="1.234,56"),
    )
    assert open_questions(settled) == {}
    mapping = parse_mapping(settled.to_yaml())
    assert mapping.date_formats == {"lead.created_at": "%m/%d/%Y"}
    assert str(mapping.numbers["account.revenue"]) == "1.234,56"


def test_heads_are_counted_without_decimals():
    found = of({"Employees": ["1.234", "12.000", "7"]})
    assert (found.columns, styles(found)) == ({"Employees": "account.employees"}, {"Employees": "1.234,56"})


def test_commas_are_taken_for_thousands_as_ever_and_it_is_said():
    found = of({"Revenue": ["1,234", "5,678"]})
    assert (found.columns, styles(found)) == ({"Revenue": "account.revenue"}, {"Revenue": None})
    assert "commas are taken for thousands" in found.findings[0].message


def test_a_value_far_below_the_sample_still_decides(write):
    lines = "".join(f"a{n},03/04/2026,1.234\n" for n in range(25_000))
    source = open_source(write(f'id,Created,Revenue\n{lines}z,25/04/2026,"0,5"\n'))
    found = guess(source)
    assert dates(found)["Created"] == "%d/%m/%Y"
    assert styles(found)["Revenue"] == "1.234,56"
    short = guess_columns("x", next(source.batches(20_000)).frame.drop("#row"))
    assert set(open_questions(short)) == {"Created", "Revenue"}, "the sample alone would leave it open"


def test_mixed_currencies_and_percents_are_said():
    found = of(
        {
            "Revenue": ["€ 5k", "USD 6k", "7"],
            "Margin": ["5 %", "7", "8 %"],
            "Phone": ["030 12345", "040 9", "1"],
        }
    )
    said = {one.column: one.message for one in found.findings}
    assert "mixed (USD, €)" in said["Revenue"]
    assert "2 of its values are percent" in said["Margin"]
    assert "Phone" not in said


def test_first_and_last_name_make_a_name_where_there_is_none():
    found = of({"Vorname": ["Ann", "Bo"], "Nachname": ["Lee", "Ek"]})
    assert parse_mapping(found.to_yaml()).joined == {"contact.name": ("Vorname", "Nachname")}
    assert of({"First Name": ["A", "B"], "Last Name": ["L", "E"], "Full Name": ["A L", "B E"]}).joined == {}
