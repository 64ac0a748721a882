import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.triage.email import email_columns
from plumbline.triage.normal.domain import ascii_domain, registered
from plumbline.triage.normal.email import email
from plumbline.triage.normal.phone import phone
from plumbline.triage.normal.website import website


@pytest.mark.parametrize(
    ("text", "value", "key"),
    [
        ("John.Doe+news@GMail.com", "John.Doe+news@gmail.com", "johndoe@gmail.com"),
        ("j.doe@googlemail.com", "j.doe@googlemail.com", "jdoe@gmail.com"),
        ("john.doe+x@acme.com", "john.doe+x@acme.com", "john.doe@acme.com"),
        ('"john smith"@example.com', '"john smith"@example.com', '"john smith"@example.com'),
        ('"john.smith"@example.com', "john.smith@example.com", "john.smith@example.com"),
        ('"a@b"@example.com', '"a@b"@example.com', '"a@b"@example.com'),
        ("john(a (nested) comment)@example.com", "john@example.com", "john@example.com"),
        ("john@(x)example.com", "john@example.com", "john@example.com"),
        ("John Doe <john@Müller.de>", "john@xn--mller-kva.de", "john@xn--mller-kva.de"),
        ("用户@例え.jp", "用户@xn--r8jz45g.jp", "用户@xn--r8jz45g.jp"),
        ("mailto:a@b.co", "a@b.co", "a@b.co"),
        ("a@b.co;", "a@b.co", "a@b.co"),
    ],
)
def test_an_address_has_a_normal_form_and_a_key_to_compare_by(text, value, key):
    found = email(text)
    assert (found.received, found.value, found.key) == (text, value, key)


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        "@b.com",
        "a b@c.com",
        "a..b@c.com",
        "a@-b.com",
        "a@b.123",
        "é" * 40 + "@b.com",
        "",
        "@",
        '"@b.com',
    ],
)
def test_an_address_that_cannot_be_written_so_has_none(text):
    assert email(text).value is None


def test_the_domain_of_the_account_is_the_registered_one_of_a_business_address():
    assert email("info@mail.acme.co.uk").parts["account_domain"] == "acme.co.uk"
    assert "account_domain" not in email("a@gmail.com").parts
    assert "account_domain" not in email("a@mailinator.com").parts


def test_every_change_of_an_address_is_said():
    codes = [note.code for note in email('Bo <"bo"(x)@MÜLLER.de>').notes]
    assert codes == ["unwrapped", "comment_left_out", "quotes_left_out", "domain_spelled"]


LOCALS = st.from_regex(r"[a-z][a-z0-9]{0,8}(?:\.[a-z0-9]{1,5})?(?:\+[a-z]{1,4})?", fullmatch=True)
DOMAINS = st.sampled_from(
    ["acme.com", "gmail.com", "mail.gmx.de", "mailinator.com", "müller.de", "a.b.co.uk"]
)


@given(LOCALS, DOMAINS)
def test_the_kind_of_an_address_is_the_one_the_main_path_gives_it(local, domain):
    text = f"{local}@{domain}"
    column = email_columns(pl.Series([text], dtype=pl.String))
    assert email(text).parts["kind"] == column.item(0, "triage.email_kind")


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.Example.co.uk/path?x=1", "example.co.uk"),
        ("www.müller.de", "xn--mller-kva.de"),
        ("https://user:secret@shop.example.com:8443/", "example.com"),
        ("http:/foo.de", "foo.de"),
        ("HTTP//foo.com", "foo.com"),
        ("foo.github.io", "foo.github.io"),
        ("info@example.com", "example.com"),
        ("example.com.", "example.com"),
    ],
)
def test_a_website_is_the_domain_somebody_registered(text, domain):
    assert website(text).value == domain


@pytest.mark.parametrize(
    "text",
    [
        "n/a",
        "co.uk",
        "192.168.0.1",
        "[::1]",
        "foo.notatld",
        "linkedin.com/company/foo",
        "one.com, two.com",
        "",
    ],
)
def test_what_holds_no_domain_of_the_company_has_none(text):
    assert website(text).value is None


def test_a_page_on_a_platform_is_said_to_be_one():
    assert website("https://linkedin.com/company/foo").notes[0].code == "platform"


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+44 20 7946 0018", None, "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("0049 (0)30 123456", None, "+4930123456"),
        ("+39 (0)2 12345678", None, "+390212345678"),
        ("030/123456", "DE", "+4930123456"),
        ("442079460018.0", "GB", "+442079460018"),
        ("٠٢٠٧٩٤٦٠٠١٨", "GB", "+442079460018"),
    ],
)
def test_a_phone_number_is_dialled_the_same_from_everywhere(text, country, number):
    assert phone(text, country).value == number


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("4.42079E+11", "GB", "phone_as_number"),
        ("4,42079E+11", None, "phone_as_number"),
        ("020 7946 0018", None, "no_country"),
        ("+999 1234567", None, "impossible_phone"),
        ("+44 1", None, "no_phone"),
        ("+44 20 7946 0018 1234 5678", None, "impossible_phone"),
        ("555-0100", "US", "impossible_phone"),
        ("call me", None, "no_phone"),
        ("1" * 70, "DE", "no_phone"),
    ],
)
def test_a_phone_number_that_cannot_be_told_is_not_guessed(text, country, code):
    found = phone(text, country)
    assert found.value is None
    assert found.notes[0].code == code


def test_a_number_nobody_can_have_is_kept_and_said():
    found = phone("+1 555 555 5555")
    assert found.value == "+15555555555"
    assert found.parts["exists"] == "no"


@given(st.text(max_size=80))
def test_no_text_breaks_a_reader_of_addresses(text):
    for read in (email, website, phone, lambda one: phone(one, "DE")):
        assert read(text).received == text


@given(st.text(max_size=30))
def test_a_domain_is_ascii_and_read_the_same_twice(text):
    domain = ascii_domain(text)
    if domain is not None:
        assert domain.isascii()
        assert ascii_domain(domain) == domain
        assert registered(domain) is None or domain.endswith(registered(domain))
