"""A file no row of which could ever be read: a clear error with its own code."""

from __future__ import annotations

import gzip

import polars as pl
import pytest

from plumbline.connectors import errors
from plumbline.connectors.files import open_source
from plumbline.connectors.settings import FileSettings

GZIPPED = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(100_000)), mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("x.csv", b"", errors.EmptyFileError),
        ("x.csv", b"\n\n", errors.EmptyFileError),
        ("x.csv", b"\xef\xbb\xbf", errors.EmptyFileError),
        ("x.csv", b'"a,b\n1,2\n', errors.EmptyFileError),
        ("x.csv", b"PK\x03\x04 whatever", errors.BinaryFileError),
        ("x.csv", b"\x89PNG\r\n", errors.BinaryFileError),
        ("x.csv", bytes(range(256)) + bytes(2000), errors.BinaryFileError),
        ("x.csv", b"a,b,a\n1,2,3\n", errors.DuplicateHeaderError),
        ("x.csv", b"a, a \n1,2\n", errors.DuplicateHeaderError),
        ("x.csv", b"#row,a\n1,2\n", errors.DuplicateHeaderError),
        ("x.csv.gz", GZIPPED[:10], errors.DamagedFileError),
        ("x.csv.gz", b"not gzip at all", errors.DamagedFileError),
        ("x.jsonl", b"", errors.EmptyFileError),
        ("x.jsonl", b"\n \n", errors.EmptyFileError),
        ("x.jsonl", b'[{"a": 1}]', errors.EmptyFileError),
        ("x.jsonl", b'{"#row": 1}', errors.DuplicateHeaderError),
        ("x.parquet", b"", errors.EmptyFileError),
        ("x.parquet", b"a,b\n1,2\n", errors.DamagedFileError),
        ("x.parquet", b"PAR1" + b"\0" * 40, errors.DamagedFileError),
    ],
)
def test_an_unreadable_file_is_refused_with_its_code(write, name, content, error):
    with pytest.raises(error) as caught:
        open_source(write(content, name))
    assert caught.value.code == error.code
    assert "\n" not in str(caught.value)


def test_codes_of_errors_are_their_own():
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    assert len({error.code for error in classes}) == len(classes) > 8


def test_a_missing_file_and_a_folder_without_tables_are_told_apart(tmp_path):
    with pytest.raises(errors.MissingFileError):
        open_source(tmp_path / "none.csv")
    for name in ("folder", "folder.parquet", "folder.jsonl"):
        (tmp_path / name).mkdir()
        with pytest.raises(errors.EmptyFileError, match="no file in the folder"):
            open_source(tmp_path / name)


def test_the_wrong_delimiter_is_named_together_with_the_right_one(write):
    path = write("a;b;c\n1;2;3\n4;5;6\n")
    with pytest.raises(errors.WrongDelimiterError, match="separated by semicolons, not by commas"):
        open_source(path, FileSettings(delimiter=","))
    assert open_source(path).columns == ("a", "b", "c")


def test_a_delimiter_is_believed_when_the_file_has_one_column_only(write):
    assert open_source(write("name\nann\nbob\n"), FileSettings(delimiter=";")).columns == ("name",)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(write, delimiter):
    text = "".join(delimiter.join(row) + "\n" for row in [["a", "b, c; d"], ["1", "x, y; z"], ["2", "u"]])
    if delimiter in ",;":
        text = text.replace("b, c; d", "b").replace("x, y; z", "x")
    assert len(open_source(write(text)).columns) == 2


def test_the_line_that_tells_excel_the_delimiter_is_believed_and_is_no_header(write):
    source = open_source(write("sep=;\r\na;b,c\r\n1;2\r\n"))
    assert source.columns == ("a", "b,c")
    assert [batch.frame.rows() for batch in source.batches()] == [[(1, "1", "2")]]


def test_a_gzip_file_that_ends_early_fails_while_reading_and_says_so(write):
    source = open_source(write(GZIPPED[:-2000], "x.csv.gz"))
    with pytest.raises(errors.DamagedFileError, match="cannot be read to its end"):
        list(source.batches())


def test_a_truncated_parquet_file_is_damaged(write, tmp_path):
    pl.DataFrame({"a": range(1000)}).write_parquet(tmp_path / "good.parquet")
    with pytest.raises(errors.DamagedFileError):
        open_source(write((tmp_path / "good.parquet").read_bytes()[:-50], "cut.parquet"))


@pytest.mark.parametrize("byte", [b"\0", b"\xff"])  # Polars stops silently at the one and raises at the other
def test_a_parquet_file_damaged_inside_fails_while_reading_and_says_so(tmp_path, byte):
    path = tmp_path / "bad.parquet"
    pl.DataFrame({"a": [f"value {i}" for i in range(20_000)]}).write_parquet(path, compression="zstd")
    raw = bytearray(path.read_bytes())
    raw[200:1200] = byte * 1000
    path.write_bytes(raw)
    with pytest.raises(errors.DamagedFileError, match="cannot be read as Parquet"):
        list(open_source(path).batches())


def test_a_parquet_column_with_the_name_of_the_row_number_is_refused(tmp_path):
    pl.DataFrame({"#row": [1]}).write_parquet(tmp_path / "x.parquet")
    with pytest.raises(errors.DuplicateHeaderError):
        open_source(tmp_path / "x.parquet")


def test_a_file_that_may_not_be_opened_says_so(write, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(errors.MissingFileError, match="may not be read"):
        open_source(write("a,b\n"))


def test_nested_and_binary_parquet_columns_are_refused_by_name(tmp_path):
    path = tmp_path / "nested.parquet"
    pl.DataFrame({"fine": [1], "tags": [["x"]], "who": [{"a": 1}], "raw": [b"x"]}).write_parquet(path)
    with pytest.raises(errors.NestedColumnError, match="'tags', 'who', 'raw'"):
        open_source(path)


def test_half_a_character_at_the_end_of_a_utf16_file_is_damage(write):
    path = write("\ufeffa,b\n1,2\n".encode("utf-16-le") + b"x", "x.csv")
    with pytest.raises(errors.DamagedFileError):
        open_source(path)
