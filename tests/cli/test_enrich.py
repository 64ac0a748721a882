"""``plumbline enrich``: facts with where they come from, contradictions side by side, nobody who objected."""

from __future__ import annotations

import polars as pl
import pytest

from helpers_cli import plumbline

MAPPING = """
mapping: m
columns:
  id: lead.id
  came: lead.created_at
  mail: contact.email
  phone: contact.phone
  company: account.name
  country: account.country
  size: account.employees
  message: lead.message
  refused: lead.objected
"""
COLUMNS = ("id", "came", "mail", "phone", "company", "country", "size", "message", "refused")
TODAY = "2026-01-05"
ROW = {
    "id": "L1", "came": "2025-11-03", "mail": "kim@holzwerk-example.at", "phone": "+49 30 901820",
    "company": "Holzwerk GmbH", "country": "Austria", "size": "51-200",
    "message": "Wir brauchen ein Angebot und das bitte bis Freitag.", "refused": "No",
}  # fmt: skip


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "mapping.yaml").write_text(MAPPING, "utf-8")
    return tmp_path


def run(desk, rows, *more):
    leads = [tuple((ROW | row).values()) for row in rows]
    pl.DataFrame(leads, schema=dict.fromkeys(COLUMNS, pl.String), orient="row").write_csv(desk / "leads.csv")
    return plumbline("enrich", desk / "leads.csv", "-m", desk / "mapping.yaml", "--as-of", TODAY, *more)


def facts(desk, rows) -> pl.DataFrame:
    done = run(desk, rows, "--out", desk / "facts.parquet", "--json")
    assert done.status == 0, done.err
    return pl.read_parquet(desk / "facts.parquet")


def test_every_fact_has_source_method_day_and_licence(desk) -> None:
    found = facts(desk, [{}])
    assert found.select("source", "method", "as_of", "licence").null_count().sum_horizontal().item() == 0
    assert found.filter(field="account.country").select("value", "source", "standing").rows() == [
        ("Austria", "crm", "disagree"),
        ("DE", "offline", "disagree"),
        ("AT", "offline", "disagree"),
    ]
    assert found.filter(field="lead.language")["value"].to_list() == ["de"]
    assert found.filter(field="account.employees")["value"].to_list() == ["51-200"]


def test_sources_that_agree_are_not_listed_as_contradictions(desk) -> None:
    """Negative control of the test above."""
    done = run(desk, [{"phone": "+43 1 514440"}], "--json")
    assert done.json["disagreements"] == []
    [country] = [line for line in done.json["fields"] if line["field"] == "account.country"]
    assert (country["agree"], country["disagree"]) == (1, 0)


@pytest.mark.parametrize("said", ["Yes", "perhaps"])
def test_nobody_who_objected_is_looked_at_in_any_row(desk, said) -> None:
    """Law 7, with the other row of the same person; an objection that cannot be read counts as one."""
    other = {"id": "L2", "mail": "Kim+fair@holzwerk-example.at"}
    rows = [other, {"refused": said}, {"id": "L3", "mail": "a@northfield-example.co.uk"}]
    assert facts(desk, rows)["lead.id"].unique().to_list() == ["L3"]
    assert run(desk, rows, "--json").json["objected"] == 2
    # Negative control: the same rows without the objection.
    assert facts(desk, [*rows[:1], {}, *rows[2:]])["lead.id"].n_unique() == 3


def test_old_facts_are_kept_and_settle_nothing(desk) -> None:
    found = facts(desk, [{"came": "2020-01-01"}])
    assert found.filter(field="account.country")["stale"].all()
    assert set(found.filter(field="account.country")["standing"]) == {"stale"}


def test_a_lead_of_tomorrow_has_facts_of_no_day(desk) -> None:
    assert facts(desk, [{"came": "2999-01-01"}])["as_of"].null_count() == facts(desk, [{}]).height


def test_facts_that_were_kept_count_the_next_time(desk) -> None:
    keep = ("--keep", desk / "facts.sqlite", "--json")
    first = run(desk, [{"phone": ""}], *keep).json
    assert first["kept"] == first["facts"]
    assert run(desk, [{"phone": ""}], *keep).json["kept"] == 0
    later = run(desk, [{"phone": "", "country": "Italy", "came": "2025-12-01"}], *keep).json
    assert [(one["value"], one["as_of"]) for one in later["disagreements"] if one["source"] == "crm"] == [
        ("Italy", "2025-12-01"),
        ("Austria", "2025-11-03"),
    ]


def test_kept_facts_about_somebody_who_objects_later_are_not_shown(desk) -> None:
    keep = ("--keep", desk / "facts.sqlite", "--json")
    assert run(desk, [{}], *keep).json["facts"] > 0
    later = run(desk, [{"refused": "Yes"}], *keep).json
    assert (later["facts"], later["kept"], later["objected"]) == (0, 0, 1)


def test_one_lead_is_shown_with_everything_and_an_unknown_one_is_said_to_be_unknown(desk) -> None:
    done = run(desk, [{}], "--lead", "L1")
    assert done.status == 0
    assert "country code of the phone number, as of 2025-11-03" in done.out
    assert run(desk, [{}], "--lead", "L9").status == 1


def test_a_file_without_a_lead_is_refused(desk) -> None:
    done = run(desk, [{"id": None}])
    assert done.status == 3
    assert "[no_leads]" in done.err


def test_numbers_are_the_same_however_the_file_is_cut(desk, monkeypatch) -> None:
    from plumbline.library import lead_texts

    rows = [
        {"id": f"L{n}", "refused": "Yes" if n == 9 else "No", "mail": f"p{n % 7}@x-example.de"}
        for n in range(20)
    ]
    whole = facts(desk, rows)
    monkeypatch.setattr(lead_texts, "_PART", 3)
    assert facts(desk, rows).equals(whole)
