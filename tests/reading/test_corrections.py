"""A person's word on a reading is kept for good, teaches, and can be forgotten with the person."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from plumbline.domain.errors import InvalidCorrectionError
from plumbline.domain.intervals import wilson
from plumbline.reading import Field, Message
from plumbline.reading.corrections import How, Label, Person, agreement_over_time, correct, usable
from plumbline.store.corrections import CorrectionFile

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MESSAGE = Message(
    "We need a demo soon. My number is +44 7700 900123.\n\nRegards\nAda Example", sender="lead-1", id="m-1"
)
KIM = Person("Kim", NOW, How.SAMPLED)


@pytest.fixture
def kept(tmp_path):
    kept = CorrectionFile(tmp_path / "corrections.sqlite")
    yield kept
    kept.close()


@pytest.fixture
def labels(reader):
    """One act: a field corrected, another confirmed."""
    truth = {Field.URGENCY: "normal", Field.REQUEST: "demo"}
    return correct(MESSAGE, reader.read(MESSAGE), truth, KIM, "soon is a courtesy")


def plain(day, *, right=True, how=How.SAMPLED, field=Field.URGENCY, message="", sender="s", after="high"):
    return Label(
        NOW + timedelta(days=day), "Kim", field, after if right else "normal", after, 7000, "r 1", how,
        message or f"m{day}", sender, "", "some words",
    )  # fmt: skip


def test_one_act_keeps_who_when_why_before_and_after(kept, labels):
    assert kept.add(labels) == 2
    first, second = kept.labels()
    assert (first.by, first.at, first.why) == ("Kim", NOW, "soon is a courtesy")
    assert (first.field, first.after, first.right) == (Field.URGENCY, "normal", first.before == "normal")
    assert (second.before, second.after, second.right) == ("demo", "demo", True)
    assert first.reader.startswith("embedded")
    assert [first, second] == [*labels]


def test_only_masked_own_words_are_kept(kept, labels, tmp_path):
    kept.add(labels)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"We need a demo soon." in stored
    for secret in (b"7700", b"Ada", b"Regards"):
        assert secret not in stored


@pytest.mark.parametrize(
    ("truth", "person", "why", "told"),
    [
        ({Field.URGENCY: "extreme"}, KIM, "x", "is one of high, none, normal"),
        ({Field.BUDGET: "exists"}, replace(KIM, by=" "), "x", "Somebody has to stand"),
        ({Field.BUDGET: "exists"}, KIM, " ", "Why a reading is changed"),
        ({Field.BUDGET: "exists"}, KIM, "x" * 501, "at most 500"),
    ],
)
def test_a_correction_that_says_nothing_usable_is_refused(reader, truth, person, why, told):
    with pytest.raises(InvalidCorrectionError, match=told):
        correct(MESSAGE, reader.read(MESSAGE), truth, person, why)


def test_confirming_needs_no_reason(reader):
    (label,) = correct(MESSAGE, reader.read(MESSAGE), {Field.REQUEST: "demo"}, KIM)
    assert label.right


def test_nothing_is_kept_of_an_act_that_is_wrong_in_one_part(kept, labels):
    with pytest.raises(AttributeError):
        kept.add([*labels, replace(labels[0], how=None, at=None)])
    assert kept.labels() == []


def test_the_database_itself_refuses_to_change_or_lose_a_correction(kept, labels, tmp_path):
    kept.add(labels)
    db = sqlite3.connect(tmp_path / "corrections.sqlite")
    for change in (
        "UPDATE label SET after = 'high'", "DELETE FROM label", "UPDATE body SET content = '{}'",
        "DELETE FROM body", "INSERT OR REPLACE INTO label SELECT * FROM label WHERE seq = 1",
        "INSERT INTO body VALUES (1, 's', '{}')", "INSERT OR REPLACE INTO body VALUES (2, 's', '{}')",
    ):  # fmt: skip
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(change)
    db.close()
    assert kept.labels() == [*labels]


def test_erasing_a_person_takes_the_words_and_leaves_the_count(kept, labels, tmp_path):
    other = replace(labels[0], sender="lead-2", words="other words")
    kept.add([*labels, other])
    assert kept.erase(["lead-1", "nobody", ""], by="Ada", basis="request", now=NOW) == 2
    first, second, third = kept.labels()
    assert (first.words, first.sender, first.why, first.message) == ("", "", "", "")
    assert (first.field, first.after, first.by) == (Field.URGENCY, "normal", "Kim")
    assert second.right
    assert third == other
    assert kept.erase(["lead-1"], by="Ada", basis="request", now=NOW) == 0
    kept.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"We need a demo" not in stored
    assert b"lead-1" not in stored
    assert b"other words" in stored  # the check sees what is there


def test_an_erasure_says_who_and_why(kept):
    with pytest.raises(InvalidCorrectionError, match="on what basis"):
        kept.erase(["lead-1"], by="Ada", basis="", now=NOW)


def test_what_was_stored_can_be_read_by_another_process(kept, labels, tmp_path):
    kept.add(labels)
    with_other = CorrectionFile(tmp_path / "corrections.sqlite")
    assert with_other.labels() == [*labels]
    with_other.close()


def test_the_last_word_on_a_message_counts(labels):
    later = replace(labels[0], at=NOW + timedelta(hours=1), after="high", by="Ada")
    assert later in usable([later, *labels])
    assert labels[0] not in usable([later, *labels])
    assert len(usable([later, *labels])) == 2


def test_who_objected_teaches_nothing(labels):
    other = replace(labels[0], sender="lead-2", message="m-2")
    assert usable([*labels, other], {"lead-1"}) == [other]
    assert len(usable([*labels, other])) == 3  # the control


def test_erased_labels_all_stay_in_the_count(kept, labels):
    kept.add([*labels, replace(labels[0], message="m-2")])
    kept.erase(["lead-1"], by="Ada", basis="request", now=NOW)
    assert len(usable(kept.labels())) == 3


def test_agreement_over_time_counts_sampled_labels_and_shows_noticed_ones_beside():
    labels = [
        plain(0), plain(1), plain(2, right=False), plain(3, right=False, how=How.NOTICED),
        plain(40), plain(41, field=Field.BUDGET, after="exists"),
    ]  # fmt: skip
    march, april, budget = agreement_over_time(labels)
    assert (march.month, march.field, march.agreed, march.noticed) == (
        "2026-03", Field.URGENCY, wilson(2, 3), 1,
    )  # fmt: skip
    assert (april.month, april.agreed.of, april.noticed) == ("2026-04", 1, 0)
    assert budget.field is Field.BUDGET
    assert agreement_over_time([]) == ()
