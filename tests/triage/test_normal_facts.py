# ruff: noqa: RUF001 - letters of many languages
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.triage.normal import ValueKind, normalise
from plumbline.triage.normal.country import country
from plumbline.triage.normal.industry import industry
from plumbline.triage.normal.lists import about, names, table
from plumbline.triage.normal.region import region
from plumbline.triage.normal.size import BANDS, size_band
from plumbline.triage.normal.title import SENIORITIES, function, seniority


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UK", "GB"),
        ("Deutschland", "DE"),
        ("Alemania", "DE"),
        ("Германия", "DE"),
        ("ドイツ", "DE"),
        ("भारत", "IN"),
        ("U.S.A.", "US"),
        ("us", "US"),
        ("DEU", "DE"),
        ("🇩🇪", "DE"),
        ("Korea, Republic of", "KR"),
        ("The Netherlands", "NL"),
        ("Côte d’Ivoire", "CI"),
        ("COTE D'IVOIRE", "CI"),
        ("  germany\u200b ", "DE"),
    ],
)
def test_a_country_is_read_in_any_language(name, code):
    assert country(name).value == code


@pytest.mark.parametrize("name", ["Germany, France", "Atlantis", "EMEA", "", "12", "XX", "🇽🇽"])
def test_what_is_no_country_is_not_guessed(name):
    assert country(name).value is None


@pytest.mark.parametrize(
    ("name", "of", "code"),
    [
        ("California", None, "US-CA"),
        ("WA", "US", "US-WA"),
        ("WA", "AU", "AU-WA"),
        ("NRW", "DE", "DE-NW"),
        ("Bavaria", None, "DE-BY"),
        ("québec", None, "CA-QC"),
        ("Europe, Middle East & Africa", None, "EMEA"),
        ("D-A-CH", None, "DACH"),
    ],
)
def test_a_region_is_a_state_or_a_sales_area(name, of, code):
    assert region(name, of).value == code


def test_a_state_of_two_countries_is_unclear_without_the_country():
    assert region("WA").notes[0].code == "ambiguous_region"


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("51-200", "51-200"),
        ("200+", "201-500"),
        ("1,000 to 5,000 employees", "1001-5000"),
        ("1.000 - 5.000 Mitarbeiter", "1001-5000"),
        ("1 000 à 5 000 salariés", "1001-5000"),
        ("10k+", "10001+"),
        ("10,001+ employees", "10001+"),
        ("over 200", "201-500"),
        ("less than 50", "11-50"),
        ("entre 50 et 100", "51-200"),
        ("250.0", "201-500"),
        ("11 – 50", "11-50"),
        ("Freelancer", "1"),
    ],
)
def test_a_head_count_or_range_falls_into_a_band(text, band):
    assert size_band(text).value == band


@pytest.mark.parametrize(
    "text",
    ["-5", "1e308", "2024-01-05", "1-10 €", "5-1", "0", "Mar-50", "12 345 678", "many", "", "NaN", "5 10 15"],
)
def test_what_is_no_head_count_is_not_guessed(text):
    assert size_band(text).value is None


def test_a_range_over_several_bands_says_so():
    assert [note.code for note in size_band("10-600").notes] == ["several_bands"]
    assert size_band("10-600").parts == {"at_least": "10", "at_most": "600"}


@given(st.integers(1, 5_000_000))
def test_every_head_count_has_the_band_that_holds_it(count):
    band = size_band(str(count)).value
    low, _, high = band.replace("+", "-").partition("-")
    assert int(low) <= count
    assert not high or count <= int(high)


def test_the_bands_leave_no_gap():
    ends = [int(name.rpartition("-")[2].rstrip("+")) for _, name in BANDS]
    assert [start for start, _ in BANDS[1:]] == [end + 1 for end in ends[:-1]]


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("COMPUTER_SOFTWARE", "J"),
        ("Maschinenbau", "C"),
        ("Information Technology & Services", "J"),
        ("Hospital & Health Care", "Q"),
        ("Hospitality", "I"),
        ("Oil & Gas", "B"),
        ("Versicherungswirtschaft", "K"),
        ("Supply Chain Management", "H"),
        ("Informatique", "J"),
        ("Marketing & Advertising", "M"),
    ],
)
def test_an_industry_falls_into_a_section_of_the_taxonomy(text, section):
    assert industry(text).parts["section"] == section


def test_an_industry_of_two_sections_alike_is_unclear():
    assert industry("Software for hospitals").notes[0].code == "ambiguous_industry"
    assert industry("Other").value is None


@pytest.mark.parametrize(
    ("title", "what", "level"),
    [
        ("Head of Marketing", "marketing", "head"),
        ("Geschäftsführerin", "general management", "executive"),
        ("Assistentin der Geschäftsführung", "administrative", "entry"),
        ("IT-Projektleiter (m/w/d)", "project management", "manager"),
        ("VP Sales EMEA", "sales", "vp"),
        ("Einkäufer/in", "purchasing", "professional"),
        ("Senior Key Account Manager", "sales", "senior"),
        ("Directrice des ressources humaines", "human resources", "director"),
        ("Jefe de ventas", "sales", "head"),
        ("CTO & Co-Founder", "information technology", "executive"),
        ("Werkstudent Marketing", "marketing", "entry"),
        ("Leiterin Controlling", "finance", "head"),
        ("Geschäftsführer Vertrieb", "sales", "executive"),
    ],
)
def test_a_title_tells_function_and_seniority(title, what, level):
    assert (function(title).value, seniority(title).value) == (what, level)


