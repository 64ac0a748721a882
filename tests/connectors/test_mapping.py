"""The mapping file: strict, with every problem at once, and what applying it gives."""

from __future__ import annotations

import polars as pl
import pytest

from plumbline.connectors.errors import InvalidMappingError
from plumbline.connectors.files import open_source
from plumbline.connectors.mapping import apply_mapping, load_mapping, parse_mapping
from plumbline.connectors.number_styles import NumberStyle
from plumbline.connectors.settings import FileSettings

GOOD = """
mapping: fair
file: {delimiter: ";", encoding: cp1252, cell_limit: 5000}
blank_words: [Select, null, -]
key_fields: [contact.email]
columns:
  Record ID: lead.id
  Mail: contact.email
  Created: {field: lead.created_at, date: "%d/%m/%Y"}
  Course: extra.course
ignored: [Lead Number]
"""


def problems(text, columns=None):
    with pytest.raises(InvalidMappingError) as caught:
        parse_mapping(text, columns)
    return [(issue.code, issue.line) for issue in caught.value.issues]


def test_a_good_mapping_says_what_it_says():
    mapping = parse_mapping(GOOD)
    assert mapping.columns["Mail"] == "contact.email"
    assert mapping.fields == ("lead.id", "contact.email", "lead.created_at", "extra.course")
    assert mapping.date_formats == {"lead.created_at": "%d/%m/%Y"}
    assert mapping.blank_words == ("Select", "null", "-")
    assert mapping.settings == FileSettings(";", "cp1252", 5000)
    assert mapping.unmapped(["Mail", "Lead Number", "New"]) == ("New",)


def test_every_problem_is_reported_at_once_with_its_line():
    text = """mapping: [fair]
file: {delimiter: "#", encoding: morse, cell_limit: -1, lines: 5}
blank_words: {a: b}
columns:
  A: contact.mail
  B: contact.email
  C: contact.email
  D: {field: account.employees, date: "%d/%m/%Y"}
  E: {field: lead.created_at, date: "%q"}
  G: {field: lead.last_contact_at, date: "%Y"}
  F: 7
colums: {}
"""
    found = problems(text)
    assert [line for _, line in found] == sorted(line for _, line in found)
    assert sorted(found, key=lambda problem: (problem[1], problem[0])) == [
        ("wrong_type", 1),
        ("unknown_key", 2),
        ("wrong_type", 2),
        ("wrong_type", 2),
        ("wrong_type", 2),
        ("wrong_type", 3),
        ("unknown_field", 5),
        ("field_mapped_twice", 7),
        ("bad_date_format", 8),
        ("bad_date_format", 9),
        ("bad_date_format", 10),
        ("wrong_type", 11),
        ("unknown_key", 12),
    ]
    assert problems("file: 5\ncolumns: {}") == [("wrong_type", 1)]


EXPORT = """
key_fields: [account.name]
columns: {Id: lead.id, E-Mail: contact.email, Firm: account.name, Town: account.city}
ignored: [Nr]
"""


def differences(*columns):
    found = parse_mapping(EXPORT, columns).differences
    return [(issue.code, issue.path.partition(".")[2]) for issue in found]


def test_an_export_that_is_as_before_differs_in_nothing():
    assert differences("Id", "E-Mail", "Firm", "Town", "Nr") == []


def test_harmless_differences_of_the_next_export_are_said_and_no_errors():
    assert differences("Id", "E-Mail", "Firm", "Town", "Nr", "Fax") == [("new_column", "Fax")]
    assert differences("Id", "E-Mail", "Firm", "Nr") == [("lost_column", "Town")]
    assert differences("Id", "E-Mail", "Firm", "Town") == [("lost_column", "Nr")]


def test_a_column_written_otherwise_is_used_all_the_same():
    mapping = parse_mapping(EXPORT, ["id", "e_mail", "FIRM", "Town", "Nr"])
    assert mapping.columns == {
        "id": "lead.id",
        "e_mail": "contact.email",
        "FIRM": "account.name",
        "Town": "account.city",
    }
    assert {issue.code for issue in mapping.differences} == {"renamed_column"}


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        (["E-Mail", "Firm", "Town"], "no lead has an id"),
        (["Id", "E-Mail", "Town"], "is a key field"),
        (["Id", "Work Email", "Firm", "Town"], "'Work Email' is called like contact.email"),
        (["Id", "E-Mial", "Firm", "Town"], "did you mean 'E-Mial'"),
        (["A", "B"], "no column 'Id'"),
    ],
)
def test_a_lost_column_that_matters_or_may_have_a_new_name_is_settled_by_a_person(columns, match):
    with pytest.raises(InvalidMappingError, match=match) as caught:
        parse_mapping(EXPORT, columns)
    assert {issue.code for issue in caught.value.issues} == {"unknown_column"}
    assert all(issue.line == 3 for issue in caught.value.issues)


