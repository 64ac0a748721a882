"""What people were read to have said: kept with the decision as text, and turned into fields of the lead.

Decisions are made from the stored form, so that they replay without reading any message again (law 4):
another reader, another cue file or a language model that answers differently tomorrow changes no past
decision.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from plumbline.domain.fields import CONFIDENCE, READING
from plumbline.reading import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.reading import Reading, Readings

#: Values that say that nothing was said. Nothing said is unknown, and unknown is not bad (law 2).
UNSAID: Final = frozenset({
    (Field.REQUEST, "none"),
    (Field.NEED, "none"),
    (Field.TIMELINE, "none"),
    (Field.BUDGET, "not_mentioned"),
    (Field.AUTHORITY, "none_stated"),
})  # fmt: skip
_NO_RIGHT: Final = "no"
#: The kept form of what was read, and whether a message of the same sender ended all profiling of them.
TEXTS: Final = "reading.texts"
STOPPED: Final = "reading.sender_stopped"
_COLUMNS: Final = {
    f"{READING}{field.value}{suffix}": dtype
    for field in Field
    for suffix, dtype in (("", pl.String()), (CONFIDENCE, pl.Int16()))
}


@dataclass(frozen=True, slots=True)
class Quoted:
    """One answer about one message. ``quotes`` are start, end and the words between them."""

    field: Field
    value: str | None
    confidence: int
    quotes: tuple[tuple[int, int, str], ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What one message was read to say. ``removed`` lists what was not read, ``remarks`` what happened."""

    message: str
    reader: str
    language: str
    answers: tuple[Quoted, ...]
    removed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def answer(self, field: Field) -> Quoted | None:
        """The answer about a field; None where it is not kept."""
        return next((answer for answer in self.answers if answer.field is field), None)

    @property
    def right(self) -> str | None:
        """The data right that the message uses, however unsure the reader is.

        A false alarm here costs a call, a miss costs a right.
        """
        answer = self.answer(Field.DATA_RIGHTS)
        return answer.value if answer and answer.value not in {None, _NO_RIGHT} else None


def said_of(readings: Readings) -> Said:
    """A message's readings as they are kept. Once a data right is used, nothing else is (law 7)."""
    answers = tuple(_quoted(reading) for reading in readings.readings)
    said = Said(
        readings.message_id,
        readings.reader,
        readings.language,
        answers,
        tuple(note.what.value for note in readings.notes),
        tuple(remark.value for remark in readings.remarks),
    )
    return said if said.right is None else _only_the_right(said)


def _only_the_right(said: Said) -> Said:
    kept = tuple(answer for answer in said.answers if answer.field is Field.DATA_RIGHTS)
    return Said(said.message, said.reader, said.language, kept, said.removed, said.remarks)


def _quoted(reading: Reading) -> Quoted:
    quotes = tuple((quote.start, quote.end, quote.text) for quote in reading.quotes)
    why_not = reading.abstained.value if reading.abstained else ""
    return Quoted(reading.field, reading.value, reading.confidence, quotes, why_not)


def to_text(messages: Sequence[Said]) -> str:
    """The messages of one lead, oldest first, as JSON."""
    return json.dumps([_data(said) for said in messages], ensure_ascii=False, separators=(",", ":"))


def _data(said: Said) -> dict[str, Any]:
    answers = {
        answer.field.value: [answer.value, answer.confidence, answer.quotes, answer.why_not]
        for answer in said.answers
    }
    return {
        "message": said.message,
        "reader": said.reader,
        "language": said.language,
        "answers": answers,
        "removed": said.removed,
        "remarks": said.remarks,
    }


def from_text(text: str | None) -> tuple[Said, ...]:
    """The messages of one lead as ``to_text`` wrote them; none where nothing was read."""
    return tuple(_said(data) for data in json.loads(text)) if text else ()


def _said(data: dict[str, Any]) -> Said:
    answers = tuple(
        Quoted(Field(name), value, confidence, tuple((a, b, words) for a, b, words in quotes), why_not)
        for name, (value, confidence, quotes, why_not) in data["answers"].items()
    )
    removed, remarks = tuple(data["removed"]), tuple(data["remarks"])
    return Said(data["message"], data["reader"], data["language"], answers, removed, remarks)


def with_readings(clean: pl.DataFrame, texts: pl.Series, stopped: pl.Series) -> pl.DataFrame:
    """Clean leads with ``reading.*``, the kept form of it, and whether profiling of the sender has ended."""
    columns = [texts.alias(TEXTS), stopped.alias(STOPPED)]
    return clean.hstack(reading_columns(texts)).with_columns(columns)


def reading_columns(texts: pl.Series) -> pl.DataFrame:
    """Per lead ``reading.<field>`` and ``reading.<field>.confidence``, from the kept form."""
    rows = [_row(from_text(text)) for text in texts]
    return pl.DataFrame(rows, schema=_COLUMNS, orient="row")


def _row(messages: tuple[Said, ...]) -> list[str | int | None]:
    cells: list[str | int | None] = []
    for field in Field:
        answer = newest(messages, field)
        known = answer is not None and answer.value is not None and (field, answer.value) not in UNSAID
        cells += [answer.value, answer.confidence] if answer and known else [None, None]
    return cells


def newest(messages: Sequence[Said], field: Field) -> Quoted | None:
    """The newest answer with words to it; without one, the newest at all that is no abstention."""
    answers = [answer for said in reversed(messages) if (answer := said.answer(field)) and answer.value]
    with_words = (answer for answer in answers if answer.quotes)
    return next(with_words, answers[0] if answers else None)
