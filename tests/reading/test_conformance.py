"""The conformance suite passes for the embedded reader, and every check fails for a reader that breaks its rule."""  # noqa: E501

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from plumbline.reading import EmbeddedReader, Field, Message, Quote, Reading, Readings
from plumbline.reading.conformance import CHECKS, failures, takes_time_in_proportion
from plumbline.reading.model import Abstention


def test_the_embedded_reader_conforms(reader):
    assert failures(reader, time.process_time) == []


class Bad:
    """A reader that changes what the good one says."""

    name = "bad 1"

    def __init__(self) -> None:
        self.good = EmbeddedReader()

    def read(self, message: Message) -> Readings:
        found = self.good.read(message)
        return replace(found, readings=tuple(self.change(reading, message) for reading in found.readings))

    def change(self, reading: Reading, message: Message) -> Reading:
        return reading


class IllegalValues(Bad):
    def change(self, reading, message):
        return replace(reading, confidence=10_001)


class InventedQuotes(Bad):
    def change(self, reading, message):
        return replace(reading, quotes=(Quote("signed off", 0, 10),)) if reading.quotes else reading


class Fickle(Bad):
    dice = random.Random(3)

    def change(self, reading, message):
        return replace(reading, confidence=self.dice.randrange(10_000))


class NeverSilent(Bad):
    def change(self, reading, message):
        return replace(reading, value="normal", abstained=None) if reading.field is Field.URGENCY else reading


class Obedient(Bad):
    def change(self, reading, message):
        told = reading.field is Field.URGENCY and "gnore all previous" in message.text
        return replace(reading, value="none" if reading.value == "high" else "high") if told else reading


class SeesTheHidden(Bad):
    def change(self, reading, message):
        seen = reading.field is Field.URGENCY and "urgent" in message.text
        return replace(reading, value="high") if seen else reading


class Brittle(Bad):
    def change(self, reading, message):
        return replace(reading, confidence=len(message.text.encode()))


class Deaf(Bad):
    def change(self, reading, message):
        deaf = reading.field is Field.DATA_RIGHTS and reading.value is not None
        return replace(reading, value="no", quotes=()) if deaf else reading


BREAKS = dict(
    zip(
        (check.name for check in CHECKS),
        (IllegalValues, InventedQuotes, Fickle, NeverSilent, Obedient, SeesTheHidden, Brittle, Deaf),
        strict=True,
    )
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_fails_for_a_reader_that_breaks_its_rule(check):
    found = failures(BREAKS[check.name](), checks=[check])
    assert len(found) == 1
    assert found[0].startswith(check.name)


def test_a_reader_whose_time_grows_with_the_square_is_caught(reader):
    ticks = iter(range(10**6))
    clock = {"now": 0.0}

    class Square(Bad):
        def read(self, message):
            next(ticks)
            clock["now"] += len(message.text) ** 2 / 1e6
            return reader.read(Message("short"))

    with pytest.raises(AssertionError, match="times the time"):
        takes_time_in_proportion(Square(), lambda: clock["now"])


def test_an_abstaining_reader_passes_what_concerns_abstention():
    from plumbline.reading.conformance import abstains_where_nobody_speaks
    from plumbline.reading.model import abstain_all

    class Silent:
        name = "silent 1"

        def read(self, message):
            return abstain_all(message, self.name, Abstention.EMPTY)

    abstains_where_nobody_speaks(Silent())
