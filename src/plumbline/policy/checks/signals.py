"""Are the declared inputs sound: names, sources, kinds, measures, circles?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plumbline.domain.fields import DERIVED, EXTRA, READING, RECEIVED, is_receivable
from plumbline.domain.signals import COMPLETENESS, EVENT, Measure
from plumbline.domain.words import Kind
from plumbline.policy.codes import Code
from plumbline.policy.draft import natural_kind
from plumbline.policy.names import RESULTS, is_reserved
from plumbline.policy.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.domain.issues import Issue
    from plumbline.policy.draft import Draft
    from plumbline.policy.inputs import Signal

_EVENT_MEASURES: Final = frozenset({Measure.COUNT, Measure.DECAYED_COUNT, Measure.DAYS_SINCE})
_OBJECTED: Final = "lead.objected"


def reserved_names(draft: Draft) -> Iterator[Issue]:
    """A signal called ``band`` would hide the band."""
    for name in draft.file.signals:
        if is_reserved(name):
            yield draft.error(Code.RESERVED_NAME, f"'{name}' means something else already", "signals", name)


def sources(draft: Draft) -> Iterator[Issue]:
    """Exactly one of ``from`` and ``expr``, and a source that exists."""
    for name, signal in draft.file.signals.items():
        if (signal.source is None) == (signal.expr is None):
            yield draft.error(Code.SOURCE_OR_EXPR, "write either 'from' or 'expr'", "signals", name)
        elif signal.source is not None and not _is_source(signal.source):
            hint = did_you_mean(signal.source, [*RECEIVED, *DERIVED, COMPLETENESS])
            message = f"'{signal.source}' is not a source{hint}"
            yield draft.error(Code.UNKNOWN_SOURCE, message, "signals", name, "from")
        if signal.source == _OBJECTED:
            message = "an objection ends profiling by itself; as a signal it would never be read"
            yield draft.warning(Code.SETTING_WITHOUT_EFFECT, message, "signals", name, "from")


def _is_source(source: str) -> bool:
    event = source.startswith(EVENT) and source.removeprefix(EVENT).isidentifier()
    return event or source in DERIVED or source == COMPLETENESS or is_receivable(source)


def kinds(draft: Draft) -> Iterator[Issue]:
    """The declared kind is the one that source, measure or expression give."""
    for name, signal in draft.file.signals.items():
        natural = natural_kind(signal)
        if signal.expr is not None and signal.kind is None:
            yield draft.error(
                Code.KIND_NEEDED, "write the kind of the expression: number or flag", "signals", name
            )
        elif signal.kind and natural and signal.kind is not natural and not _is_extra(signal):
            message = f"kind is {signal.kind}, but '{signal.source}' gives {_a(natural)}"
            yield draft.error(Code.KIND_MISMATCH, message, "signals", name, "kind")


def _is_extra(signal: Signal) -> bool:
    return (signal.source or "").startswith(EXTRA) and signal.measure is Measure.VALUE


def _a(kind: Kind) -> str:
    return f"a {kind}" if kind is not Kind.TEXT else "text"


def measures(draft: Draft) -> Iterator[Issue]:
    """A measure that its source can give."""
    for name, signal in draft.file.signals.items():
        problem = _measure_problem(signal)
        if problem:
            yield draft.error(Code.MEASURE_MISMATCH, problem, "signals", name, "measure")


def _measure_problem(signal: Signal) -> str | None:
    source = signal.source or ""
    if source.startswith(EVENT) and signal.measure not in _EVENT_MEASURES:
        return "events are counted: write measure: count, decayed_count or days_since"
    if not source.startswith(EVENT) and signal.measure in _EVENT_MEASURES:
        return f"'{signal.measure}' is for events (from: event.<kind>)"
    if signal.measure is Measure.DECAYED_COUNT and signal.half_life is None:
        return "'decayed_count' needs a half_life, such as 14 days"
    field = RECEIVED.get(source)
    if signal.measure is Measure.AGE_DAYS and (field is None or field.kind is not Kind.DATE):
        return f"'age_days' needs a date, and '{source or 'an expression'}' is none"
    return None


def settings(draft: Draft) -> Iterator[Issue]:
    """Settings that do nothing were meant for something."""
    for name, signal in draft.file.signals.items():
        source = signal.source or ""
        idle = {
            "half_life": signal.half_life and signal.measure is not Measure.DECAYED_COUNT,
            "window": signal.window and not source.startswith(EVENT),
            "min_confidence": signal.min_confidence is not None and not source.startswith(READING),
            "max_age": signal.max_age and (source == COMPLETENESS or source.startswith(EVENT) or not source),
        }
        for key in (key for key, is_idle in idle.items() if is_idle):
            message = f"'{key}' has no effect on this signal"
            yield draft.warning(Code.SETTING_WITHOUT_EFFECT, message, "signals", name, key)


def circles(draft: Draft) -> Iterator[Issue]:
    """Signals made from each other can never be computed."""
    told: set[str] = set()
    for name, expression in draft.derived.items():
        path = _path_back(draft, name)
        if path and told.isdisjoint(path):
            told.update(path)
            yield draft.error(
                Code.SIGNAL_CYCLE,
                f"made from itself in a circle: {' -> '.join([*path, name])}",
                "signals",
                name,
                "expr",
            )
        for field in expression.fields:
            if field in RESULTS:
                message = f"'{field}' is a result: it is only known after all signals are"
                yield draft.error(Code.RESULT_IN_EXPR, message, "signals", name, "expr")
            elif field in draft.specs and draft.specs[field].source == COMPLETENESS:
                message = f"'{field}' says how much is known, which is only settled after all signals are"
                yield draft.error(Code.RESULT_IN_EXPR, message, "signals", name, "expr")


def _path_back(draft: Draft, start: str) -> list[str]:
    """A shortest way from a derived signal back to itself, or nothing."""
    came_from: dict[str, str] = {}
    for current in (queue := [start]):
        for below in draft.derived[current].fields if current in draft.derived else ():
            if below == start:
                return _unwind(came_from, start, current)
            if below not in came_from:
                came_from[below] = current
                queue.append(below)
    return []


def _unwind(came_from: dict[str, str], start: str, end: str) -> list[str]:
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]


def unused(draft: Draft) -> Iterator[Issue]:
    """A signal that nothing reads is data without a use."""
    file = draft.file
    read = set(file.scorecard) | set(file.actions.ask.needs)
    for condition in (*draft.rules, *draft.actions.values(), *draft.derived.values()):
        read.update(condition.fields if condition else ())
    for name, signal in file.signals.items():
        if name not in read and file.purpose in signal.purposes:
            message = f"nothing reads '{name}': no points, rule, action or other signal"
            yield draft.warning(Code.UNUSED_SIGNAL, message, "signals", name)
