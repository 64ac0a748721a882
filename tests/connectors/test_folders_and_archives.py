"""Folders of files, and archives with one: nothing is left out in silence, and every row knows its file."""

from __future__ import annotations

import gzip
import zipfile

import polars as pl
import pytest

from plumbline.connectors import errors
from plumbline.connectors.files import open_source
from plumbline.connectors.folder import FILE


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def put(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def read(folder, size=100_000):
    batches = list(open_source(folder).batches(size))
    return (
        pl.concat(batch.frame for batch in batches),
        pl.concat(batch.rejected for batch in batches),
        pl.concat(batch.noted for batch in batches),
    )


def test_files_are_read_in_the_order_of_their_names_and_rows_know_theirs(folder):
    put(
        folder, b_csv="id,firm\n3,C\n", a_csv="id,firm\n1,A\n2,B\n", sub__c_jsonl='{"id": "4", "firm": "D"}\n'
    )
    frame, _, noted = read(folder)
    assert frame.columns == ["#row", FILE, "id", "firm"]
    assert frame.rows() == [
        (1, "a.csv", "1", "A"),
        (2, "a.csv", "2", "B"),
        (3, "b.csv", "3", "C"),
        (4, "sub/c.jsonl", "4", "D"),
    ]
    assert noted.is_empty()


def test_a_bad_row_is_located_in_its_file(folder):
    put(folder, a_csv="id,firm\n1,A\n", b_csv="id,firm\n2,B\n3\n4,D\n")
    frame, rejected, _ = read(folder)
    assert frame["#row"].to_list() == [1, 2, 4]
    assert rejected.select("row", "code").rows() == [(3, "row_shape")]
    assert rejected.item(0, "rule").startswith("b.csv row 2: ")


def test_columns_in_another_order_are_the_same_layout_and_differences_are_said(folder):
    put(
        folder,
        a_csv="id,firm,city\n1,A,Rome\n",
        b_csv="city,id,firm\nOslo,2,B\n",
        c_csv="id,firm,fax\n3,C,9\n",
        d_csv="id,firm,city\n4,D,Bern\n",
    )
    frame, _, noted = read(folder)
    assert frame.rows()[1:3] == [(2, "b.csv", "2", "B", "Oslo", None), (3, "c.csv", "3", "C", None, "9")]
    assert noted.select("row", "value", "code").rows() == [(None, "c.csv", "layout_differs")]
    assert noted.item(0, "rule") == "c.csv lacks 'city' and has 'fax' more."


def test_another_table_and_other_files_are_left_out_and_said(folder):
    put(
        folder,
        a_csv="id,firm\n1,A\n",
        b_csv="id,firm\n2,B\n",
        prices_csv="product,price,unit\nx,1,2\ny,2,3\n",
        readme_pdf="%PDF",
        _hidden_csv="id,firm\n9,Z\n",
    )
    frame, _, noted = read(folder)
    assert frame["id"].to_list() == ["1", "2"]
    assert sorted(noted["code"]) == ["other_file", "other_layout"]
    assert "prices.csv (2 rows) has other columns" in " ".join(noted["rule"])


def test_rows_of_all_files_add_up_whatever_the_size_of_batches(folder):
    for number in range(7):
        lines = "".join(f"{number}-{n},x\n" if n % 5 else "broken\n" for n in range(number * 3))
        put(folder, **{f"f{number}_csv": f"id,firm\n{lines}"})
    for size in (1, 4, 1000):
        frame, rejected, _ = read(folder, size)
        assert sorted([*frame["#row"], *rejected["row"]]) == list(range(1, 64))


def test_the_hash_of_a_folder_is_of_names_and_contents(folder):
    put(folder, a_csv="id,firm\n1,A\n")
    first = open_source(folder).sha256()
    assert open_source(folder).sha256() == first
    (folder / "a.csv").rename(folder / "b.csv")
    assert open_source(folder).sha256() != first


def test_an_unreadable_file_of_a_folder_is_named(folder):
    put(folder, a_csv="id,firm\n1,A\n")
    (folder / "b.csv").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(errors.BinaryFileError, match=r"b\.csv"):
        open_source(folder)
    (folder / "b.csv").write_text(f"id,{FILE}\n1,2\n")
    with pytest.raises(errors.DuplicateHeaderError, match=FILE):
        open_source(folder)


def test_a_packed_file_is_read_as_the_file_inside(tmp_path):
    text = "id;firm\n1;Müller\n" + "2;x\n" * 50_000
    (tmp_path / "plain.csv").write_text(text, encoding="cp1252")
    packed = (tmp_path / "plain.csv").read_bytes()
    (tmp_path / "leads.csv.gz").write_bytes(gzip.compress(packed))
    with zipfile.ZipFile(tmp_path / "leads.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/x", b"")
        archive.writestr("export/leads.csv", packed)
    with zipfile.ZipFile(tmp_path / "lines.zip", "w") as archive:
        archive.writestr("leads.jsonl", '{"id": "1", "firm": "Müller"}\n')
    [plain, gz, zipped, lines] = (
        next(open_source(tmp_path / name).batches(10)).frame
        for name in ("plain.csv", "leads.csv.gz", "leads.zip", "lines.zip")
    )
    assert plain["firm"][0] == "Müller"
    assert gz.equals(plain)
    assert zipped.equals(plain)
    assert lines.rows() == [(1, "1", "Müller")]


@pytest.mark.parametrize("names", [[], ["a.csv", "b.csv"]])
def test_an_archive_that_does_not_hold_one_file_is_refused(tmp_path, names):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "a,b\n1,2\n")
    with pytest.raises(errors.ArchiveError, match=f"holds {len(names)} files"):
        open_source(tmp_path / "x.zip")


def test_a_damaged_archive_is_refused(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 whatever")
    with pytest.raises(errors.DamagedFileError):
        open_source(tmp_path / "x.zip")
