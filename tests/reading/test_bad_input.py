# ruff: noqa: E501, RUF001 - samples of hostile text
"""Bad input is a result."""

from __future__ import annotations

import base64
from datetime import date

import pytest

from plumbline.reading import Abstention, Field, Message, Removed
from plumbline.reading.mime import message_of

HUGE = {
    "five megabytes of words": "We need a quote for 40 users by Friday. " * 125_000,
    "ten thousand quoted levels": "\n".join(">" * level + " ours" for level in range(0, 10_000, 50))
    + "\n"
    + ">" * 10_000,
    "base64": base64.b64encode(bytes(range(256)) * 8_000).decode(),
    "html bomb": "<div>" * 200_000 + "x" + "</div>" * 200_000,
    "unclosed tags": "<a href='" * 100_000,
    "unclosed comments": "<!--" * 100_000,
    "one line": "a" * 3_000_000,
    "brackets": "[({" * 200_000,
    "right to left": "\u202eابجد hello \u202c" * 50_000,
    "newlines": "\n" * 1_000_000,
    "mixed scripts": "Нужна цена for 40 users مرحبا שלום こんにちは नमस्ते by Friday 🙂 " * 5_000,
    "binary as text": bytes(range(256)).decode("latin-1") * 4_000,
    "emoji": "🙂" * 500_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_and_hostile_texts_are_read(reader, name):
    text = HUGE[name]
    found = reader.read(Message(text))
    assert len(found.readings) == len(Field)
    assert all(text[q.start : q.end] == q.text for r in found.readings for q in r.quotes)


def test_what_lies_beyond_the_limit_is_reported(reader):
    notes = {note.what for note in reader.read(Message(HUGE["five megabytes of words"])).notes}
    assert Removed.TRUNCATED in notes


def test_binary_is_called_unreadable(reader):
    text = bytes(range(256)).decode("latin-1").replace("\n", "") * 20
    assert reader.read(Message(text + "\x00\x01\x02" * 400))[Field.REQUEST].abstained is not None


MAIL = b"""From: a@example.com
To: sales@example.com
Subject: =?utf-8?q?Quote_for_40_users?=
Date: Fri, 06 Mar 2026 23:30:00 -0800
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="x"

--x
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

%s
--x
Content-Type: text/html

<p>html</p>
--x--
""" % base64.b64encode("We need it live by next Friday. The board approved £9,000.".encode())


def test_mail_becomes_the_text_a_person_reads(reader):
    message = message_of(MAIL)
    assert "Quote for 40 users" in message.text
    assert "£9,000" in message.text
    assert message.received is not None
    assert message.received.isoformat() == "2026-03-06"
    assert reader.read(message).value(Field.BUDGET) == "approved"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x00\xff\xfe", b"Content-Type: multipart/mixed; boundary=\n\nno", MAIL[:250], MAIL.replace(b"utf-8", b"klingon-7"),
        b'Content-Type: text/plain; charset="\xff"\nDate: nonsense\n\nhello', b"Subject: " + b"x" * 100_000, MAIL.replace(b"base64", b"quoted-printable"),
        b"Content-Transfer-Encoding: base64\n\n!!!not base64!!!", b"\n" * 10_000, MAIL * 30,
    ],
)  # fmt: skip
def test_broken_mail_never_raises(reader, raw):
    found = reader.read(message_of(raw))
    assert len(found.readings) == len(Field)


def test_an_empty_mail_says_that_nobody_speaks(reader):
    assert reader.read(message_of(b""))[Field.NEED].abstained is Abstention.EMPTY


def zoned(clock: str) -> bytes:
    return b"Date: " + clock.encode() + b"\nSubject: x\n\nWe need to go live by Friday at the latest."


def test_friday_is_the_senders_friday_in_every_time_zone(reader):
    """One instant, Thursday in Los Angeles and Friday in Auckland: a day away for one, a week for the other."""
    west = message_of(zoned("Thu, 05 Mar 2026 13:00:00 -0800"))
    east = message_of(zoned("Fri, 06 Mar 2026 10:00:00 +1300"))
    assert (west.received, east.received) == (date(2026, 3, 5), date(2026, 3, 6))
    assert {reader.read(each).value(Field.TIMELINE) for each in (west, east)} == {"<= 30 days"}


def test_a_date_without_a_year_is_the_next_one_and_without_a_day_of_receipt_none(reader):
    text = "We want to go live by 10 January."
    values = [
        reader.read(Message(text, received=day)).value(Field.TIMELINE)
        for day in (date(2026, 12, 20), date(2026, 1, 20), None)
    ]
    assert values == ["<= 30 days", "<= 12 months", "none"]


def test_emoji_alone_say_nothing(reader):
    assert reader.read(Message("🙂🎉🔥")).value(Field.REQUEST) is None
