from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest

from helpers_simulate import SEED, SMALL, blank, small_market, small_truth
from plumbline.simulate import make_market
from plumbline.simulate.words import table

LEADS = small_market().visible.leads


def seen(column: str, pattern: str) -> int:
    return int(LEADS[column].str.contains(pattern).sum())


@pytest.mark.parametrize(
    ("column", "pattern"),
    [
        ("Employees", r"^\d+-\d+$"),
        ("Employees", r"^\d+,\d{3}$"),
        ("Employees", r"^~"),
        ("Employees", r"^(a few|lots|growing|12O)$"),
        ("Annual Revenue", r"^\d+,\d{3},\d{3}$"),
        ("Company", r"^ .*  $"),
        ("Last Name", r"^[A-Z]{4,}$"),
        ("Last Name", r"^[a-z]{4,}$"),
        ("Industry", r"^(Select|- Please select -|Choose\.\.\.|N/A)$"),
        ("Country", r"^(UK|GB|england|Deutschland|USA)$"),
        ("Email", r"^[^@]+$"),
        ("Email", r" @ "),
        ("Email", r"@@"),
    ],
)
def test_every_kind_of_mess_occurs(column: str, pattern: str) -> None:
    assert seen(column, pattern) >= 3


def test_a_tidy_form_has_none_of_it() -> None:
    forms = replace(
        SMALL.forms, casing=0, spaces=0, ranges=0, unreadable=0, typos=0, wrong_column=0, written_country=0,
        bad_email=0, missing={},
    )  # fmt: skip
    tidy = make_market(replace(SMALL, forms=forms, duplicates=0), seed=SEED).visible.leads
    assert tidy["Employees"].str.contains(r"^\d+$").all()
    assert tidy["Email"].str.contains(r"^[a-z0-9_.]+@[a-z0-9.]+$").all()
    assert set(tidy["Country"]) <= {entry["written"][0] for entry in table("places").values()}
    assert not any(blank(tidy[name]).any() for name in SMALL.forms.missing if name != "Phone")


def test_some_answers_stand_in_the_wrong_box() -> None:
    titles = {
        title
        for entry in table("titles")["functions"].values()
        for words in entry["titles"].values()
        for title in words
    }
    swapped = LEADS.filter(pl.col("Company").is_in(titles))
    assert swapped.height >= 3


def test_nobody_owns_the_addresses_and_telephones() -> None:
    domains = LEADS["Email"].str.to_lowercase().str.split("@").list.last().drop_nulls()
    allowed = domains.str.ends_with(".example") | domains.str.strip_chars().is_in(
        ["gmail.com", "googlemail.com", "mailinator.com", "guerrillamail.com", "yopmail.com"]
    )
    unreadable = ~LEADS["Email"].str.contains("@").drop_nulls()
    assert (allowed | unreadable).all()
    # Gmail allows letters, digits and full stops only: an underscore makes sure that nobody has the address.
    gmail = LEADS["Email"].filter(LEADS["Email"].str.contains("(?i)@g(oogle)?mail"))
    assert gmail.len() > 100
    assert gmail.str.contains("_").all()
    fiction = re.compile(
        r"^(\+44 20 7946 0|\+44 1632 960|07700 900|\+1 312 555 01|\(212\) 555-01|415-555-01|\+49 30 23125 "
        r"|030 23125 |\+49 69 90009 |\+33 1 99 00 |01 99 00 |\+33 4 65 71 |(\+353 20|020) 91|\+46 8 465 004 "
        r"|08-465 004 |\+46 31 390 06 |\+1 416 555 01|\(604\) 555-01|514-555-01|\+61 [23] 5550 |\(02\) 5550 )"
    )
    phones = LEADS["Phone"].filter(~blank(LEADS["Phone"]))
    assert phones.len() > 2_000
    assert all(fiction.match(phone) for phone in phones)


def test_company_domains_belong_to_one_company() -> None:
    leads = LEADS.with_columns(small_truth().leads["account"])
    domains = leads.filter(pl.col("Email").str.contains(r"^[^@]+@[a-z0-9]+\.example$")).select(
        "account", domain=pl.col("Email").str.split("@").list.last()
    )
    assert domains.group_by("domain").agg(pl.col("account").n_unique())["account"].max() == 1


def test_duplicates_are_alike_in_the_way_the_truth_says() -> None:
    truth = small_truth().leads
    pairs = (
        truth.filter(pl.col("duplicate_of").is_not_null())
        .join(LEADS, left_on="lead.id", right_on="Lead ID")
        .join(
            LEADS.select("Lead ID", first="First Name", last="Last Name", mail="Email"),
            left_on="duplicate_of",
            right_on="Lead ID",
        )
        .with_columns(
            pl.col("First Name", "Last Name", "Email", "first", "last", "mail")
            .str.to_lowercase()
            .str.strip_chars()
        )
    )

    def agree(likeness: str, left: str, right: str) -> float:
        return float(
            (
                pairs.filter(pl.col("likeness") == likeness).select((pl.col(left) == pl.col(right)).mean())
            ).item()
        )

    assert agree("exact", "Email", "mail") > 0.93
    assert agree("exact", "First Name", "first") > 0.93
    assert agree("nickname", "First Name", "first") < 0.5
    assert agree("second_address", "Email", "mail") < 0.05
    assert agree("second_address", "Last Name", "last") > 0.93
    typo = pairs.filter(pl.col("likeness") == "typo")
    assert ((typo["Last Name"] != typo["last"]) | (typo["Email"] != typo["mail"])).mean() > 0.9


def test_a_double_click_sends_the_same_form_again_in_the_same_second() -> None:
    doubles = small_truth().leads.filter(pl.col("likeness") == "double")
    assert doubles.height > 20
    pairs = doubles.join(LEADS, left_on="lead.id", right_on="Lead ID", maintain_order="left")
    originals = doubles.join(LEADS, left_on="duplicate_of", right_on="Lead ID", maintain_order="left")
    columns = [name for name in LEADS.columns if name != "Lead ID"]
    assert pairs.select(columns).equals(originals.select(columns))
    # Negative control: the same details sent at another time do not make the same form.
    exact = small_truth().leads.filter(pl.col("likeness") == "exact")
    later = exact.join(LEADS, left_on="lead.id", right_on="Lead ID", maintain_order="left")
    before = exact.join(LEADS, left_on="duplicate_of", right_on="Lead ID", maintain_order="left")
    assert not later.select(columns).equals(before.select(columns))
