"""Exports as bad as they come: clear, located, nothing lost, and counts that reconcile to the row."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest

from plumbline.connectors.errors import ChangedFileError
from plumbline.domain.fields import RECEIVED
from plumbline.library.book import take_in
from plumbline.library.inputs import intake_from
from plumbline.store import LeadBook
from plumbline.triage import check

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {name: field.kind for name, field in RECEIVED.items()}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MAPPING = """
mapping: crm
system: HubSpot
columns:
  id: lead.id
  name: contact.name
  phone: contact.phone
  created: lead.created_at
  employees: account.employees
  revenue: account.revenue
  firm: account.name
"""
HEADER = "id,name,phone,created,employees,revenue,firm"
ROWS = [
    ("old", "Ann Lee", "+44 20 7946 0958", "1899-12-31", "10", "5", "Acme"),
    ("far", "Bo Ek", "1", "2999-01-01", "10", "5", "Acme"),
    ("huge", "Cy Ng", "1", "2026-01-01", "-10", "1e308", "Acme"),
    ("rtl", "محمد علي", "1", "2026-01-01", "10", "5", "شركة النور"),
    ("emoji", "Zoë 👩‍💻🚀", "1", "2026-01-01", "10", "5", "🍕 GmbH"),
    ("long", "N" * 500, "1", "2026-01-01", "10", "5", "株式会社" * 125),
    ("float", "Di Wu", "4.42079E+11", "2026-01-01", "10", "5", "Acme"),
    ("mixed", "\u0391nna Ivan\u043eva", "1", "2026-01-01", "10", "5", "\u0405ony"),
]


@pytest.fixture
def export(tmp_path: Path):
    (tmp_path / "m.yaml").write_text(MAPPING)

    def _export(rows=ROWS, name="leads.csv"):
        path = tmp_path / name
        path.write_text("\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
        return intake_from(path, tmp_path / "m.yaml")

    return _export


def everything(intake):
    batches = list(intake.batches(3))
    return [pl.concat(getattr(b, part) for b in batches) for part in ("received", "rejected", "noted")]


def said(lines):
    return lines.select("row", "column", "value", "code").rows()


def test_what_nobody_can_mean_is_located_and_the_lead_stays(export):
    received, rejected, noted = everything(export())
    triaged = check(received, kinds=KINDS)
    assert rejected.is_empty()
    assert triaged.clean.height == len(ROWS)
    unreadable = triaged.issues.filter(pl.col("code").is_in(["date_range", "number_range"]))
    assert said(unreadable) == [
        (1, "lead.created_at", "1899-12-31", "date_range"),
        (2, "lead.created_at", "2999-01-01", "date_range"),
        (3, "account.revenue", "1e308", "number_range"),
    ]
    assert said(noted) == [
        (3, "account.employees", "-10", "negative_count"),
        (7, "contact.phone", "4.42079E+11", "rounded_number"),
    ]


def test_names_of_every_script_and_length_arrive_whole(export, tmp_path):
    intake = export()
    with LeadBook(tmp_path / "b") as book:
        take_in(intake, book, at=NOON)
        for row in ROWS:
            content = book.lead(row[0], system="HubSpot").content
            assert (content["contact.name"], content["account.name"]) == (row[1], row[6])


def test_rows_that_cannot_be_leads_are_counted_with_the_rest(export, tmp_path):
    broken = [("a", "x"), ("", *ROWS[0][1:]), ("", ""), ROWS[0], ROWS[0], ("old", *ROWS[1][1:])]
    intake = export([*ROWS, *broken])
    with LeadBook(tmp_path / "b") as book:
        taken = take_in(intake, book, at=NOON)
    counts = taken.counts
    assert counts.read == len(ROWS) + len(broken) == 14
    assert (counts.new, counts.repeated, counts.rejected) == (8, 2, 4)
    assert taken.rejected.height == counts.rejected
    assert sorted(taken.rejected["code"]) == ["missing_id", "repeated_id", "row_shape", "row_shape"]


def test_a_file_that_grows_while_it_is_read_is_refused_and_the_book_is_as_it_was(export, tmp_path):
    intake = export()
    with LeadBook(tmp_path / "b") as book:
        take_in(intake, book, at=NOON)
        grown = export([*ROWS, ("new", *ROWS[0][1:])])
        with (tmp_path / "leads.csv").open("a") as file:
            file.write("half a li")
        with pytest.raises(ChangedFileError, match=r"leads\.csv changed while it was read \(from"):
            take_in(grown, book, at=NOON)
        assert len(book.imports()) == 1
        assert sum(frame.height for frame in book.leads()) == len(ROWS)


def test_a_file_that_stays_as_it_is_is_no_changed_file(export):
    """Negative control."""
    intake = export()
    assert sum(batch.received.height for batch in intake.batches(2)) == len(ROWS)
    assert sum(batch.received.height for batch in intake.batches(100)) == len(ROWS)


def test_local_forms_are_plain_for_decisions_and_as_received_in_the_book(tmp_path):
    (tmp_path / "leads.csv").write_text("id;rev;since\n1;1.234,56;3. März 2026\n2;1,234.56;x\n")
    (tmp_path / "m.yaml").write_text(
        'mapping: crm\ncolumns: {id: lead.id, rev: {field: account.revenue, number: "1.234,56"}, '
        'since: {field: lead.created_at, date: "%d. %B %Y"}}'
    )
    intake = intake_from(tmp_path / "leads.csv", tmp_path / "m.yaml")
    received, _, _ = everything(intake)
    assert received.rows() == [
        (1, "1", "1234.56", "2026-03-03"),
        (2, "2", "1,234.56 [not 1.234,56]", "x"),
    ]
    triaged = check(
        received,
        kinds=KINDS,
        date_formats=intake.cells.date_formats,
        blank_words=intake.cells.blank_words,
    )
    assert triaged.clean["account.revenue"].to_list() == [1234.56, None]
    assert triaged.clean["triage.unreadable"].to_list()[1] == ["account.revenue", "lead.created_at"]
    with LeadBook(tmp_path / "b") as book:
        taken = take_in(intake, book, at=NOON)
        assert book.lead("1").content == {"account.revenue": "1.234,56", "lead.created_at": "3. März 2026"}
        assert 'number: "1.234,56"' in taken.counts.mapping


def test_what_a_workbook_hides_stands_with_the_rows_that_were_read(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Fair leads"], ["id", "firm"], ["1", "Acme"], ["2", "=A1"], [], ["3", None, "?"]):
        book.active.append(row)
    book.create_sheet("Old").append(["x"])
    book["Old"].sheet_state = "hidden"
    book.active.merge_cells("B5:B6")
    book.save(tmp_path / "leads.xlsx")
    (tmp_path / "m.yaml").write_text("mapping: fair\ncolumns: {id: lead.id, firm: account.name}")
    intake = intake_from(tmp_path / "leads.xlsx", tmp_path / "m.yaml")
    received, rejected, noted = everything(intake)
    assert received["lead.id"].to_list() == ["1", "2", "3"]
    assert said(rejected) == [(3, None, "", "row_empty")]
    assert sorted(code for _, _, _, code in said(noted)) == [
        "above_header",
        "beyond_header",
        "formula_empty",
        "hidden_sheet",
        "merged_cells",
    ]


READ = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from plumbline.library.book import take_in
from plumbline.library.inputs import intake_from
from plumbline.store import LeadBook
folder = Path(sys.argv[1])
intake = intake_from(folder / sys.argv[2], folder / "m.yaml")
with LeadBook(folder / (sys.argv[2] + ".book")) as book:
    counts = take_in(intake, book, at=datetime.now(UTC)).counts
print(counts.read, counts.new, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path):
    """A file of two gigabytes in small: eight times as many rows need hardly more memory."""
    (tmp_path / "m.yaml").write_text(MAPPING)
    peaks = []
    for name, rows in (("small.csv", 60_000), ("large.csv", 480_000)):
        with (tmp_path / name).open("w") as file:
            file.write(HEADER + "\n")
            for n in range(rows):
                file.write(f"L{n},Person Number {n},+44 20 {n},2026-01-01,{n % 500},{n},Company {n} Ltd\n")
        command = [sys.executable, "-c", READ, tmp_path, name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        read, new, peak = map(int, done.stdout.split())
        assert (read, new) == (rows, rows)
        peaks.append(peak)
    small, large = peaks
    assert large < small * 1.5, f"{small} MB for 60,000 rows, {large} MB for 480,000"
