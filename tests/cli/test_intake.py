"""Exports into a book, mappings on the next export, and tables beside the leads, as commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pytest

from helpers_cli import AS_OF, plumbline

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "Record ID,Create Date,First Name,Last Name,Email,Company Name,Number of Employees,Lifecycle Stage"


def export(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


FIRST = export(
    "1,2026-01-05,Ann,Lee,ann@acme.com,Acme,120,Lead",
    "2,2026-01-06,Bo,Ek,bo@bolt.se,Bolt,40,Lead",
    "3,2026-01-07,Cy,Ng,cy@core.io,Core,7,Lead",
)
SECOND = export(
    "1,2026-01-05,Ann,Lee,ann@acme.com,Acme,120,Lead,x",
    "2,2026-01-06,Bo,Ek,bo@bolt.se,Bolt AB,40,Lead,x",
    "4,2026-01-08,Di,Wu,di@delta.eu,Delta,90,Lead,x",
    "broken",
    header=HEADER + ",Fax",
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first.csv").write_text(FIRST)
    (tmp_path / "second.csv").write_text(SECOND)
    assert plumbline("init", "first.csv", "--quiet").status == 0
    return tmp_path


def take(name: str, *more: str):
    return plumbline("intake", name, "--mapping", "mapping.yaml", "--book", "leads.book", *more)


def test_init_shows_the_guess_with_samples_and_how_sure_it_is(tmp_path):
    (tmp_path / "leads.csv").write_text(FIRST)
    told = plumbline("init", tmp_path / "leads.csv", "--out", tmp_path)
    assert "The columns are those of a HubSpot export." in told.out
    assert "contact.name is made of First Name and Last Name." in told.out
    line = next(line for line in told.out.splitlines() if line.startswith("Number of Employees"))
    assert line.split()[-4:] == ["95", "%", "120,", "40"]
    assert "ann@acme.com" not in told.out


def test_init_as_json_says_every_guess(desk):
    data = plumbline("init", "first.csv", "--force", "--json").json
    guesses = {one["column"]: one for one in data["guesses"]}
    assert (data["system"], data["rows"]) == ("HubSpot", 3)
    assert guesses["Email"]["field"] == "contact.email"
    assert guesses["Email"]["values"] == ["a…@a…", "b…@b…", "c…@c…"]
    assert guesses["Lifecycle Stage"]["leak"] == "set by sales"
    assert data["joined"] == {"contact.name": ["First Name", "Last Name"]}


def test_what_a_file_leaves_open_is_settled_once_by_an_option(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("id;Created;Revenue\n1;03/04/2026;1.234\n2;05/06/2026;5.678\n")
    asked = plumbline("init", path, "--out", tmp_path / "open", "--json").json
    assert {one["column"]: one["choices"] for one in asked["findings"]} == {
        "Created": ["%d/%m/%Y", "%m/%d/%Y"],
        "Revenue": ["1,234.56", "1.234,56"],
    }
    told = plumbline("init", path, "--out", tmp_path, "--dates", "day-first", "--numbers", "1.234,56")
    assert "settle:" not in told.out
    text = (tmp_path / "mapping.yaml").read_text()
    assert 'Created: {field: lead.created_at, date: "%d/%m/%Y"}' in text
    assert 'Revenue: {field: account.revenue, number: "1.234,56"}' in text
    wrong = plumbline("init", path, "--out", tmp_path, "--numbers", "1.234.56", "--force")
    assert (wrong.status, "shows no style" in wrong.err) == (2, True)


def test_the_next_export_says_what_is_new_changed_unchanged_and_gone(desk):
    assert take("first.csv", "--json").json["new"] == 3
    again = take("first.csv")
    assert "nothing was written" in again.out
    done = take("second.csv", "--json")
    counts = {
        name: done.json[name] for name in ("read", "new", "changed", "unchanged", "rejected", "vanished")
    }
    assert counts == {"read": 4, "new": 1, "changed": 1, "unchanged": 1, "rejected": 1, "vanished": 1}
    assert done.json["system"] == "HubSpot"
    [rejected] = done.json["rejected_rows"]
    assert (rejected["row"], rejected["code"]) == (4, "row_shape")


def test_a_new_column_is_a_warning_and_a_lost_id_is_an_error(desk):
    assert "the column 'Fax' is new; no field takes it [new_column]" in take("second.csv").err
    (desk / "third.csv").write_text(FIRST.replace("Record ID", "Nummer"))
    lost = take("third.csv")
    assert (lost.status, "without it no lead has an id" in lost.err) == (3, True)
    assert "[invalid_mapping]" in lost.err


def test_history_tells_every_version_and_what_changed(desk):
    take("first.csv")
    take("second.csv")
    told = plumbline("book", "history", "leads.book", "2")
    assert "HubSpot, version 1" in told.out
    assert "second.csv row 2" in told.out
    assert "account.name: Bolt → Bolt AB" in told.out
    versions = plumbline("book", "history", "leads.book", "2", "--json").json
    assert [version["content"]["account.name"] for version in versions] == ["Bolt", "Bolt AB"]
    missing = plumbline("book", "history", "leads.book", "99")
    assert (missing.status, "[unknown_lead]" in missing.err) == (3, True)
    assert plumbline("book", "history", "no.book", "2").status == 3


def test_imports_are_listed_and_an_erased_lead_stays_away(desk):
    take("first.csv")
    assert plumbline("book", "erase", "leads.book", "1").status == 0
    assert "1 erased" in (take("second.csv") and plumbline("book", "imports", "leads.book")).out
    versions = plumbline("book", "history", "leads.book", "1")
    assert "erased" in versions.out
    assert "Acme" not in versions.out


def test_problems_are_written_as_csv(desk):
    take("second.csv", "--problems", "problems.csv")
    assert "row_shape" in (desk / "problems.csv").read_text(encoding="utf-8-sig")


def test_a_workbook_tells_what_it_hides(desk):
    book = openpyxl.Workbook()
    book.active.title = "Leads"
    for row in FIRST.splitlines():
        book.active.append(row.split(","))
    book.create_sheet("Private").append(["x"])
    book["Private"].sheet_state = "hidden"
    book.save(desk / "leads.xlsx")
    told = plumbline("init", "leads.xlsx", "--force")
    assert "note: The sheet 'Private' is hidden and was not read." in told.out
    assert "file: {sheet: Leads}" in (desk / "mapping.yaml").read_text()
    done = plumbline("init", "leads.xlsx", "--sheet", "Nowhere", "--force")
    assert (done.status, "[missing_sheet]" in done.err) == (3, True)


def test_messages_and_outcomes_are_joined_to_the_leads_and_strays_are_listed(own_tour, tmp_path):
    crm, run = own_tour / "crm", tmp_path / "run"
    messages = (crm / "messages.csv").read_text()
    (tmp_path / "messages.csv").write_text(f"{messages}stranger,2026-01-02T00:00:00Z,form,Hello\n")
    (tmp_path / "outcomes.csv").write_text("email,outcome,at\nnobody@nowhere.example,won,2026-01-02\n")
    done = plumbline(
        "qualify", crm / "leads.csv", "-m", crm / "mapping.yaml", "-p", crm / "policy.yaml", "--as-of", AS_OF,
        "--messages", tmp_path / "messages.csv", "--outcomes", tmp_path / "outcomes.csv", "--out", run,
    )  # fmt: skip
    assert done.status == 0, done.err
    told = done.err.replace("\xa0", " ")
    assert "messages joined to leads; plumbline issues says more" in told
    assert "0 of 1 outcome joined to leads" in told
    found = plumbline("issues", run, "--json").json
    assert [(line["value"], line["code"]) for line in found["message_issues"]] == [
        ("stranger", "orphan_message")
    ]
    assert [line["code"] for line in found["outcome_issues"]] == ["orphan_outcome"]
    out = tmp_path / "m.csv"
    assert plumbline("export", run, "--what", "message_issues", "--out", out).status == 0
    assert "stranger" in out.read_text(encoding="utf-8-sig")
    assert json.loads((run / "run.json").read_text())["messages_hash"]