@pytest.mark.parametrize(
    ("title", "what"),
    [
        ("Cargo Sales Manager", "sales"),
        ("Vertrieb Software", "sales"),
        ("Legal Counsel Sales", "legal"),
        ("Vertriebscontroller", "finance"),
        ("CFO & Head of Sales", "finance"),
        ("Software Developer Marketing", "information technology"),
        ("Business Developer", "business development"),
        ("HR Consultant", "consulting"),
        ("Tax Consultant", "finance"),
        ("Sales Consultant", "sales"),
        ("Bauingenieur", "engineering"),
        ("Responsable Achats", "purchasing"),
        ("Directeur des systèmes d'information", "information technology"),
    ],
)
def test_the_noun_of_a_role_outweighs_its_field_and_the_field_what_is_sold(title, what):
    assert function(title).value == what


@pytest.mark.parametrize(
    "title",
    ["Assistant to the VP Sales Operations", "Assistentin der Vertriebsleitung", "Chief of Staff to the CFO"],
)
def test_who_assists_is_in_administration_whomever_they_assist(title):
    assert function(title).value == "administrative"


def test_what_an_employer_does_is_not_what_a_person_does():
    assert function("Sales Manager at Baltic Consulting").value == "sales"
    assert function("Leiter Einkauf bei Steuerberatung Ost").value == "purchasing"
    assert function("Working at Hotel Baltic").value == "hospitality"


def test_umlauts_may_be_spelt_out():
    assert function("Einkaeufer").value == "purchasing"
    assert seniority("Geschaeftsfuehrerin").value == "executive"


def test_an_owner_of_a_product_owns_no_company():
    assert (seniority("Product Owner").value, seniority("Owner").value) == ("manager", "executive")


@pytest.mark.parametrize("title", ["Senior Engineer", "Techniker", "Assistant", "Digital", "Freelancer"])
def test_a_level_or_a_craft_without_a_field_is_unclear(title):
    assert function(title).value is None


def test_no_word_stands_for_two_functions_with_one_weight():
    held = [
        (word, row["weight"], row["function"])
        for row in table("title_functions.csv")
        for word in row["words"].split("|")
    ]
    counted = Counter((word, weight) for word, weight, _ in held)
    assert len(counted) > 1000
    assert [pair for pair, times in counted.items() if times > 1] == []


def test_a_title_of_two_functions_alike_is_unclear_and_names_both():
    both = function("Sales & Marketing Manager")
    assert both.value is None
    assert both.notes[0].code == "function_ambiguous"
    assert both.parts["candidates"] == "marketing, sales"


def test_a_title_that_tells_nothing_is_unclear():
    assert function("Manager").value is None
    assert function("xyz").notes[0].code == "function_unclear"
    assert seniority("").value is None


def test_the_word_that_decided_is_said():
    assert function("Leiter Einkauf").parts["word"] == "einkauf"


def test_every_seniority_of_the_list_is_one_that_is_documented():
    assert {row["seniority"] for row in table("title_seniority.csv")} == set(SENIORITIES)


@given(st.sampled_from(ValueKind), st.text(max_size=60))
def test_no_text_breaks_a_normal_form_and_what_was_received_stays(kind, text):
    found = normalise(kind, text, "Germany")
    assert found.received == text
    assert found.value is not None or found.notes


@pytest.mark.parametrize("kind", [kind for kind in ValueKind if kind is not ValueKind.SIZE])
def test_a_normal_form_is_its_own_normal_form(kind):
    samples = {
        ValueKind.COMPANY: "Foo Bar GmbH",
        ValueKind.EMAIL: "A.B+c@MÜLLER.de",
        ValueKind.PHONE: "+44 20 7946 0018",
        ValueKind.WEBSITE: "http://www.müller.de/x",
        ValueKind.COUNTRY: "Deutschland",
        ValueKind.REGION: "Bavaria",
        ValueKind.INDUSTRY: "Banking",
        ValueKind.FUNCTION: "marketing",
        ValueKind.SENIORITY: "director",
    }
    once = normalise(kind, samples[kind]).value
    assert normalise(kind, once).value == once


def is_documented(head):
    return "Source:" in head and "Licence:" in head


def test_every_list_says_where_it_is_from_and_under_which_licence():
    undocumented = [name for name in names() if not is_documented(about(name))]
    assert len(names()) > 10
    assert undocumented == []


def test_a_list_without_its_source_would_be_caught(tmp_path, monkeypatch):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "words.txt").write_text("# Words.\nword\n", encoding="utf-8")
    monkeypatch.setattr("plumbline.triage.normal.lists.resources.files", lambda _: tmp_path)
    assert [name for name in names() if not is_documented(about(name))] == ["words.txt"]
