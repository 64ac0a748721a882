"""What another reader claims, held against the message: words that stand there, known values, or nothing.

This is the only way from a language model's answer to a reading. Whatever the answer says, what comes out
has a value of the vocabulary and verbatim words of the sender, or abstains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.reading.model import (
    QUOTELESS,
    VALUES,
    Abstention,
    Field,
    Quote,
    Reading,
    Readings,
    Remark,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plumbline.reading.model import Message
    from plumbline.reading.prepare import Prepared
    from plumbline.reading.shown import Shown, Span

#: How sure another reader says it is, per 10,000. Written, not measured: corrections calibrate it.
#: Until then it stays, alone, below 0.8, a usual minimum of policies. Below the least it abstains.
CERTAINTY: Final[Mapping[str, int]] = {"certain": 7_500, "likely": 6_500, "unsure": 3_000}
LEAST: Final = 3_500
#: More quotes than a person would read prove nothing.
MOST_QUOTES: Final = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """One field as another reader answered it; nothing in it is trusted."""

    field: str
    value: str
    quotes: tuple[str, ...] = ()
    certainty: str = "likely"


@dataclass(frozen=True, slots=True)
class Located:
    """A claim that passed: a known value, and where its words stand in the shown text, but no words."""

    field: Field
    value: str
    certainty: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The claims that passed, the fields whose quotes did not stand in the message, and what to remark on."""

    claims: tuple[Located, ...]
    unquoted: frozenset[Field] = frozenset()
    remarks: tuple[Remark, ...] = ()


def check_claims(claims: Iterable[Claim], shown: Shown) -> Checked:
    """Hold claims against the words that were shown. The first claim of a field is the one that counts."""
    passed: dict[Field, Located] = {}
    unquoted: set[Field] = set()
    remarks: set[Remark] = set()
    for claim in claims:
        if not _known(claim):
            remarks.add(Remark.UNKNOWN)
            continue
        name = Field(claim.field)
        spans = tuple(span for quote in claim.quotes[:MOST_QUOTES] if (span := _place(quote, shown)))
        if not spans and (name, claim.value) not in QUOTELESS:
            unquoted.add(name)
            remarks.add(Remark.UNQUOTED)
        elif name not in passed:
            passed[name] = Located(name, claim.value, claim.certainty, spans)
    ordered = tuple(passed[name] for name in Field if name in passed)
    listed = tuple(remark for remark in Remark if remark in remarks)
    return Checked(ordered, frozenset(unquoted - passed.keys()), listed)


def readings_of(
    checked: Checked, message: Message, prepared: Prepared, shown: Shown, reader: str
) -> Readings:
    """The readings that checked claims amount to; what was not claimed is "cannot tell"."""
    claims = {claim.field: claim for claim in checked.claims}
    readings = tuple(_reading(name, claims.get(name), checked, shown) for name in Field)
    return Readings(message.id, reader, prepared.language, readings, prepared.notes, checked.remarks)


def _known(claim: Claim) -> bool:
    return (
        claim.field in set(Field)
        and claim.value in VALUES[Field(claim.field)]
        and claim.certainty in CERTAINTY
    )


def _place(quote: str, shown: Shown) -> Span | None:
    """Where a quote stands; not when all of it is masked."""
    span = shown.find(quote)
    return span if span is not None and shown.quotes(span) else None


def _reading(name: Field, claim: Located | None, checked: Checked, shown: Shown) -> Reading:
    if claim is None:
        why = Abstention.UNQUOTED if name in checked.unquoted else Abstention.UNCLEAR
        return Reading(name, None, 0, abstained=why)
    confidence = CERTAINTY[claim.certainty]
    quotes = _quotes(claim, shown)
    if confidence < LEAST:
        return Reading(name, None, confidence, quotes, Abstention.UNCLEAR)
    return Reading(name, claim.value, confidence, quotes)


def _quotes(claim: Located, shown: Shown) -> tuple[Quote, ...]:
    found = {(q.start, q.end): q for span in claim.spans for q in shown.quotes(span)}
    return tuple(found[place] for place in sorted(found))
