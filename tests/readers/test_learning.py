"""A light model learns the customer's own words from corrections, and is used only where it surely wins."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from plumbline.readers.learning import LEAST, LEAST_HELD_BACK, learn
from plumbline.reading import EmbeddedReader, Field, Message, Quote, Reading
from plumbline.reading.conformance import failures
from plumbline.reading.corrections import How, Person, correct
from plumbline.reading.learned import LearnedReader
from plumbline.reading.linear import features_of

NOW = datetime(2026, 1, 5, tzinfo=UTC)
OPENINGS = ("Hello,", "Hi there,", "Good morning,", "To whom it may concern,")
#: How this trade asks to see the product: in words of its own, which the shipped cues do not know.
JARGON = (
    "Kindly arrange a shop floor taster at our Leeds depot.", "A taster for the fitters would be welcome.",
    "When can the crew have a taster?", "Please bring the taster van over.",
)  # fmt: skip
ORDINARY = (
    "Please send a price list for 30 users.", "What does it cost per seat?", "Which formats can be imported?",
    "Thanks, we have it now.",
)  # fmt: skip
TRUTH = {ORDINARY[0]: "pricing", ORDINARY[1]: "pricing", ORDINARY[2]: "information", ORDINARY[3]: "none"}


def corrections(reader, count=400, *, how=How.SAMPLED, rule=None, seed=3):
    """What a person said about messages of a trade, one an hour."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        line = dice.choice(JARGON if dice.random() < 0.4 else ORDINARY)
        message = Message(
            f"{dice.choice(OPENINGS)}\n{line}\nJob {dice.randrange(900)}.", sender=f"s{dice.randrange(60)}",
            id=f"m{number}",
        )  # fmt: skip
        truth = rule(dice) if rule else TRUTH.get(line, "demo")
        person = Person("Kim", NOW + timedelta(hours=number), how)
        found += correct(message, reader.read(message), {Field.REQUEST: truth}, person, "our trade")
    return found


class Plain:
    """A reader that knows prices and nothing else to ask for: what it lacks does not change with the cues."""

    name = "plain 1"

    def __init__(self):
        self.embedded = EmbeddedReader()

    def read(self, message):
        found = self.embedded.read(message)
        readings = tuple(self.plain(each, message.text) for each in found.readings)
        return replace(found, reader=self.name, readings=readings)

    def plain(self, reading, text):
        if reading.field is not Field.REQUEST or reading.value is None or reading.value in STOPS:
            return reading
        at = next((text.find(word) for word in ("price", "cost") if word in text), -1)
        if at < 0:
            return Reading(Field.REQUEST, "none", 7000)
        return Reading(Field.REQUEST, "pricing", 7000, (Quote(text[at : at + 4], at, at + 4),))


STOPS = ("unsubscribe", "data_rights")


@pytest.fixture(scope="module")
def reader():
    return Plain()


@pytest.fixture(scope="module")
def labels(reader):
    return corrections(reader)


@pytest.fixture(scope="module")
def learned(reader, labels):
    return learn(labels, Field.REQUEST, reader.name, objected=())


def test_words_of_the_trade_are_learned_and_the_gain_is_shown_on_newer_labels(learned):
    checked = learned.model.checked
    assert (checked.learned, checked.held_back) == (280, 120)
    assert checked.model_right.low > checked.reader_right.high
    assert checked.wins.low > 0.5
    assert learned.said.startswith("learned: right on")


def test_a_learned_reading_quotes_the_words_it_was_learned_from(reader, learned):
    text = "Dear all,\nCould we book a taster for next year's intake?"
    message = Message(text)
    found = LearnedReader(reader, [learned.model]).read(message)[Field.REQUEST]
    assert reader.read(message).value(Field.REQUEST) != "demo"
    assert found.value == "demo"
    assert 6_000 <= found.confidence <= 9_500
    (quote,) = found.quotes
    assert "taster" in quote.text
    assert text[quote.start : quote.end] == quote.text


def test_a_reader_with_a_learned_model_conforms(reader, learned):
    embedded = EmbeddedReader()
    helped = LearnedReader(embedded, [replace(learned.model, reader=embedded.name)])
    assert failures(helped) == []
    assert helped.name == f"{embedded.name} learned request"


def test_a_model_of_noise_is_not_used(reader):
    noise = corrections(reader, rule=lambda dice: dice.choice(["demo", "pricing", "information", "none"]))
    found = learn(noise, Field.REQUEST, reader.name, objected=())
    assert found.model is None
    assert found.said.startswith("not used, it does not surely beat the reader")


def test_a_model_is_not_judged_on_corrections_that_were_only_noticed(reader):
    """There the reader is wrong by choice of the case: any model would win."""
    found = learn(corrections(reader, how=How.NOTICED), Field.REQUEST, reader.name, objected=())
    assert found.model is None
    assert f"0 of the {LEAST_HELD_BACK} newer sampled labels" in found.said


