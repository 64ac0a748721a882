"""What Plumbline reads from a CSV is what Python's csv module reads; nothing is lost on the way."""

from __future__ import annotations

import csv
import io

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plumbline.connectors import csv_rows, csv_source, layout
from plumbline.connectors.csv_rows import Table
from plumbline.connectors.csv_source import read_rows
from plumbline.connectors.layout import Layout, read_layout

TEXT = st.text(st.sampled_from('ab ,;"\n\r\té€😀'), max_size=6)
#: For the csv module a carriage return ends a line by itself; here only with a newline.
CELL = TEXT.map(lambda text: text.replace("\r", "\r\n"))
NOTHING = np.zeros(0, np.uint64)
ROWS = st.lists(st.lists(CELL, min_size=0, max_size=5), max_size=8)


def written(rows: list[list[str]], newline: str, quoting: int) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator=newline, quoting=quoting).writerows(rows)
    return out.getvalue().encode()


def read(raw: bytes, block: int, width: int = 3) -> tuple[pl.DataFrame, pl.DataFrame]:
    columns = ("a", "b", "c")[:width]
    blocks = (raw[i : i + block] for i in range(0, len(raw), block))
    batches = list(read_rows(blocks, Table(columns, b",", 1_000_000)))
    if not batches:
        return pl.DataFrame(), pl.DataFrame()
    return pl.concat(b.frame for b in batches), pl.concat(b.rejected for b in batches)


def expected(raw: bytes, width: int = 3) -> dict[int, tuple[str | None, ...] | None]:
    """Row number to cells, None where the row has another width: by Python's csv module."""
    rows = csv.reader(io.StringIO(raw.decode(), newline=""))
    return {
        number: tuple(cell or None for cell in row) if len(row) == width else None
        for number, row in enumerate(rows, 1)
    }


def found(raw: bytes, block: int, width: int = 3) -> dict[int, tuple[str | None, ...] | None]:
    frame, rejected = read(raw, block, width)
    accepted = {row[0]: row[1:] for row in frame.iter_rows()}
    refused = dict.fromkeys(rejected["row"], None) if rejected.height else {}
    assert not accepted.keys() & refused.keys()
    return accepted | refused


@settings(max_examples=250)
@given(
    ROWS,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(1, 60),
    st.integers(1, 3),
)
@example([["a", "b"], ["1", "2", "3"], ["x,", "y"]], "\n", csv.QUOTE_MINIMAL, 60, 3)
def test_the_csv_module_reads_the_same_rows(rows, newline, quoting, block, width):
    raw = written(rows, newline, quoting)
    assert found(raw, block, width) == expected(raw, width)


HOSTILE = st.lists(
    st.sampled_from(
        [b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"x", b"\xff", b"\0", b"\xc3\xa9", b"\xef\xbb\xbf"]
    ),
    max_size=40,
)


@settings(max_examples=250)
@given(HOSTILE.map(b"".join), st.integers(1, 40))
def test_any_bytes_give_each_row_number_exactly_once(raw, block):
    frame, rejected = read(raw, block)
    numbers = sorted([*frame.to_series(0), *rejected["row"]]) if frame.width else []
    assert numbers == list(range(1, len(numbers) + 1))


@settings(max_examples=250)
@given(HOSTILE.map(b"".join), st.integers(1, 40), st.integers(1, 3), st.integers(1, 20))
def test_neither_blocks_nor_windows_change_what_is_read(raw, block, width, narrow):
    with pytest.MonkeyPatch.context() as patched:
        whole = found(raw, len(raw) + 1, width)
        patched.setattr(csv_source, "_NARROW", narrow)
        assert found(raw, block, width) == whole


@settings(max_examples=250)
@given(HOSTILE.map(b"".join), st.integers(1, 3))
def test_the_fast_way_reads_what_the_exact_way_reads(raw, width):
    with pytest.MonkeyPatch.context() as patched:
        fast = found(raw, len(raw) + 1, width)
        patched.setattr(csv_source, "read_layout", lambda raw, byte: Layout(0, True, NOTHING, NOTHING, False))
        patched.setattr(csv_source, "plain_end", lambda raw, start, table: start)
        assert fast == found(raw, len(raw) + 1, width)


@pytest.mark.parametrize("block", [1, 7, 20])
def test_a_line_that_never_ends_is_refused_and_reading_goes_on_below_it(monkeypatch, block):
    monkeypatch.setattr(csv_source, "RECORD_LIMIT", 30)
    frame, rejected = read(b"1,2,3\n" + b"x" * 100 + b"\n4,5,6\n", block)
    assert frame["#row"].to_list() == [1, 3]
    assert rejected.select("row", "code").rows() == [(2, "cell_too_large")]


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_a_quote_that_never_closes_costs_its_line_only_however_long_the_file(monkeypatch, block):
    monkeypatch.setattr(csv_source, "RECORD_LIMIT", 30)
    frame, rejected = read(b'1,"2,3\n' + b"4,5,6\n" * 50, block)
    assert frame["#row"].to_list() == list(range(2, 52))
    assert rejected.select("row", "code").rows() == [(1, "row_quotes")]


def test_bytes_compared_in_stretches_give_the_same_layout(monkeypatch):
    raw = b'1,"two ""and"" three",3\n' * 40
    whole = read_layout(raw, ord(","))
    monkeypatch.setattr(layout, "_STRETCH", 64)
    pieces = read_layout(raw, ord(","))
    assert (
        (pieces.end, pieces.counts, pieces.is_doubled)
        == (whole.end, whole.counts, True)
        == (960, (40, 80), True)
    )


def test_without_counting_separators_a_short_row_would_be_padded_silently(monkeypatch):
    """Negative control: Polars alone does not see the short row."""
    raw = b"1,2,3\n4,5\n"
    assert found(raw, 60) == expected(raw) == {1: ("1", "2", "3"), 2: None}
    monkeypatch.setattr(csv_rows, "_read_regular", csv_rows._polars)
    assert found(raw, 60) == {1: ("1", "2", "3"), 2: ("4", "5", None)}


def test_a_stray_quote_does_not_swallow_the_rows_below():
    raw = b'1,"two,3\n4,5,6\n7,8,9\n'
    frame, rejected = read(raw, 100)
    assert frame["#row"].to_list() == [2, 3]
    assert rejected.select("row", "code", "value").rows() == [(1, "row_quotes", '1,"two,3')]


def test_a_quote_inside_a_cell_is_an_ordinary_character():
    frame, rejected = read(b'1,5" pipe,3\n4,5,6\n', 100)
    assert frame.rows() == [(1, "1", '5" pipe', "3"), (2, "4", "5", "6")]
    assert rejected.height == 0


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"1,2\n", "row_shape"),
        (b"1,2,3,4\n", "row_shape"),
        (b"1,2,3,\n", "row_shape"),
        (b"\n", "row_empty"),
        (b"\r\n", "row_empty"),
        (b'1,"2"x,3\n', "row_quotes"),
        (b"1,\xff,3\n", "row_encoding"),
        (b"1,\0,3\n", "nul_byte"),
        (b'1,"\xff",3\n', "row_encoding"),
        (b'1,"\0",3\n', "nul_byte"),
    ],
)
def test_a_bad_row_is_rejected_alone_with_its_number_and_code(line, code):
    frame, rejected = read(b"a,b,c\n" + line + b"d,e,f\n", 1000)
    assert frame["#row"].to_list() == [1, 3]
    assert rejected.select("row", "code").rows() == [(2, code)]
