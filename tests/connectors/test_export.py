"""A CSV that leaves Plumbline runs nothing when a spreadsheet opens it."""

from __future__ import annotations

import csv
import io
import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.connectors import export
from plumbline.connectors.export import csv_bytes, neutralised, write_csv
from plumbline.domain.errors import StorageError


def cells_of(raw):
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("http://evil.example","x")',
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "=",
        "-",
    ],
)
def test_a_formula_arrives_as_text(cell):
    assert cells_of(csv_bytes(pl.DataFrame({"a": [cell]}))) == [["a"], ["'" + cell]]


@pytest.mark.parametrize("cell", ["-5", "+44", "-1.5e3", "plain", "a=b", " =x", "'=x", "5-3", ""])
def test_numbers_and_plain_text_stay_as_they_are(cell):
    assert neutralised(pl.DataFrame({"a": [cell]}))["a"].to_list() == [cell]


def test_columns_of_numbers_are_not_touched_and_lists_become_text():
    frame = neutralised(
        pl.DataFrame({"n": [-5], "f": [-1.5], "b": [True], "l": [["=a", "b"]], "none": [None]})
    )
    assert frame.row(0) == (-5, -1.5, True, "'=a; b", None)


def test_names_of_columns_are_cells_too():
    assert cells_of(csv_bytes(pl.DataFrame({"=cmd|x": [1]})))[0] == ["'=cmd|x"]


DANGEROUS = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
TEXT = st.text(
    st.one_of(st.sampled_from("=+-@\t\r\n',;\"0. e"), st.characters(exclude_categories=["Cs"])), max_size=8
)


def is_dangerous(cell):
    return bool(DANGEROUS.match(cell)) and not NUMBER.fullmatch(cell)


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=8))
def test_no_cell_of_any_export_begins_like_a_formula_and_nothing_else_changes(rows):
    raw = csv_bytes(pl.DataFrame(rows, schema=["a", "b"], orient="row"))
    for before, after in zip(rows, cells_of(raw)[1:], strict=True):
        for was, now in zip(before, after, strict=True):
            assert not is_dangerous(now)
            assert now == ("'" + was if is_dangerous(was) else was)


def test_the_test_above_would_notice_an_export_without_the_guard(monkeypatch):
    """Negative control."""
    monkeypatch.setattr(export, "neutralised", lambda frame: frame)
    assert is_dangerous(cells_of(csv_bytes(pl.DataFrame({"a": ["=1+1"]})))[1][0])


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    write_csv(pl.DataFrame({"a": ["é"]}), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes() == b"\xef\xbb\xbfa\n\xc3\xa9\n"
    with pytest.raises(StorageError):
        write_csv(pl.DataFrame({"a": [1]}), tmp_path / "no folder" / "x.csv")
