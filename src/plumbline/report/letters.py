"""Words and shapes for messages and what was read in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.qualify.packet import Stretch
from plumbline.report import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbline.qualify.packet import AnswerLine, MessageLine, MessagesBrief
    from plumbline.reading.brief import Brief

#: Every dimension has one hue everywhere; so have the words that speak about it.
_HUES: Final = {
    "request": "intent",
    "need": "intent",
    "competitor": "intent",
    "urgency": "readiness",
    "timeline": "readiness",
    "budget": "readiness",
    "authority": "readiness",
    "not_a_buyer": "fit",
    "data_rights": "right",
}
#: Of the words between two quotes of a long message, those at its ends are shown.
_WHOLE: Final = 4000
_ENDS: Final = 160


def hue(fields: Sequence[str]) -> str:
    """The colour of a quote: that of the first field it speaks for; none for words nobody quotes."""
    return _HUES.get(fields[0], "other") if fields else ""


def field_name(field: str) -> str:
    """What people call a field: ``Not a buyer``."""
    return field.replace("_", " ").capitalize()


def where(message: MessageLine) -> str:
    """Which message this is."""
    if message.message == "form":
        return "With the form"
    return f"Message {message.message}" if message.message else "The message"


def headline(brief: Brief) -> str:
    """All messages in one sentence."""
    line = brief.line
    return f"{line[:1].upper()}{line[1:]}." if line else "Nothing in them speaks for or against."


def in_short(brief: MessagesBrief) -> str:
    """What the messages of a lead say together."""
    line = "; ".join(brief.said)
    return f"{line[:1].upper()}{line[1:]}."


def said(message: MessageLine) -> tuple[AnswerLine, ...]:
    """Answers that say something."""
    return tuple(answer for answer in message.answers if answer.words)


def certainty(answer: AnswerLine) -> str:
    """How likely an answer is right, and whether it counts."""
    counts = "" if answer.used else "; this policy does not use it"
    return f"{words.likely(answer.confidence)} right ({words.odds(answer.confidence)}){counts}"


def silent(message: MessageLine) -> str:
    """What is not said, and what cannot be told, in two sentences."""
    unsaid = [field_name(a.field).lower() for a in message.answers if a.value is not None and not a.words]
    unclear = [f"{field_name(a.field).lower()} ({a.why_not})" for a in message.answers if a.value is None]
    parts = [
        f"Nothing said about {words.listed(unsaid)}." if unsaid else "",
        f"Cannot tell: {words.listed(unclear)}." if unclear else "",
    ]
    return " ".join(part for part in parts if part)


def beside(message: MessageLine) -> str:
    """What was left out, what happened, and who read it."""
    removed = f"Not read: {words.listed(message.removed)}. " if message.removed else ""
    remarks = "".join(f"{remark[:1].upper()}{remark[1:]}. " for remark in message.remarks)
    language = "unknown" if message.language == "und" else message.language
    return f"{removed}{remarks}Read by {message.reader}, language {language}."


def shortened(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """A message as it is shown: of a long one all quotes, and between them the words at the ends."""
    if sum(len(stretch.text) for stretch in stretches) <= _WHOLE:
        return tuple(stretches)
    return tuple(_cut(stretches))


def _cut(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    for stretch in stretches:
        if stretch.fields or len(stretch.text) <= 3 * _ENDS:
            yield stretch
        else:
            left = len(stretch.text) - 2 * _ENDS
            gap = f" {words.ELLIPSIS} ({words.count(left, 'more character')}) {words.ELLIPSIS} "
            yield Stretch(stretch.text[:_ENDS] + gap + stretch.text[-_ENDS:], ())