def test_too_few_labels_teach_nothing(reader, labels):
    found = learn(labels[: LEAST - 1], Field.REQUEST, reader.name, objected=())
    assert (found.model, found.said) == (None, f"not learned: {LEAST - 1} of the {LEAST} labels it takes")


def test_labels_of_people_who_objected_never_enter(reader, labels):
    everybody = {label.sender for label in labels}
    assert learn(labels, Field.REQUEST, reader.name, objected=everybody).labels == 0
    without = learn(labels, Field.REQUEST, reader.name, objected={"s1", "s2"})
    assert without.labels == sum(label.sender not in {"s1", "s2"} for label in labels)


def test_words_of_one_or_two_people_stay_out_of_the_model(reader, labels):
    named = [
        replace(label, words=f"{label.words} Regards, Zebulon") if label.sender in {"s1", "s2"} else label
        for label in labels
    ]
    known = learn(named, Field.REQUEST, reader.name, objected=()).model.weights
    assert not [name for name in known if "zebulon" in name.lower()]
    assert "word:taster" in known  # the check sees what is there


def test_the_future_does_not_teach(reader, learned):
    """A word that appears only among the newer labels is not known when they are predicted."""
    old = [label for label in corrections(reader, 700) if "taster" not in label.words][:280]
    new = [replace(label, at=label.at + timedelta(days=90)) for label in corrections(reader, 120, seed=4)]
    new = [replace(label, message=f"new{n}") for n, label in enumerate(new)]
    model = learn([*old, *new], Field.REQUEST, reader.name, objected=()).model
    assert model.checked.model_right.high < learned.model.checked.model_right.low
    assert "word:taster" in model.weights  # only the last fit, after the check, has seen it


def test_learning_twice_gives_the_same_model(reader, labels, learned):
    again = learn([*reversed(labels)], Field.REQUEST, reader.name, objected=())
    assert again.model == learned.model
    assert [*again.model.weights] == [*learned.model.weights]


def test_our_own_arithmetic_gives_what_the_library_gives(labels, learned):
    """The table is evaluated without the library that fitted it; its coefficients are rounded to 5 places."""
    from sklearn.linear_model import LogisticRegression

    model = learned.model
    known = [label for label in labels if label.after in model.values]
    rows = [
        [float(name in features_of(label.words, label.before, label.cues)) for name in sorted(model.weights)]
        for label in known
    ]
    fitted = LogisticRegression(C=0.3, max_iter=2000, tol=1e-8).fit(
        rows, [model.values.index(label.after) for label in known]
    )
    for row, label, theirs in zip(rows, known, fitted.predict_proba(rows), strict=True):
        ours = model.chances(features_of(label.words, label.before, label.cues))
        assert [*ours.values()] == pytest.approx([*theirs], abs=2e-3), row


def test_another_version_of_the_reader_is_not_helped(reader, learned):
    model = replace(learned.model, reader="embedded 0")
    message = Message("Could we book a taster?")
    assert LearnedReader(reader, [model]).read(message) == reader.read(message)


def test_a_model_that_did_not_win_is_not_used_even_if_somebody_hands_it_over(reader, learned):
    from plumbline.domain.intervals import wilson

    lost = replace(learned.model, checked=replace(learned.model.checked, wins=wilson(30, 50)))
    message = Message("Could we book a taster?")
    assert LearnedReader(reader, [lost]).read(message) == reader.read(message)


def test_a_model_never_takes_back_a_data_right(reader, learned):
    model = replace(
        learned.model, field=Field.DATA_RIGHTS, values=("erase", "no"), intercepts=(0.0, 50.0), weights={}
    )
    message = Message("Please delete all my data.")
    assert LearnedReader(reader, [model]).read(message).value(Field.DATA_RIGHTS) == "erase"


def test_without_words_for_it_a_model_says_nothing(reader, learned):
    model = replace(learned.model, field=Field.BUDGET, values=("approved", "not_mentioned"),
                    intercepts=(50.0, 0.0), weights={"read:not_mentioned": (5.0, 0.0)})  # fmt: skip
    message = Message("Could you send a brochure?")
    assert LearnedReader(reader, [model]).read(message).readings == reader.read(message).readings


def test_a_pair_of_words_is_quoted_where_it_stands():
    from plumbline.reading.linear import places, tokens

    words = "No taster van, but a taster, and a\nTASTER VAN for 12 ████."
    found = tokens(words)
    stands = [words[start:end] for start, end in places("pair:taster van", found)]
    assert stands == ["taster van", "TASTER VAN"]
    assert [words[start:end] for start, end in places("word:MASK", found)] == ["████"]
    assert [words[start:end] for start, end in places("word:0", found)] == ["12"]
    assert places("read:demo", found) == []


def test_a_masked_word_cannot_be_the_evidence(reader, learned):
    model = replace(
        learned.model, weights={"word:MASK": (9.0, *(0.0 for _ in learned.model.values[1:]))},
        intercepts=tuple(0.0 for _ in learned.model.values),
    )  # fmt: skip
    message = Message("ann@firm.example")
    assert LearnedReader(reader, [model]).read(message).readings == reader.read(message).readings
