"""The mapping file: strict, with every problem at once, and what applying it gives."""

from __future__ import annotations

import polars as pl
import pytest

from plumbline.connectors.errors import InvalidMappingError
from plumbline.connectors.files import open_source
from plumbline.connectors.mapping import apply_mapping, load_mapping, parse_mapping
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


def test_columns_the_file_does_not_have_are_errors_and_the_nearest_name_is_offered():
    with pytest.raises(InvalidMappingError, match="did you mean 'E-Mail'"):
        parse_mapping("columns: {E-mail: contact.email}", ["E-Mail"])
    assert problems("ignored: [X]\ncolumns: {}", ["Y"]) == [("unknown_column", 1)]


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
