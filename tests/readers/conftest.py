"""A server per test, and readers that ask it with a clock that only moves when somebody waits."""

from __future__ import annotations

import pytest

from helpers_llm import ChatServer
from plumbline.readers.llm import LlmReader, Surroundings


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server():
    server = ChatServer()
    yield server
    server.close()


@pytest.fixture
def ask(server, clock):
    """Make a reader that asks the server; closed afterwards."""
    made = []

    def make(*, objected=lambda _: False, cache=None, anonymous=True, **settings) -> LlmReader:
        around = Surroundings(clock, clock.sleep, lambda: "2026-03-02")
        reader = LlmReader(
            server.settings(**settings),
            objected=objected,
            cache=cache,
            anonymous=anonymous,
            surroundings=around,
        )
        made.append(reader)
        return reader

    yield make
    for reader in made:
        reader.close()
