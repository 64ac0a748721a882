"""Law 8: what somebody wrote is a signal with a chance of being right; alone it never rejects."""

from __future__ import annotations

import pytest

from helpers_policy import compiled, errors_of, issues_of, small
from plumbline.policy.checks import text


def policy(when: str = "kind_of_writer = 'student' AND size < 10", **signal) -> dict:
    data = small()
    reading = {"from": "reading.not_a_buyer", "purposes": ["prioritise"], "basis": "legitimate-interests"}
    data["signals"]["kind_of_writer"] = reading | {"min_confidence": 0.8} | signal
    data["signals"]["mixed"] = {
        "expr": "kind_of_writer = 'student' OR size < 10", "kind": "flag", "purposes": ["prioritise"],
    }  # fmt: skip
    data["fields"]["lead.message"] = {"purposes": ["prioritise"], "basis": "legitimate-interests"}
    data["rules"].append({"id": "writer", "when": when, "propose": "disqualify"})
    return data


def test_a_reading_with_a_second_ground_may_propose_a_disqualification() -> None:
    assert "text_alone" not in errors_of(policy())
    assert "confidence_needed" not in errors_of(policy())


@pytest.mark.parametrize(
    "when",
    [
        "kind_of_writer = 'student'",
        "kind_of_writer = 'student' OR size < 10",
        "kind_of_writer = 'student' AND band = 'D'",
        "kind_of_writer = 'student' AND points < 0 AND fit_level = 'low'",
        "NOT (kind_of_writer = 'no' OR size > 10)",
        "kind_of_writer = 'student' AND size IS NOT NULL",
        "kind_of_writer = 'student' AND (size < 10 OR kind_of_writer = 'spam')",
        "mixed",
        "mixed AND kind_of_writer = 'student'",
    ],
)
def test_text_alone_never_proposes_a_disqualification(when: str) -> None:
    assert "text_alone" in errors_of(policy(when))


@pytest.mark.parametrize(
    "when",
    [
        "kind_of_writer = 'student' AND size < 10 AND band = 'D'",
        "(kind_of_writer = 'student' OR kind_of_writer = 'spam') AND size < 10",
        "(kind_of_writer = 'student' AND size < 10) OR (kind_of_writer = 'spam' AND size < 5)",
        "size < 10",
    ],
)
def test_every_way_to_a_proposal_needs_its_own_second_ground(when: str) -> None:
    assert "text_alone" not in errors_of(policy(when))


def test_a_message_read_without_the_reader_is_text_too() -> None:
    data = policy("words LIKE '%student%'")
    data["signals"]["words"] = {
        "from": "lead.message",
        "purposes": ["prioritise"],
        "basis": "legitimate-interests",
    }
    assert "text_alone" in errors_of(data)


def test_a_text_rule_may_send_a_lead_to_a_person() -> None:
    data = policy()
    data["rules"][-1] = {"id": "writer", "when": "kind_of_writer = 'student'", "route": "review"}
    assert "text_alone" not in errors_of(data)


def test_without_the_check_text_alone_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control of the tests above."""
    monkeypatch.setattr(text, "_has_other_ground", lambda node, text: True)
    assert "text_alone" not in errors_of(policy("kind_of_writer = 'student'"))


def test_a_reading_says_how_likely_it_must_be_to_be_right() -> None:
    data = policy()
    del data["signals"]["kind_of_writer"]["min_confidence"]
    assert "confidence_needed" in errors_of(data)


def test_other_signals_have_no_confidence() -> None:
    data = small()
    data["signals"]["size"]["min_confidence"] = 0.8
    found = [issue for issue in issues_of(data) if issue.code == "setting_without_effect"]
    assert [issue.path for issue in found] == ["signals.size.min_confidence"]


def test_the_compiled_signal_keeps_its_confidence_per_ten_thousand() -> None:
    (spec,) = [spec for spec in compiled(policy()).signals if spec.name == "kind_of_writer"]
    assert spec.min_confidence == 8_000


def test_a_reading_needs_the_purposes_of_the_message_it_stands_on() -> None:
    data = policy()
    del data["fields"]["lead.message"]
    assert "field_not_declared" in errors_of(data)
