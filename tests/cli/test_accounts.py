"""``plumbline accounts``: leads matched to accounts, from files of any kind, with reasons."""

from __future__ import annotations

import gzip
import json

import openpyxl
import polars as pl
import pytest

from helpers_cli import plumbline

ACCOUNTS = """\
Account ID,Account Name,Website,Country,City,Parent Account,Open Deals,Customer Since
A1,Acme Pumps Ltd,www.acme-pumps.co.uk,United Kingdom,London,,0,2010-05-01
A2,Acme Pumps Leeds,,United Kingdom,Leeds,A1,2,2015-01-01
A3,Acme Pumpen GmbH,https://acme-pumpen.de/,Germany,Berlin,Acme Pumps Ltd,0,2012-01-01
A4,The Orion Group plc,orion.com; orion.co.uk,UK,,,0,2001-01-01
A5,Orion Group AG,,Switzerland,Bern,,0,2002-01-01
A6,Mailer Inc,gmail.com,US,,,0,2003-01-01
"""
LEADS = """\
Lead ID,Name,Email,Company,Website,Country,City,Opt out
L1,Ann,ann@sales.acme-pumps.co.uk,,,UK,,no
L2,Bob,bob@gmail.com,ACME PUMPS LIMITED,,GB,Leeds,no
L3,Cy,cy@acme-pumpen.de,Acme,,,,no
L4,Di,di@gmail.com,Orion,,Switzerland,,no
L5,Ed,ed@gmail.com,Orion Foods Ltd,,UK,,no
L6,Flo,flo@gmail.com,,,,,no
L7,Gus,gus@new.example,New Ltd,,,,no
L8,Hal,hal@orion.com,,,,,yes
L9,Hal,HAL@orion.com,Orion,,,,no
L10,Ina,ina@gmial.com,,https://www.linkedin.com/company/orion,,,no
"""
MAPPING = """\
mapping: test
columns:
  Lead ID: lead.id
  Name: contact.name
  Email: contact.email
  Company: account.name
  Website: account.website
  Country: account.country
  City: account.city
  Opt out: lead.objected
"""
EXPECTED = {
    "L1": "A1",
    "L2": "A2",
    "L3": "A3",
    "L4": "A5",
    "L5": None,
    "L6": None,
    "L7": None,
    "L8": None,
    "L9": None,
    "L10": None,
}


@pytest.fixture
def desk(tmp_path):
    for name, text in {"accounts.csv": ACCOUNTS, "leads.csv": LEADS, "mapping.yaml": MAPPING}.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def match(desk, *more, accounts="accounts.csv", leads="leads.csv"):
    files = (desk / leads, "--accounts", desk / accounts, "--mapping", desk / "mapping.yaml")
    return plumbline("accounts", "match", *files, *more)


def found(desk, **more):
    done = match(desk, "-o", desk / "found.parquet", "--quiet", **more)
    assert (done.status, done.out, done.err) == (0, "", "")
    return pl.read_parquet(desk / "found.parquet")


def test_every_lead_gets_its_account_or_none_and_a_reason(desk):
    frame = found(desk)
    assert dict(frame.select("lead.id", "account.id").iter_rows()) == EXPECTED
    said = dict(frame.select("lead.id", "decided_by").iter_rows())
    assert said["L1"] == "it is the parent, and no branch fits better (against Acme Pumps Leeds)"
    assert said["L2"] == "it is the branch in the lead's city (against Acme Pumps Ltd)"
    assert said["L6"] == "no account: a free-mail address and no company name"
    assert said["L7"] == "no account: none has this domain, website or name"
    assert said["L5"].startswith("no account: ")
    assert said["L8"] == said["L9"] == "not looked at: the person objected to profiling"
    filtered = dict(frame.select("lead.id", "filtered").iter_rows())
    assert filtered["L4"] == "A4 The Orion Group plc: the same name in another country (GB, not CH)"
    assert "part of a name alone does not make an account" in filtered["L5"]


def test_a_summary_for_people_and_for_machines(desk):
    assert "4 of 10 leads belong to one of 6 accounts" in match(desk).out.replace("\N{NO-BREAK SPACE}", " ")
    data = match(desk, "--json").json
    assert (data["leads"], data["matched"], data["accounts"], data["rows_left_out"]) == (10, 4, 6, 0)
    assert sum(data["decided_by"].values()) == 10


def test_csv_out_is_safe_to_open(desk):
    text = ACCOUNTS.replace("Acme Pumpen GmbH", "=Acme() GmbH")
    (desk / "accounts.csv").write_text(text)
    assert match(desk, "-o", desk / "found.csv").status == 0
    rows = pl.read_csv(desk / "found.csv", infer_schema=False)
    assert rows.filter(pl.col("lead.id") == "L3")["account.name"].to_list() == ["'=Acme() GmbH"]


