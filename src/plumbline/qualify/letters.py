"""From what is kept of a message to what a person sees: its text with the quotes marked, and answers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from plumbline.qualify.inbox import FORM
from plumbline.qualify.packet import AnswerLine, MessageLine, MessagesBrief, Stretch
from plumbline.qualify.said import from_text, newest
from plumbline.reading import Field
from plumbline.reading.brief import EXCLUSIVE, in_words
from plumbline.reading.model import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from plumbline.qualify.said import Quoted, Said


def message_lines(kept: str | None, form: str | None, used: Collection[str]) -> tuple[MessageLine, ...]:
    """The messages of a lead. ``form``: the text that came with it; ``used``: the fields that are signals."""
    return tuple(message_line(said, form if said.message == FORM else None, used) for said in from_text(kept))


def brief_of(kept: str | None) -> MessagesBrief:
    """What the messages of a lead say together, made only of answers that have words to them."""
    messages = from_text(kept)
    newest_said = [newest(messages, field) for field in Field]
    said = tuple(in_words(one.field, str(one.value)) for one in newest_said if one and _is_said(one))
    return MessagesBrief(said, tuple(filter(None, (_against(messages, field) for field in EXCLUSIVE))))


def _against(messages: tuple[Said, ...], field: Field) -> str:
    """What messages say differently about a field that has one true answer; empty where they do not."""
    found = [(one.message, answer) for one in messages if (answer := one.answer(field)) and _is_said(answer)]
    if len({answer.value for _, answer in found}) < 2:
        return ""
    told = "; ".join(f"{message}: {in_words(field, str(answer.value))}" for message, answer in found)
    return f"{told}. The newest counts."


def _is_said(answer: Quoted) -> bool:
    return answer.value is not None and bool(answer.quotes) and answer.value != DEFAULTS[answer.field]


def message_line(said: Said, text: str | None, used: Collection[str]) -> MessageLine:
    """One message; ``text`` where it is at hand."""
    answers = sorted(said.answers, key=_most_telling)
    return MessageLine(
        message=said.message,
        reader=said.reader,
        language=said.language,
        stretches=stretches(text, said.answers) if text else (),
        answers=tuple(_line(answer, answer.field.value in used) for answer in answers),
        removed=said.removed,
        remarks=said.remarks,
    )


def stretches(text: str, answers: Iterable[Quoted]) -> tuple[Stretch, ...]:
    """The text cut wherever a quote begins or ends; put together again it is the text, to the character."""
    spans = [(start, end, answer.field) for answer in answers for start, end, _ in answer.quotes]
    cuts = sorted({0, len(text), *(place for start, end, _ in spans for place in (start, end))})
    return tuple(
        Stretch(text[low:high], tuple(name.value for name in Field if _covers(spans, name, low, high)))
        for low, high in pairwise(cuts)
    )


def _covers(spans: list[tuple[int, int, Field]], name: Field, low: int, high: int) -> bool:
    return any(field is name and start <= low and high <= end for start, end, field in spans)


def _most_telling(answer: Quoted) -> tuple[bool, bool]:
    """Answers with words first, then what is not said, last what cannot be told."""
    return answer.value is None, not answer.quotes


def _line(answer: Quoted, used: bool) -> AnswerLine:
    said = answer.value is not None and answer.value != DEFAULTS[answer.field]
    return AnswerLine(
        field=answer.field.value,
        value=answer.value,
        words=in_words(answer.field, str(answer.value)) if said else "",
        confidence=answer.confidence,
        quotes=tuple(words for _, _, words in answer.quotes),
        why_not=answer.why_not,
        used=used,
    )
