"""What a message says, with the words quoted: a signal, never a verdict."""

from plumbline.reading.embedded import EmbeddedReader, read
from plumbline.reading.model import (
    Abstention,
    Field,
    Message,
    Note,
    Quote,
    Reader,
    Reading,
    Readings,
    Removed,
)

__all__ = [
    "Abstention",
    "EmbeddedReader",
    "Field",
    "Message",
    "Note",
    "Quote",
    "Reader",
    "Reading",
    "Readings",
    "Removed",
    "read",
]
