"""Which account a lead belongs to, and what decided."""

from __future__ import annotations

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