def as_workbook(rows, path):
    book = openpyxl.Workbook()
    for line in (rows.columns, *rows.rows()):
        book.active.append(line)
    book.save(path)


WRITERS = {
    "parquet": lambda rows, path: rows.write_parquet(path),
    "jsonl": lambda rows, path: rows.write_ndjson(path),
    "xlsx": as_workbook,
    "csv.gz": lambda rows, path: path.write_bytes(gzip.compress(rows.write_csv(separator=";").encode())),
}


@pytest.mark.parametrize("ending", WRITERS)
def test_both_files_may_be_of_any_kind(desk, ending):
    for name in ("accounts", "leads"):
        rows = pl.read_csv(desk / f"{name}.csv", infer_schema=False)
        WRITERS[ending](rows, desk / f"{name}.{ending}")
    frame = found(desk, accounts=f"accounts.{ending}", leads=f"leads.{ending}")
    assert dict(frame.select("lead.id", "account.id").iter_rows()) == EXPECTED


def test_explain_shows_candidates_filtered_ones_and_what_decided(desk):
    files = ("--accounts", desk / "accounts.csv", "--mapping", desk / "mapping.yaml")
    told = plumbline("accounts", "explain", desk / "leads.csv", "L4", *files)
    assert told.status == 0
    assert "L4: A5 Orion Group AG" in told.out
    assert "the same name in another country (GB, not CH)" in " ".join(told.out.split())
    data = plumbline("accounts", "explain", desk / "leads.csv", "L5", *files, "--json").json
    assert data["account"] is None
    assert {one["account"] for one in data["candidates"]} == {"A4", "A5"}
    assert all(one["filtered"] for one in data["candidates"])
    silent = plumbline("accounts", "explain", desk / "leads.csv", "L8", *files, "--json").json
    assert (silent["account"], silent["candidates"]) == (None, [])


def test_a_lead_that_is_not_there_is_said(desk):
    done = plumbline("accounts", "explain", desk / "leads.csv", "L77", "-a", desk / "accounts.csv")
    assert done.status == 3
    assert "has no lead L77. [unknown_lead]" in done.err


def test_headers_that_tell_nothing_can_be_named(desk):
    text = ACCOUNTS.replace("Account ID,Account Name", "Key,Mandant")
    (desk / "accounts.csv").write_text(text)
    refused = match(desk)
    assert refused.status == 3
    assert "has no column for id (account id, id) [missing_column]" in refused.err
    named = ("--account-column", "id=Key", "--account-column", "name=Mandant")
    assert match(desk, *named, "--json").json["matched"] == 4
    assert "has no column Nobody; it has Key" in match(desk, "--account-column", "id=Nobody").err
    assert match(desk, "--account-column", "shoe=Key").status == 2


def test_rows_that_are_no_account_are_told_with_their_place_and_the_rest_is_used(desk):
    more = ",No Id Ltd,,,,,,\nA1,Again Ltd,,,,,,\nA9,,n/a,,,,,\nA10,Late Ltd,,,,,,05/03/2019\nA11,too,few\n"
    (desk / "accounts.csv").write_text(ACCOUNTS + more)
    done = match(desk, "--json")
    assert (done.json["accounts"], done.json["accounts_left_out"], done.json["matched"]) == (7, 4, 4)
    assert "row 7, id: None: The account has no id. [missing_id]" in done.err
    assert "row 8, Account ID: 'A1': An earlier row has this id; the first counts. [repeated_id]" in done.err
    assert "row 9, name: None: The account has neither a name nor a website" in done.err
    assert "row 10, '05/03/2019'" in done.err
    assert "row 11" in done.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "[empty_file]"),
        (b"Account ID,City\n1,Rome\n", "no column for name or website"),
        (b"Account ID,Account ID\n1,2\n", "[duplicate_header]"),
        (b"PK\x03\x04nothing", "accounts.csv"),
    ],
)
def test_a_file_that_is_no_file_of_accounts_is_one_line_with_a_code(desk, content, said):
    (desk / "accounts.csv").write_bytes(content)
    done = match(desk, "-o", desk / "found.csv")
    assert (done.status, done.out) == (3, "")
    assert said in done.err
    assert not (desk / "found.csv").exists()


def test_wrong_uses_are_told(desk):
    assert match(desk, "-o", desk / "found.docx").status == 2
    assert plumbline("accounts", "match", "--accounts", desk / "accounts.csv").status == 2
    (desk / "leads.csv").write_text("Lead ID,Name\n")
    assert "[no_leads]" in match(desk).err


def test_leads_that_cannot_be_read_are_told_and_counted(desk):
    (desk / "leads.csv").write_text(LEADS + "L11,too,few\n")
    done = match(desk, "--json")
    assert (done.json["leads"], done.json["rows_left_out"]) == (10, 1)
    assert "1 row left out of the leads" in done.err.replace("\N{NO-BREAK SPACE}", " ")
    assert json.dumps(done.json)
