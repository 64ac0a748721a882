"""The guessed mapping and the starter policy: right on known exports, valid always, silent on persons."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.connectors import starter_parts
from plumbline.connectors.files import open_source
from plumbline.connectors.guess import guess, guess_columns
from plumbline.connectors.headers import SYSTEMS, normal
from plumbline.connectors.mapping import parse_mapping
from plumbline.connectors.starter import starter_policy
from plumbline.domain.fields import is_receivable
from plumbline.domain.issues import Severity
from plumbline.policy import compile_policy


def of(columns):
    return guess_columns("leads", pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))


def emails(n=3):
    return [f"person{i}@company{i}.com" for i in range(n)]


EXPORTS = {
    "HubSpot": """Record ID=lead.id, Create Date=lead.created_at, Original Source=lead.source,
        Email=contact.email, Number of Employees=account.employees, Country/Region=account.country""",
    "Salesforce": """Id=lead.id, CreatedDate=lead.created_at, LeadSource=lead.source, Email=contact.email,
        Company=account.name, NumberOfEmployees=account.employees, AnnualRevenue=account.revenue""",
    "Pipedrive": """ID=lead.id, Lead created=lead.created_at, Person - Name=contact.name,
        Person - Email - Work=contact.email, Organization - Name=account.name""",
    "Dynamics": """leadid=lead.id, createdon=lead.created_at, fullname=contact.name,
        emailaddress1=contact.email, companyname=account.name, numberofemployees=account.employees""",
    "Odoo": """ID=lead.id, Created on=lead.created_at, Email From=contact.email, Partner Name=account.name,
        Contact Name=contact.name, Salesperson=extra.salesperson""",
}


@pytest.mark.parametrize("system", EXPORTS)
def test_exports_of_known_systems_are_recognised(system):
    columns = dict(pair.strip().split("=") for pair in EXPORTS[system].split(","))
    cells = {
        "contact.email": emails(),
        "lead.created_at": ["2026-01-01", "2026-01-02", "2026-01-03"],
        "account.employees": ["10", "20", "30"],
        "account.revenue": ["1000", "2,000", "3000"],
    }
    found = of({name: cells.get(field, ["a", "b", "c"]) for name, field in columns.items()})
    assert found.system == system
    assert f"# The columns are those of a {system} export." in found.to_yaml()
    assert found.columns == columns


@pytest.mark.parametrize(
    "name",
    ["E-Mail", "email_address", "EmailAddress", "Work Email", "Customer e-mail (work)", "Anything at all"],
)
def test_an_address_column_is_found_by_name_or_by_content(name):
    assert of({name: emails()}).columns == {name: "contact.email"}


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("Email", ["yes", "no", "yes"], "called like contact.email, but its values are no e-mail addresses"),
        ("Employees", ["1-10", "11-50", "11-50"], "its values are words or ranges, not numbers"),
        ("Created", ["soon", "later", "now"], "its values are in no date format that is known here"),
        ("Created", ["03/04/2026", "05/06/2026", "07/08/2026"], "its dates could be %d/%m/%Y or %m/%d/%Y"),
        ("Record ID", ["1", "1", "2"], "its values are not all different"),
        ("Website", ["5", "6", "7"], "its values are no web addresses"),
    ],
)
def test_a_name_that_the_contents_contradict_becomes_a_field_of_its_own_and_says_why(name, values, why):
    [entry] = of({name: values}).guesses
    assert str(entry.field).startswith("extra.")
    assert why in entry.why


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("Number to ring", ["+44 20 7946 0001", "(020) 7946-0002", "0044 20 7946 0003"], "contact.phone"),
        ("Where to look", ["https://a.com/x", "www.b.example", "c.co.uk"], "account.website"),
        ("Company", ["yes", "no", "yes"], "extra.company"),
        ("Profiling objection", ["maybe", "perhaps", "who knows"], "extra.profiling_objection"),
    ],
)
def test_contents_decide_where_names_are_silent_or_wrong(name, values, field):
    assert of({name: values}).columns == {name: field}


def test_columns_that_would_get_the_same_name_are_told_apart():
    assert of({"Plan A": ["x"], "plan-a": ["x"], "1st!": ["x"], "名": ["x"]}).columns == {
        "Plan A": "extra.plan_a",
        "plan-a": "extra.plan_a_2",
        "1st!": "extra.c_1st",
        "名": "extra.column_4",
    }


def test_a_date_that_can_only_be_read_one_way_gets_its_format():
    found = of({"Created": ["03/04/2026", "25/12/2026", "01/01/2026"]})
    mapping = parse_mapping(found.to_yaml())
    assert mapping.date_formats == {"lead.created_at": "%d/%m/%Y"}


def test_a_second_id_is_left_out_because_it_would_hide_duplicates():
    found = of(
        {"Prospect ID": ["p", "q", "r"], "Lead Number": ["7", "8", "9"], "Room Number": ["1", "1", "2"]}
    )
    assert found.columns == {"Prospect ID": "lead.id", "Room Number": "extra.room_number"}
    assert parse_mapping(found.to_yaml()).ignored == ("Lead Number",)


def test_blank_words_are_those_that_occur_once_per_spelling():
    found = of({"City": ["Select", "select", "Rome"], "Course": ["N/A", "x", "Law"], "Name": ["X", "A", "B"]})
    words = parse_mapping(found.to_yaml()).blank_words
    assert {word.lower() for word in words} == {"select", "n/a", "x"}
    assert len(words) == 3


def test_na_is_a_country_and_a_blank_elsewhere():
    assert of({"Country": ["NA", "DE", "FR"]}).blank_words == {}
    assert list(of({"Course": ["NA", "Law", "Art"]}).blank_words) == ["NA"]


def test_columns_that_may_know_the_outcome_are_mapped_but_not_scored():
    leaky = [
        "Lead Status",
        "Stage",
        "Outcome",
        "Owner",
        "HubSpot Score",
        "Last Activity",
        "Converted",
        "Tags",
    ]
    found = of({name: ["a", "b", "a", "b"] for name in leaky} | {"Course": ["Law", "Art", "Law", "Art"]})
    assert set(found.columns) == {*leaky, "Course"}
    policy, _ = compile_policy(starter_policy(found))
    assert [spec.source for spec in policy.signals] == ["extra.course"]
    for name in leaky:
        assert f"# - {name}: " in starter_policy(found)


def test_without_the_check_for_leaks_the_status_would_be_scored(monkeypatch):
    """Negative control of the test above."""
    monkeypatch.setattr("plumbline.connectors.guess.leak_of", lambda column: None)
    found = of({"Lead Status": ["won", "lost", "won", "lost"]})
    policy, _ = compile_policy(starter_policy(found))
    assert "extra.lead_status" in [spec.source for spec in policy.signals]


def test_no_personal_value_appears_in_the_files():
    found = of(
        {
            "Lead ID": ["4711", "4712"],
            "Name": ["Grace Hopper", "Ada Lovelace"],
            "Mail": ["grace@navy.example", "ada@engine.example"],
            "Mobile": ["+44 20 7946 0000", "+44 20 7946 0001"],
            "Message": ["call me please", "tomorrow then"],
            "Date of birth": ["1906-12-09", "1815-12-10"],
            "Other": ["x@hidden.example", "y@hidden.example"],
            "Colour": ["red", "blue"],
        }
    )
    text = found.to_yaml() + starter_policy(found)
    for secret in ("4711", "Grace", "Hopper", "navy", "7946", "call me", "1906", "hidden"):
        assert secret not in text
    assert "red, blue" in text
    assert "g…@n…" in text


def test_every_guess_says_how_sure_it_is_and_why():
    text = of({"Email": emails(), "Colour": ["red", "blue", "red"]}).to_yaml()
    assert "# 90 %: by its name. Values: p…@c…" in text
    assert "# 80 %: a field of your own. Values: red, blue" in text


def test_the_first_rows_of_a_file_are_enough(write):
    rows = "".join(f"{i},a{i}@b.com\n" for i in range(5))
    found = guess(open_source(write("id,mail\n" + rows)))
    assert found.columns == {"id": "lead.id", "mail": "contact.email"}
    assert found.rows == 5


def test_a_starter_policy_has_signals_rules_and_examples_for_what_is_there():
    found = of(
        {
            "Email": emails(60),
            "Employees": [str(10 * i) for i in range(60)],
            "Job Title": ["CTO", "Student", "VP"] * 20,
            "Account Tier": ["strategic", "standard", "standard"] * 20,
            "Created": ["2026-01-01"] * 60,
            "Country": ["GB", "DE", "GB"] * 20,
            "Machines": [str(i) for i in range(60)],
            "Product ID": ["7", "8", "7"] * 20,
            "Why us?": [f"because of reason {i}" for i in range(60)],
            "Trial": ["yes", "no", "yes"] * 20,
            "Do not call": ["yes", "no", "yes"] * 20,
            "Renewal": ["2027-01-01"] * 59 + ["2028-01-01"],
        }
    )
    text = starter_policy(found)
    policy, issues = compile_policy(text)
    assert issues == []
    assert {rule.id for rule in policy.rules} == {
        "large-account", "strategic", "throwaway", "waited-too-long", "student",
    }  # fmt: skip
    assert policy.scorecard["machines"] == {"< 30": 0, ">= 30": 5}
    assert policy.scorecard["product_id"] == {"7": 5, "8": 0, "other": 0}
    assert policy.scorecard["trial"] == {"yes": 5, "no": 0}
    assert "# - Why us?: free text" in text
    assert "# - Do not call: says how to reach them" in text
    assert "# - Renewal: a date" in text


def test_a_file_without_rows_is_guessed_by_its_names(write):
    found = guess(open_source(write("Email,Company,Stage\n")))
    assert found.columns == {"Email": "contact.email", "Company": "account.name", "Stage": "extra.stage"}
    assert compile_policy(starter_policy(found))[0] is not None


KNOWN = ["Email", "Employees", "Created", "Country", "Source", "Title", "Tier", "Status"]
AWKWARD = ["select", "band", "points", "no", "null", "row", "#", ": x", "- y", "a: b", "{", "'", '"', "\\"]
FOREIGN = ["Größe", "名前", "1st", "a\tb", "other"]
WORDS = [
    "yes",
    "no",
    "Select",
    "-5",
    "0",
    "12",
    "1e3",
    "a|b",
    "missing",
    "other",
    "strategic",
    "<5",
    "a to b",
]
TEXT = st.characters(exclude_categories=["Cs"])
NAMES = st.one_of(st.sampled_from(KNOWN + AWKWARD + FOREIGN), st.text(TEXT, min_size=1, max_size=12))
VALUES = st.one_of(st.none(), st.sampled_from(WORDS), st.text(TEXT, max_size=8))


@st.composite
def tables(draw):
    names = draw(st.lists(NAMES, min_size=1, max_size=6, unique_by=lambda name: name.strip()))
    height = draw(st.integers(0, 8))
    column = st.lists(VALUES, min_size=height, max_size=height)
    return {name: draw(column) for name in names}


@given(tables())
def test_whatever_the_file_the_mapping_can_be_read_back_and_the_starter_policy_compiles(columns):
    found = of(columns)
    mapping = parse_mapping(found.to_yaml(), list(columns))
    assert dict(mapping.columns) == found.columns
    assert mapping.unmapped(list(columns)) == ()
    assert all(is_receivable(field) for field in mapping.columns.values())
    policy, issues = compile_policy(starter_policy(found))
    errors = [issue for issue in issues if issue.severity is Severity.ERROR]
    assert policy is not None, (starter_policy(found), errors)


def test_a_reserved_word_as_a_column_would_break_the_starter_policy(monkeypatch):
    """Negative control: without the check for reserved names, a column 'select' is a signal 'select'."""
    found = of({"select": ["a", "b", "a", "b"]})
    assert compile_policy(starter_policy(found))[0] is not None
    monkeypatch.setattr(starter_parts, "is_reserved", lambda name: False)
    assert compile_policy(starter_policy(found))[0] is None


MORE_EXPORTS = {
    "HubSpot": "hs_object_id,createdate,email,firstname,lastname,company,lifecyclestage,numemployees",
    "Salesforce": "Lead ID,First Name,Last Name,Company / Account,Email,Lead Owner,No. of Employees",
    "Dynamics": "(Do Not Modify) Lead,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Name",
    "Odoo": "id,create_date,contact_name,partner_name,email_from,phone,country_id,user_id,team_id,stage_id",
    "Pipedrive": "Lead - ID,Lead - Title,Person - Name,Organization - Name,Person - Email,Lead created",
}


@pytest.mark.parametrize("system", MORE_EXPORTS)
def test_exports_with_other_names_of_the_same_columns_are_recognised_too(system):
    columns = MORE_EXPORTS[system].split(",")
    found = of({name: emails() if "mail" in name else ["a", "b", "c"] for name in columns})
    assert found.system == system
    assert parse_mapping(found.to_yaml()).system == system


#: Header rows as documented, or as programs that read such exports spell them, and where each column goes.
HEADER_ROWS = {
    "HubSpot": """Record ID=lead.id, First Name, Last Name, Email=contact.email, Phone Number=contact.phone,
        Contact owner, Primary Associated Company ID=account.id, Last Activity Date, Lead Status,
        Marketing contact status, Create Date=lead.created_at, Associated Company=account.name,
        Original Traffic Source=lead.source, Country/Region=account.country, State/Region=account.region""",
    "Salesforce": """Lead Owner, First Name, Last Name, Title=contact.title, Company / Account=account.name,
        Lead Source=lead.source, Rating, Street, Email=contact.email, Create Date=lead.created_at""",
    "Pipedrive": """Lead - ID=lead.id, Lead - Title, Lead - Owner, Lead - Lead created=lead.created_at,
        Lead - Source=lead.source, Lead - Contact person=contact.name, Lead - Organization=account.name,
        Lead - Organization ID=account.id, Person - Email - Work=contact.email, Person - Email - Home,
        Person - Phone - Work=contact.phone, Person - Job title=contact.title,
        Organization - Number of employees=account.employees, Organization - Annual revenue=account.revenue,
        Organization - Industry=account.industry, Organization - Country of Address=account.country""",
    "Dynamics": """(Do Not Modify) Lead=lead.id, (Do Not Modify) Row Checksum, (Do Not Modify) Modified On,
        Topic, Name=contact.name, Job Title=contact.title, Company Name=account.name, Email=contact.email,
        Business Phone=contact.phone, Lead Source=lead.source, Rating, No. of Employees=account.employees,
        Annual Revenue=account.revenue, Industry=account.industry, Created On=lead.created_at,
        Country/Region=account.country, State/Province=account.region, City=account.city""",
    "Odoo": """External ID=lead.id, Opportunity, Contact Name=contact.name, Company Name=account.name,
        Email=contact.email, Phone=contact.phone, Job Position=contact.title, Website, Salesperson,
        Sales Team, Stage, Tags, Expected Revenue, Expected Closing, Created on=lead.created_at,
        Campaign=lead.campaign, Source=lead.source, Medium, Country=account.country, State=account.region,
        City=account.city, Notes=lead.message""",
}
#: What a column of a field looks like; the rest are words that say nothing.
CELLS = {
    "lead.created_at": ["2026-01-01", "2026-01-02", "2026-01-03"],
    "contact.email": ["ann@a.com", "bo@b.com", "cy@c.com"],
    "account.employees": ["10", "20", "30"],
    "account.revenue": ["1000", "20000", "3000"],
}


@pytest.mark.parametrize("system", HEADER_ROWS)
def test_a_header_row_as_documented_is_recognised_and_every_column_goes_where_it_belongs(system):
    row = dict(pair.strip().partition("=")[::2] for pair in HEADER_ROWS[system].split(","))
    found = of({name: CELLS.get(field, ["a", "b", "c"]) for name, field in row.items()})
    assert found.system == system
    fed = {name: field for name, field in found.columns.items() if not field.startswith("extra.")}
    assert fed == {name: field for name, field in row.items() if field}


def test_zoho_shares_names_with_salesforce_and_is_not_taken_for_it():
    """Negative control."""
    row = "Record Id,Lead Owner,Company,First Name,Last Name,Title,Email,Lead Source,No. of Employees"
    assert of({name: ["a", "b", "c"] for name in row.split(",")}).system is None


def test_every_known_system_says_where_its_names_come_from_and_maps_to_fields_there_are():
    assert {system.name for system in SYSTEMS} == EXPORTS.keys()
    for system in SYSTEMS:
        assert system.source.startswith("https://")
        assert system.seen
        assert system.date.year >= 2026
        assert all(is_receivable(field) for field in system.columns.values())
        assert all(normal(name) == name for name in (*system.marks, *system.columns))


def test_a_file_of_no_known_system_is_taken_for_none():
    """Negative control."""
    assert of({"id": ["1", "2"], "email": emails(2), "company": ["a", "b"]}).system is None
