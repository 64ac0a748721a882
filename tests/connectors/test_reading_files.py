"""Files of every format and encoding give the same text rows, and every row is accounted for."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import tracemalloc
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plumbline.connectors import json_lines
from plumbline.connectors.files import open_source
from plumbline.connectors.settings import FileSettings

TEXT = "name,city\nAnn,Köln\nBob,\n"
ROWS = [(1, "Ann", "Köln"), (2, "Bob", None)]


def read(path, settings=None, size=100_000):
    batches = list(open_source(path, settings).batches(size))
    return pl.concat(b.frame for b in batches), pl.concat(b.rejected for b in batches)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", TEXT.encode()),
        ("x.csv", b"\xef\xbb\xbf" + TEXT.encode()),
        ("x.csv", TEXT.encode("cp1252")),
        ("x.csv", TEXT.encode("utf-16")),
        ("x.csv", TEXT.encode("utf-16-le")),
        ("x.csv", TEXT.encode("utf-16-be")),
        ("x.csv", TEXT.encode("utf-32")),
        ("x.csv", TEXT.replace("\n", "\r\n").encode()),
        ("x.csv", TEXT.rstrip("\n").encode()),
        ("x.txt", TEXT.replace(",", "\t").encode()),
        ("x.csv.gz", gzip.compress(TEXT.encode(), mtime=0)),
        ("x.jsonl", '{"name": "Ann", "city": "Köln"}\n{"name": "Bob", "city": ""}\n'.encode()),
        ("x.ndjson", b'{"name": "Ann", "city": "K\\u00f6ln"}\r\n{"name": "Bob"}'),
        (
            "x.jsonl.gz",
            gzip.compress(b'{"name":"Ann","city":"K\\u00f6ln"}\n{"city":null,"name":"Bob"}\n', mtime=0),
        ),
    ],
)
def test_the_same_rows_come_out_of_every_way_of_writing_them(write, name, content):
    frame, rejected = read(write(content, name))
    assert frame.columns == ["#row", "name", "city"]
    assert frame.rows() == ROWS
    assert rejected.height == 0


def test_parquet_values_become_the_text_a_csv_would_have(tmp_path):
    path = tmp_path / "x.parquet"
    moment = dt.datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001
    pl.DataFrame(
        {
            "text": ["a", ""],
            "whole": [5, None],
            "float": [0.1, 1e-7],
            "flag": [True, False],
            "date": [dt.date(2026, 1, 2), None],
            "naive": [moment, None],
            "zoned": [moment.replace(tzinfo=dt.UTC), None],
            "money": [Decimal("12.50"), None],
            "label": pl.Series(["x", "y"], dtype=pl.Categorical),
            "nothing": [None, None],
        }
    ).write_parquet(path)
    frame, _ = read(path)
    assert set(frame.dtypes[1:]) == {pl.String}
    assert frame.row(0)[1:5] == ("a", "5", "0.1", "true")
    assert frame.row(0)[5:7] == ("2026-01-02", "2026-01-02T03:04:05.000000")
    assert frame.row(0)[7:10] == ("2026-01-02T03:04:05.000000+00:00", "12.50", "x")
    assert frame.row(1)[1:5] == (None, None, "1e-7", "false")
    assert frame["nothing"].null_count() == 2


def test_parquet_cells_that_no_csv_could_hold_are_refused_alone(tmp_path):
    path = tmp_path / "x.parquet"
    pl.DataFrame({"n": [1, 2, 3, 4], "a": ["x", "nul\0", "y" * 50, None]}).write_parquet(path)
    source = open_source(path, FileSettings(cell_limit=40))
    [batch] = source.batches()
    assert source.columns == ("n", "a")
    assert source.sha256() == hashlib.sha256(path.read_bytes()).hexdigest()
    assert batch.frame["#row"].to_list() == [1, 4]
    assert batch.rejected.select("row", "column", "code").rows() == [
        (2, "a", "nul_byte"),
        (3, "a", "cell_too_large"),
    ]


def test_a_header_without_rows_gives_no_leads_and_no_error(write):
    for name, content in [("x.csv", "a,b\n"), ("y.csv", "a,b")]:
        source = open_source(write(content, name))
        assert source.columns == ("a", "b")
        assert sum(b.frame.height + b.rejected.height for b in source.batches()) == 0


def test_a_column_without_a_name_is_called_by_its_place(write):
    assert open_source(write("a,,c,\n1,2,3,4\n")).columns == ("a", "column 2", "c", "column 4")


def test_two_thousand_columns_are_read(write):
    header = ",".join(f"c{i}" for i in range(2000))
    frame, rejected = read(write(header + "\n" + ("x," * 1999 + "y\n") * 3 + "short\n"))
    assert frame.shape == (3, 2001)
    assert rejected["code"].to_list() == ["row_shape"]


def test_a_header_longer_than_the_first_block_is_read(write):
    names = [f"{i:06d}-{'x' * 200}" for i in range(2000)]
    assert open_source(write(",".join(names) + "\n" + "," * 1999 + "\n")).columns == tuple(names)


@pytest.mark.parametrize("quote", ["", '"'])
def test_ten_megabytes_in_one_cell_are_refused_alone(write, quote):
    big = quote + "x" * 10_000_000 + quote
    frame, rejected = read(write(f"a,b\n1,2\n3,{big}\n5,6\n"))
    assert frame.rows() == [(1, "1", "2"), (3, "5", "6")]
    [line] = rejected.to_dicts()
    assert (line["row"], line["column"], line["code"]) == (2, "b", "cell_too_large")
    assert "10,000,000" in line["rule"]
    assert len(line["value"]) < 300


def test_the_limit_of_a_cell_can_be_set(write):
    path = write("a,b\n1,xxxxx\n2,xxxxxx\n")
    assert read(path, FileSettings(cell_limit=5))[1]["row"].to_list() == [2]
    assert read(path, FileSettings(cell_limit=6))[1].height == 0


def test_rows_in_another_encoding_are_refused_with_their_bytes_shown(write):
    content = "name,city\nAnn,Köln\n".encode() + "Bob,Zürich\n".encode("cp1252") + b"Cid,Rome\n"
    frame, rejected = read(write(content))
    assert frame["#row"].to_list() == [1, 3]
    assert rejected.select("row", "value", "code").rows() == [(2, "Bob,Z\\xfcrich", "row_encoding")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"a": [1]}', "row_json"),
        ('{"a": {"b": 1}}', "row_json"),
        ('{"a": 1', "row_json"),
        ("[1]", "row_json"),
        ('"x"', "row_json"),
        ("7", "row_json"),
        ('{"a": 1, "a": 2}', "row_json"),
        ('{"a": NaN}', "row_json"),
        ("[" * 5000, "row_json"),
        ("", "row_empty"),
        ('{"a": "\\u0000"}', "nul_byte"),
        ('{"a": "\\ud800"}', "row_encoding"),
        ('{"\\ud800": "x"}', "row_encoding"),
        (b'{"a": "\xff"}', "row_encoding"),
        (json.dumps({"a": "x" * 1_000_001}), "cell_too_large"),
    ],
)
def test_a_bad_json_line_is_refused_alone(write, line, code):
    raw = line if isinstance(line, bytes) else line.encode()
    frame, rejected = read(
        write(b'{"a": "1"}\n' + raw + b'\n{"a": "3"}\n', "x.jsonl"), FileSettings(encoding="utf-8")
    )
    assert frame.rows() == [(1, "1"), (3, "3")]
    assert rejected.select("row", "code").rows() == [(2, code)]


def test_json_numbers_keep_their_text(write):
    frame, _ = read(write('{"a": 1.50, "b": 10000000000000000000001, "c": 1e5, "d": true}\n', "x.jsonl"))
    assert frame.row(0) == (1, "1.50", "10000000000000000000001", "1e5", "true")


FLAT = st.dictionaries(
    st.sampled_from("abc"),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    max_size=3,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FLAT, min_size=1, max_size=20), st.integers(1, 7))
def test_json_lines_give_back_what_was_written(tmp_path, monkeypatch, rows, size):
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    frame, rejected = read(path, size=size)
    expected = []
    for number, row in enumerate(rows, 1):
        if not any("\0" in value for value in row.values() if isinstance(value, str)):
            texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in row.items() if v is not None}
            expected.append({"#row": number} | {key: texts.get(key) or None for key in frame.columns[1:]})
    assert frame.to_dicts() == expected
    assert frame.height + rejected.height == len(rows)


def test_json_lines_would_lose_a_key_if_only_the_first_row_were_asked(write, monkeypatch):
    """Negative control: with the columns of row one alone, the second row's city is gone."""
    path = write('{"a": 1}\n{"a": 2, "b": 3}\n', "x.jsonl")
    assert read(path)[0].rows() == [(1, "1", None), (2, "2", "3")]
    whole = json_lines._read_all
    monkeypatch.setattr(json_lines, "_read_all", lambda *args: iter([next(whole(*args))]))
    assert open_source(path).columns == ("a",)


