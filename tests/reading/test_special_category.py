"""Mentions of health, belief, politics, union, origin and sex life are masked before anything reads (G4)."""

from __future__ import annotations

import pytest

from plumbline.reading import Message, Removed
from plumbline.reading.cues import default_cues
from plumbline.reading.prepare import prepare
from plumbline.reading.shown import show

PEOPLE = ("I", "My colleague", "Our buyer", "The driver", "She")
MENTIONS = (
    """
was diagnosed with diabetes|has cancer|is on sick leave|is pregnant|has epilepsy|had a heart attack|is recovering from surgery
suffers from depression|has long covid|uses a wheelchair|is disabled|had a miscarriage|is in rehab|has multiple sclerosis
is a Muslim|is Jewish|goes to church|is a Catholic|prays at five|observes Ramadan|wears a hijab|is a Jehovah's Witness
voted Labour|is a member of the Conservative party|campaigns for the Greens|is a lifelong socialist|is a Republican voter
is a trade union member|is our shop steward|joined Unite|is on strike|is a union rep
is gay|is a lesbian|is transgender|came out as bisexual
is of Roma descent|is mixed-race|is an asylum seeker|has a criminal record
""".replace("\n", "|")  # noqa: E501
    .strip("|")
    .split("|")
)
CORPUS = [f"{who} {what}, so please call after Monday." for who in PEOPLE for what in MENTIONS]
BUSINESS = """
We run a hospital laundry and need a quote.
Our clinic has 14 rooms.
The European Union tender closes on Friday.
We are a credit union in Ohio.
Union rules in two provinces limit our shifts.
Please include health and safety certificates.
We sell to pharmacies and care homes.
A partner of our firm signs.
The board voted for the new system.
We print church newsletters.
""".strip().splitlines()


def masks(text: str) -> bool:
    return Removed.SPECIAL in {note.what for note in prepare(Message(text), default_cues().spelling).notes}


def test_at_least_95_percent_of_the_seeded_mentions_are_masked():
    missed = [text for text in CORPUS if not masks(text)]
    assert len(CORPUS) >= 180
    assert len(missed) <= 0.05 * len(CORPUS), missed


def test_a_mask_that_knows_only_health_would_fail(monkeypatch):
    import re

    monkeypatch.setattr("plumbline.reading.masking._SPECIAL", re.compile(r"\bcancer\b"))
    assert sum(not masks(text) for text in CORPUS) > 0.05 * len(CORPUS)


@pytest.mark.parametrize("text", BUSINESS[:8])
def test_words_about_a_business_are_left_alone(text):
    assert not masks(text)


def test_what_is_masked_never_reaches_a_second_reader():
    message = Message("My wife has cancer and we need a quote for 20 users.")
    shown = show(prepare(message, default_cues().spelling)).text
    assert "cancer" not in shown
    assert "20 users" in shown
