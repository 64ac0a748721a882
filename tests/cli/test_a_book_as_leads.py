"""A book of leads where a file of leads can stand: the current leads, each read as its import says."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import polars as pl
import pytest

from helpers_cli import AS_OF, plumbline

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = """\
mapping: english
system: crm
blank_words: [n/a]
columns:
  id: lead.id
  email: contact.email
  company: account.name
  created: {field: lead.created_at, date: "%m/%d/%Y"}
  turnover: {field: account.revenue, number: "1,234.56"}
"""
GERMAN = """\
mapping: german
system: messe
blank_words: [unbekannt]
columns:
  Nr: lead.id
  Mail: contact.email
  Firma: account.name
  Datum: {field: lead.created_at, date: "%d.%m.%Y"}
  Umsatz: {field: account.revenue, number: "1.234,56"}
"""
CRM = """\
id,email,company,created,turnover
1,ann@acme.com,Acme,03/04/2025,"1,500.5"
2,bo@bolt.se,n/a,12/31/2025,unbekannt
3,cy@core.io,Core,,
"""
FAIR = """\
Nr;Mail;Firma;Datum;Umsatz
1;di@delta.eu;Delta;03.04.2025;1.500,5
7;n/a;unbekannt;2025-04-03;2.000
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"e.yaml": ENGLISH, "g.yaml": GERMAN, "crm.csv": CRM, "fair.csv": FAIR}.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def take(name: str, mapping: str) -> None:
    done = plumbline("intake", name, "--mapping", mapping, "--book", "leads.book", "--quiet")
    assert done.status == 0, done.err


def decided(run: Path) -> pl.DataFrame:
    frame = pl.concat([pl.read_parquet(part) for part in sorted((run / "decisions").glob("*.parquet"))])
    return frame.drop("row", strict=False).sort("lead.id")


def test_a_book_is_decided_as_the_file_that_was_taken_in(own_tour: Path, tmp_path: Path) -> None:
    crm, book = own_tour / "crm", tmp_path / "leads.book"
    plumbline("intake", crm / "leads.csv", "-m", crm / "mapping.yaml", "--book", book, "--quiet")
    policy = ("-p", crm / "policy.yaml", "--as-of", AS_OF, "--pages", 0, "--quiet")
    # A key of their own would give each run lots of its own.
    ledger = ("--ledger", tmp_path / "shared.ledger")
    files = plumbline(
        "qualify", crm / "leads.csv", "-m", crm / "mapping.yaml", *policy, *ledger, "-o", tmp_path / "a"
    )
    books = plumbline("qualify", book, *policy, *ledger, "-o", tmp_path / "b")
    assert (files.status, books.status, books.err) == (0, 0, "")
    one, other = decided(tmp_path / "a"), decided(tmp_path / "b")
    same = ["lead.id", "route", "band", "points", "reason", "action", "points.fit", "points.intent"]
    assert one.select(same).equals(other.select(same))
    assert one.height > 250


def test_each_lead_is_read_as_the_mapping_of_its_own_import_says(desk: Path) -> None:
    take("crm.csv", "e.yaml")
    take("fair.csv", "g.yaml")
    found = plumbline("enrich", "leads.book", "--as-of", AS_OF, "--out", "facts.parquet", "--json")
    assert found.status == 0, found.err
    facts = pl.read_parquet("facts.parquet").filter(pl.col("source") == "crm")
    told = {
        (lead, field): value for lead, field, value in facts.select("lead.id", "field", "value").iter_rows()
    }
    assert told["crm/1", "account.revenue"] == told["messe/1", "account.revenue"] == "1500.5"
    assert told["messe/7", "account.revenue"] == "2000"
    assert ("crm/2", "account.name") not in told
    assert ("messe/7", "account.name") not in told
    days = dict(facts.filter(pl.col("field") == "account.name").select("lead.id", "as_of").iter_rows())
    assert str(days["crm/1"]) == "2025-03-04"
    assert str(days["messe/1"]) == "2025-04-03"


def test_a_date_that_is_not_of_its_imports_form_is_never_read_another_way(desk: Path) -> None:
    take("fair.csv", "g.yaml")
    found = plumbline("check", "leads.book", "--as-of", AS_OF, "--json")
    assert found.status == 0, found.err
    assert "2025-04-03 [not %d.%m.%Y]" in found.out


def test_the_newest_version_counts_and_nobody_who_was_erased_comes_back(desk: Path) -> None:
    take("crm.csv", "e.yaml")
    (desk / "crm.csv").write_text(CRM.replace("Core,", "Core AG,").replace("1,ann", "9,ann"))
    take("crm.csv", "e.yaml")
    assert plumbline("book", "erase", "leads.book", "2").status == 0
    plumbline("enrich", "leads.book", "--as-of", AS_OF, "--out", "facts.parquet", "--quiet")
    facts = pl.read_parquet("facts.parquet").filter(
        (pl.col("field") == "account.name") & (pl.col("source") == "crm")
    )
    assert dict(facts.select("lead.id", "value").iter_rows()) == {"1": "Acme", "3": "Core AG", "9": "Acme"}


def test_a_book_brings_its_own_mappings(desk: Path) -> None:
    take("crm.csv", "e.yaml")
    done = plumbline("check", "leads.book", "--mapping", "e.yaml")
    assert done.status == 3
    assert (
        "leads.book is a book of leads: it holds the mappings its leads came through. [mapping]" in done.err
    )


def test_another_database_is_no_book_and_a_damaged_book_is_said(desk: Path) -> None:
    with sqlite3.connect("other.db") as db:
        db.execute("CREATE TABLE x (y)")
    db.close()
    assert plumbline("check", "other.db").status == 3
    take("crm.csv", "e.yaml")
    damaged = desk / "leads.book"
    damaged.write_bytes(damaged.read_bytes()[:5000])
    done = plumbline("check", "leads.book")
    assert done.status == 3
    assert "[lead_book]" in done.err or "[storage]" in done.err
