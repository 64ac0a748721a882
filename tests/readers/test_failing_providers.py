"""A provider that is down, slow, refuses or talks nonsense costs a remark, never a reading."""

from __future__ import annotations

import time

import pytest

from helpers_llm import read_well
from plumbline.reading import EmbeddedReader, Field, Message
from plumbline.reading.model import Remark

BUYER = Message("We need a demo by Friday and the board has approved £20,000.")


def in_turn(*answers):
    """Give these answers one after another, then honest ones."""
    left = [*answers]
    return lambda data: left.pop(0) if left else read_well(data)


def fell_back(readings, remark):
    embedded = EmbeddedReader().read(BUYER)
    return (readings.readings, readings.reader, readings.remarks) == (
        embedded.readings, embedded.reader, (remark,),
    )  # fmt: skip


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again_with_growing_waits(ask, server, clock, status):
    server.behave = in_turn((status, {}), (status, {}))
    readings = ask().read(BUYER)
    assert readings.reader.startswith("llm")
    assert readings.remarks == ()
    assert clock.waits == [0.5, 1.0]


def test_a_provider_that_stays_down_leaves_the_embedded_reading_and_a_remark(ask, server, clock):
    server.behave = lambda _: (500, {})
    assert fell_back(ask().read(BUYER), Remark.DOWN)
    assert len(server.requests) == 3
    assert clock.waits == [0.5, 1.0]


def test_a_provider_is_given_the_time_it_asks_for_within_reason(ask, server, clock):
    server.behave = in_turn((429, {"retry-after": "7"}), (429, {"retry-after": "9000"}))
    ask().read(BUYER)
    assert clock.waits == [7.0, 30.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_will_not_pass_is_not_asked_again(ask, server, status):
    server.behave = lambda _: (status, {})
    assert fell_back(ask().read(BUYER), Remark.REFUSED)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    ["I cannot help with that.", "", "{", '{"request": ', "[]", "null", '"demo"', "```json\n{]\n```",
     b"", b"<html>bad gateway</html>", b"{}", b'{"choices": []}', b"[1, 2]", b"null",
     b'{"choices": [{"message": {"content": null}}]}', b'{"choices": 3}', b"\xff\xfe\x00"],
    ids=repr,
)  # fmt: skip
def test_nonsense_is_asked_again_and_then_given_up(ask, server, answer):
    server.behave = lambda _: answer
    readings = ask().read(BUYER)
    assert readings.readings == EmbeddedReader().read(BUYER).readings
    assert readings.remarks in {(Remark.MALFORMED,), (Remark.DOWN,)}
    assert len(server.requests) == 3


def test_one_bad_answer_is_no_harm(ask, server):
    server.behave = in_turn("What a nice message!", b"{}")
    assert ask().read(BUYER).reader.startswith("llm")


def test_a_provider_that_refuses_in_words_is_remarked(ask, server):
    server.behave = lambda _: (
        b'{"id": "1", "object": "chat.completion", "created": 1, "model": "small-1", "choices": [{'
        b'"index": 0, "finish_reason": "content_filter", "message": {"role": "assistant", '
        b'"refusal": "I will not."}}]}'
    )
    readings = ask(attempts=1).read(BUYER)
    assert readings.remarks in {(Remark.REFUSED,), (Remark.MALFORMED,)}
    assert readings.value(Field.REQUEST) == "demo"


def test_a_slow_provider_is_not_waited_for(ask, server):
    def dawdle(data):
        time.sleep(0.6)
        return read_well(data)

    server.behave = dawdle
    assert fell_back(ask(timeout=0.1, attempts=1).read(BUYER), Remark.SLOW)


def test_nobody_listening_is_a_remark(ask, server):
    reader = ask(base_url="http://127.0.0.1:9/v1", attempts=2)
    assert fell_back(reader.read(BUYER), Remark.DOWN)


def test_after_three_failures_a_provider_is_left_alone_for_a_while(ask, server, clock):
    server.behave = lambda _: (401, {})
    reader = ask()
    remarks = [reader.read(BUYER).remarks for _ in range(10)]
    assert len(server.requests) == 3
    assert remarks == [(Remark.REFUSED,)] * 3 + [(Remark.DOWN,)] * 7
    clock.now += 61
    server.behave = read_well
    assert reader.read(BUYER).reader.startswith("llm")


def test_a_long_wait_does_not_close_the_way_for_ever(ask, server, clock):
    """Negative control of the rest: before it is over nobody is asked."""
    server.behave = lambda _: (401, {})
    reader = ask()
    for _ in range(3):
        reader.read(BUYER)
    server.behave = read_well
    clock.now += 59
    assert fell_back(reader.read(BUYER), Remark.DOWN)


def messages(count):
    return [Message(f"We need a demo for {number} users.") for number in range(2, count + 2)]


def test_when_the_requests_are_spent_the_embedded_reader_goes_on(ask, server):
    reader = ask(limits={"requests": 2})
    remarks = [reader.read(message).remarks for message in messages(4)]
    assert remarks == [(), (), (Remark.SPENT,), (Remark.SPENT,)]
    assert len(server.requests) == 2
    assert (reader.spent.requests, reader.spent.tokens) == (2, 2000)


def test_failed_requests_count_as_requests(ask, server):
    server.behave = lambda _: (500, {})
    reader = ask(limits={"requests": 2})
    assert reader.read(BUYER).remarks == (Remark.SPENT,)
    assert len(server.requests) == 2
    assert reader.spent.tokens == 0  # nothing was used up by an error of the server


def test_money_is_never_overspent(ask, server):
    prices = {"words_in": 100.0, "words_out": 1000.0}
    reader = ask(limits={"cost": 3.0}, prices=prices)
    spent = []
    for message in messages(40):
        reader.read(message)
        spent.append(reader.spent.cost)
    assert spent[0] == pytest.approx(900 * 1e-4 + 100 * 1e-3)
    assert max(spent) <= 3.0
    assert 0 < len(server.requests) < 40


def test_answers_that_cannot_be_read_may_have_cost_their_most(ask, server):
    server.behave = lambda _: "no"
    reader = ask(attempts=1, prices={"words_in": 1.0, "words_out": 1.0})
    reader.read(BUYER)
    assert reader.spent.tokens > 5000


def test_the_pace_is_kept(ask, server, clock):
    reader = ask(limits={"per_minute": 3})
    for message in messages(7):
        reader.read(message)
    assert clock.waits == [60.0, 60.0]
    assert len(server.requests) == 7
