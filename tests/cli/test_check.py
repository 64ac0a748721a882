"""``plumbline check``: every number of the report can be counted again by hand."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from helpers_cli import plumbline

MAPPING = """
mapping: m
columns:
  id: lead.id
  came: lead.created_at
  contacted: lead.last_contact_at
  source: lead.source
  mail: contact.email
  size: account.employees
  country: account.country
  site: account.website
"""
COLUMNS = ("id", "came", "contacted", "source", "mail", "size", "country", "site")
TODAY = "2026-03-31"


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "mapping.yaml").write_text(MAPPING, "utf-8")
    return tmp_path


def report(desk, rows, *more) -> dict:
    pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row").write_csv(desk / "leads.csv")
    done = plumbline(
        "check", desk / "leads.csv", "-m", desk / "mapping.yaml", "--as-of", TODAY, "--json", *more
    )
    assert done.status == 0, done.err
    return done.json


def row(number: int, **values: str) -> tuple[str | None, ...]:
    good = {
        "id": f"L{number}", "came": "2026-02-01", "contacted": None, "source": "Web",
        "mail": f"p{number}@acme{number}.example", "size": "12", "country": "Germany", "site": f"https://www.acme{number}.example/",
    }  # fmt: skip
    return tuple((good | values).values())


def hits(found: dict) -> dict[tuple[str, str], tuple[int, list[int]]]:
    return {(line["code"], line["column"]): (line["share"][0], line["rows"]) for line in found["measures"]}


def test_every_finding_has_its_count_and_its_rows(desk) -> None:
    rows = [row(n) for n in range(1, 11)]
    rows[1] = row(2, size="many")
    rows[2] = row(3, size="N/A")
    rows[3] = row(4, mail="nobody")
    rows[4] = row(5, came="2027-01-01")
    rows[5] = row(6, contacted="2026-01-01")
    rows[6] = row(7, site="other.example")
    rows[7] = row(8, came="2024-01-01")
    rows[8] = row(9, mail="p1@acme1.example", site="acme1.example")
    found = hits(report(desk, rows))
    assert found["not_a_number", "account.employees"] == (1, [2])
    assert found["empty", "account.employees"] == (1, [3])
    assert found["invalid_email", "contact.email"] == (1, [4])
    assert found["in_the_future", "lead.created_at"] == (1, [5])
    assert found["contacted_before_created", "lead.last_contact_at"] == (1, [6])
    assert found["other_domain", "account.website"] == (1, [7])
    assert found["older_than_a_year", "lead.created_at"] == (1, [8])
    assert found["shared_email", "lead.id"] == (1, [9])


def test_what_intake_noted_about_rows_that_stay_is_counted_too(desk) -> None:
    found = hits(report(desk, [row(n, size="-5" if n == 4 else "5") for n in range(1, 10)]))
    assert found["negative_count", "account.employees"] == (1, [4])


def test_clean_rows_give_no_finding_but_empty_cells(desk) -> None:
    """Negative control of the test above."""
    found = hits(report(desk, [row(n, contacted="2026-02-02") for n in range(1, 30)]))
    assert found == {}


def test_counts_reconcile_to_the_row(desk) -> None:
    found = report(desk, [row(1), row(2, id=None), row(3)])
    assert (found["read"], found["accepted"], found["rejected"]) == (3, 2, 1)


def test_numbers_are_the_same_however_the_file_is_cut(desk, monkeypatch) -> None:
    from plumbline.library import quality
    from plumbline.library.inputs import intake_from

    draw = random.Random(5)
    rows = [
        row(
            n,
            size=draw.choice(["5", "", "x"]),
            country=draw.choice(["UK", "Germany", "u.k."]),
            source=draw.choice("AB"),
        )
        for n in range(1, 200)
    ]
    report(desk, rows)
    intake = intake_from(desk / "leads.csv", desk / "mapping.yaml")
    whole = quality.check_file(intake, segment="lead.source", today=date(2026, 3, 31))
    monkeypatch.setattr(quality, "_PART", 7)
    assert quality.check_file(intake, segment="lead.source", today=date(2026, 3, 31)) == whole


def test_one_country_in_several_spellings_is_said_to_be_one(desk) -> None:
    rows = [row(n, country=name) for n, name in enumerate(["UK", "U.K.", "UK", "Great Britain", "France"], 1)]
    [spelling] = report(desk, rows)["spellings"]
    assert spelling["meaning"] == "GB"
    assert spelling["spellings"] == [["UK", 2], ["Great Britain", 1], ["U.K.", 1]]


def months(count: int) -> list[date]:
    return [date(2025 + (8 + at) // 12, (8 + at) % 12 + 1, 10) for at in range(count)]


def test_a_source_that_stops_is_found_and_one_that_goes_on_is_not(desk) -> None:
    rows = [
        row(1000 * at + n, came=day.isoformat(), source=source)
        for at, day in enumerate(months(7))
        for n, source in enumerate(["Fair"] * 20 + ["Web"] * 20)
        if not (source == "Fair" and at > 4)
    ]
    found = report(desk, rows)["lost"]
    assert [(line["segment"], line["column"], line["since"][:7]) for line in found] == [
        ("Fair", "", "2026-02")
    ]


def test_a_field_that_a_source_stops_to_fill_is_found(desk) -> None:
    rows = [
        row(1000 * at + n, came=day.isoformat(), size="" if at > 4 else "12")
        for at, day in enumerate(months(7))
        for n in range(40)
    ]
    found = report(desk, rows)["lost"]
    assert [(line["segment"], line["column"]) for line in found] == [("Web", "account.employees")]


def test_chance_alone_loses_nothing(desk) -> None:
    """Negative control: sources and fields that come and go by chance are not reported."""
    draw = random.Random(11)
    rows = [
        row(1000 * at + n, came=(day + timedelta(days=draw.randrange(15))).isoformat(),
            source=draw.choice(["Web", "Fair", "Mail"]), size=draw.choice(["", "12"]))
        for at, day in enumerate(months(7)) for n in range(draw.randrange(40, 80))
    ]  # fmt: skip
    assert report(desk, rows)["lost"] == []


def test_rows_behind_all_numbers_can_be_had(desk) -> None:
    rows = [row(n, size="many") for n in range(1, 40)]
    report(desk, rows, "--rows", str(desk / "rows"))
    found = pl.read_parquet(desk / "rows" / "*.parquet").filter(pl.col("code") == "not_a_number")
    assert found["row"].to_list() == list(range(1, 40))


def test_people_and_pages_are_told_the_same(desk) -> None:
    report(desk, [row(n, size="many" if n == 3 else "5") for n in range(1, 20)])
    files = (desk / "leads.csv", "-m", desk / "mapping.yaml", "--as-of", TODAY, "--html", desk / "q.html")
    done = plumbline("check", *files)
    assert done.status == 0
    for text in (done.out, (desk / "q.html").read_text("utf-8")):
        assert "19 rows read" in text.replace("\xa0", " ")
        assert "account.employees" in text


def test_what_the_data_say_cannot_act_on_a_page_or_a_terminal(desk) -> None:
    rows = [row(n, source="<script>alert(1)</script>\x1b[31m", country="<b>UK") for n in range(1, 9)]
    report(desk, rows)
    done = plumbline("check", desk / "leads.csv", "-m", desk / "mapping.yaml", "--html", desk / "q.html")
    assert "<script" not in (desk / "q.html").read_text("utf-8")
    assert "\x1b[31m" not in done.out


def test_a_file_without_a_lead_is_an_error_with_a_code(desk) -> None:
    pl.DataFrame([row(1, id=None)], schema=dict.fromkeys(COLUMNS, pl.String), orient="row").write_csv(
        desk / "leads.csv"
    )
    done = plumbline("check", desk / "leads.csv", "-m", desk / "mapping.yaml")
    assert done.status != 0
    assert "[no_leads]" in done.err


def test_leads_that_nothing_tells_apart_are_counted_and_explained(desk) -> None:
    """Strangers who left the same boxes empty, or one person twice: nobody knows, so they are kept."""
    nobody = dict.fromkeys(("mail", "size", "contacted", "site", "country"))
    rows = [row(n, **(nobody if n > 10 else {})) for n in range(1, 21)]
    found = report(desk, rows)
    assert hits(found)["indistinguishable", "lead.id"] == (9, [12, 13, 14, 15, 16])
    assert found["accepted"] == 20
    alike = found["alike"]
    assert alike["rows"] == 9
    own, others = alike["filled"]
    # Two of seven fields against 10 leads with six and one with two.
    assert own == pytest.approx(2 / 7)
    assert others == pytest.approx((10 * 6 + 2) / 11 / 7)
    assert {one["column"] for one in alike["emptier"]} == {
        "account.country", "account.employees", "account.website", "contact.email",
    }  # fmt: skip
    done = plumbline("check", desk / "leads.csv", "-m", desk / "mapping.yaml", "--html", desk / "q.html")
    for text in (done.out, (desk / "q.html").read_text("utf-8")):
        assert "cannot be told from an earlier one" in " ".join(text.replace("\xa0", " ").split())


def test_leads_with_an_address_are_never_alike(desk) -> None:
    """Negative control of the test above."""
    assert report(desk, [row(n) for n in range(1, 21)])["alike"] is None


REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "lead_xeducation" / "leads.csv.gz"


@pytest.mark.shared_data
@pytest.mark.skipif(not REAL.is_file(), reason="the real leads are not part of the project")
def test_the_empty_form_leads_of_a_real_export_are_found_and_explained() -> None:
    mapping = Path(__file__).resolve().parents[2] / "examples" / "lead_xeducation" / "mapping.yaml"
    found = plumbline("check", REAL, "-m", mapping, "--as-of", TODAY, "--json").json
    assert hits(found)["indistinguishable", "lead.id"][0] == found["alike"]["rows"] == 1281
    own, others = found["alike"]["filled"]
    assert own < others - 0.1
    assert {"column": "account.country", "alike": 0.0}.items() <= found["alike"]["emptier"][0].items()
