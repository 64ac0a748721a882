"""Decide a recorded lead again, and name what a difference comes from (law 4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plumbline.ledger.canonical import canonical_rows
from plumbline.qualify.path import requalify
from plumbline.qualify.record import decisions_of, inputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import polars as pl

    from plumbline.qualify.bundle import Bundle


class Cause(StrEnum):
    """What a difference between a recorded decision and its replay can come from."""

    DATA = "data"
    RULE = "rule"
    SCORECARD = "scorecard"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Difference:
    """One column of a decision that came out otherwise."""

    column: str
    recorded: object
    replayed: object


@dataclass(frozen=True, slots=True)
class Replayed:
    """The outcome of a replay. ``causes`` is empty where the same bytes came out."""

    lead_id: str
    differences: tuple[Difference, ...]
    causes: tuple[Cause, ...]

    @property
    def same(self) -> bool:
        """Whether the same bytes came out, of a row that nobody changed."""
        return not self.causes


def replay(
    recorded: pl.DataFrame,
    *,
    bundle: Bundle,
    as_of: datetime,
    versions: Mapping[str, object],
    intact: bool = True,
) -> Replayed:
    """Decide one recorded lead again.

    Args:
        recorded: one row of a run's records.
        bundle: what to decide with now.
        as_of: the moment of the recorded decision.
        versions: the hashes that the run was recorded with, as ``Bundle.versions`` gives them.
        intact: whether the stored row still is the one the ledger committed to.
    """
    was = decisions_of(recorded)
    now = requalify(inputs_of(recorded), bundle=bundle, as_of=as_of).drop("row")
    if intact and canonical_rows(was).to_list() == canonical_rows(now).to_list():
        return Replayed(recorded.item(0, "lead.id"), (), ())
    return Replayed(
        recorded.item(0, "lead.id"),
        _differences(was, now),
        _causes(bundle.versions(), versions, intact=intact),
    )


def _differences(was: pl.DataFrame, now: pl.DataFrame) -> tuple[Difference, ...]:
    before, after = was.row(0, named=True), now.row(0, named=True)
    names = dict.fromkeys([*before, *after])
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple(Difference(name, old, new) for name, old, new in pairs if old != new)


def _causes(now: Mapping[str, object], then: Mapping[str, object], *, intact: bool) -> tuple[Cause, ...]:
    """The parts that changed. When none of them did and the answer still differs, the code has."""
    changed = {
        Cause.DATA: not intact or now["cells"] != then["cells"],
        Cause.RULE: now["policy"] != then["policy"] or now["draw_key"] != then["draw_key"],
        Cause.SCORECARD: now["scorecard"] != then["scorecard"],
    }
    return tuple(cause for cause, differs in changed.items() if differs) or (Cause.CODE,)
