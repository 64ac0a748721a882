"""The signals of a lone lead, value by value: columns of one cell cost as much as long ones.

``assemble`` says what a signal means. What is not of the expected type is left to it; a property test holds
the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from plumbline.domain.fields import CONFIDENCE, READING
from plumbline.domain.signals import COMPLETENESS, Measure, SignalSpec
from plumbline.domain.words import Kind
from plumbline.signals.events import event_column, is_event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    #: The expression of a derived signal: a value out of the signals it reads; None is unknown.
    Derive = Callable[[Mapping[str, object]], object]

_CREATED: Final = "lead.created_at"
_TYPES: Final[Mapping[Kind, type]] = {Kind.NUMBER: float, Kind.TEXT: str, Kind.FLAG: bool, Kind.DATE: date}


@dataclass(frozen=True, slots=True)
class OneLead:
    """What does not depend on the lead: the signals, the derived ones as functions, the fields they read."""

    specs: tuple[SignalSpec, ...]
    derived: Mapping[str, Derive]
    reads: Mapping[str, frozenset[str]]

    def assemble(self, cells: Mapping[str, Any], today: date) -> dict[str, Any] | None:
        """Every signal of one clean lead, and ``unreadable``. None where a cell is not of its usual type."""
        if type(cells.get(_CREATED, today)) not in (date, type(None)):
            return None
        values = {spec.name: _direct(spec, cells, today) for spec in self.specs if spec.expr is None}
        for name, derive in self.derived.items():
            values[name] = derive(values)
        for spec in self.specs:
            if spec.source == COMPLETENESS:
                values[spec.name] = self._completeness(values)
        if any(type(values[spec.name]) not in (_TYPES[spec.kind], type(None)) for spec in self.specs):
            return None
        fields = cells["triage.unreadable"] or ()
        unreadable = [name for name, reads in self.reads.items() if not reads.isdisjoint(fields)]
        return {"lead.id": cells["lead.id"], **values, "unreadable": unreadable}

    def _completeness(self, values: Mapping[str, object]) -> float:
        counted = [values[spec.name] is not None for spec in self.specs if is_counted(spec)]
        return float(sum(counted) * 100 // max(len(counted), 1))


def is_counted(spec: SignalSpec) -> bool:
    """Whether completeness counts a signal: a field that somebody could have filled in."""
    return spec.expr is None and spec.source != COMPLETENESS and not is_event(spec)


def _direct(spec: SignalSpec, cells: Mapping[str, Any], today: date) -> object:
    if is_event(spec):
        return cells.get(event_column(spec))
    source = spec.source or ""
    value = cells.get(source)
    if spec.measure is Measure.AGE_DAYS and type(value) is date:
        age = (today - value).days
        value = float(max(age, 0)) if age >= -1 else None
    if source.startswith(READING):
        confidence = cells.get(source + CONFIDENCE)
        value = None if confidence is None or confidence < (spec.min_confidence or 0) else value
    if spec.max_age is not None and (created := cells.get(_CREATED)) is not None:
        value = value if (today - created).days <= spec.max_age else None
    return value
