"""Questions that are put to people, and the answers they can give: a fixed vocabulary, as ledgers keep it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from plumbline.domain.words import Route


class Question(StrEnum):
    """What is asked of a reviewer."""

    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"
    RULE = "rule"
    DISQUALIFY = "disqualify"
    DUPLICATE = "duplicate"
    DATA_RIGHT = "data_right"
    APPEAL = "appeal"
    AUDIT = "audit"


class Answer(StrEnum):
    """What a reviewer says."""

    PURSUE = "pursue"
    ACT_NOW = "act_now"
    NURTURE = "nurture"
    DISQUALIFY = "disqualify"
    STANDS = "stands"
    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot_tell"
    HANDLED = "handled"
    NO_RIGHT = "no_right"
    GOOD = "good"
    NOT_GOOD = "not_good"


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to one kind of question: what it says in words, and what it does.

    ``route``: where the lead goes then; None leaves it. ``closes``: nobody works it any more. ``note``: the
    reviewer says why, in words of their own.
    """

    label: str
    route: Route | None = None
    closes: bool = False
    note: bool = False


_ROUTED: Final = {
    Answer.PURSUE: Choice("Pursue it", Route.QUEUE),
    Answer.ACT_NOW: Choice("Pursue it now", Route.FAST_TRACK),
    Answer.NURTURE: Choice("Leave it in nurture", Route.NURTURE, note=True),
}
#: Per question its answers, in the order in which they are offered. A note is needed wherever an answer takes
#: something from the lead or goes against what was proposed. The blind audit asks for none: writing it for
#: one of two answers alone would make that answer rarer, and the audit a worse measure.
ANSWERS: Final[dict[Question, dict[Answer, Choice]]] = {
    Question.UNCERTAIN: _ROUTED,
    Question.UNKNOWN: _ROUTED,
    Question.RULE: _ROUTED,
    Question.DISQUALIFY: {
        Answer.DISQUALIFY: Choice("Disqualify it", Route.NURTURE, closes=True, note=True),
        Answer.NURTURE: Choice("Keep it, in nurture", Route.NURTURE, note=True),
        Answer.PURSUE: Choice("Pursue it", Route.QUEUE, note=True),
    },
    Question.DUPLICATE: {
        Answer.SAME: Choice("The same lead", closes=True),
        Answer.DIFFERENT: Choice("Two leads"),
        Answer.CANNOT_TELL: Choice("Cannot tell"),
    },
    Question.DATA_RIGHT: {
        Answer.HANDLED: Choice("Done, as they asked", note=True),
        Answer.NO_RIGHT: Choice("They ask for nothing like that", note=True),
    },
    Question.APPEAL: {
        Answer.STANDS: Choice("The decision stands", note=True),
        Answer.PURSUE: Choice("Pursue it", Route.QUEUE, note=True),
        Answer.ACT_NOW: Choice("Pursue it now", Route.FAST_TRACK, note=True),
        Answer.NURTURE: Choice("Leave it in nurture", Route.NURTURE, note=True),
    },
    Question.AUDIT: {
        Answer.GOOD: Choice("A good lead: pursue it", Route.QUEUE),
        Answer.NOT_GOOD: Choice("Not a good lead"),
        Answer.CANNOT_TELL: Choice("Cannot tell"),
    },
}
#: What a kind of question is called in a list.
NAMES: Final[dict[Question, str]] = {
    Question.UNCERTAIN: "Uncertain",
    Question.UNKNOWN: "Something is missing",
    Question.RULE: "A rule asks",
    Question.DISQUALIFY: "Proposed to disqualify",
    Question.DUPLICATE: "The same lead?",
    Question.DATA_RIGHT: "Data right",
    Question.APPEAL: "Appeal",
    Question.AUDIT: "Audit",
}
