"""The default reader: cues and scopes, offline, in well under a millisecond for an ordinary message."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from plumbline.reading.cues import default_cues
from plumbline.reading.decide import decide
from plumbline.reading.evidence import gather
from plumbline.reading.language import SUPPORTED
from plumbline.reading.match import Matcher
from plumbline.reading.model import Abstention, Field, Reading, Readings, abstain_all
from plumbline.reading.prepare import prepare

if TYPE_CHECKING:
    from plumbline.reading.cues import CueFile
    from plumbline.reading.model import Message
    from plumbline.reading.prepare import Prepared

_RIGHTS: Final = frozenset({Field.DATA_RIGHTS, Field.REQUEST})


class EmbeddedReader:
    """Reads with a cue file. Holds no state between messages."""

    def __init__(self, cues: CueFile | None = None) -> None:
        self.cues = default_cues() if cues is None else cues
        self.matcher = Matcher(self.cues)

    @property
    def name(self) -> str:
        """Name and version of the cue file, as decisions store it."""
        return f"embedded {self.cues.version}"

    def read(self, message: Message) -> Readings:
        """All fields of a message. Never raises for any text; nothing in it is obeyed."""
        prepared = prepare(message, self.cues.spelling)
        why = _nothing_to_read(prepared)
        if why is not None:
            return replace(abstain_all(message, self.name, why, prepared.language), notes=prepared.notes)
        hits = self.matcher.hits(prepared.sentences, prepared.text, message.channel)
        evidence = gather(hits, prepared.sentences, prepared.folded, message.received)
        readings = decide(prepared, evidence, self.cues)
        if prepared.language not in SUPPORTED:
            readings = tuple(_only_rights(reading, readings) for reading in readings)
        return Readings(message.id, self.name, prepared.language, readings, prepared.notes)


def _nothing_to_read(prepared: Prepared) -> Abstention | None:
    if prepared.unreadable:
        return Abstention.UNREADABLE
    if prepared.sentences and prepared.language != "und":
        return None
    return Abstention.EMPTY


def _only_rights(reading: Reading, readings: tuple[Reading, ...]) -> Reading:
    """In a language without cues only a request to stop, see or erase is read: there, a miss costs most."""
    rights = readings[list(Field).index(Field.DATA_RIGHTS)]
    if rights.value != "no" and reading.field in _RIGHTS:
        return reading
    return Reading(reading.field, None, 0, abstained=Abstention.LANGUAGE)


def read(message: Message) -> Readings:
    """Read with the shipped cue file."""
    return _default().read(message)


_READER: list[EmbeddedReader] = []


def _default() -> EmbeddedReader:
    if not _READER:
        _READER.append(EmbeddedReader())
    return _READER[0]
