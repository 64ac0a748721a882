# ruff: noqa: E501, RUF001 - letters of many languages
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.triage.suspicion.domains import is_one_slip, lookalike, slips_in_file
from plumbline.triage.suspicion.flag import FLAG_EXPLANATIONS, FlagCode
from plumbline.triage.suspicion.letters import keyboard_run, name_flags
from plumbline.triage.suspicion.local import flags_of

#: Real names of many languages, in Latin letters and others; none of them may look like nonsense.
NAMES = """
Krzysztof Brzęczyszczykiewicz|Szczepan Trzebiński|Grzegorz Źdźbło|Jiří Hrdlička|Vlk Strč|Zdeněk Smrt|Srđan Krstić|
Dvořák Květoslav|Ngozi Okonkwo|Nguyễn Thị Minh Khai|Trần Đức Thảo|Ng Wai Keung|Xiong Qiuyue|Zhang Xueliang|Hsieh Tsung|
Mwangi wa Ngũgĩ|Nkrumah Kwame|Tshabalala Thabo|Mbappé Kylian|Nwankwo Kanu|Diouf El Hadji|Þórður Guðmundsson|
Hrafnhildur Sigurðardóttir|Bjørn Øystein Kvålseth|Åsa Sjöqvist|Jyrki Kärkkäinen|Yrjö Äyräväinen|Tõnu Õnnepalu|
Mārtiņš Bērziņš|Žydrūnas Ilgauskas|Győrgyi Szőke|Hunyadi László|Ştefan Brâncuşi|Văcărescu Ioana|Özgür Çağlayan|
Yıldız Gümüşoğlu|Siobhán Ní Dhomhnaill|Aoife Ó Caoimh|Gwynfryn Llwyd|Rhys Pryce|Eoghan McGlynn|Xabier Etxeberria|
Íñigo Goikoetxea|João Guimarães|Jürgen Schwarzschild|Hans Pfitzner|Heinz Dürrenschmidt|Theodoros Papadimitropoulos|
Hrvoje Krk|Ljubiša Šćepanović|Gjergj Kastrioti Skënderbeu|Dzhokhar Tsarnaev|Zviad Gamsakhurdia|Vakhtang Kvirikashvili|
Mkrtchyan Levon|Hovhannes Khachatryan|Bhattacharjee Subrata|Krishnamurthy Venkataraghavan|Thangavelu Muthuswamy|
Jayawardene Mahinda|Rajapaksa Chandrika|Tuanku Syed Sirajuddin|Siti Nurhaliza|Ratchadaphon Wongsawat|
Khwaja Nizamuddin|Abd al-Rahman|Muhammad Shahbaz Sharif|Yitzhak Rabin|Schlomo Zlotkowski|Etxebarria Nekane|
Kekuanaoa Mataio|Tāwhiao Tūkāroto|Nzinga Mbande|Razafindrakoto Lalao|Ejiofor Chiwetel|Gbagbo Laurent|Schmidt Jr|
Smith|Lee|Wu|O|Ng|Kovács|Trew|Weert|Drew|Were|Assad|Dada|Lala|Qureshi|Jhaveri|
Иванов Пётр|Μαρία Παπαδοπούλου|山田太郎|김민준|محمد بن سلمان|בנימין נתניהו|प्रिया शर्मा|สมชาย ใจดี
"""
CULTURES = [name.strip() for name in NAMES.replace("\n", "").split("|") if name.strip()]


@pytest.mark.parametrize("name", CULTURES)
def test_a_name_of_any_culture_is_not_taken_for_nonsense(name):
    assert flags_of("contact.name", name) == ()


@pytest.mark.parametrize(
    "name",
    ["BASF", "KPMG", "IKEA", "H&M", "XYLO GmbH", "Wrzbg Kft.", "Schlumberger", "Aéroports de Paris", "3M"],
)
def test_a_company_name_is_not_taken_for_nonsense(name):
    assert flags_of("account.name", name) == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("asdfgh", FlagCode.KEYBOARD_RUN),
        ("Qwertz", FlagCode.KEYBOARD_RUN),
        ("lkjhg", FlagCode.KEYBOARD_RUN),
        ("asdf", FlagCode.KEYBOARD_RUN),
        ("aaaaaa", FlagCode.REPEATED_LETTERS),
        ("asdasdasd", FlagCode.REPEATED_LETTERS),
        ("kjxhfd Meier", FlagCode.GIBBERISH_NAME),
        ("dfgdfg", FlagCode.GIBBERISH_NAME),
        ("Test TEST", FlagCode.TEST_ENTRY),
        ("Max Mustermann", FlagCode.TEST_ENTRY),
        ("Jоhn Smith", FlagCode.MIXED_SCRIPTS),  # the o is Cyrillic
    ],
)
def test_nonsense_in_a_name_is_flagged_with_its_kind(name, code):
    (flag,) = flags_of("contact.name", name)
    assert flag.code is code
    assert flag.value == name
    assert flag.reason.endswith(".")


