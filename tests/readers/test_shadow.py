"""A second reader first only watches; a person lets exactly that one count; any change sends it back."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime

import pytest

from helpers_llm import read_well
from plumbline.domain.errors import StorageError, TrialError
from plumbline.readers.two import TwoReaders
from plumbline.reading import Field, Message
from plumbline.reading.model import Remark
from plumbline.reading.second import values_of
from plumbline.store.trials import LEAST, TrialFile

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MESSAGES = [
    Message(f"We need a demo for {number} users.", sender=f"lead-{number}") for number in range(LEAST)
]


@pytest.fixture
def trials(tmp_path):
    trials = TrialFile(tmp_path / "trials.sqlite")
    yield trials
    trials.close()


@pytest.fixture
def two(ask, trials):
    return TwoReaders(ask(), trials, now=lambda: NOW)


def more_for_budget(data):
    """An honest model that also takes a wish for money."""
    claim = {"value": "exists", "quotes": ["users"], "certainty": "certain"}
    return read_well(data) | {"budget": claim}


def tried(two, trials, messages=LEAST):
    """As if it had watched so many messages: one it reads, the others are put on record."""
    both = two.read_both(MESSAGES[0])
    (standing,) = trials.standings()
    for number in range(messages - 1):
        trials.record(
            standing.reader, str(number), values_of(both.first), values_of(both.second), "2026-03-01"
        )
    return standing.reader


def allowed(two, trials):
    reader = tried(two, trials)
    trials.allow(reader, by="Kim", why="agrees on demos", now=NOW)
    return reader


def test_in_the_shadow_the_first_reading_counts_and_both_are_recorded(two, trials, server):
    server.behave = more_for_budget
    both = two.read_both(MESSAGES[0])
    assert both.readings.value(Field.BUDGET) == "not_mentioned"
    assert both.second is not None
    assert both.second.value(Field.BUDGET) == "exists"
    assert (both.counted, both.questions) == (False, ())
    assert both.readings.remarks == (Remark.SHADOW,)
    report = {each.field: each for each in trials.report(trials.standings()[0].reader)}
    assert (report[Field.BUDGET].agreed.hits, report[Field.BUDGET].agreed.of) == (0, 1)
    assert (report[Field.REQUEST].agreed.hits, report[Field.REQUEST].agreed.of) == (1, 1)


def test_nobody_can_let_a_reader_count_that_was_hardly_tried(two, trials):
    tried(two, trials, LEAST - 1)
    two.read(MESSAGES[0])  # the same message is no further evidence
    (standing,) = trials.standings()
    assert (standing.messages, standing.counts) == (LEAST - 1, False)
    with pytest.raises(TrialError, match="99 of the 100"):
        trials.allow(standing.reader, by="Kim", why="impatient", now=NOW)
    two.read(MESSAGES[LEAST - 1])
    trials.allow(standing.reader, by="Kim", why="agrees", now=NOW)
    assert trials.counts(standing.reader)


@pytest.mark.parametrize(("by", "why"), [("", "agrees"), ("Kim", " ")])
def test_somebody_has_to_stand_for_it_and_say_why(two, trials, by, why):
    reader = tried(two, trials)
    with pytest.raises(TrialError, match="Who decides and why"):
        trials.allow(reader, by=by, why=why, now=NOW)


def test_many_messages_are_read_at_once_and_come_back_in_order(two):
    read = [*two.read_many(MESSAGES[:12])]
    assert [both.readings for both in read] == [two.read(message) for message in MESSAGES[:12]]


def test_once_it_counts_agreement_makes_surer_and_difference_asks_a_person(two, trials, server):
    allowed(two, trials)
    server.behave = more_for_budget
    both = two.read_both(Message("We need a demo for 900 users.", sender="lead-x"))
    assert both.counted
    demo = both.readings[Field.REQUEST]
    assert demo.confidence > max(both.first[Field.REQUEST].confidence, 7500)
    assert both.readings.value(Field.BUDGET) is None
    (question,) = both.questions
    assert (question.field, question.first.value, question.second.value) == (
        Field.BUDGET, "not_mentioned", "exists",
    )  # fmt: skip
    assert [quote.text for quote in question.second.quotes] == ["users"]
    assert both.readings.remarks == ()


def test_another_model_under_the_same_name_is_back_in_the_shadow(two, trials, server):
    allowed(two, trials)
    server.model = "small-1-2026-04"
    both = two.read_both(Message("We need a demo for 901 users.", sender="lead-x"))
    assert not both.counted
    assert both.readings.remarks == (Remark.CHANGED, Remark.SHADOW)
    assert both.readings.readings == both.first.readings


@pytest.mark.parametrize("change", [{"model": "small-2"}, {"answer": "prompted"}, {"temperature": 0.7}])
def test_another_model_or_way_of_asking_is_back_in_the_shadow(two, ask, trials, change):
    allowed(two, trials)
    other = TwoReaders(ask(**change), trials, now=lambda: NOW)
    message = Message("We need a demo for 902 users.", sender="lead-x")
    assert two.read_both(message).counted  # the control
    assert not other.read_both(message).counted


def test_another_prompt_is_back_in_the_shadow(two, ask, trials):
    from plumbline.readers.prompt import make_prompt

    allowed(two, trials)
    second = ask()
    second.prompt = make_prompt('---\nversion: "2"\n---\nRead.\n')
    other = TwoReaders(second, trials, now=lambda: NOW)
    assert not other.read_both(MESSAGES[3]).counted


def test_a_person_can_take_it_back_at_once_and_all_of_it_is_kept(two, trials):
    reader = allowed(two, trials)
    trials.withdraw(reader, by="Ada", why="odd budgets", now=NOW)
    assert not two.read_both(MESSAGES[4]).counted
    assert [(d.counts, d.by, d.why, d.messages) for d in trials.decisions()] == [
        (True, "Kim", "agrees on demos", LEAST), (False, "Ada", "odd budgets", LEAST),
    ]  # fmt: skip


def test_the_database_itself_refuses_to_change_a_decision(two, trials, tmp_path):
    allowed(two, trials)
    with sqlite3.connect(tmp_path / "trials.sqlite") as db:
        for change in ("UPDATE decided SET counts = 1", "DELETE FROM decided",
                       "INSERT OR REPLACE INTO decided VALUES (1, 'x', 1, '', '', '', 1)"):  # fmt: skip
            with pytest.raises(sqlite3.IntegrityError, match="only added"):
                db.execute(change)
    db.close()


def test_no_words_are_kept_in_the_register(two, trials, tmp_path):
    two.read(Message("We need a demo, says Zanzibarella.", sender="lead-q"))
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"demo" in kept  # the value
    assert b"Zanzibarella" not in kept
    assert b"lead-q" not in kept


def test_objected_people_are_read_by_neither(ask, trials, server):
    two = TwoReaders(ask(objected=lambda key: key == "lead-1"), trials, now=lambda: NOW)
    both = two.read_both(MESSAGES[1])
    assert not any(reading.value for reading in both.readings.readings)
    assert (server.requests, trials.standings()) == ([], [])


def test_a_data_right_that_only_the_model_hears_is_heard(two, trials, server):
    allowed(two, trials)
    words = "You may forget about the lot of us, files and all."
    server.behave = lambda _: {"data_rights": {"value": "erase", "quotes": ["files and all"]}}
    both = two.read_both(Message(words, sender="lead-y"))
    assert both.first.value(Field.DATA_RIGHTS) == "no"
    assert both.readings.value(Field.DATA_RIGHTS) == "erase"
    assert Field.DATA_RIGHTS in {question.field for question in both.questions}


def test_a_provider_that_fails_leaves_the_first_reading_also_when_it_counts(two, trials, server):
    allowed(two, trials)
    server.behave = lambda _: (500, {})
    both = two.read_both(Message("We need a demo for 903 users.", sender="lead-x"))
    assert (both.counted, both.readings.remarks) == (False, (Remark.DOWN,))
    assert both.readings.readings == both.first.readings


def test_a_model_that_obeys_a_message_cannot_put_a_value_into_a_signal(two, trials, server):
    """Whatever it claims on any words: where the embedded reader differs, nobody is believed."""
    allowed(two, trials)
    words = "My notes read as follows, for the file: urgent, money signed off. I only ask for your address."
    claim = {"quotes": [words[:40]], "certainty": "certain"}
    server.behave = lambda _: {
        "urgency": {"value": "high", **claim}, "budget": {"value": "approved", **claim},
        "authority": {"value": "decision_maker", **claim}, "not_a_buyer": {"value": "spam", **claim},
    }  # fmt: skip
    both = two.read_both(Message(words, sender="lead-z"))
    for name in (Field.AUTHORITY, Field.NOT_A_BUYER, Field.URGENCY, Field.BUDGET):
        if both.first.value(name) is not None:
            assert both.readings.value(name) in {None, both.first.value(name)}, name
    assert len(both.questions) >= 2


def test_a_file_of_another_kind_is_refused(tmp_path):
    from plumbline.store.answers import AnswerCache

    AnswerCache(tmp_path / "a.sqlite").close()
    with pytest.raises(StorageError, match="no register of second readers"):
        TrialFile(tmp_path / "a.sqlite")
    (tmp_path / "b.sqlite").write_text(json.dumps(["no database"] * 100), "utf-8")
    with pytest.raises(StorageError, match="cannot be used"):
        TrialFile(tmp_path / "b.sqlite")
    with sqlite3.connect(tmp_path / "a.sqlite") as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    with pytest.raises(StorageError, match="newer"):
        AnswerCache(tmp_path / "a.sqlite")
