"""A brief is quotes and facts, and messages that contradict each other are shown."""

from __future__ import annotations

from plumbline.reading import Field, Message
from plumbline.reading.brief import make_brief

FIRST = Message("Could you send us a quote for 40 users? The board has approved £20,000.", id="m1")
SECOND = Message("Bad news: the budget was withdrawn, we have no money this year.", id="m2")


def test_a_brief_says_only_what_is_quoted(reader):
    brief = make_brief([reader.read(FIRST)])
    assert "asks for a price" in brief.line
    assert "budget approved" in brief.line
    assert all(
        statement.quotes and all(q in FIRST.text for q in statement.quotes) for statement in brief.statements
    )


def test_the_newest_message_wins_and_the_contradiction_is_shown(reader):
    brief = make_brief([reader.read(FIRST), reader.read(SECOND)])
    newest = {statement.field: statement for statement in brief.statements}
    assert newest[Field.BUDGET].value == "none_available"
    assert [[s.message_id for s in pair] for pair in brief.contradictions] == [["m1", "m2"]]


def test_one_voice_is_no_contradiction(reader):
    assert make_brief([reader.read(FIRST), reader.read(FIRST)]).contradictions == ()


def test_unsure_readings_stay_out(reader):
    assert make_brief([reader.read(FIRST)], min_confidence=10_000).statements == ()
