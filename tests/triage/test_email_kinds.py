"""What kind of address an address is."""

from __future__ import annotations

import polars as pl
import pytest
from disposable_email_domains import blocklist
from hypothesis import given
from hypothesis import strategies as st

from plumbline.triage import email
from plumbline.triage.email import DISPOSABLE, FREE, ROLES, EmailKind, email_columns


def kind_and_domain(address):
    return email_columns(pl.Series([address], dtype=pl.String)).row(0)


@pytest.mark.parametrize(
    ("address", "kind", "domain"),
    [
        ("ann.lee@acme.co.uk", "business", "acme.co.uk"),
        ("Ann.Lee@ACME.com", "business", "acme.com"),
        ("ann+fair@acme.com", "business", "acme.com"),
        ("josé@compañía.es", "business", "compañía.es"),
        ("jo@xn--compaa-8za.es", "business", "xn--compaa-8za.es"),
        ("ann@bücher.example", "business", "bücher.example"),
        ("o'neil@acme.com", "business", "acme.com"),
        ('"ann lee"@acme.com', "business", "acme.com"),
        ("ann@gmail.com", "free", "gmail.com"),
        ("info@gmail.com", "free", "gmail.com"),
        ("ann@GoogleMail.com", "free", "googlemail.com"),
        ("ann@mailinator.com", "disposable", "mailinator.com"),
        ("ann@inbox.mailinator.com", "disposable", "inbox.mailinator.com"),
        ("ann(office)@acme.com", "business", "acme.com"),
        ("(ann)ann@(work)acme.com (Berlin)", "business", "acme.com"),
        ("info@acme.com", "role", "acme.com"),
        ("sales+eu@acme.com", "role", "acme.com"),
        ("information.desk@acme.com", "business", "acme.com"),
    ],
)
def test_an_address_has_a_kind_and_a_domain(address, kind, domain):
    assert kind_and_domain(address) == (kind, domain)


@pytest.mark.parametrize(
    "address",
    [
        "ann",
        "@acme.com",
        "ann@",
        "ann@acme",
        "ann lee@acme.com",
        "(ann)@acme.com",
        "an(n)n@acme.com",
        "ann(@acme.com",
        "ann(a@b.com)@acme.com",
        "ann@acme..com",
        ".ann@acme.com",
        "ann.@acme.com",
        "a..b@acme.com",
        "ann@-acme.com",
        "ann@acme-.com",
        "ann@acme.c",
        "ann@1.2.3.4",
        "ann@acme.com, bob@acme.com",
        "ann@@acme.com",
        "mailto:ann@acme.com",
        "x" * 65 + "@acme.com",
        "ann@" + "a." * 130 + "com",
        "#VALUE!",
    ],
)
def test_what_is_no_address_is_invalid_and_has_no_domain(address):
    assert kind_and_domain(address) == ("invalid", None)


def test_without_an_address_there_is_no_kind():
    assert kind_and_domain(None) == (None, None)


def test_the_lists_are_plain_lower_case_and_do_not_overlap():
    assert frozenset(blocklist) == DISPOSABLE
    assert len(FREE) > 80
    assert len(ROLES) > 60
    assert not FREE & DISPOSABLE
    assert all(word == word.strip().lower() for word in FREE | ROLES)


def test_every_disposable_domain_of_the_list_is_found():
    addresses = pl.Series([f"x@{domain}" for domain in sorted(DISPOSABLE)])
    assert set(email_columns(addresses)["triage.email_kind"]) == {EmailKind.DISPOSABLE}


def test_without_the_list_a_disposable_address_would_pass_for_business(monkeypatch):
    """Negative control of the test above."""
    monkeypatch.setattr(email, "DISPOSABLE", frozenset())
    assert kind_and_domain("x@mailinator.com") == ("business", "mailinator.com")


@given(st.lists(st.one_of(st.none(), st.emails(), st.text(max_size=20)), max_size=20))
def test_addresses_are_judged_alike_alone_and_together(addresses):
    together = email_columns(pl.Series(addresses, dtype=pl.String)).rows()
    assert together == [kind_and_domain(address) for address in addresses]
    for address, (kind, domain) in zip(addresses, together, strict=True):
        assert (kind is None) == (address is None)
        assert (domain is None) == (kind in {None, "invalid"})
