"""One reader for all tests of the room: building it reads the cue file."""

from __future__ import annotations

from datetime import date

import pytest

from plumbline.reading import EmbeddedReader, Message


@pytest.fixture(scope="session")
def reader() -> EmbeddedReader:
    return EmbeddedReader()


@pytest.fixture
def read(reader):
    """Field values of a text, as a dictionary without what has nothing to say."""

    def values(text: str, channel: str = "email", received: date | None = None, **more):
        readings = reader.read(Message(text, channel, received, **more))
        quiet = {"none", "no", "normal", "not_mentioned", "none_stated"}
        return {r.field.value: r.value for r in readings.readings if r.value not in quiet}

    return values
