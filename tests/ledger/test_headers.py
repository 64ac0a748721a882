"""A header keeps what may be kept for ever: no person, no exact time, no absence of an actor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_ledger import NOON, chain, review, salt
from plumbline.domain.errors import LedgerError
from plumbline.ledger.body import Body
from plumbline.ledger.entry import START, Draft, Event, Head, Header, seal, to_the_hour
from plumbline.ledger.parts import PartFact
from plumbline.ledger.runs import run_id
from plumbline.ledger.verify import Verdict, verify

WORD = st.from_regex(r"[A-Za-z0-9_.:/#+-]{1,40}", fullmatch=True)
FACTS = st.dictionaries(
    WORD, WORD | st.integers(0, 2**53) | st.lists(WORD, max_size=3).map(tuple), max_size=4
)
MIN, MAX = NOON.replace(year=1990, tzinfo=None), NOON.replace(year=2100, tzinfo=None)
ACTORS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    body = draw(st.none() | st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers(), max_size=2))
    return Draft(draw(st.sampled_from(Event)), draw(WORD), draw(ACTORS), draw(FACTS), body)


@given(st.lists(drafts(), max_size=4))
def test_whatever_may_be_drafted_can_be_read_back_and_verifies(wanted: list[Draft]) -> None:
    entries = chain(wanted)
    assert [Header.decode(entry.raw) for entry in entries] == [entry.header for entry in entries]
    bodies = [entry.body for entry in entries]
    records = [(e.raw, e.hash, b and b.salt, b and b.content) for e, b in zip(entries, bodies, strict=True)]
    head = entries[-1].head if entries else START
    assert verify(records, expected_head=head) == Verdict(head, sum(b is not None for b in bodies), 0)


@pytest.mark.parametrize("text", ["ann@example.com", "Ann Lee", "", "x" * 129, "Łukasz", "a\nb", '"'])
def test_a_fact_that_could_name_a_person_is_refused(text: str) -> None:
    with pytest.raises(LedgerError, match="counts, hashes and plain words"):
        Draft(Event.RUN_STARTED, "r1", "system:qualify", {"note": text})
    with pytest.raises(LedgerError):
        Draft(Event.RUN_STARTED, text, "system:qualify")
    with pytest.raises(LedgerError):
        Draft(Event.RUN_STARTED, "r1", "system:qualify", {"refs": ("fine", text)})


@pytest.mark.parametrize("actor", ["", "  "])
def test_nothing_is_recorded_without_an_actor(actor: str) -> None:
    with pytest.raises(LedgerError, match="a system job is an actor with a name"):
        Draft(Event.RUN_STARTED, "r1", actor)


@given(st.datetimes(MIN, MAX), st.integers(-12, 14))
def test_times_are_kept_to_the_hour_in_utc(moment: datetime, offset: int) -> None:
    hour = to_the_hour(moment.replace(tzinfo=timezone(timedelta(hours=offset))))
    since = moment.replace(tzinfo=UTC) - timedelta(hours=offset) - hour
    assert hour.tzinfo is UTC
    assert (hour.minute, hour.second, hour.microsecond) == (0, 0, 0)
    assert timedelta(0) <= since < timedelta(hours=1)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(LedgerError, match="time zone"):
        to_the_hour(NOON.replace(tzinfo=None))
    with pytest.raises(LedgerError, match="time zone"):
        run_id("a", "b", NOON.replace(tzinfo=None))


def test_no_byte_of_a_body_or_its_subject_is_in_the_header() -> None:
    entry = chain([review(7)])[0]
    for secret in (b"person.7", b"example.com", b"L7", b"called back"):
        assert secret in entry.body.content or secret == b"L7"
        assert secret not in entry.raw


def test_the_number_of_an_entry_is_inside_what_is_hashed() -> None:
    first = seal(review(1), after=START, hour=NOON, body=None)
    later = seal(review(1), after=Head(5, START.hash), hour=NOON, body=None)
    assert first.hash != later.hash


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(LedgerError, match="at least 16"):
        Body.of({}, salt(1)[:15])


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"\xff", b'{"kind":"run:started"}', b"1", b'{"kind":["x"]}']
)
def test_bytes_that_are_no_header_are_refused(raw: bytes) -> None:
    with pytest.raises(LedgerError, match="no header"):
        Header.decode(raw)


def test_a_head_is_written_and_read_the_same() -> None:
    head = Head(12, salt(1))
    assert Head.parse(f" {head}\n") == head


@pytest.mark.parametrize("text", ["", "12", "12:xyz", "x:" + "0" * 64, "-1:" + "0" * 64, "1:" + "A" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(LedgerError, match="no ledger head"):
        Head.parse(text)


def test_the_kinds_of_entries_are_alphabetical_and_say_subject_and_action() -> None:
    kinds = [event.value for event in Event]
    assert kinds == sorted(kinds)
    assert all(kind.count(":") == 1 for kind in kinds)


def test_a_part_survives_being_written_as_facts() -> None:
    fact = PartFact(3, 10, "ab" * 32, {"queue": 7, "review": 3}, "cd" * 32)
    draft = Draft(Event.DECISIONS_RECORDED, "run/3", "system:qualify", fact.facts())
    assert PartFact.of(Header.decode(chain([draft])[0].raw).facts) == fact
    assert fact.name == "part-00003.parquet"


def test_the_same_input_bundle_and_moment_are_the_same_run() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=9)))
    assert run_id("in", "b", NOON) == run_id("in", "b", elsewhere)
    others = {
        run_id("in", "b", NOON),
        run_id("i", "nb", NOON),
        run_id("in", "b", NOON + timedelta(seconds=1)),
    }
    assert len(others) == 3
