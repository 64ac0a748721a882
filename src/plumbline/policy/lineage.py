"""Purposes over the full lineage: score, rule or action, down to the fields that were received (law 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbline.domain.fields import DERIVED, RECEIVED, is_receivable, lineage
from plumbline.domain.signals import EVENT
from plumbline.domain.words import Basis
from plumbline.policy.codes import Code
from plumbline.policy.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbline.domain.issues import Issue
    from plumbline.domain.words import Purpose
    from plumbline.policy.draft import Draft

    Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A signal or field on the way from a use to its origin. ``path`` starts at the use.

    ``speaks_for_itself`` marks a field that others are made from: no signal's purposes cover it.
    """

    name: str
    is_signal: bool
    path: tuple[str, ...]
    speaks_for_itself: bool = False


def uses(draft: Draft) -> Iterator[tuple[str, Iterable[str]]]:
    """Everything in a policy that reads signals, by the place people know it under."""
    for name in draft.file.scorecard:
        yield f"scorecard.{name}", (name,)
    for rule, condition in zip(draft.file.rules, draft.rules, strict=True):
        if condition is not None:
            yield f"rule {rule.id}", condition.fields
    for word, condition in draft.actions.items():
        yield f"action {word}", condition.fields


def steps(draft: Draft) -> dict[tuple[str, bool], list[Step]]:
    """Every signal and field in use, with one path from each use that reaches it."""
    found: dict[tuple[str, bool], list[Step]] = {}
    for use, names in uses(draft):
        for step in _below(draft, use, names):
            found.setdefault((step.name, step.is_signal), []).append(step)
    return found


def _below(draft: Draft, use: str, names: Iterable[str]) -> Iterator[Step]:
    """The steps under one use, each once, by a shortest path."""
    queue = [Step(name, True, (use, name)) for name in names if name in draft.specs]
    seen = {(step.name, step.is_signal) for step in queue}
    for step in queue:
        yield step
        for following in _next(draft, step):
            if (following.name, following.is_signal) not in seen:
                seen.add((following.name, following.is_signal))
                queue.append(following)


def _next(draft: Draft, step: Step) -> Iterator[Step]:
    """One step down: the signals of an expression, a signal's source, what a derived field is made from."""
    if not step.is_signal:
        below = [(field, False) for field in lineage(step.name) if field != step.name]
    elif step.name in draft.derived:
        below = [(name, True) for name in draft.derived[step.name].fields if name in draft.specs]
    else:
        source = draft.specs[step.name].source
        below = [(source, False)] if source in RECEIVED or source in DERIVED else []
    for name, is_signal in below:
        yield Step(name, is_signal, (*step.path, name), speaks_for_itself=not step.is_signal)


def purposes(draft: Draft) -> Iterator[Issue]:
    """Every step under every use allows the purpose of the policy."""
    needed = draft.file.purpose
    for (name, is_signal), found in steps(draft).items():
        where: Where = ("signals" if is_signal else "fields", name)
        if any(step.speaks_for_itself for step in found) and name not in draft.file.fields:
            yield draft.error(Code.FIELD_NOT_DECLARED, _undeclared(name, found), "fields")
        elif needed not in _allowed(draft, name, needed, is_signal=is_signal):
            yield draft.error(Code.PURPOSE_NOT_ALLOWED, _refused(name, needed, found), *where, "purposes")


def _allowed(draft: Draft, name: str, needed: Purpose, *, is_signal: bool) -> Iterable[Purpose]:
    if is_signal:
        return draft.file.signals[name].purposes
    declared = draft.file.fields.get(name)
    return declared.purposes if declared else (needed,)


def _refused(name: str, needed: Purpose, found: list[Step]) -> str:
    return f"'{name}' does not allow the purpose '{needed}', but is used: {_shown(found)}"


def _undeclared(name: str, found: list[Step]) -> str:
    return f"'{name}' needs its purposes under 'fields', because it is used: {_shown(found)}"


def _shown(found: list[Step]) -> str:
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return " -> ".join(found[0].path) + more


def fields(draft: Draft) -> Iterator[Issue]:
    """Declared fields exist and are used."""
    standing = {field for name in draft.specs for field in _origins(draft, name)}
    for name in draft.file.fields:
        if name in DERIVED or not is_receivable(name):
            hint = did_you_mean(name, RECEIVED)
            message = f"'{name}' is not a received field of the lead model{hint}"
            yield draft.error(Code.UNKNOWN_FIELD, message, "fields", name)
        elif name not in standing:
            yield draft.warning(Code.UNUSED_FIELD, f"no signal stands on '{name}'", "fields", name)


def bases(draft: Draft) -> Iterator[Issue]:
    """Data about a person has a lawful basis that can carry a ranking."""
    for name, signal in draft.file.signals.items():
        personal = [field for field in _origins(draft, name) if _is_personal(field)]
        where: Where = ("signals", name)
        if personal and signal.basis is None and signal.source is not None:
            message = f"'{name}' is data about a person ({personal[0]}): write its lawful basis"
            yield draft.error(Code.BASIS_NEEDED, message, *where)
        if personal:
            yield from _refused_basis(draft, signal.basis, *where, "basis")
    for field, use in draft.file.fields.items():
        if _is_personal(field):
            yield from _refused_basis(draft, use.basis, "fields", field, "basis")


def _refused_basis(draft: Draft, basis: Basis | None, *where: str | int) -> Iterator[Issue]:
    if basis is Basis.CONTRACT:
        message = "'contract' covers what a customer asked for, not ranking people who may become one"
        yield draft.error(Code.BASIS_REFUSED, message, *where)
    if basis is Basis.NOT_PERSONAL:
        yield draft.error(Code.BASIS_REFUSED, "this is data about a person; write its lawful basis", *where)


def _origins(draft: Draft, name: str) -> list[str]:
    """The received fields and events that a signal stands on."""
    sources = [draft.specs[below].source for below in draft.stands_on([name]) if below in draft.specs]
    return [field for source in sources if source for field in lineage(source)]


def _is_personal(field: str) -> bool:
    """Behaviour is always a person's; of fields the lead model says it."""
    return field.startswith(EVENT) or (field in RECEIVED and RECEIVED[field].personal)
