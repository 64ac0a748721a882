"""Training rows, looked at before anything is learned: what is odd is said, what is hopeless is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.assurance.ranking import auc, cell_scores, cells
from plumbline.domain.signals import COMPLETENESS
from plumbline.domain.words import Kind
from plumbline.learning.words import CannotLearnError, Code, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from plumbline.domain.signals import SignalSpec
    from plumbline.learning.bins import Floats

LEAD: Final = "lead.id"
AT: Final = "decided_at"
LABEL: Final = "label"
WEIGHT: Final = "weight"
DEFINITION: Final = "definition"
#: Beyond this a single signal is no signal but the outcome under another name (rule L4).
_TOO_GOOD: Final = 0.95
_TOO_GOOD_MISSING: Final = 0.80
_MANY: Final = 1_000
#: Leads with two outcomes: a few are left out, more than this share means that something is wrong.
_TWO_OUTCOMES: Final = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Leads with matured outcomes, oldest first. ``signals``: what can be learned from.

    ``timed``: whether rows have an order of time; without one they are in an order drawn by content.
    ``digest``: SHA-256 of the rows as they are learned from.
    """

    frame: pl.DataFrame
    signals: tuple[SignalSpec, ...]
    label: Floats
    weight: Floats
    timed: bool
    notes: tuple[Note, ...]

    @property
    def rarer(self) -> int:
        """Outcomes of the rarer kind."""
        good = int(self.label.sum())
        return min(good, self.label.size - good)

    @property
    def window(self) -> tuple[str, str]:
        """First and last moment of decision; empty without time."""
        if not self.timed:
            return "", ""
        return str(self.frame[AT].min()), str(self.frame[AT].max())

    @property
    def digest(self) -> str:
        """What names these rows."""
        names = sorted([*(spec.name for spec in self.signals), LABEL, WEIGHT])
        return hashlib.sha256(self.frame.select(names).write_csv().encode()).hexdigest()

    def without_completeness(self) -> Rows:
        """The same without the signal that speaks about missing data."""
        signals = tuple(spec for spec in self.signals if spec.source != COMPLETENESS)
        return Rows(self.frame, signals, self.label, self.weight, self.timed, self.notes)


def rows_of(table: pl.DataFrame, specs: Sequence[SignalSpec], *, as_of: datetime | None = None) -> Rows:
    """Rows to learn from. ``CannotLearnError`` where no verdict is possible.

    ``table``: a column per declared signal, ``lead.id``, ``label`` (null: not matured), and where known
    ``decided_at``, ``weight`` (1 / chance of being labelled) and ``definition``.
    """
    notes: list[Note] = []
    if not any(spec.name in table.columns for spec in specs):
        raise CannotLearnError(Note(Code.NOT_FOR_TRAINING, ""))
    frame = _labelled(table, notes, as_of)
    frame, timed = _ordered(frame, notes)
    label = frame[LABEL].cast(pl.Float64).to_numpy()
    if label.min() == label.max():
        raise CannotLearnError(
            Note(Code.ONE_CLASS, f"{label.size} leads, all {'good' if label[0] else 'bad'}.")
        )
    signals = tuple(_usable(frame, specs, notes))
    if not signals:
        raise CannotLearnError(Note(Code.NO_SIGNALS, ""))
    if telling := list(_telling(frame, signals, label)):
        raise CannotLearnError(Note(Code.TELLS_OUTCOME, f"Signals: {', '.join(telling)}."))
    if not any(spec.source == COMPLETENESS for spec in signals):
        notes.append(Note(Code.NO_COMPLETENESS, ""))
    return Rows(frame, signals, label, frame[WEIGHT].to_numpy(), timed, tuple(notes))


