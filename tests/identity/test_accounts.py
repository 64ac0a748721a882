"""Which account a lead belongs to, and what decided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.identity.account_evidence import is_a_slip
from plumbline.identity.accounts import Account, AccountBook, Approach, Reason

ACME = Account(
    "A1", "Acme", frozenset({"acme", "pumps"}), frozenset({"acme.example"}), "GB", "London", since="2010"
)
BRANCH = Account(
    "A2",
    "Acme Leeds",
    frozenset({"acme", "pumps"}),
    frozenset({"acme.example"}),
    "GB",
    "Leeds",
    "A1",
    since="2015",
)
GERMAN = Account(
    "A3", "Acme Pumpen", frozenset({"acme", "pumps"}), frozenset({"acme.de.example"}), "DE", "Berlin"
)
ORION = Account("A4", "Orion", frozenset({"orion"}), frozenset({"orion.example"}), "GB")
BOOK = AccountBook([ACME, BRANCH, GERMAN, ORION])


def match(**facts):
    return BOOK.match(Approach(**facts))


def test_the_domain_decides():
    found = match(email_domain="orion.example")
    assert found.account == ORION
    assert found.decided_by == f"it is the only candidate that counts: {Reason.DOMAIN}"


def test_a_subdomain_belongs_to_the_domain_above_it():
    assert match(email_domain="sales.orion.example").account == ORION


def test_a_free_mail_address_says_nothing_about_an_account():
    free = AccountBook([Account("M", "Mailer", frozenset({"mailer"}), frozenset({"mail.example"}))])
    assert free.match(Approach(email_domain="mail.example", free_mail=True)).account is None
    assert free.match(Approach(email_domain="mail.example")).account is not None


def test_a_free_mail_lead_is_matched_by_its_company_name():
    assert (
        match(email_domain="gmail.com", free_mail=True, words=frozenset({"orion"}), country="GB").account
        == ORION
    )


def test_between_parent_and_branch_the_city_decides_else_the_parent():
    in_leeds = match(email_domain="acme.example", country="GB", city="Leeds")
    assert (in_leeds.account, in_leeds.decided_by) == (
        BRANCH,
        "it is the branch in the lead's city (against Acme)",
    )
    somewhere = match(email_domain="acme.example", country="GB")
    assert somewhere.account == ACME
    assert somewhere.decided_by == "it is the parent, and no branch fits better (against Acme Leeds)"


def test_part_of_a_name_alone_is_no_account_and_says_so():
    found = match(words=frozenset({"orion", "foods"}))
    assert found.account is None
    assert [(one.account, one.filtered) for one in found.candidates] == [
        (ORION, "part of a name alone does not make an account")
    ]
    assert found.decided_by == "no account: 1 looked alike, and none counts"


def test_the_same_name_in_another_country_is_filtered_with_the_reason():
    found = match(words=frozenset({"acme", "pumps"}), country="DE")
    assert found.account == GERMAN
    assert {one.account.id: one.filtered for one in found.candidates if one.filtered} == {
        "A1": "the same name in another country (GB, not DE)",
        "A2": "the same name in another country (GB, not DE)",
    }


def test_no_account_is_an_answer():
    assert match(email_domain="new.example", words=frozenset({"new"})).decided_by.startswith(
        "no account: none has"
    )
    assert (
        match(email_domain="gmail.com", free_mail=True).decided_by
        == "no account: a free-mail address and no company name"
    )


def test_the_order_of_accounts_never_matters():
    turned = AccountBook([ORION, GERMAN, BRANCH, ACME])
    lead = Approach(email_domain="acme.example", words=frozenset({"acme", "pumps"}))
    assert turned.match(lead) == BOOK.match(lead)


GROUP = Account("G", "Zeta", frozenset({"zeta"}), frozenset({"zeta.example"}), "GB", "London")
FOODS = Account("F", "Zeta Foods", frozenset({"zeta", "foods"}), country="GB", city="Leeds", parent="G")
DEPOT = Account("D", "Zeta Depot Hull", frozenset({"zeta", "depot"}), country="GB", city="Hull", parent="F")
FAMILY = AccountBook([GROUP, FOODS, DEPOT])


def test_a_subsidiary_with_the_leads_name_wins_over_the_parent_whose_domain_it_uses():
    found = FAMILY.match(Approach(frozenset({"zeta", "foods"}), "zeta.example", country="GB"))
    assert found.account == FOODS
    assert found.candidates[0].reasons == (Reason.GROUP_DOMAIN, Reason.NAME)
    assert found.decided_by == "more speaks for it (against Zeta)"


def test_the_domain_of_the_whole_group_alone_leads_to_the_top():
    found = FAMILY.match(Approach(email_domain="zeta.example"))
    assert found.account == GROUP
    assert {one.account.id: one.reasons for one in found.candidates} == {
        "G": (Reason.DOMAIN,),
        "F": (Reason.GROUP_DOMAIN,),
        "D": (Reason.GROUP_DOMAIN,),
    }


def test_the_branch_in_the_leads_city_is_taken_also_where_the_parent_has_name_and_domain():
    lead = Approach(frozenset({"zeta"}), "zeta.example", country="GB", city="Leeds")
    found = FAMILY.match(lead)
    assert (found.account, found.candidates[0].reasons[0]) == (FOODS, Reason.BRANCH)
    assert found.decided_by == "it is the branch in the lead's city (against Zeta)"
    at_home = FAMILY.match(Approach(frozenset({"zeta"}), "zeta.example", city="London"))
    assert at_home.account == GROUP


def test_an_id_that_the_lead_names_decides():
    found = FAMILY.match(Approach(frozenset({"zeta"}), "zeta.example", city="Leeds", account_id="G"))
    assert found.account == GROUP
    assert FAMILY.match(Approach(account_id="nobody")).account is None


def test_parents_in_a_circle_end():
    one = Account("1", "One", frozenset({"one"}), frozenset({"one.example"}), parent="2")
    two = Account("2", "Two", frozenset({"two"}), frozenset({"two.example"}), parent="1")
    own = Account("3", "Three", frozenset({"three"}), frozenset({"three.example"}), parent="3", city="Hull")
    book = AccountBook([one, two, own])
    assert book.match(Approach(email_domain="one.example")).account == one
    assert book.match(Approach(email_domain="three.example", city="Hull")).account == own


PUMPS = Account(
    "P", "Brenmore Pumps", frozenset({"brenmore", "pumps"}), country="GB", spelled="brenmorepumps"
)
VALVES = Account(
    "V", "Brenmore Valves", frozenset({"brenmore", "valves"}), frozenset({"brenmore.example"}), "GB"
)
FIRM = AccountBook([PUMPS, VALVES])


def test_a_domain_that_spells_the_name_is_a_reason_where_the_account_has_no_website():
    found = FIRM.match(Approach(email_domain="brenmorepumps.example", labels=frozenset({"brenmorepumps"})))
    assert found.account == PUMPS
    assert found.decided_by.endswith(Reason.SPELLED)


def test_a_slip_in_one_word_is_believed():
    found = FIRM.match(Approach(frozenset({"brenmoer", "pumps"}), "gmail.com", free_mail=True))
    assert found.account == PUMPS
    assert found.candidates[0].reasons == (Reason.NEAR_NAME,)


def test_a_name_that_the_leads_own_domain_spells_has_no_slip():
    lead = {"words": frozenset({"brenmor", "pumps"}), "spelled": "brenmorpumps"}
    other = FIRM.match(Approach(email_domain="x.example", labels=frozenset({"brenmorpumps"}), **lead))
    assert other.account is None
    assert FIRM.match(Approach(email_domain="x.example", labels=frozenset({"x"}), **lead)).account == PUMPS


def test_nearly_the_same_name_at_another_domain_is_filtered_with_the_reason():
    found = FIRM.match(Approach(frozenset({"brenmoer", "valves"}), "brenmoer.example"))
    assert found.account is None
    assert found.candidates[0].filtered == "the name is nearly the same, and the domain is another"


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("acme pumps", "amce pumps", True),
        ("northfield", "nortfield", True),
        ("sigma", "signa", False),
        ("route 66 diner", "route 67 diner", False),
        ("acme pumps", "acme lamps", False),
        ("acme north pumps", "acme south pumps", False),
        ("acme pumps", "acme pumps", False),
        ("acme", "acme pumps", False),
    ],
)
def test_what_counts_as_a_slip(one, two, expected):
    assert is_a_slip(frozenset(one.split()), frozenset(two.split())) is expected


WORDS = st.frozensets(st.sampled_from(["zeta", "foods", "depot", "brenmore", "pumps", "valves"]), max_size=3)
DOMAINS = st.sampled_from([None, "zeta.example", "sales.zeta.example", "brenmore.example", "gmail.com"])
LEADS = st.builds(
    Approach,
    words=WORDS,
    email_domain=DOMAINS,
    website=DOMAINS,
    country=st.sampled_from([None, "GB", "DE"]),
    city=st.sampled_from([None, "Leeds", "Hull", "London"]),
    free_mail=st.booleans(),
)
EVERYBODY = [GROUP, FOODS, DEPOT, PUMPS, VALVES]


@given(LEADS, st.permutations(EVERYBODY))
def test_for_any_lead_the_order_does_not_matter_and_the_answer_is_the_first_that_counts(lead, order):
    found = AccountBook(order).match(lead)
    assert found == AccountBook(EVERYBODY).match(lead)
    counting = [one.account for one in found.candidates if one.filtered is None]
    assert found.account == (counting[0] if counting else None)
    assert found.decided_by.startswith("no account") is (found.account is None)
    assert all(one.reasons for one in found.candidates)
    assert len({one.account.id for one in found.candidates}) == len(found.candidates)
