"""Excel workbooks: values as typed, and everything that their cells do not show is said."""

# ruff: noqa: E501, DTZ001 - XML as other programs write it; cells have no time zone
from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from plumbline.connectors import errors
from plumbline.connectors.excel.formats import When, moment_text, when_of
from plumbline.connectors.excel.sheet import letters_of, number_text, place_of
from plumbline.connectors.files import open_source
from plumbline.connectors.settings import FileSettings


@pytest.fixture
def book():
    opened = openpyxl.Workbook()
    opened.active.title = "Leads"
    return opened


def saved(book, tmp_path, name="leads.xlsx"):
    book.save(tmp_path / name)
    return tmp_path / name


def read(path, size=100_000, **settings_):
    source = open_source(path, FileSettings(**settings_))
    batches = list(source.batches(size))
    frame = pl.concat(batch.frame for batch in batches)
    rejected = pl.concat(batch.rejected for batch in batches)
    noted = pl.concat(batch.noted for batch in batches)
    return source, frame, rejected, noted


def said(lines):
    return lines.select("row", "column", "value", "code").rows()


def test_values_arrive_as_a_person_would_have_typed_them(book, tmp_path):
    sheet = book.active
    sheet.append(["Id", "Name", "Size", "Share", "Since", "At", "Hour", "Ok", "Note"])
    sheet.append(
        [
            1,
            "Müller & Söhne <b>",
            12.5,
            0.1 + 0.2,
            date(2026, 3, 4),
            datetime(2026, 3, 4, 9, 30),
            time(9, 5),
            True,
            None,
        ]
    )
    sheet.append(
        ["007", " x ", 1e15, -3, date(1899, 12, 31), datetime(2026, 3, 4), time(0, 0), False, "#N/A"]
    )
    _, frame, rejected, _ = read(saved(book, tmp_path))
    assert frame.rows() == [
        (1, "1", "Müller & Söhne <b>", "12.5", "0.3", "2026-03-04", "2026-03-04T09:30:00", "09:05:00", "true", None),
        (2, "007", " x ", "1000000000000000", "-3", "1899-12-31", "2026-03-04", "00:00:00", "false", "#N/A"),
    ]  # fmt: skip
    assert rejected.is_empty()


def test_dates_of_both_systems_and_their_made_up_day():
    assert moment_text(61, When.DATE, from_1904=False) == "1900-03-01"
    assert moment_text(60, When.DATE, from_1904=False) == "1900-02-29", "no such day: triage reports it"
    assert moment_text(59, When.DATE, from_1904=False) == "1900-02-28"
    assert moment_text(1, When.DATE, from_1904=False) == "1900-01-01"
    assert moment_text(0, When.DATE, from_1904=True) == "1904-01-01"
    assert moment_text(46085.5, When.DATE, from_1904=False) == "2026-03-04T12:00:00"
    assert moment_text(-1, When.DATE, from_1904=False) is None
    assert moment_text(1e9, When.DATE, from_1904=False) is None


@given(st.datetimes(min_value=datetime(1900, 3, 1), max_value=datetime(2999, 1, 1)))
def test_every_moment_that_excel_can_store_comes_back(moment):
    whole = moment.replace(microsecond=0)
    serial = (whole - datetime(1899, 12, 30)) / timedelta(days=1)
    assert datetime.fromisoformat(moment_text(serial, When.MOMENT, from_1904=False)) == whole


@pytest.mark.parametrize(
    ("code", "when"),
    [
        ("yyyy-mm-dd", When.DATE),
        ("dd/mm/yyyy hh:mm", When.MOMENT),
        ('d. mmmm yyyy" Uhr"', When.DATE),
        ("[$-407]d. mmm yy;@", When.DATE),
        ("mmm-yy", When.DATE),
        ("hh:mm:ss AM/PM", When.TIME),
        ("[h]:mm", None),
        ("General", None),
        ("0.00E+00", None),
        ('#,##0.00 "USD/day"', None),
        ("[Red]-#,##0", None),
        ('_-* #,##0.00\\ "€"_-', None),
        ("@", None),
    ],
)
def test_formats_that_show_dates_are_told_from_those_that_do_not(code, when):
    assert when_of(code) == when


