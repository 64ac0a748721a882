"""What is read: own paraphrases, scopes, dates, abstentions. Sentences are the project's own."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from plumbline.reading import Abstention, EmbeddedReader, Field, Message
from plumbline.reading.model import DEFAULTS

LINES = [
    [part.strip() for part in line.split(" | ")]
    for line in Path(__file__).with_name("paraphrases.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
MONDAY = date(2026, 3, 2)


def expected(labels: str) -> list[tuple[str, bool, str]]:
    """Field, whether the value is meant (or anything else is), value."""
    return [
        (name, sign == "=", value)
        for name, sign, value in re.findall(r"(\w+)(!?=)(.+?)(?= \w+!?=|$)", labels)
    ]


def share_right(say) -> float:
    hits = [
        (say(channel, text, Field(name)) == value) is meant
        for channel, text, labels in LINES
        for name, meant, value in expected(labels)
    ]
    return sum(hits) / len(hits)


def test_nine_of_ten_labels_of_our_own_paraphrases_are_read(reader):
    def say(channel: str, text: str, name: Field) -> str | None:
        return reader.read(Message(text.replace("\\n", "\n"), channel)).value(name)

    assert share_right(say) >= 0.92


def test_a_reader_that_always_says_the_default_fails_the_paraphrases():
    assert share_right(lambda _channel, _text, name: DEFAULTS[name]) < 0.5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The budget has been approved by the board.", "approved"),
        ("The budget has not been approved.", "exists"),
        ("Once the budget is approved we will call.", "exists"),
        ("The budget will probably be approved.", "exists"),
        ("Is the budget approved?", None),
        ("My friend has a shop, her budget is approved.", None),
        ("Two years ago the budget was approved.", None),
        ("There is no budget this year.", "none_available"),
    ],
)
def test_surroundings_change_what_a_cue_says(read, text, value):
    assert read(text).get("budget") == value


@pytest.mark.parametrize(
    ("text", "received", "value"),
    [
        ("We want to go live by 30 June.", None, None),
        ("We want to go live by 30 June.", MONDAY, "<= 12 months"),
        ("We want to go live by 30 March.", MONDAY, "<= 30 days"),
        ("We want to go live by 15 January.", MONDAY, "<= 12 months"),
        ("We need it live within six weeks.", None, "<= 90 days"),
        ("We need it live next Friday.", MONDAY, "<= 30 days"),
        ("We expect to decide in two years.", None, "> 12 months"),
        ("We need it running by the end of the quarter.", MONDAY, "<= 30 days"),
        ("We need it running by the end of the quarter.", None, "<= 90 days"),
        ("Please send a brochure by Friday.", MONDAY, None),
    ],
)
def test_dates_are_resolved_against_the_day_of_the_message_or_not_at_all(read, text, received, value):
    assert read(text, received=received).get("timeline") == value


def test_next_friday_counts_from_the_day_given_not_from_a_clock(reader):
    text = "We need to go live next Friday."
    days = [reader.read(Message(text, received=date(2026, 3, day))) for day in (1, 5, 6)]
    assert {each.value(Field.TIMELINE) for each in days} == {"<= 30 days"}
    assert reader.read(Message(text, received=date(1999, 12, 31))) == reader.read(
        Message(text, received=date(1999, 12, 31))
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Abstention.EMPTY),
        ("   \n", Abstention.EMPTY),
        ("🙂🙂", Abstention.EMPTY),
        ("> only ours", Abstention.EMPTY),
        ("\x00\x01\x02\x03\ufffd\ufffd\x04" * 20, Abstention.UNREADABLE),
        ("Нам нужна система, бюджет утверждён", Abstention.LANGUAGE),
    ],
)
def test_abstentions_say_why(reader, text, why):
    assert {reading.abstained for reading in reader.read(Message(text)).readings} == {why}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("unsubscribe", "unsubscribe"),
        ("STOP texting me", "unsubscribe"),
        ("Bitte löschen Sie alle meine Daten.", "erase"),
        ("Por favor eliminen mis datos.", "erase"),
        ("Merci de me désinscrire de votre liste.", "unsubscribe"),
        ("Prosze o wypisanie mnie z newslettera, dziekuje", "unsubscribe"),
        ("退会したいです。配信停止してください。", "unsubscribe"),
        ("What data do you hold about me?", "access"),
        ("I object to being profiled.", "object"),
        ("Please correct my name in your records.", "rectify"),
    ],
)
def test_requests_to_stop_erase_or_see_are_heard_also_in_other_languages(reader, text, value):
    assert reader.read(Message(text)).value(Field.DATA_RIGHTS) == value


def test_irony_does_not_count_as_urgency(read):
    assert (
        read("Oh great, another AI platform. Exactly what I have urgently needed.").get("urgency") != "high"
    )


def test_opinions_of_the_note_taker_do_not_count(read):
    note = "Spoke to Ann. Rep thinks budget is approved and they will definitely sign."
    assert "budget" not in read(note, "call_note")


def test_conflicting_words_lower_the_confidence(reader):
    plain = reader.read(Message("I make the final decision."))[Field.AUTHORITY]
    mixed = reader.read(Message("I make the final decision. I will put it forward to my director."))[
        Field.AUTHORITY
    ]
    assert mixed.confidence < plain.confidence


def test_a_reader_told_to_abstain_on_conflict_does():
    from dataclasses import replace

    from plumbline.reading.cues import default_cues

    strict = EmbeddedReader(replace(default_cues(), abstain_below=6_000))
    reading = strict.read(Message("I make the final decision. I will put it forward to my director."))[
        Field.AUTHORITY
    ]
    assert reading.value is None
    assert reading.abstained is Abstention.CONFLICT


def test_quotes_hold_no_masked_words(reader):
    text = "Our clerk was off sick with cancer so we lost orders and the budget is approved to fix it"
    quotes = [quote.text for reading in reader.read(Message(text)).readings for quote in reading.quotes]
    assert quotes
    assert not any("cancer" in quote for quote in quotes)
