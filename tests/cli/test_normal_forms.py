"""``plumbline normalise``: a value beside its normal form, for people and for machines."""

import pytest

from helpers_cli import plumbline
from plumbline.triage.normal import ValueKind


def test_a_person_sees_what_was_received_what_became_of_it_and_why():
    done = plumbline("normalise", "company", "The Foo Group GmbH & Co. KG")
    assert done.status == 0
    for part in (
        "The Foo Group GmbH & Co. KG",
        "compared by",
        "foo",
        "Legal form left out",
        "[legal_form_removed]",
    ):
        assert part in done.out


def test_a_machine_gets_the_same_as_json():
    done = plumbline("normalise", "email", "Jo <jo+fair@gmai.com>", "--json")
    assert done.status == 0
    assert done.json["value"] == "jo+fair@gmai.com"
    assert done.json["key"] == "jo@gmai.com"
    assert [note["code"] for note in done.json["notes"]] == ["unwrapped", "sub_address"]
    assert [flag["code"] for flag in done.json["flags"]] == ["lookalike_domain"]


def test_a_country_helps_where_it_decides():
    assert (
        plumbline("normalise", "phone", "030 1234567", "--country", "Deutschland", "--json").json["value"]
        == "+49301234567"
    )
    assert plumbline("normalise", "region", "WA", "--country", "Australia", "--json").json["value"] == "AU-WA"


def test_a_value_without_a_normal_form_ends_with_status_one_and_its_reason():
    done = plumbline("normalise", "phone", "4.42079E+11")
    assert done.status == 1
    assert "its last digits are lost" in done.out


@pytest.mark.parametrize("kind", list(ValueKind))
def test_every_kind_answers_whatever_it_is_given(kind):
    done = plumbline("normalise", kind.value, "=cmd|' /C calc'!A0 \x1b[31m", "--json")
    assert done.status in {0, 1}
    assert done.json["received"].startswith("=cmd")


def test_an_unknown_kind_is_a_wrong_use():
    assert plumbline("normalise", "shoe", "42").status == 2


def test_quiet_prints_nothing():
    assert plumbline("normalise", "country", "UK", "--quiet").out == ""