def _labelled(table: pl.DataFrame, notes: list[Note], as_of: datetime | None) -> pl.DataFrame:
    if LABEL not in table.columns:
        raise CannotLearnError(Note(Code.NO_LABELS, "There is no column 'label'."))
    if WEIGHT not in table.columns:
        notes.append(Note(Code.UNWEIGHTED, ""))
        table = table.with_columns(pl.lit(1.0).alias(WEIGHT))
    frame = table.filter(pl.col(LABEL).is_not_null() & (pl.col(WEIGHT) > 0)).with_columns(
        pl.col(WEIGHT).cast(pl.Float64)
    )
    if DEFINITION in frame.columns and frame[DEFINITION].drop_nulls().n_unique() > 1:
        said = ", ".join(sorted(frame[DEFINITION].drop_nulls().unique().cast(pl.String)))
        raise CannotLearnError(Note(Code.TWO_DEFINITIONS, f"Here: {said}."))
    if as_of is not None and AT in frame.columns:
        late = frame.filter(pl.col(AT) > as_of).height
        if late:
            notes.append(Note(Code.FUTURE, f"{late} leads are left out."))
            frame = frame.filter(pl.col(AT).is_null() | (pl.col(AT) <= as_of))
    frame = _consistent(frame, notes)
    if frame.is_empty():
        raise CannotLearnError(Note(Code.NO_LABELS, f"{table.height} leads, none with a label."))
    return frame


def _consistent(frame: pl.DataFrame, notes: list[Note]) -> pl.DataFrame:
    if LEAD not in frame.columns:
        return frame
    outcomes = frame.group_by(LEAD).agg(pl.col(LABEL).n_unique().alias("outcomes"))
    both = outcomes.filter(pl.col("outcomes") > 1)[LEAD]
    if not both.len():
        return frame
    about = f"{both.len()} of {outcomes.height} leads."
    if both.len() > max(1, _TWO_OUTCOMES * outcomes.height):
        raise CannotLearnError(Note(Code.CONTRADICTORY, about))
    notes.append(Note(Code.CONTRADICTORY, f"{about} They are left out."))
    return frame.filter(~pl.col(LEAD).is_in(both.implode()))


def _ordered(frame: pl.DataFrame, notes: list[Note]) -> tuple[pl.DataFrame, bool]:
    """By time; without it in an order drawn by content, so that equal rows stay together."""
    if AT in frame.columns and frame[AT].drop_nulls().n_unique() > 1:
        return frame.sort(AT, maintain_order=True, nulls_last=False), True
    notes.append(Note(Code.NO_TIME, ""))
    content = frame.drop(LEAD, AT, LABEL, WEIGHT, strict=False)
    lines = content.select(
        pl.concat_str(pl.all().cast(pl.String).fill_null("\x00"), separator="\x1f")
    ).to_series()
    drawn = [hashlib.sha256(line.encode()).hexdigest() for line in lines]
    return frame.with_columns(pl.Series("_drawn", drawn)).sort("_drawn", maintain_order=True).drop(
        "_drawn"
    ), False


def _usable(frame: pl.DataFrame, specs: Sequence[SignalSpec], notes: list[Note]) -> Iterator[SignalSpec]:
    for spec in specs:
        if spec.name not in frame.columns:
            continue
        distinct = frame[spec.name].drop_nulls().n_unique()
        if spec.kind is Kind.DATE:
            notes.append(Note(Code.DATE, f"Signal: {spec.name}."))
        elif distinct < 2:
            notes.append(Note(Code.CONSTANT, f"Signal: {spec.name}."))
        else:
            if spec.kind is Kind.TEXT and distinct > _MANY:
                notes.append(Note(Code.MANY_LABELS, f"Signal: {spec.name}, {distinct:,} labels."))
            yield spec


def _telling(frame: pl.DataFrame, signals: Sequence[SignalSpec], label: Floats) -> Iterator[str]:
    whole = label.astype(np.int64)
    for spec in signals:
        codes, _ = cells(frame[spec.name])
        if auc(cell_scores(codes, whole), whole).low > _TOO_GOOD:
            yield spec.name
        elif spec.source != COMPLETENESS:
            missing = (codes == -1).astype(np.float64)
            found = auc(missing, whole).value
            if max(found, 1 - found) > _TOO_GOOD_MISSING:
                yield f"{spec.name} (whether it is filled in)"