def test_the_reason_quotes_the_evidence():
    (flag,) = name_flags("contact.name", "Anna Qwertz")
    assert "'qwertz'" in flag.reason


@pytest.mark.parametrize(
    ("domain", "near"),
    [
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("yaho.com", "yahoo.com"),
        ("micros0ft.com", "microsoft.com"),
        ("arnazon.com", "amazon.com"),
        ("xn--pple-43d.com", "apple.com"),  # its a is Cyrillic
    ],
)
def test_a_domain_that_is_nearly_a_known_one_is_named_with_it(domain, near):
    assert lookalike(domain) == near


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "mail.com",
        "email.com",
        "ymail.com",
        "siemens.de",
        "acme.com",
        "gmx.de",
        "web.de",
        "yahoo.co.jp",
        "google.de",
    ],
)
def test_a_domain_of_its_own_is_near_nothing(domain):
    assert lookalike(domain) is None


def test_a_lone_domain_near_one_of_many_leads_is_a_slip():
    assert slips_in_file({"nordwind.de": 8, "nordwnid.de": 1, "suedwind.de": 1}) == {
        "nordwnid.de": "nordwind.de"
    }
    assert slips_in_file({"nordwind.de": 2, "nordwnid.de": 1}) == {}


@given(st.text("abcd", min_size=1, max_size=8), st.integers(0, 7), st.sampled_from("abcdx"))
def test_a_letter_more_less_or_another_is_one_slip(name, at, letter):
    at = min(at, len(name) - 1)
    for other in (
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at:],
        name[:at] + letter + name[at + 1 :],
    ):
        assert is_one_slip(name, other) == (name != other)
        assert is_one_slip(name, other) == is_one_slip(other, name)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("contact.email", "test@acme.com", FlagCode.TEST_ENTRY),
        ("contact.email", "anna@example.org", FlagCode.TEST_ENTRY),
        ("contact.email", "anna@mailinator.com", FlagCode.DISPOSABLE_DOMAIN),
        ("contact.email", "anna@gmai.com", FlagCode.LOOKALIKE_DOMAIN),
        ("contact.phone", "1234567", FlagCode.TEST_ENTRY),
        ("contact.phone", "000000000", FlagCode.TEST_ENTRY),
        ("contact.phone", "+999 1234567", FlagCode.IMPOSSIBLE_PHONE),
        ("account.website", "www.example.com", FlagCode.TEST_ENTRY),
        ("lead.message", "test", FlagCode.TEST_ENTRY),
    ],
)
def test_other_fields_have_their_own_signs(field, value, code):
    assert code in [flag.code for flag in flags_of(field, value)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contact.email", "anna.schmidt@acme.com"),
        ("contact.email", "no address"),
        ("contact.phone", "020 7946 1234"),
        ("contact.phone", "4.42079E+11"),
        ("lead.message", "Please send a quote for 20 seats."),
        ("lead.source", "asdfgh"),
    ],
)
def test_ordinary_values_and_fields_that_are_not_looked_at_have_no_flag(field, value):
    assert flags_of(field, value) == ()


@given(
    st.sampled_from(["contact.name", "contact.email", "contact.phone", "account.website", "lead.message"]),
    st.text(max_size=300),
)
def test_no_text_breaks_a_check(field, value):
    for flag in flags_of(field, value):
        assert flag.field == field


def test_every_flag_is_explained():
    assert set(FLAG_EXPLANATIONS) == set(FlagCode)


def test_a_run_is_most_of_its_word():
    assert keyboard_run("qwertyuiop") == "qwertyuiop"
    assert keyboard_run("property") is None
    assert keyboard_run("trewin") is None