def test_batches_keep_the_order_and_the_size_asked_for(write):
    path = write("a,b\n" + "".join(f"{i},x\n" if i % 10 else f"{i}\n" for i in range(1, 2001)))
    batches = list(open_source(path).batches(150))
    assert max(b.frame.height for b in batches) <= 150
    numbers = pl.concat(b.frame for b in batches)["#row"].to_list()
    refused = pl.concat(b.rejected for b in batches)["row"].to_list()
    assert sorted(numbers) == numbers
    assert refused == list(range(10, 2001, 10))
    assert sorted(numbers + refused) == list(range(1, 2001))


def test_a_source_can_be_read_twice_and_knows_its_hash(write):
    path = write(TEXT)
    source = open_source(path)
    lines = open_source(write('{"a": 1}\n', "x.jsonl"))
    assert lines.sha256() == hashlib.sha256(b'{"a": 1}\n').hexdigest()
    assert [b.frame.rows() for b in source.batches()] == [b.frame.rows() for b in source.batches()] == [ROWS]
    assert source.sha256() == hashlib.sha256(TEXT.encode()).hexdigest()


def test_memory_does_not_grow_with_the_file(write):
    """Bytes held by Python while streaming; the frames themselves are dropped batch by batch."""

    def peak(rows):
        path = write("a,b\n" + "some text,some other text\n" * rows)
        tracemalloc.start()
        assert sum(b.frame.height for b in open_source(path).batches(1000)) == rows
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    assert peak(400_000) < 1.3 * peak(150_000)
