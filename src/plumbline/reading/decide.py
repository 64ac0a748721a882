# ruff: noqa: E501 - tables
"""From evidence to one answer per field: the best supported value, its confidence, its quotes, or "cannot tell"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from plumbline.reading.evidence import Evidence
from plumbline.reading.layout import Zone
from plumbline.reading.model import DEFAULTS, QUOTELESS, VALUES, Abstention, Field, Quote, Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbline.reading.cues import CueFile
    from plumbline.reading.prepare import Prepared

#: Longer clauses are quoted only where the cue stands.
_QUOTE_LIMIT: Final = 220
_PURCHASE: Final = (Field.NEED, Field.TIMELINE, Field.BUDGET, Field.AUTHORITY)
#: What a non-buyer asks for, unless their words say so themselves.
_ASKS: Final = {"job_seeker": "job_application", "student": "student_research", "press": "press", "spam": "spam", "vendor": "vendor_pitch", "existing_customer_support": "support"}  # fmt: skip
_OF_KIND: Final = {
    "job_seeker": {"job_application"}, "student": {"student_research"}, "press": {"press"}, "spam": {"spam"},
    "vendor": {"vendor_pitch", "partnership"}, "existing_customer_support": {"support", "renewal", "unsubscribe", "data_rights", "information", "pricing", "meeting"},
}  # fmt: skip
_KIND_OF: Final = {"job_application": "job_seeker", "student_research": "student", "press": "press", "spam": "spam", "vendor_pitch": "vendor", "partnership": "vendor"}  # fmt: skip
#: Kinds of non-buyer, and what only they ask for: one weak word is not enough to say so.
_NEEDS_TWO: Final = {name: frozenset[str]() for name in Field} | {
    Field.NOT_A_BUYER: frozenset(VALUES[Field.NOT_A_BUYER][:-1]),
    Field.REQUEST: frozenset({*_KIND_OF, "support"}),
}
_KINDS_ASK: Final = frozenset(_KIND_OF)
_NO_HURRY_POSSIBLE: Final = frozenset({"none", "vendor_pitch", "spam"})


class _Choice(NamedTuple):
    """A field's winner: how strong it is and how far ahead of the next."""

    value: str
    strength: float
    margin: float
    evidence: list[Evidence]


_NOTHING: Final = {name: _Choice(DEFAULTS[name], 0, 0, []) for name in Field}


def decide(prepared: Prepared, evidence: Sequence[Evidence], file: CueFile) -> tuple[Reading, ...]:
    """All fields, in order."""
    found: dict[Field, list[Evidence]] = {}
    for item in [*evidence, *_open_question(prepared, evidence)]:
        found.setdefault(item.field, []).append(item)
    choices = _NOTHING | {name: _choose(name, items) for name, items in found.items()}
    lost = _KINDS_ASK - _OF_KIND.get(choices[Field.NOT_A_BUYER].value, set())
    if choices[Field.NOT_A_BUYER].evidence and choices[Field.REQUEST].value in lost:
        kept = [item for item in found[Field.REQUEST] if item.value not in lost]
        choices[Field.REQUEST] = _choose(Field.REQUEST, kept)
    _reconcile(choices)
    silence = file.silence
    return tuple(
        [
            silence[name] if choice is _NOTHING[name] else _reading(name, choice, prepared, file)
            for name, choice in choices.items()
        ]
    )


