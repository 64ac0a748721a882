# ruff: noqa: RUF001 - letters of many languages
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plumbline.triage.normal import forms as forms_module
from plumbline.triage.normal.company import company, company_key, without_forms


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("ACME, Inc.", "ACME"),
        ("ACME Inc", "ACME"),
        ("The Foo Group GmbH & Co. KG", "The Foo Group"),
        ("Foo GmbH und Co KG", "Foo"),
        ("Foo S.A. de C.V.", "Foo"),
        ("Foo S. A. R. L.", "Foo"),
        ("Plan B S.A.", "Plan B"),
        ("Foo Ges.m.b.H.", "Foo"),
        ("Foo Gesmbh", "Foo"),
        ("Foo (Pty) Ltd", "Foo"),
        ("Foo (Ltd)", "Foo"),
        ("FOO PTY LTD", "FOO"),
        ("Foo-AG", "Foo"),
        ("Smith & Co", "Smith"),
        ("Marks and Spencer plc", "Marks and Spencer"),
        ("Foo GmbH, Berlin", "Foo, Berlin"),
        ("Foo GmbH (Germany)", "Foo (Germany)"),
        ("Foo GmbH Berlin", "Foo Berlin"),
        ("PT Bank Mandiri (Persero) Tbk", "Bank Mandiri"),
        ("Nordisk Stål AB (publ)", "Nordisk Stål"),
        ("Nordisk Stål AB (publ), Umeå", "Nordisk Stål, Umeå"),
        ("Nordisk Stål Aktiebolag (publ)", "Nordisk Stål"),
        ("SARL Dupont", "Dupont"),
        ("Société par actions simplifiée Dupont", "Dupont"),
        ("ООО «Ромашка»", "Ромашка"),
        ("株式会社トヨタ", "トヨタ"),
        ("㈱日立製作所", "日立製作所"),
        ("深圳市腾讯计算机系统有限公司", "深圳市腾讯计算机系统"),
        ("삼성전자 주식회사", "삼성전자"),
        ("(주)네이버", "네이버"),
        ("บริษัท ปตท. จำกัด (มหาชน)", "ปตท"),
        ('שלום בע"מ', "שלום"),
        ("شركة المثال ذ.م.م", "المثال"),
        ("😀 Foo Ltd", "Foo"),
    ],
)
def test_a_legal_form_is_left_out_wherever_it_stands(name, short):
    assert company(name).value == short


@pytest.mark.parametrize(
    "name",
    [
        "Deutsche Bank",
        "Société Générale",
        "Co-op",
        "Smith & Son",
        "SE Controls",
        "Nordic Publ.",
        "Acme (publ)",
        "Yahoo!",
        "The Limited",
        "AG",
        "GmbH",
        "Kraft Foods Group",
        "Inc",
        "株式会社",
    ],
)
def test_a_name_without_a_legal_form_and_a_name_that_is_one_stay_as_they_are(name):
    assert company(name).value == name


def test_short_forms_are_believed_where_the_country_has_them():
    assert company("Alpha CIC", "GB").value == "Alpha"
    assert company("Alpha CIC").value == "Alpha CIC"


def test_the_form_is_said_and_kept_with_its_codes():
    found = company("Foo GmbH & Co. KG")
    assert found.parts["legal_form"] == "GmbH & Co. KG"
    assert found.parts["legal_form_codes"] == "8Z6G"
    assert [note.code for note in found.notes] == ["legal_form_removed"]


def test_a_company_and_its_limited_partnership_keep_different_forms():
    assert company("X GmbH").parts["legal_form"] != company("X GmbH & Co. KG").parts["legal_form"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("The Foo Group Ltd", "FOO Holdings Limited"),
        ("Müller AG", "Mueller AG"),
        ("Café Noir SARL", "CAFE NOIR"),
        ("ООО Ромашка", "Romashka OOO"),
        ("Smith & Jones Inc.", "Smith and Jones"),
        ("Straße GmbH", "Strasse"),
    ],
)
def test_names_that_a_person_would_take_for_one_have_one_key(left, right):
    assert company(left).key == company(right).key


def test_different_names_keep_different_keys():
    keys = [
        company(name).key for name in ("Bauer GmbH", "Baur GmbH", "Foo North", "Foo South", "The Group Ltd")
    ]
    assert len(set(keys)) == len(keys)
    assert "" not in keys


def test_the_script_of_a_name_is_never_changed():
    assert company("ООО Ромашка").value == "Ромашка"
    assert company("Ελλάδα ΑΕ").value == "Ελλάδα"


def test_mixed_scripts_are_said():
    notes = [note.code for note in company("Rоmashka Ltd").notes]  # the o is Cyrillic
    assert "mixed_scripts" in notes


def test_a_name_of_five_hundred_letters_is_read_like_any_other():
    assert company("a" * 500 + " GmbH").value == "a" * 500


def test_a_name_without_letters_and_digits_has_no_normal_form():
    assert company(" -- ").value is None


def is_kept(name):
    found = company(name)
    return found.received == name and (found.value is None or any(letter.isalnum() for letter in found.value))


FORMS = sorted({form for form in forms_module.forms().by_key if form})


@given(
    st.lists(st.sampled_from([*FORMS, "the", "group", "&", ",", "(", ")", "-"]), min_size=1, max_size=5).map(
        " ".join
    )
)
@example("GmbH & Co. KG")
def test_no_name_is_emptied_not_even_one_made_of_legal_forms(name):
    assert is_kept(name)


def test_a_normaliser_that_empties_names_would_be_caught(monkeypatch):
    monkeypatch.setattr("plumbline.triage.normal.company._is_name", lambda text: True)
    assert not is_kept("GmbH")


@given(st.text(max_size=60))
def test_a_second_pass_changes_nothing_more(text):
    once = company(text).value
    assert once is None or company(once).value == once


@given(st.text(max_size=40))
def test_a_key_is_folded_and_never_empty_for_a_name(text):
    key = company_key(text)
    assert key == key.lower()
    assert bool(key) == any(True for _ in forms_module.TOKEN.finditer(forms_module.fold(text)))


def test_every_form_that_is_removed_is_one_of_the_lists():
    _, removed = without_forms("Foo Holding GmbH & Co. KG a.A.")
    assert removed
    assert all(
        forms_module.key_of(forms_module.folded_tokens(text)) in forms_module.forms().by_key
        for text, _ in removed
    )


@pytest.mark.parametrize("name", ["LLC Romashka", "Ltd Romashka", "VZW Romashka", "ДОО Romashka"])
def test_a_form_that_is_nothing_else_may_come_first_without_a_country(name):
    assert company(name).value == "Romashka"


@pytest.mark.parametrize("name", ["PLC Systems", "NV Energy", "AG Insurance", "INC Research", "QSC Networks"])
def test_a_form_that_begins_real_names_too_stays_there_without_a_country(name):
    """Negative control."""
    assert company(name).value == name
