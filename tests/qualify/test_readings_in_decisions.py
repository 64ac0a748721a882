# ruff: noqa: E501 - policies and messages read better unbroken
"""Messages become signals with quotes; a data right in one ends profiling of its sender (laws 4, 7, 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_main_path import AS_OF, POLICY, bundle
from plumbline.ledger.canonical import canonical_rows
from plumbline.qualify import inbox as inbox_module
from plumbline.qualify import qualify, requalify
from plumbline.qualify.inbox import MESSAGES, Inbox, embedded
from plumbline.qualify.record import decisions_of, inputs_of, record
from plumbline.qualify.said import Said, from_text, to_text
from plumbline.reading import Field, Message, Readings

READING = """
  request: {dimension: intent, from: reading.request, min_confidence: 0.5, label: Asks for, purposes: [prioritise], basis: legitimate-interests}
  budget: {dimension: readiness, from: reading.budget, min_confidence: 0.5, label: Budget, purposes: [prioritise], basis: legitimate-interests}
scorecard:
  request: {demo | pricing: 20, other: 0}
  budget: {approved: 20, exists: 10, none_available: -10, other: 0}"""
WITH_READINGS = POLICY.replace("\nscorecard:", READING, 1).replace(
    "  contact.email: {",
    "  lead.message: {purposes: [prioritise], basis: legitimate-interests}\n  contact.email: {",
    1,
)
BUNDLE = bundle(WITH_READINGS)
DEMO = "Hello, could you please show us a demo of your product next week? Our budget is approved."
STOP = "Please delete all personal data you hold about me and stop sending me emails."
HELLO = "Thank you, that was all."


def leads(*rows: tuple[str | None, str | None], **more: str) -> pl.DataFrame:
    """Leads of (address, message)."""
    columns = {"contact.email": [email for email, _ in rows], "lead.message": [text for _, text in rows]}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    ids = pl.Series("lead.id", [f"L{at}" for at in range(len(rows))], dtype=pl.String)
    filled = [pl.lit(value).alias(name.replace("__", ".")) for name, value in more.items()]
    return frame.with_columns(ids, *filled).with_row_index("row", offset=1).cast({"row": pl.Int64})


def messages(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    """Messages of (id, lead, day, text)."""
    cells = [(name, lead, date.fromisoformat(day), "email", text) for name, lead, day, text in rows]
    return pl.DataFrame(cells, schema=MESSAGES, orient="row")


def run(frame: pl.DataFrame, **rest: object) -> pl.DataFrame:
    return record(qualify(frame, bundle=BUNDLE, as_of=AS_OF, **rest))


class Counting:
    """The default reader, with the messages it was given."""

    name = embedded().name

    def __init__(self) -> None:
        self.read_texts: list[str] = []

    def read(self, message: Message) -> Readings:
        self.read_texts.append(message.text)
        return embedded().read(message)


def test_what_a_message_says_counts_with_the_words_that_say_it() -> None:
    decided = run(leads(("a@acme.example", DEMO)))
    assert decided["points.term.request"].item() == 20
    (said,) = from_text(decided["in.context.readings"].item())
    answer = said.answer(Field.REQUEST)
    assert answer is not None
    assert answer.value == "demo"
    assert all(DEMO[start:end] == words for start, end, words in answer.quotes)


def test_without_a_message_the_readings_are_unknown_and_cost_nothing() -> None:
    decided = run(leads(("a@acme.example", None)))
    assert decided["points.term.request"].item() == 0
    assert {"request", "budget"} <= set(decided["missing"].item())


def test_nothing_said_is_unknown_and_not_a_no() -> None:
    decided = run(leads(("a@acme.example", "Could we see a demo, please?")))
    assert decided["points.term.request"].item() == 20
    assert "budget" in decided["missing"].item()


def test_a_reading_below_the_confidence_of_the_policy_is_unknown() -> None:
    strict = bundle(WITH_READINGS.replace("min_confidence: 0.5", "min_confidence: 1"))
    decided = record(qualify(leads(("a@acme.example", DEMO)), bundle=strict, as_of=AS_OF))
    assert decided["points.term.request"].item() == 0
    assert "request" in decided["missing"].item()


def test_a_policy_without_readings_has_no_message_read() -> None:
    reader = Counting()
    decided = record(
        qualify(leads(("a@acme.example", DEMO)), bundle=bundle(), as_of=AS_OF, inbox=Inbox(reader))
    )
    assert reader.read_texts == []
    assert "in.context.readings" not in decided.columns


def test_later_messages_speak_last() -> None:
    table = messages(
        ("m2", "L0", "2026-02-20", "We have no budget for this, sorry."),
        ("m1", "L0", "2026-02-10", "What would it cost?"),
        ("m9", "L7", "2026-02-10", "We would like a demo."),
    )
    decided = run(leads(("a@acme.example", DEMO)), inbox=Inbox(messages=table))
    said = from_text(decided["in.context.readings"].item())
    assert [one.message for one in said] == ["form", "m1", "m2"]
    assert decided["points.term.budget"].item() == -10


@given(st.lists(st.sampled_from([DEMO, STOP, HELLO, None]), min_size=1, max_size=6), st.data())
def test_a_decision_about_messages_replays_without_reading_them(
    texts: list[str | None], data: st.DataObject
) -> None:
    addresses = [data.draw(st.sampled_from(["a@x.example", "b@y.example", None])) for _ in texts]
    recorded = run(leads(*zip(addresses, texts, strict=True)))
    again = requalify(inputs_of(recorded), bundle=BUNDLE, as_of=AS_OF).drop("row")
    assert canonical_rows(again).to_list() == canonical_rows(decisions_of(recorded)).to_list()


def test_replaying_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = run(leads(("a@acme.example", DEMO)))

    def fail(*_: object) -> None:
        raise AssertionError("a message was read again")

    monkeypatch.setattr(inbox_module.Inbox, "attach", fail)
    assert requalify(inputs_of(recorded), bundle=BUNDLE, as_of=AS_OF)["points.term.request"].item() == 20


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a@x.example", "B@y.example", "b@Y.example", None]),
            st.sampled_from([DEMO, STOP, HELLO]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_batch_makes_no_difference(rows: list[tuple[str | None, str]]) -> None:
    together = canonical_rows(run(leads(*rows))).to_list()
    apart, seen, inbox = [], None, None
    for at in range(len(rows)):
        qualified = qualify(leads(*rows).slice(at, 1), bundle=BUNDLE, as_of=AS_OF, seen=seen, inbox=inbox)
        seen, inbox = qualified.seen, qualified.inbox
        apart += canonical_rows(record(qualified)).to_list()
    assert apart == together


def test_a_data_right_ends_profiling_and_only_it_is_kept() -> None:
    decided = run(leads(("a@acme.example", f"{DEMO} {STOP}")))
    assert decided["points"].item() is None
    assert decided["decided_by"].item() == "objection"
    assert decided["owner"].item() == "privacy"
    (said,) = from_text(decided["in.context.readings"].item())
    assert [answer.field for answer in said.answers] == [Field.DATA_RIGHTS]
    assert said.right == "erase"


def test_what_the_same_sender_writes_later_is_neither_scored_nor_kept() -> None:
    decided = run(
        leads(
            ("Anna@acme.example", STOP), ("bob@acme.example", DEMO), ("anna@ACME.example", DEMO + " Regards")
        )
    )
    assert decided["points"].is_null().to_list() == [True, False, True]
    assert decided["in.context.readings"].is_null().to_list() == [False, False, True]


def test_a_sender_who_stopped_in_an_earlier_batch_stays_stopped() -> None:
    first = qualify(leads(("anna@acme.example", STOP)), bundle=BUNDLE, as_of=AS_OF)
    decided = run(leads(("anna@acme.example", DEMO)), inbox=first.inbox)
    assert decided["points"].item() is None


def test_without_the_stop_the_second_lead_would_be_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control of the tests above."""
    monkeypatch.setattr(Said, "right", property(lambda _: None))
    decided = run(leads(("anna@acme.example", STOP), ("anna@acme.example", DEMO)))
    assert decided["points"].is_not_null().to_list() == [True, True]


def test_after_a_data_right_nothing_of_the_sender_is_read() -> None:
    reader = Counting()
    table = messages(
        ("m1", "L0", "2026-02-10", DEMO), ("m2", "L0", "2026-02-11", STOP), ("m3", "L0", "2026-02-12", HELLO)
    )
    frame = leads(("a@acme.example", None), ("A@acme.example", DEMO), ("b@acme.example", HELLO))
    run(frame, inbox=Inbox(reader, table))
    assert reader.read_texts == [DEMO, STOP, HELLO]


def test_nothing_is_read_of_a_person_who_objected() -> None:
    reader = Counting()
    frame = leads(("a@acme.example", DEMO), lead__objected="yes")
    decided = run(frame, inbox=Inbox(reader))
    assert reader.read_texts == []
    assert decided["in.context.readings"].item() is None


def test_what_was_said_survives_being_written_down() -> None:
    (said,) = from_text(run(leads(("a@acme.example", DEMO)))["in.context.readings"].item())
    assert from_text(to_text([said, replace(said, message="m2", remarks=("slow",))])) == (
        said,
        replace(said, message="m2", remarks=("slow",)),
    )
    assert isinstance(said, Said)
    assert from_text(None) == ()
