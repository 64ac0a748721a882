"""A policy under examination: its parts read as far as they can be, with all problems met on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plumbline.domain.fields import DERIVED, EXTRA, RECEIVED
from plumbline.domain.issues import Issue, Severity
from plumbline.domain.signals import COMPLETENESS, EVENT, Measure, SignalSpec
from plumbline.domain.words import Kind
from plumbline.policy.codes import Code, sentence
from plumbline.policy.conditions import parse_condition, parse_value
from plumbline.policy.names import RESULTS
from plumbline.policy.source import dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plumbline.policy.conditions import Condition, Expression
    from plumbline.policy.inputs import Signal
    from plumbline.policy.schema import PolicyFile
    from plumbline.policy.shape import Shape
    from plumbline.policy.source import Path, Source


@dataclass(frozen=True, slots=True)
class Draft:
    """What the checks look at. Conditions that cannot be read are ``None``; ``issues`` say why.

    ``kinds`` holds the kind of every signal whose kind is known; ``specs`` all signals, in dependency order
    where there is one. ``reads`` gives per signal the signals it stands on, itself first.
    """

    source: Source
    shape: Shape
    specs: Mapping[str, SignalSpec]
    kinds: Mapping[str, Kind]
    derived: Mapping[str, Expression]
    reads: Mapping[str, tuple[str, ...]]
    rules: tuple[Condition | None, ...]
    actions: Mapping[str, Condition]
    issues: tuple[Issue, ...]

    @property
    def file(self) -> PolicyFile:
        """The policy file as read."""
        return self.shape.file

    def error(self, code: Code, message: str, *path: str | int) -> Issue:
        """A problem that blocks, at a place of the model."""
        original = self.shape.original(path)
        return Issue(code, sentence(message), dotted(original), self.source.line(original))

    def warning(self, code: Code, message: str, *path: str | int) -> Issue:
        """A problem that is shown."""
        return replace(self.error(code, message, *path), severity=Severity.WARNING)

    def stands_on(self, names: Iterable[str]) -> tuple[str, ...]:
        """The signals that these names read, also through other signals; results read none."""
        return tuple(dict.fromkeys(below for name in names for below in self.reads.get(name, ())))


def draft_of(source: Source, shape: Shape) -> Draft:
    """Read every signal and condition of a policy file."""
    file = shape.file
    kinds = {name: kind_of(signal) or Kind.FLAG for name, signal in file.signals.items()}
    reader = _Reader(source, shape, kinds | RESULTS, [])
    derived = {
        name: expression
        for name, signal in file.signals.items()
        if signal.expr is not None
        and (expression := reader.value(signal.expr, kinds[name], name)) is not None
    }
    rules = tuple(reader.condition(rule.when, "rules", at, "when") for at, rule in enumerate(file.rules))
    actions = {
        word: condition
        for word, part in (("partner", file.actions.partner), ("meeting", file.actions.meeting))
        if part and part.when and (condition := reader.condition(part.when, "actions", word, "when"))
    }
    order = dependency_order(file.signals, derived)
    specs = {name: _spec(name, file.signals[name], kinds[name]) for name in order}
    reads = {name: _closure(name, derived) for name in order}
    return Draft(source, shape, specs, kinds, derived, reads, rules, actions, tuple(reader.issues))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Parses conditions and gives their problems the place they stand at."""

    source: Source
    shape: Shape
    names: Mapping[str, Kind]
    issues: list[Issue]

    def condition(self, text: str, *path: str | int) -> Condition | None:
        condition, issues = parse_condition(text, self.names)
        self._keep(issues, path)
        return condition

    def value(self, text: str, kind: Kind, name: str) -> Expression | None:
        expression, issues = parse_value(text, self.names, kind)
        self._keep(issues, ("signals", name, "expr"))
        return expression

    def _keep(self, issues: Iterable[Issue], path: Path) -> None:
        original = self.shape.original(path)
        line = self.source.line(original)
        self.issues.extend(replace(issue, path=dotted(original), line=line) for issue in issues)


def kind_of(signal: Signal) -> Kind | None:
    """The kind of a signal's value: as declared, else as its source and measure give it."""
    return (
        signal.kind
        or natural_kind(signal)
        or (Kind.TEXT if (signal.source or "").startswith(EXTRA) else None)
    )


def natural_kind(signal: Signal) -> Kind | None:
    """The kind that source and measure give; ``None`` when the declaration decides or nothing does."""
    source = signal.source or ""
    if signal.measure is not Measure.VALUE or source == COMPLETENESS or source.startswith(EVENT):
        return Kind.NUMBER
    field = RECEIVED.get(source) or DERIVED.get(source)
    return field.kind if field else None


def dependency_order(signals: Mapping[str, Signal], derived: Mapping[str, Expression]) -> list[str]:
    """Signals in file order, except that a signal stands after those it is made from."""
    order: dict[str, None] = {}
    visiting: set[str] = set()

    def visit(name: str) -> None:
        if name in order or name in visiting or name not in signals:
            return
        visiting.add(name)
        for below in derived[name].fields if name in derived else ():
            visit(below)
        order[name] = None

    for name in signals:
        visit(name)
    return list(order)


def _closure(name: str, derived: Mapping[str, Expression]) -> tuple[str, ...]:
    seen = {name: None}
    for current in (queue := [name]):
        for below in derived[current].fields if current in derived else ():
            if below not in seen:
                seen[below] = None
                queue.append(below)
    return tuple(seen)


def _spec(name: str, signal: Signal, kind: Kind) -> SignalSpec:
    return SignalSpec(
        name=name,
        kind=kind,
        label=signal.label or name.replace("_", " ").capitalize(),
        dimension=signal.dimension,
        source=signal.source,
        expr=signal.expr,
        measure=signal.measure,
        purposes=frozenset(signal.purposes),
        basis=signal.basis,
        max_age=signal.max_age,
        half_life=signal.half_life,
        window=signal.window,
        ask=signal.ask,
        min_confidence=signal.min_confidence,
    )
