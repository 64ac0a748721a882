"""Everything a decision is made with, as data: policy, scorecard, how cells are read, draw keys."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from plumbline.domain.fields import EXTRA, READING, RECEIVED
from plumbline.domain.issues import Issue, Severity
from plumbline.domain.signals import Measure
from plumbline.domain.words import Kind
from plumbline.ledger.canonical import canonical
from plumbline.policy import compile_policy
from plumbline.policy.conditions import to_polars, to_row
from plumbline.scorecard import Cap, Scorecard, written
from plumbline.scorecard.mix import mix_of, with_mix
from plumbline.scorecard.own_bands import own_bands
from plumbline.signals import Assembler
from plumbline.triage import derivable
from plumbline.triage.wanted import lists_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from plumbline.policy import CompiledPolicy

#: Words a form writes into a field that nobody filled. A mapping may say otherwise.
BLANK_WORDS: Final = (
    "select",
    "n/a",
    "na",
    "none",
    "null",
    "nan",
    "-",
    "--",
    "?",
    "unknown",
    "not provided",
    "#value!",
)


@dataclass(frozen=True, slots=True)
class CellReading:
    """How received cells are read: words that mean blank, and date formats per field."""

    blank_words: tuple[str, ...] = BLANK_WORDS
    date_formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Bundle:
    """A compiled policy with its scorecard, ready to qualify. Made by ``compile_bundle``."""

    policy: CompiledPolicy
    card: Scorecard
    cells: CellReading
    draw_key: bytes
    assembler: Assembler
    kinds: Mapping[str, Kind]

    @property
    def reads(self) -> bool:
        """Whether the policy declares a reading. Without one no message is read."""
        return any((spec.source or "").startswith(READING) for spec in self.policy.signals)

    @cached_property
    def derives(self) -> frozenset[str]:
        """The normal forms and flags that the policy wants; no others are worked out."""
        return derivable(spec.source for spec in self.policy.signals if spec.source is not None)

    @property
    def hash(self) -> str:
        """Two bundles with one hash decide alike. The draw key enters as its hash: it stays secret."""
        return sha256(canonical(self.versions())).hexdigest()

    def versions(self) -> dict[str, object]:
        """The parts of the bundle by their hashes."""
        return {
            "policy": self.policy.hash,
            "scorecard": self.card.hash,
            "cells": sha256(canonical(self._reading())).hexdigest(),
            "draw_key": sha256(self.draw_key).hexdigest(),
        }

    def _reading(self) -> dict[str, object]:
        """How cells are read, and the lists that normal forms are made with where any is wanted."""
        lists = {"lists": lists_hash()} if self.derives else {}
        return cells_json(self.cells) | lists

    def with_mix_of(self, signals: pl.DataFrame) -> Bundle:
        """The bundle that weighs unknown values by how often each known value occurs in these signals."""
        return replace(self, card=with_mix(self.card, mix_of(signals, self.card)))


def cells_json(cells: CellReading) -> dict[str, object]:
    """The settings of cell reading as canonical data."""
    return {"blank_words": sorted(cells.blank_words), "date_formats": dict(cells.date_formats)}


def cells_of(data: object) -> CellReading:
    """Settings of cell reading as ``cells_json`` gave them."""
    if not isinstance(data, dict):
        raise TypeError("no settings of cell reading")
    return CellReading(tuple(data["blank_words"]), dict(data["date_formats"]))


def compile_bundle(
    text: str, *, draw_key: bytes, cells: CellReading | None = None
) -> tuple[Bundle | None, list[Issue]]:
    """Compile a policy file and its written scorecard.

    Returns:
        The bundle, or None where an error blocks it; and all problems, in the order of the file.
    """
    policy, issues = compile_policy(text)
    if policy is None:
        return None, issues
    card, more = written_card(policy)
    problems = [*issues, *more]
    if card is None or any(issue.severity is Severity.ERROR for issue in problems):
        return None, problems
    return bundle_of(policy, card, draw_key=draw_key, cells=cells or CellReading()), problems


def written_card(policy: CompiledPolicy) -> tuple[Scorecard | None, list[Issue]]:
    """The scorecard that is written in the policy."""
    specs = {spec.name: spec for spec in policy.signals}
    caps = [Cap(cap.name, cap.signals, cap.low, cap.high) for cap in policy.caps]
    return written(policy.scorecard, specs, caps=caps, base=policy.base_points, name=policy.name)


def bundle_of(policy: CompiledPolicy, card: Scorecard, *, draw_key: bytes, cells: CellReading) -> Bundle:
    """Put the parts together. A learned card brings its own bands along."""
    if (bands := own_bands(card)) is not None and bands != policy.bands:
        policy = replace(policy, bands=bands)
    derived = {
        name: (to_polars(expression.tree), expression.fields) for name, expression in policy.derived.items()
    }
    rows = {name: to_row(expression.tree) for name, expression in policy.derived.items()}
    assembler = Assembler(policy.signals, derived, rows)
    return Bundle(policy, card, cells, draw_key, assembler, field_kinds(policy))


def field_kinds(policy: CompiledPolicy) -> dict[str, Kind]:
    """The kind each received field is read as: the lead model's, and for extra fields what signals need."""
    kinds = {name: received.kind for name, received in RECEIVED.items()}
    for spec in policy.signals:
        if spec.source is not None and spec.source.startswith(EXTRA):
            kinds[spec.source] = Kind.DATE if spec.measure is Measure.AGE_DAYS else spec.kind
    return kinds