def test_several_columns_feed_one_field_together(write):
    mapping = parse_mapping("columns: {i: lead.id}\njoined: {contact.name: [f, l]}")
    [batch] = open_source(write("i,f,l\n1,Ann,Lee\n2,,Lee\n3, ,\n")).batches()
    assert apply_mapping(mapping, batch).frame["contact.name"].to_list() == ["Ann Lee", "Lee", None]
    assert mapping.unmapped(["i", "f", "l", "x"]) == ("x",)


def test_joined_columns_are_checked_like_the_others():
    twice = "columns: {A: contact.name}\njoined: {contact.name: [f, l]}"
    assert problems(twice) == [("field_mapped_twice", 2)]
    assert problems("columns: {}\njoined: {contact.nam: [f], account.name: f}") == [
        ("unknown_field", 2),
        ("wrong_type", 2),
    ]
    assert problems("columns: {}\njoined: [a]") == [("wrong_type", 2)]


def test_styles_of_numbers_are_read_and_checked():
    text = 'columns: {R: {field: account.revenue, number: "1.234,56", currency: EUR}}'
    assert parse_mapping(text).numbers == {"account.revenue": NumberStyle(".", ",", "EUR")}
    for wrong in (
        '{field: account.revenue, number: "1.234.56"}',
        '{field: account.revenue, number: "a lot"}',
        '{field: account.name, number: "1,234.56"}',
    ):
        assert problems(f"columns: {{R: {wrong}}}") == [("bad_number_style", 1)]
    assert problems("columns: {R: {field: account.revenue, currency: euro}}") == [("wrong_type", 1)]


def test_a_workbook_s_sheet_and_header_are_told_in_the_mapping():
    assert parse_mapping("file: {sheet: Leads, header: 3}\ncolumns: {}").settings.header == 3
    assert problems("file: {header: 0}\ncolumns: {}") == [("wrong_type", 1)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &a [x]\nb: *a", "yaml_anchor"),
        ("columns: {A: contact.email, A: contact.name}", "duplicate_key"),
        ("columns: [", "yaml_syntax"),
        ("", "empty_file"),
    ],
)
def test_a_text_that_is_no_plain_yaml_is_refused(text, code):
    assert code in [issue_code for issue_code, _ in problems(text)]


def test_problems_of_the_yaml_speak_of_a_mapping():
    with pytest.raises(InvalidMappingError, match="A mapping file is a mapping of keys"):
        parse_mapping("- just\n- a list")


def test_without_a_mapped_id_leads_are_called_by_their_row(write):
    mapping = parse_mapping("columns: {m: contact.email}")
    [batch] = open_source(write("m,n\na@b.co,1\n,2\n")).batches()
    received = apply_mapping(mapping, batch)
    assert received.frame.rows() == [(1, "row-1", "a@b.co"), (2, "row-2", None)]


def test_a_row_whose_id_is_blank_is_rejected(write):
    mapping = parse_mapping("columns: {i: lead.id, m: contact.email}")
    [batch] = open_source(write("i,m\nx,a\n,b\n n/A ,c\n  ,d\ny,e\nz\n")).batches()
    received = apply_mapping(mapping, batch, ["N/A"])
    assert received.frame["lead.id"].to_list() == ["x", "y"]
    assert received.rejected.select("row", "code").rows() == [
        (2, "missing_id"),
        (3, "missing_id"),
        (4, "missing_id"),
        (6, "row_shape"),
    ]
    assert received.frame.height + received.rejected.height == 6


def test_received_values_are_not_touched(write):
    mapping = parse_mapping("columns: {i: lead.id, m: contact.email}")
    [batch] = open_source(write('i,m\n x ," A@B.co "\n')).batches()
    assert apply_mapping(mapping, batch).frame.rows() == [(1, " x ", " A@B.co ")]


def test_a_mapping_file_is_read_with_or_without_a_byte_order_mark(write):
    path = write("﻿" + GOOD, "mapping.yaml")
    assert load_mapping(path).name == "fair"


def test_a_column_missing_from_the_batch_is_left_out(write):
    mapping = parse_mapping("columns: {m: contact.email, gone: contact.name}")
    [batch] = open_source(write("m\na\n")).batches()
    assert apply_mapping(mapping, batch).frame.schema == {
        "row": pl.Int64,
        "lead.id": pl.String,
        "contact.email": pl.String,
    }
