"""Messages in files, read as the main path would read them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from plumbline.domain.errors import UnreadableFileError
from plumbline.qualify.inbox import embedded
from plumbline.qualify.letters import message_line
from plumbline.qualify.said import said_of
from plumbline.reading import Field, Message
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
    """Read messages of one sender, oldest first. Nothing but a data right is kept of one that uses it."""
    reader = reader or embedded()
    found = [(message, reader.read(message)) for message in messages]
    lines = tuple(_line(message, readings) for message, readings in found)
    return ReadMessages(lines, make_brief([readings for _, readings in found]))


def _line(message: Message, readings: Readings) -> MessageLine:
    return message_line(said_of(readings), message.text, _EVERY_FIELD)