def test_formulas_give_the_saved_value_and_are_said(book, tmp_path):
    sheet = book.active
    sheet.append(["id", "size"])
    sheet.append(["a", "=1+1"])
    path = saved(book, tmp_path)
    _, frame, _, noted = read(path)
    assert frame.rows() == [(1, "a", None)]
    assert said(noted) == [(1, "size", "", "formula_empty")]
    rewrite(path, "xl/worksheets/sheet1.xml", b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    _, frame, _, noted = read(path)
    assert frame.rows() == [(1, "a", "2")]
    assert said(noted) == [(1, "size", "2", "formula")]
    assert "=1+1" in noted.item(0, "rule")


def rewrite(path, part, old, new):
    """Change the bytes of one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part], parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_merged_cells_hidden_rows_and_hidden_columns_are_located(book, tmp_path):
    sheet = book.active
    for row in (["id", "firm", "city"], ["1", "Acme", "Rome"], ["2", None, "Oslo"], ["3", "Bolt", "Bern"]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["C"].hidden = True
    _, frame, _, noted = read(saved(book, tmp_path))
    assert frame["firm"].to_list() == ["Acme", None, "Bolt"], "nothing is filled in"
    assert sorted(said(noted), key=str) == [
        (1, "firm", "B2:B3", "merged_cells"),
        (3, None, "", "hidden_row"),
        (None, "city", "city", "hidden_column"),
    ]


def test_a_hidden_sheet_is_said_and_read_only_when_asked_for(book, tmp_path):
    book.active.append(["id"])
    book.active.append(["seen"])
    for title, state in (
        ("Old", "visible"),
        ("Secret", "hidden"),
        ("Deep", "veryHidden"),
        ("Empty", "visible"),
    ):
        other = book.create_sheet(title)
        other.sheet_state = state
        if title != "Empty":
            other.append(["id"])
            other.append([title])
    path = saved(book, tmp_path)
    _, frame, _, noted = read(path)
    assert frame["id"].to_list() == ["seen"]
    assert said(noted) == [
        (None, None, "Old", "other_sheet"),
        (None, None, "Secret", "hidden_sheet"),
        (None, None, "Deep", "hidden_sheet"),
    ]
    assert read(path, sheet="Secret")[1]["id"].to_list() == ["Secret"]
    with pytest.raises(errors.MissingSheetError, match="'Leads', 'Old', 'Secret'"):
        open_source(path, FileSettings(sheet="leads"))


def test_a_workbook_with_hidden_sheets_only_is_refused_with_their_names(book, tmp_path):
    book.active.title = "Cover"
    hidden = book.create_sheet("Data")
    hidden.append(["id"])
    hidden.sheet_state = "hidden"
    with pytest.raises(errors.EmptyFileError, match="'Data'"):
        open_source(saved(book, tmp_path))


def test_titles_above_the_table_are_no_header_and_are_said(book, tmp_path):
    for row in (["Leads of the fair, as of March"], [], ["id", "firm", "city"], ["1", "Acme", "Rome"]):
        book.active.append(row)
    path = saved(book, tmp_path)
    source, frame, _, noted = read(path)
    assert source.columns == ("id", "firm", "city")
    assert frame.rows() == [(1, "1", "Acme", "Rome")]
    assert said(noted) == [(None, None, "Leads of the fair, as of March", "above_header")]
    assert read(path, header=4)[0].columns == ("1", "Acme", "Rome")
    with pytest.raises(errors.EmptyFileError, match="row 2"):
        open_source(path, FileSettings(header=2))


def test_counts_reconcile_to_the_row_with_empty_rows_between(book, tmp_path):
    for row in (["id"], ["a"], [], [], ["b"], [], ["c"], []):
        book.active.append(row)
    _, frame, rejected, _ = read(saved(book, tmp_path), size=1)
    assert frame["#row"].to_list() == [1, 4, 6]
    assert said(rejected) == [
        (2, None, "", "row_empty"),
        (3, None, "", "row_empty"),
        (5, None, "", "row_empty"),
    ]


def test_a_value_beside_the_table_is_not_lost(book, tmp_path):
    book.active.append(["id", "firm"])
    book.active.append(["1", "Acme", None, "call her!"])
    _, frame, _, noted = read(saved(book, tmp_path))
    assert frame.rows() == [(1, "1", "Acme")]
    assert said(noted) == [(1, None, "call her!", "beyond_header")]
    assert "D2" in noted.item(0, "rule")


def test_numbers_that_lost_digits_are_said_and_kept_as_they_are(book, tmp_path):
    book.active.append(["phone", "account"])
    book.active.append([442079460958, 12345678901234567890])
    path = saved(book, tmp_path)
    _, frame, _, noted = read(path)
    assert frame.item(0, "phone") == "442079460958", "Excel shows 4.42E+11 and stores every digit"
    assert [line[1] for line in said(noted)] == ["account"]
    assert noted.item(0, "code") == "rounded_number"
    rewrite(path, "xl/worksheets/sheet1.xml", b"<v>442079460958</v>", b"<v>4.42079E+11</v>")
    _, frame, _, noted = read(path)
    assert frame.item(0, "phone") == "4.42079E+11"
    assert [line[1] for line in said(noted)] == ["phone", "account"]


def test_numbers_are_spelled_out_only_where_all_digits_are_there():
    assert number_text("4.42079460958E+11") == "442079460958"
    assert number_text("4.42079E+11") == "4.42079E+11"
    assert number_text("1.1000000000000001") == "1.1"
    assert number_text("-0.5E-3") == "-0.0005"


@given(st.integers(min_value=0, max_value=16_383), st.integers(min_value=1, max_value=1_048_576))
def test_places_have_letters_and_back(column, row):
    assert place_of(f"{letters_of(column)}{row}") == (column, row)


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).filter(
        lambda t: not t.startswith("=")
    ),
    st.integers(min_value=-(10**14), max_value=10**14),
    st.floats(min_value=-1e14, max_value=1e14),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_another_reader_of_workbooks_finds_the_same_values(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("book") / "leads.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["a", "b", "c"])
    for row in rows:
        book.active.append(row)
    book.save(path)
    _, frame, rejected, _ = read(path)
    theirs = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)[1:]
    theirs += [["", "", ""]] * (len(rows) - len(theirs))
    ours = {row: cells for row, *cells in frame.rows()}
    for number, row in enumerate(theirs, 1):
        if any(cell != "" for cell in row):
            assert [same(cell) for cell in row] == ours[number]
    assert set(ours) | set(rejected["row"]) == set(range(1, max(ours, default=0) + 1))


def same(cell):
    """A value of the other reader as text."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
    return None if cell == "" else str(cell)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda content: content[: len(content) // 2], errors.DamagedFileError),
        (lambda _: b"PK\x03\x04 whatever", errors.DamagedFileError),
        (lambda _: b"\xd0\xcf\x11\xe0 old", errors.BinaryFileError),
        (lambda _: b"", errors.DamagedFileError),
    ],
)
def test_a_damaged_or_locked_workbook_is_refused_with_its_code(book, tmp_path, change, error):
    book.active.append(["id"])
    path = saved(book, tmp_path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(error) as caught:
        open_source(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</worksheet>", b"</worksheetX>"),
        (b'r="A2"', b'r="22"'),
        (b"<sheetData>", b'<sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
        (b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'),
    ],
)
def test_a_broken_sheet_is_a_clear_error(book, tmp_path, old, new):
    book.active.append(["id"])
    book.active.append(["x"])
    path = saved(book, tmp_path)
    rewrite(path, "xl/worksheets/sheet1.xml", old, new)
    with pytest.raises(errors.DamagedFileError):
        read(path)


def test_a_zip_that_is_no_workbook_is_said_so(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr("leads.csv", "a,b\n")
    with pytest.raises(errors.DamagedFileError, match="no workbook"):
        open_source(tmp_path / "x.xlsx")


# A workbook as other programs write it: names with a prefix, shared and rich texts, dates counted from 1904, rows and
# cells without places, parts named from the root.
_X = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FOREIGN = {
    "_rels/.rels": f'<Relationships><Relationship Id="a" Type="{_TYPE}/officeDocument" Target="/book/workbook.xml"/>'
    "</Relationships>",
    "book/workbook.xml": f'<x:workbook {_X} {_R}><x:workbookPr date1904="1"/><x:sheets>'
    '<x:sheet name="Chart" sheetId="1" r:id="c"/><x:sheet name="Leads" sheetId="2" r:id="s"/></x:sheets></x:workbook>',
    "book/_rels/workbook.xml.rels": "<Relationships>"
    f'<Relationship Id="c" Type="{_TYPE}/chartsheet" Target="chart.xml"/>'
    f'<Relationship Id="s" Type="{_TYPE}/worksheet" Target="/book/sheets/one.xml"/>'
    f'<Relationship Id="t" Type="{_TYPE}/sharedStrings" Target="texts.xml"/>'
    f'<Relationship Id="y" Type="{_TYPE}/styles" Target="styles.xml"/></Relationships>',
    "book/texts.xml": f"<x:sst {_X}><x:si><x:t>id</x:t></x:si><x:si><x:r><x:t>Bo</x:t></x:r><x:r><x:t>lt_x0041_</x:t>"
    "</x:r></x:si><x:si><x:t>東京</x:t><x:rPh><x:t>トウキョウ</x:t></x:rPh></x:si></x:sst>",
    "book/styles.xml": f'<x:styleSheet {_X}><x:numFmts><x:numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/>'
    '</x:numFmts><x:cellStyleXfs><x:xf numFmtId="14"/></x:cellStyleXfs><x:cellXfs><x:xf numFmtId="0"/>'
    '<x:xf numFmtId="164"/><x:xf numFmtId="14"/></x:cellXfs></x:styleSheet>',
    "book/sheets/one.xml": f'<x:worksheet {_X}><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c>'
    '<x:c t="inlineStr"><x:is><x:t>firm</x:t></x:is></x:c><x:c t="str"><x:v>since</x:v></x:c></x:row>'
    '<x:row><x:c t="s"><x:v>2</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c><x:c s="1"><x:v>0</x:v></x:c></x:row>'
    '<x:row><x:c t="e"><x:v>#REF!</x:v></x:c><x:c r="C3" s="2"><x:v>44623</x:v></x:c></x:row>'
    '<x:row><x:c t="d"><x:v>2026-03-04T00:00:00</x:v></x:c></x:row></x:sheetData></x:worksheet>',
}


def foreign(tmp_path, **changed):
    with zipfile.ZipFile(tmp_path / "foreign.xlsx", "w") as archive:
        for name, text in FOREIGN.items():
            archive.writestr(name, changed.get(name, text))
    return tmp_path / "foreign.xlsx"


def test_a_workbook_of_another_program_is_read_too(tmp_path):
    _, frame, _, _ = read(foreign(tmp_path))
    assert frame.columns == ["#row", "id", "firm", "since"]
    assert frame.rows() == [
        (1, "東京", "BoltA", "1904-01-01"),
        (2, "#REF!", None, "2026-03-04"),
        (3, "2026-03-04", None, None),
    ]


def test_a_workbook_without_sheets_of_cells_is_refused(tmp_path):
    path = foreign(tmp_path)
    rewrite(path, "book/_rels/workbook.xml.rels", b"/worksheet", b"/chartsheet")
    with pytest.raises(errors.DamagedFileError, match="no sheet of cells"):
        open_source(path)
