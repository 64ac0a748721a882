"""Facts keep where they come from; contradicting ones stay side by side; old ones age out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.triage.facts import CRM, Fact, Known, OfflineProvider, Standing, gather, views
from plumbline.triage.facts.weigh import same

TODAY = date(2026, 1, 5)
THEN = date(2025, 11, 3)
LEAD = {
    "contact.email": "rowan@northfield-joinery-example.co.uk",
    "contact.phone": "+44 20 7946 0018",
    "account.name": "Northfield Joinery Ltd",
    "account.country": "United Kingdom",
}


def known(values: dict[str, str], as_of: date | None = THEN) -> Known:
    return Known(MappingProxyType(values), as_of)


def told(values: dict[str, str], field: str) -> list[str]:
    return [fact.value for fact in OfflineProvider().facts(known(values), TODAY) if fact.field == field]


def fact(field: str = "account.country", value: str = "GB", **more: object) -> Fact:
    return replace(Fact(field, value, "registry", "looked up", THEN, "CC0", 365), **more)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("rowan@mail.northfield-example.co.uk", ["northfield-example.co.uk"]),
        ("info@northfield-example.de", ["northfield-example.de"]),
        ("rowan@gmail.com", []),
        ("rowan@gmial.com", []),
        ("rowan@mailinator.com", []),
        ("no address", []),
    ],
)
def test_only_a_company_address_tells_a_website(address, domain) -> None:
    assert told({"contact.email": address}, "account.website") == domain


@pytest.mark.parametrize(
    ("field", "value", "country"),
    [
        ("contact.phone", "+49 30 901820", ["DE"]),
        ("contact.phone", "0043 1 514440", ["AT"]),
        ("contact.phone", "020 7946 0018", []),
        ("contact.phone", "4.42079E+11", []),
        ("contact.phone", "+999 1234567", []),
        ("account.website", "https://www.holzwerk-example.at/impressum", ["AT"]),
        ("account.website", "northfield-example.co.uk", ["GB"]),
        ("account.website", "startup-example.io", []),
        ("account.website", "startup-example.com", []),
        ("account.website", "union-example.eu", []),
    ],
)
def test_a_country_is_told_by_country_codes_and_endings_that_mean_one(field, value, country) -> None:
    assert told({field: value}, "account.country") == country


def test_a_domain_tells_a_name_as_it_is_written_there() -> None:
    assert told({"account.website": "https://northfield-joinery.co.uk"}, "account.name") == [
        "northfield joinery"
    ]


@pytest.mark.parametrize("site", ["gmail.com", "https://www.gmx.de", "gmial.com", "mailinator.com"])
def test_the_domain_of_a_mail_provider_is_no_company(site) -> None:
    """Some exports keep nothing of an address but its domain, and some people type it as their website."""
    assert OfflineProvider().facts(known({"account.website": site}), TODAY) == ()


def test_one_domain_in_address_and_website_is_one_fact() -> None:
    both = {"contact.email": "a@werk-example.de", "account.website": "www.werk-example.de"}
    assert len(told(both, "account.name")) == 1


def test_a_language_is_told_by_whatever_tells_languages() -> None:
    provider = OfflineProvider(lambda text: "de" if "Angebot" in text else None)
    found = [
        one.value
        for message in ("Bitte ein Angebot", "Zzz")
        for one in provider.facts(known({"lead.message": message}), TODAY)
    ]
    assert found == ["de"]


def test_what_follows_from_a_value_is_as_old_as_the_value() -> None:
    for day in (THEN, None):
        found = OfflineProvider().facts(known(LEAD, day), TODAY)
        assert found
        assert {one.as_of for one in found} == {day}


def test_every_fact_that_is_gathered_is_there_beside_those_it_contradicts() -> None:
    kept = fact(value="France")
    found = gather(known(LEAD), (OfflineProvider(),), today=TODAY, kept=(kept,))
    [view] = [one for one in views(found, TODAY) if one.field == "account.country"]
    assert [one.value for one in view.facts] == ["United Kingdom", "GB", "GB", "France"]
    assert view.standing is Standing.DISAGREE


def test_two_spellings_of_one_value_agree() -> None:
    found = gather(known(LEAD), (OfflineProvider(),), today=TODAY)
    standings = {view.field: view.standing for view in views(found, TODAY)}
    assert standings["account.country"] is Standing.AGREE
    assert standings["account.website"] is Standing.ALONE


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Northfield Joinery Ltd", "northfield joinery", True),
        ("Northfield Joinery Holdings", "northfield", True),
        ("International Widget Makers", "iwm", True),
        ("Northfield Joinery Ltd", "southfield joinery", False),
        ("Northfield Joinery Ltd", "joinery", False),
        ("Acme", "Acxiom", False),
    ],
)
def test_a_name_and_a_domain_agree_where_one_begins_with_the_other(one, other, alike) -> None:
    assert same("account.name", one, other) is same("account.name", other, one) is alike


def test_a_fact_ages_out_the_day_after_its_last() -> None:
    last = THEN + timedelta(days=365)
    assert not fact().is_stale(last)
    assert fact().is_stale(last + timedelta(days=1))
    assert not fact(good_for=None).is_stale(date(2999, 1, 1))
    assert not fact(as_of=None).is_stale(date(2999, 1, 1))


def test_a_stale_fact_stays_and_settles_nothing() -> None:
    old = fact(value="FR", as_of=date(2019, 1, 1))
    [view] = views((old, fact()), TODAY)
    assert (view.facts, view.stale, view.standing) == ((fact(),), (old,), Standing.ALONE)
    [view] = views((old,), TODAY)
    assert view.standing is Standing.STALE
    # Negative control: were it fresh, it would contradict.
    assert views((replace(old, as_of=THEN), fact()), TODAY)[0].standing is Standing.DISAGREE


class Watching:
    """A provider that remembers what it was asked."""

    name = "watching"
    needs = frozenset({"account.name"})
    gives = frozenset({"account.industry"})

    def __init__(self) -> None:
        self.asked: list[Known] = []

    def facts(self, known: Known, today: date) -> tuple[Fact, ...]:
        self.asked.append(known)
        return (Fact("account.industry", "Joinery", self.name, "asked", today, "CC0"),)


def test_nobody_is_asked_about_a_person_who_objected() -> None:
    """Law 7."""
    provider = Watching()
    kept = (fact(),)
    assert gather(known(LEAD), (provider,), today=TODAY, objected=True, kept=kept) == ()
    assert provider.asked == []
    # Negative control: the same question without the objection.
    assert gather(known(LEAD), (provider,), today=TODAY, kept=kept)
    assert len(provider.asked) == 1


def test_a_provider_is_handed_the_fields_it_needs_and_no_other() -> None:
    provider = Watching()
    gather(known(LEAD), (provider,), today=TODAY)
    assert provider.asked == [known({"account.name": LEAD["account.name"]})]


_FACTS = st.lists(
    st.builds(
        Fact,
        st.sampled_from(["account.country", "account.name", "account.employees"]),
        st.sampled_from(["GB", "United Kingdom", "France", "Acme Ltd", "51-200", "zz"]),
        st.sampled_from([CRM, "registry"]),
        st.just("m"),
        st.sampled_from([None, THEN, date(2000, 1, 1)]),
        st.just("CC0"),
        st.sampled_from([None, 10, 1000]),
    ),
    max_size=8,
)


@given(_FACTS)
def test_no_fact_is_ever_lost_between_being_told_and_being_shown(facts) -> None:
    found = gather(Known(), (), today=TODAY, kept=facts)
    shown = [one for view in views(found, TODAY) for one in (*view.facts, *view.stale)]
    assert sorted(map(repr, shown)) == sorted(map(repr, set(facts)))


@given(_FACTS)
def test_the_order_of_sources_does_not_change_whether_they_agree(facts) -> None:
    standings = [{view.field: view.standing for view in views(told, TODAY)} for told in (facts, facts[::-1])]
    assert standings[0] == standings[1]
