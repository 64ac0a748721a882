"""Messages in files, read as the main path would read them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import UnreadableFileError
from plumbline.qualify.inbox import embedded
from plumbline.qualify.letters import message_line
from plumbline.qualify.said import said_of
from plumbline.reading import Abstention, Field, Message, Reading
from plumbline.reading.brief import make_brief
from plumbline.reading.mime import MAX_BYTES, message_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from plumbline.qualify.packet import MessageLine
    from plumbline.reading import Reader, Readings
    from plumbline.reading.brief import Brief

_MAIL: Final = frozenset({".eml", ".mbox"})
_EVERY_FIELD: Final = frozenset(field.value for field in Field)


@dataclass(frozen=True, slots=True)
class ReadMessages:
    """What some messages of one sender say: line by line, and together."""

    lines: tuple[MessageLine, ...]
    brief: Brief


def message_in(
    path: Path, *, channel: str, received: date | None = None, our_names: Sequence[str] = ()
) -> Message:
    """The message in a file: a raw mail where its name ends in ``.eml``, else text or HTML in UTF-8.

    Raises:
        UnreadableFileError: There is no such file, or it may not be read.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES)
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {error.strerror}.") from error
    names = tuple(our_names)
    if path.suffix.lower() in _MAIL:
        mail = message_of(raw, our_names=names, id=path.name)
        return mail if received is None else replace(mail, received=received)
    text = raw.decode("utf-8-sig", errors="replace")
    return Message(text, channel, received, path.name, names)


def read_messages(messages: Iterable[Message], reader: Reader | None = None) -> ReadMessages:
    """Read messages of one sender, oldest first.

    From a message that uses a data right on, that right alone is told and nothing more is read (law 7).
    """
    reader = reader or embedded()
    found: list[tuple[Message, Readings]] = []
    for message in messages:
        readings = reader.read(message)
        if said_of(readings).right:
            return _told([(message, _only_the_right(readings))])
        found.append((message, readings))
    return _told(found)


def _told(found: list[tuple[Message, Readings]]) -> ReadMessages:
    lines = tuple(message_line(said_of(readings), message.text, _EVERY_FIELD) for message, readings in found)
    return ReadMessages(lines, make_brief([readings for _, readings in found]))


def _only_the_right(readings: Readings) -> Readings:
    """The readings with every other answer taken back."""
    kept = tuple(
        one if one.field is Field.DATA_RIGHTS else Reading(one.field, None, 0, abstained=Abstention.OBJECTED)
        for one in readings.readings
    )
    return replace(readings, readings=kept)
