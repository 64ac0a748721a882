"""Exports as bad as they come, from the door: each oddity located, no row lost, counts that reconcile."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest

from helpers_cli import PLUMBLINE, plumbline

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "id,name,email,phone,created,employees,revenue,firm"
COLUMNS = {
    "id": "lead.id",
    "name": "contact.name",
    "email": "contact.email",
    "phone": "contact.phone",
    "created": "lead.created_at",
    "employees": "account.employees",
    "revenue": "account.revenue",
    "firm": "account.name",
}
PLAIN = {
    "name": "Ann Lee",
    "email": "ann@acme.com",
    "phone": "+44 20 7946 0958",
    "created": "2026-01-01",
    "employees": "10",
    "revenue": "5",
    "firm": "Acme",
}
#: A row by its id: the column that is odd, what stands there, and the code it must get (None: nothing).
ODD = {
    "past": ("created", "1899-12-31", "date_range"),
    "future": ("created", "2999-01-01", "date_range"),
    "negative": ("employees", "-10", "negative_count"),
    "enormous": ("revenue", "1e308", "number_range"),
    "float": ("phone", "4.42079E+11", "rounded_number"),
    "mixed": ("name", "\u0391nna Ivanova", "mixed_scripts"),
    "lookalike": ("firm", "\u0405ony", "mixed_scripts"),
    "endless": ("name", "N" * 500, "repeated_letters"),
    "address": ("email", "ann@@acme", "invalid_email"),
    "right-to-left": ("name", "محمد علي", None),
    "emoji": ("name", "Zoë 👩‍💻🚀", None),
    "long": ("firm", "株式会社" * 125, None),
    "quoted": ("email", '"ann lee"@acme.com', None),
    "comment": ("email", "ann(sales)@acme.com", None),
    "idn": ("email", "ann@müller.de", None),
}


def line(identity: str, **values: str) -> str:
    cells = [identity, *(PLAIN | values).values()]
    return ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' if '"' in cell else cell for cell in cells)


def rows_of(odd: dict[str, tuple[str, str, str | None]]) -> list[str]:
    return [line(identity, **{column: text}) for identity, (column, text, _) in odd.items()]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    columns = "\n".join(f"  {column}: {field}" for column, field in COLUMNS.items())
    (tmp_path / "m.yaml").write_text(f"mapping: crm\nsystem: HubSpot\ncolumns:\n{columns}\n")
    return tmp_path


def written(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def take(name: str, *more: object):
    return plumbline("intake", name, "--mapping", "m.yaml", "--book", "leads.book", "--json", *more)


def content(identity: str) -> dict:
    """What the book holds of a lead now."""
    return plumbline("book", "history", "leads.book", identity, "--json").json[-1]["content"]


def test_check_locates_every_oddity_by_row_column_and_value(desk):
    written(desk / "leads.csv", rows_of(ODD))
    done = plumbline(
        "check", "leads.csv", "-m", "m.yaml", "--json", "--as-of", "2026-03-02", "--rows", "rows"
    )
    assert (done.status, done.json["read"], done.json["accepted"]) == (0, len(ODD), len(ODD))
    measured = [one for one in done.json["measures"] if one["dimension"] == "validity"]
    said = {
        (row, one["column"], one["code"])
        for one in [*measured, *done.json["suspects"]]
        for row in one["rows"]
    }
    assert said == {
        (row, COLUMNS[column], code) for row, (column, _, code) in enumerate(ODD.values(), 1) if code
    }
    listed = pl.concat(pl.read_parquet(path) for path in sorted((desk / "rows").iterdir()))
    for row, (column, text, code) in enumerate(ODD.values(), 1):
        if code in {one["code"] for one in measured}:
            assert (row, code, COLUMNS[column], text) in listed.rows()


def test_a_file_of_plain_rows_has_nothing_to_locate(desk):
    """Negative control."""
    people = ("Ann Lee", "Bo Ekström", "Cyrus Nguyen", "Dina Weber")
    written(desk / "leads.csv", [line(f"r{n}", name=name) for n, name in enumerate(people)])
    told = plumbline("check", "leads.csv", "-m", "m.yaml", "--json", "--as-of", "2026-03-02").json
    assert told["suspects"] == []
    assert [one for one in told["measures"] if one["dimension"] == "validity"] == []


def test_check_says_it_in_words_too(desk):
    written(desk / "leads.csv", rows_of(ODD))
    told = plumbline("check", "leads.csv", "-m", "m.yaml", "--as-of", "2026-03-02").out
    for text in ("1899-12-31", "2999-01-01", "-10", "1e308", "4.42079E+11", "ann@@acme"):
        assert text in told
    assert "N" * 60 not in told  # an endless value does not flood the report


def test_intake_keeps_every_value_as_it_came_and_the_counts_reconcile(desk):
    broken = ["short,row", line("", name="Nobody"), line("past", created="1899-12-31"), line("past"), ""]
    written(desk / "leads.csv", [*rows_of(ODD), *broken])
    counts = take("leads.csv").json
    assert counts["read"] == counts["new"] + counts["repeated"] + counts["rejected"]
    assert (counts["new"], counts["repeated"]) == (len(ODD), 1)
    assert [(one["row"], one["code"]) for one in counts["rejected_rows"]] == [
        (len(ODD) + 1, "row_shape"),
        (len(ODD) + 2, "missing_id"),
        (len(ODD) + 4, "repeated_id"),
        (len(ODD) + 5, "row_empty"),
    ]
    for identity, (column, text, _) in ODD.items():
        assert content(identity)[COLUMNS[column]] == text


def test_intake_notes_what_a_spreadsheet_did_to_a_number(desk):
    written(desk / "leads.csv", rows_of(ODD))
    places = list(ODD)
    assert [
        (one["row"], one["column"], one["value"], one["code"]) for one in take("leads.csv").json["notes"]
    ] == [
        (places.index("negative") + 1, "account.employees", "-10", "negative_count"),
        (places.index("float") + 1, "contact.phone", "4.42079E+11", "rounded_number"),
    ]


def test_what_a_workbook_hides_is_located(desk):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Leads"
    for row in (HEADER.split(","), ["1", *PLAIN.values()], ["2", *PLAIN.values()], ["3", *PLAIN.values()]):
        sheet.append(row)
    sheet["D2"] = 442079460958
    sheet["B3"] = "=A1&A2"
    sheet.merge_cells("H3:H4")
    book.create_sheet("Old").append(["id"])
    book["Old"].sheet_state = "hidden"
    book.save(desk / "leads.xlsx")
    told = take("leads.xlsx").json
    notes = {one["code"]: (one["row"], one["column"]) for one in told["notes"]}
    assert (told["read"], told["new"]) == (3, 3)
    assert notes["formula_empty"] == (2, "name")
    assert {"merged_cells", "hidden_sheet"} <= notes.keys()
    assert content("1")["contact.phone"] == "442079460958"


def many(path: Path, rows: int, first: int = 0) -> Path:
    with path.open("w") as file:
        file.write(HEADER + "\n")
        file.writelines(line(f"L{n}", firm=f"Company {n}") + "\n" for n in range(first, first + rows))
    return path


def started(*args: object, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PLUMBLINE, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def test_a_file_that_grows_while_it_is_read_is_refused_and_nothing_is_kept(desk):
    path = many(desk / "leads.csv", 10_000)
    running = started("intake", path, "--mapping", "m.yaml", "--book", "leads.book")
    while running.poll() is None:
        with path.open("a") as file:
            file.write(line("late") + "\n")
        time.sleep(0.01)
    _, told = running.communicate()
    assert running.returncode == 3
    assert "leads.csv changed while it was read" in told
    assert "[file_changed]" in told
    assert "Traceback" not in told
    # As soon as it stays as it is, the same command takes it.
    written(path, [line("a")])
    assert take("leads.csv").json["new"] == 1


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def test_a_full_disk_is_told_and_the_same_import_later_is_whole(desk):
    many(desk / "leads.csv", 8_000)
    running = started(
        "intake", "leads.csv", "--mapping", "m.yaml", "--book", "leads.book", preexec_fn=limited
    )
    _, told = running.communicate()
    assert running.returncode == 3
    assert "Traceback" not in told
    counts = take("leads.csv").json
    assert (counts["read"], counts["new"], counts["rejected"]) == (8_000, 8_000, 0)


def test_two_imports_at_once_lose_nothing(desk):
    many(desk / "one.csv", 2_000)
    many(desk / "two.csv", 2_000, first=1_000)
    both = [
        started("intake", name, "--mapping", "m.yaml", "--book", "leads.book", "--json")
        for name in ("one.csv", "two.csv")
    ]
    done = [(running.communicate(), running.returncode) for running in both]
    for (out, told), status in done:
        # One waits for the other, or is refused in words; it is never half taken.
        assert status == 0 or (status == 3 and "Traceback" not in told), told
        assert status != 0 or json.loads(out)["read"] == 2_000
    for name in ("one.csv", "two.csv"):
        assert take(name).json["rejected"] == 0
    again = take("two.csv").json
    assert (again["new"], again["unchanged"]) == (0, 2_000)
    assert content("L0")["account.name"] == "Company 0"
    assert content("L2999")["account.name"] == "Company 2999"


PEAK = """
import resource, sys
from plumbline.cli.app import main
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


@pytest.mark.slow
def test_the_memory_of_a_check_does_not_grow_with_the_file(desk):
    """A file of two gigabytes in small: eight times the rows, hardly more memory."""
    peaks = []
    for rows in (50_000, 400_000):
        many(desk / "leads.csv", rows)
        command = [sys.executable, "-c", PEAK, "check", "leads.csv", "-m", "m.yaml", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["read"] == rows
        peaks.append(int(done.stderr.split()[-1]))
    assert peaks[1] < peaks[0] * 1.5, f"{peaks} MB"