def _open_question(prepared: Prepared, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Somebody who asks, and asks for nothing we have a name for, wants to know something."""
    if Field.REQUEST in [item.field for item in evidence]:
        return []
    asked = [number for number, s in enumerate(prepared.sentences) if s.question]
    questions = [number for number in asked if prepared.sentences[number].zone is Zone.OWN]
    return [
        Evidence(
            Field.REQUEST,
            "information",
            1,
            "question",
            number,
            0,
            len(prepared.sentences[number].words),
            hedged=False,
        )
        for number in questions[:1]
    ]


def _choose(name: Field, evidence: list[Evidence]) -> _Choice:
    if len(evidence) == 1:
        return _alone(name, evidence)
    spoken: dict[str, list[Evidence]] = {}
    for item in evidence:
        spoken.setdefault(item.value, []).append(item)
    totals = {value: _total(items) for value, items in spoken.items()}
    ranked = [value for value in totals if value not in _NEEDS_TWO[name] or totals[value] >= 3]
    if not ranked:
        return _NOTHING[name]
    if len(ranked) > 1:
        order = VALUES[name]
        ranked.sort(key=lambda value: (-totals[value], order.index(value)))
    margin = totals[ranked[0]] - (totals[ranked[1]] if len(ranked) > 1 else 0)
    return _Choice(ranked[0], totals[ranked[0]], margin, spoken[ranked[0]])


def _alone(name: Field, evidence: list[Evidence]) -> _Choice:
    value, total = evidence[0].value, _total(evidence)
    return (
        _NOTHING[name] if total < 3 and value in _NEEDS_TWO[name] else _Choice(value, total, total, evidence)
    )


def _total(items: list[Evidence]) -> float:
    """The strongest cue counts whole, further ones elsewhere a half, so that many weak words can say much."""
    if len(items) == 1:
        return items[0].weight - 0.5 * items[0].hedged
    kept: list[Evidence] = []
    for item in sorted(items, key=_lightness):
        if not [other for other in kept if _overlap(item, other)]:
            kept.append(item)
    weights = [item.weight - 0.5 * item.hedged for item in kept]
    return weights[0] + 0.5 * sum(weights[1:4])


def _lightness(item: Evidence) -> int:
    return -item.weight


def _overlap(one: Evidence, other: Evidence) -> bool:
    return one.sentence == other.sentence and one.first < other.last and other.first < one.last


def _reconcile(choices: dict[Field, _Choice]) -> None:
    """What follows for one field from another, as the label rules say."""
    _kind_and_request(choices)
    request, kind = choices[Field.REQUEST].value, choices[Field.NOT_A_BUYER].value
    only_rights = request in ("unsubscribe", "data_rights")
    if kind != "no" or only_rights:
        for name in _PURCHASE:
            choices[name] = _NOTHING[name]
    urgency = choices[Field.URGENCY]
    if request in _NO_HURRY_POSSIBLE and (urgency.value == "normal" or request != "none"):
        choices[Field.URGENCY] = _Choice("none", choices[Field.REQUEST].strength, 1, [])


def _kind_and_request(choices: dict[Field, _Choice]) -> None:
    request, kind, rights = choices[Field.REQUEST], choices[Field.NOT_A_BUYER], choices[Field.DATA_RIGHTS]
    if kind.value == "no" and request.value in _KIND_OF:
        choices[Field.NOT_A_BUYER] = _Choice(
            _KIND_OF[request.value], request.strength, request.margin, request.evidence
        )
    elif kind.value in _OF_KIND and request.value not in _OF_KIND[kind.value]:
        choices[Field.REQUEST] = _Choice(_ASKS[kind.value], kind.strength, kind.margin, kind.evidence)
    if rights.value != "no" and request.strength < 2:
        asked = "unsubscribe" if rights.value == "unsubscribe" else "data_rights"
        choices[Field.REQUEST] = _Choice(asked, rights.strength, rights.margin, rights.evidence)


def _reading(name: Field, choice: _Choice, prepared: Prepared, file: CueFile) -> Reading:
    confidence = file.confidence[name][_strength(choice)]
    cues = tuple(dict.fromkeys([item.cue for item in choice.evidence]))
    if choice.evidence and confidence < file.abstain_below:
        why = Abstention.CONFLICT if choice.margin < 1 else Abstention.UNCLEAR
        return Reading(name, None, confidence, _quotes(prepared, choice.evidence), why, cues)
    quotes = _quotes(prepared, choice.evidence)
    if not quotes and (name, choice.value) not in QUOTELESS:
        return Reading(name, None, 0, (), Abstention.UNCLEAR, cues)
    return Reading(name, choice.value, confidence, quotes, None, cues)


def _strength(choice: _Choice) -> str:
    if not choice.evidence:
        return "default"
    if choice.margin < 1 and choice.margin < choice.strength:
        return "conflict"
    if choice.strength >= 4:
        return "strong"
    return "fair" if choice.strength >= 3 else "weak"


def _quotes(prepared: Prepared, evidence: list[Evidence]) -> tuple[Quote, ...]:
    """The clauses of the strongest evidence, at most three, verbatim, without doubles."""
    best = evidence
    if len(evidence) > 1:
        best = sorted(evidence, key=lambda item: (-item.weight, item.sentence, item.first))[:3]
        best.sort(key=lambda item: (item.sentence, item.first))
    stretches = dict.fromkeys([_stretch(prepared, item) for item in best])
    if len(stretches) == 1:
        return tuple(prepared.view.quotes(*next(iter(stretches))))
    found: dict[tuple[int, int], Quote] = {}
    for stretch in stretches:
        for quote in prepared.view.quotes(*stretch):
            found.setdefault((quote.start, quote.end), quote)
    return tuple(found.values())


def _stretch(prepared: Prepared, item: Evidence) -> tuple[int, int]:
    """The clause around the cue, or only the cue where the clause is long or holds masked words."""
    sentence = prepared.sentences[item.sentence]
    if sentence.answer is not None:
        return sentence.answer
    first, last = sentence.clause_of(item.first, item.last)
    start, end = sentence.starts[first], sentence.ends[last - 1]
    if end - start > _QUOTE_LIMIT or "MASK" in sentence.words[first:last]:
        return sentence.starts[item.first], sentence.ends[item.last - 1]
    return start, end
