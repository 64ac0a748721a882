"""Whole messages of our own with all nine labels; how they came about stands in their file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plumbline.reading import Field, Message
from plumbline.reading.model import DEFAULTS

ROWS = [
    [part.strip() for part in line.split(" | ")]
    for line in Path(__file__).with_name("check_messages.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
#: Lot 1 was read while cues were revised, lot 2 never: its floor is what unseen wording brings.
FLOORS = {"1": 0.90, "2": 0.85}


def labels(text: str) -> dict[Field, str]:
    told = dict(re.findall(r"(\w+)=(.+?)(?= \w+=|$)", text))
    assert set(told) <= set(Field)
    return {name: told.get(name.value, DEFAULTS[name]) for name in Field}


def share_right(lot: str, say) -> float:
    hits = [
        say(Message(text.replace("\\n", "\n"), channel), name) == value
        for number, channel, text, told in ROWS
        if number == lot
        for name, value in labels(told).items()
    ]
    return sum(hits) / len(hits)


@pytest.mark.parametrize("lot", FLOORS)
def test_most_labels_of_our_own_messages_are_read(reader, lot):
    assert share_right(lot, lambda message, name: reader.read(message).value(name)) >= FLOORS[lot]


@pytest.mark.parametrize("lot", FLOORS)
def test_a_reader_that_always_says_the_default_fails_our_own_messages(lot):
    assert share_right(lot, lambda _message, name: DEFAULTS[name]) < FLOORS[lot] - 0.1


def test_high_urgency_and_an_approved_budget_are_hardly_ever_claimed_in_vain(reader):
    claims = [
        value == labels(told)[name]
        for _, channel, text, told in ROWS
        for name, value in [
            (name, reader.read(Message(text.replace("\\n", "\n"), channel)).value(name))
            for name in (Field.URGENCY, Field.BUDGET)
        ]
        if value in ("high", "approved")
    ]
    assert len(claims) >= 20
    assert sum(claims) / len(claims) >= 0.90
