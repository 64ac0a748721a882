"""Two readers of one message: where they agree we are surer, where they differ a person is asked.

The rule, per field:

- both say the same: the chance to be wrong is ``w1 * w2 ** (1 - dependence)``, the smaller of the two first.
  Two readers of the same words err together; ``dependence`` 1 would mean that the second adds nothing, 0
  that it errs by itself. It is set to 0.5, and calibration on a person's corrections has the last word.
- one abstains: the other's answer stands as it is; but where the message held text that speaks to a machine,
  the second reader never speaks alone. So an order that slipped through can at most make a question.
- they differ: "cannot tell", with a question for a person that shows the words of both.
- a data right that either of them hears is heard; where only one does, a person is asked as well. There a
  miss costs most (law 7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.domain.intervals import Share, wilson
from plumbline.reading.model import DEFAULTS, Abstention, Field, Reading, Readings, Removed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbline.reading.model import Quote

Values = Mapping[Field, str | None]
_Pair = tuple[str | None, str | None]

DEPENDENCE: Final = 0.5
#: No agreement of two machines makes a certainty.
_MOST: Final = 9_900
_PLANTED: Final = frozenset({Removed.INSTRUCTION, Removed.ENCODED, Removed.HIDDEN, Removed.COMMENT})


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked: which of two readings is right, if any."""

    field: Field
    first: Reading
    second: Reading


@dataclass(frozen=True, slots=True)
class Joint:
    """The readings two readers come to together, and what a person is asked."""

    readings: Readings
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two readers said the same of a field.

    ``agreed``: of the messages where both gave an answer. ``agreed_spoken``: of those where at least one
    found words for something; without it, agreeing that nothing is said would hide everything else.
    """

    field: Field
    messages: int
    agreed: Share
    agreed_spoken: Share
    first_abstained: int
    second_abstained: int


def join(first: Readings, second: Readings, dependence: float = DEPENDENCE) -> Joint:
    """Join the readings of one message. The first reader's notes and language hold."""
    questions: list[Question] = []
    joined: list[Reading] = []
    planted = any(note.what in _PLANTED for note in first.notes)
    for one, other in zip(first.readings, second.readings, strict=True):
        if planted and one.value is None and one.field is not Field.DATA_RIGHTS:
            joined.append(one)
            continue
        joined.append(_join(one, other, dependence))
        if _unsettled(one, other):
            questions.append(Question(one.field, one, other))
    name = f"{first.reader} + {second.reader}"
    remarks = tuple(dict.fromkeys((*first.remarks, *second.remarks)))
    readings = Readings(first.message_id, name, first.language, tuple(joined), first.notes, remarks)
    return Joint(readings, tuple(questions))


def pooled(first: int, second: int, dependence: float = DEPENDENCE) -> int:
    """The confidence of two readers who say the same, per 10,000; never below the surer one's, never sure."""
    low, high = sorted((1 - first / 10_000, 1 - second / 10_000))
    wrong: float = low * high ** (1 - dependence)
    return max(first, second, min(_MOST, round(10_000 * (1 - wrong))))


def values_of(readings: Readings) -> Values:
    """The answers alone; ``None`` is an abstention."""
    return {reading.field: reading.value for reading in readings.readings}


def agreement(pairs: Iterable[tuple[Values, Values]]) -> tuple[Agreement, ...]:
    """Agreement per field over the answers of two readers to each message, with Wilson intervals."""
    found = [*pairs]
    return tuple(_agreement(name, [(one[name], other[name]) for one, other in found]) for name in Field)


def _join(one: Reading, other: Reading, dependence: float) -> Reading:
    if other.value is None:
        return one
    if one.value is None:
        return other
    if one.value == other.value:
        quotes, cues = _both_quotes(one, other), tuple(dict.fromkeys((*one.cues, *other.cues)))
        confidence = pooled(one.confidence, other.confidence, dependence)
        return Reading(one.field, one.value, confidence, quotes, None, cues)
    if one.field is Field.DATA_RIGHTS:
        return one if one.value != DEFAULTS[one.field] else other
    return Reading(one.field, None, 0, _both_quotes(one, other), Abstention.DISAGREE, one.cues)


def _both_quotes(one: Reading, other: Reading) -> tuple[Quote, ...]:
    found = {(quote.start, quote.end): quote for quote in (*one.quotes, *other.quotes)}
    return tuple(found[place] for place in sorted(found))


def _unsettled(one: Reading, other: Reading) -> bool:
    return None not in (one.value, other.value) and one.value != other.value


def _agreement(name: Field, pairs: list[_Pair]) -> Agreement:
    both = [pair for pair in pairs if None not in pair]
    spoken = [pair for pair in both if set(pair) != {DEFAULTS[name]}]
    return Agreement(
        name,
        len(pairs),
        wilson(_same(both), len(both)),
        wilson(_same(spoken), len(spoken)),
        sum(one is None for one, _ in pairs),
        sum(other is None for _, other in pairs),
    )


def _same(pairs: list[_Pair]) -> int:
    return sum(one == other for one, other in pairs)
