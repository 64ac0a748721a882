"""The signals of a starter policy: which fields get one, and with which example points."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from plumbline.connectors.headers import ID_WORDS, normal
from plumbline.connectors.yaml_text import comment, scalar
from plumbline.domain.fields import EXTRA
from plumbline.domain.words import Kind
from plumbline.policy.names import is_reserved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.connectors.guess import ColumnGuess, Guess

#: More signals than this nobody edits by hand on the first day.
_MOST_EXTRAS: Final = 10
_FREE_TEXT: Final = 50
_STUDENT: Final = (
    "title LIKE '%Student%' OR title LIKE '%student%' OR title LIKE '%Intern' OR title LIKE '%intern'"
)
_ABOUT_REACH: Final = (" do not ", " dont ", " opt ", " opted ", " unsubscribed ", " bounced ", " has opted ")


@dataclass(frozen=True, slots=True)
class Part:
    """One signal: its declaration, example points, and the rule and example that come with it.

    ``best`` is the value with the most points, as YAML; ``source`` is None for a signal with ``expr``.
    """

    name: str
    source: str | None
    dimension: str | None
    kind: Kind
    label: str
    is_personal: bool = False
    measure: str = ""
    expr: str = ""
    ask: str = ""
    bins: Mapping[str, int] = field(default_factory=dict)
    best: str | None = None
    rule: str = ""
    example: str = ""

    @property
    def most(self) -> int:
        """The points of its best value."""
        return max(self.bins.values(), default=0)

    def declared(self) -> str:
        """Its line under ``signals``."""
        said = {
            "dimension": self.dimension or "",
            "from": self.source or "",
            "expr": scalar(self.expr) if self.expr else "",
            "measure": self.measure,
            "kind": self.kind.value,
            "label": scalar(self.label),
            "purposes": "[prioritise]",
            "basis": "legitimate-interests" if self.is_personal else "not-personal",
            "ask": scalar(self.ask) if self.ask else "",
        }
        return f"  {self.name}: {{{', '.join(f'{key}: {value}' for key, value in said.items() if value)}}}"

    def scored(self) -> str:
        """Its line under ``scorecard``."""
        return f"  {self.name}: {{{', '.join(f'{scalar(key)}: {n}' for key, n in self.bins.items())}}}"


def parts_of(guess: Guess) -> tuple[list[Part], list[tuple[str, str]]]:
    """The signals, and the mapped columns that get none, each with the reason."""
    fields = guess.by_field
    parts = [part for name in _KNOWN if name in fields for part in _known(name, fields[name])]
    left_out: list[tuple[str, str]] = []
    extras = 0
    for name, entry in fields.items():
        why = _why_left_out(name, entry, extras)
        if why:
            left_out.append((entry.column, why))
        elif name.startswith(EXTRA):
            extras += 1
            parts.append(_extra(name, entry, {part.name for part in parts}))
    # A policy needs something to score: without any usable field it starts with the one asked for most.
    return (parts if any(part.bins for part in parts) else [*parts, _KNOWN["account.employees"]]), left_out


def _why_left_out(name: str, entry: ColumnGuess, extras: int) -> str:
    """Why a mapped column gets no signal; empty when it gets one."""
    if not name.startswith(EXTRA):
        return "" if name in _KNOWN else _NOT_SCORED.get(name, "says who, not how good")
    reasons = {
        f"{entry.leak}: a score that reads it may read the answer": entry.leak is not None,
        "empty in the rows looked at": not entry.look.filled,
        "the same for everybody": entry.look.constant,
        "personal, and says nothing of how good a lead is": entry.personal,
        "says how to reach them, not how good they are": f" {normal(entry.column)} ".startswith(_ABOUT_REACH),
        "a date; declare it with 'measure: age_days' if its age matters": entry.look.kind is Kind.DATE,
        "free text: no value stands for many leads": _kind(entry) is Kind.TEXT and not _labels(entry),
        "enough for a start; declare it like the others when it matters": extras >= _MOST_EXTRAS,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _kind(entry: ColumnGuess) -> Kind:
    """The kind of an extra field; a number that is called an id or a code stands for a name."""
    is_code = bool(ID_WORDS & set(normal(entry.column).split()))
    return Kind.TEXT if entry.look.kind is Kind.NUMBER and is_code else entry.look.kind


def _labels(entry: ColumnGuess) -> list[str]:
    """The most common values that a bin can name."""
    if entry.look.distinct > _FREE_TEXT and entry.look.distinct > entry.look.filled // 10:
        return []
    usable = [v for v in entry.look.common if "|" not in v and v.lower() not in {"other", "missing"}]
    return [value for value in usable if value.isprintable()][:3]


def _extra(name: str, entry: ColumnGuess, taken: set[str]) -> Part:
    signal = name.removeprefix(EXTRA)
    while is_reserved(signal) or signal in taken:
        signal += "_answer"
    bins, best = _bins(entry)
    kind = _kind(entry)
    dimension = "intent" if kind is Kind.FLAG else "fit"
    label = comment(entry.column.strip())[:100].strip() or signal
    return Part(signal, name, dimension, kind, label, is_personal=True, bins=bins, best=best)


def _bins(entry: ColumnGuess) -> tuple[dict[str, int], str]:
    """Example points: a few for the yes, for the upper half, for the most common value."""
    if _kind(entry) is Kind.FLAG:
        return {"yes": 5, "no": 0}, "true"
    if _kind(entry) is Kind.NUMBER:
        middle = entry.look.middle
        return {f"< {middle}": 0, f">= {middle}": 5}, str(middle)
    return _label_bins(_labels(entry))


def _label_bins(labels: list[str]) -> tuple[dict[str, int], str]:
    first, *others = labels
    return {first: 5, **dict.fromkeys(others, 0), "other": 0}, scalar(first)


def _known(name: str, entry: ColumnGuess) -> list[Part]:
    part = _KNOWN[name]
    if name in _BY_VALUES:
        labels = _labels(entry)
        if not labels:
            return []
        bins, best = _label_bins(labels)
        return [replace(part, bins=bins, best=best)]
    return [part, _IS_STUDENT] if name == "contact.title" else [part]


_BY_VALUES: Final = frozenset({"account.industry", "account.country", "lead.source"})
_NOT_SCORED: Final = {
    "lead.id": "an id",
    "account.id": "an id",
    "lead.message": "free text; the text reader turns it into signals of its own",
    "lead.objected": "not a signal: it ends scoring for that person",
    "lead.last_contact_at": "what sales did, not what the lead is",
    "lead.campaign": "often too many values; declare it when some of them matter",
    "account.city": "too fine for points; use country or region",
    "account.region": "declare it when territories matter for rules",
}

_KNOWN: Final[dict[str, Part]] = {
    "account.employees": Part(
        "employees", "account.employees", "fit", Kind.NUMBER, "Employees",
        ask="How many people work at your company?",
        bins={"< 10": 0, "10 to 49": 5, "50 to 249": 10, ">= 250": 15}, best="250",
        rule="""\
  - id: large-account
    when: employees >= 1000
    route: review
    because: "A very large company: a person decides who talks to them."
    if_unknown: miss""",
        example="""\
  - why: A very large company reaches a person, whatever else is known.
    lead: {employees: 5000}
    expect: {route: review, rules: [large-account]}""",
    ),
    "account.revenue": Part(
        "revenue", "account.revenue", "fit", Kind.NUMBER, "Yearly revenue",
        bins={"< 1000000": 0, ">= 1000000": 5}, best="1000000",
    ),
    "account.industry": Part(
        "industry", "account.industry", "fit", Kind.TEXT, "Industry", ask="What does your company do?"
    ),
    "account.country": Part("country", "account.country", "fit", Kind.TEXT, "Country"),
    "account.tier": Part(
        "account_tier", "account.tier", None, Kind.TEXT, "Account tier",
        rule="""\
  - id: strategic
    when: account_tier = 'strategic'
    route: review
    because: "Named account: a person decides."
    if_unknown: miss # sales keeps the list of tiers: a blank means that the account is on none""",
        example="""\
  - why: A strategic account with an empty form must reach a person.
    lead: {account_tier: strategic}
    expect: {route: review, rules: [strategic]}""",
    ),
    "contact.email": Part(
        "email_kind", "triage.email_kind", "fit", Kind.TEXT, "Kind of e-mail address", is_personal=True,
        bins={"business": 10, "role": 5, "disposable": -10, "other": 0}, best="business",
        rule="""\
  - id: throwaway
    when: email_kind = 'disposable' AND band = 'D'
    propose: disqualify
    because: A throw-away address and nothing that speaks for them; a person may close the lead.
    if_unknown: miss""",
        example="""\
  - why: A throw-away address alone is proposed for disqualification, and only proposed.
    lead: {email_kind: disposable}
    expect: {band: D, route: review, proposes: disqualify}""",
    ),
    "lead.source": Part("source", "lead.source", "intent", Kind.TEXT, "Source"),
    "lead.created_at": Part(
        "days_waiting", "lead.created_at", "readiness", Kind.NUMBER, "Days waiting", measure="age_days",
        bins={"< 7": 10, "7 to 29": 5, ">= 30": 0}, best="0",
        rule="""\
  - id: waited-too-long
    when: days_waiting >= 14 AND band IN ('A', 'B')
    route: review
    because: A good lead has waited two weeks; somebody should find out why.
    if_unknown: miss""",
    ),
    "contact.title": Part(
        "title", "contact.title", None, Kind.TEXT, "Job title", is_personal=True, ask="What is your role?"
    ),
}  # fmt: skip
_IS_STUDENT: Final = Part(
    "is_student", None, None, Kind.FLAG, "Title of a student", is_personal=True, expr=_STUDENT,
    rule="""\
  - id: student
    when: is_student AND band = 'D'
    propose: disqualify
    because: A student or intern by their own title, with a low score; a person may close the lead.
    if_unknown: miss""",
)  # fmt: skip
