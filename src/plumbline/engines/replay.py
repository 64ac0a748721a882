"""A changed policy over past leads: who would move, from where to where, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.words import RuleOutcome
from plumbline.qualify.path import requalify
from plumbline.qualify.record import decisions_of, inputs_of
from plumbline.scorecard.evaluate import TERM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from plumbline.qualify.bundle import Bundle
    from plumbline.store import RunFolder

#: What a lead can move in, in the order people ask.
_MOVES: Final = ("route", "band", "action", "owner", "proposes")


@dataclass(frozen=True, slots=True)
class Move:
    """One lead that a changed policy treats otherwise. ``changes`` maps what moved to (from, to)."""

    lead_id: str
    changes: Mapping[str, tuple[str | None, str | None]]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rerun:
    """A policy replayed over a run. ``flows`` counts (from route, to route); ``moved`` leads have a change.

    ``owners`` is the load per owner as (before, after). ``moves`` holds the first leads that moved.
    """

    leads: int
    moved: int
    flows: tuple[tuple[str, str, int], ...]
    bands: tuple[tuple[str, str, int], ...]
    owners: Mapping[str, tuple[int, int]]
    causes: tuple[tuple[str, int], ...]
    moves: tuple[Move, ...]


def rerun(folder: RunFolder, old: Bundle, new: Bundle, *, as_of: datetime, show: int = 20) -> Rerun:
    """Decide every recorded lead of a run again under another policy, as of the same moment."""
    return compare(_pairs(folder, new, as_of), old, new, show=show)


def compare(
    pairs: Iterable[tuple[pl.DataFrame, pl.DataFrame]], old: Bundle, new: Bundle, *, show: int = 20
) -> Rerun:
    """Hold decisions of two policies against each other; each pair holds the same leads in one order."""
    leads = moved = 0
    flows, bands, causes = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[str]()
    before, after = Counter[str](), Counter[str]()
    moves: list[Move] = []
    for was, now in pairs:
        leads += was.height
        flows.update(zip(was["route"], now["route"], strict=True))
        bands.update((a or "-", b or "-") for a, b in zip(was["band"], now["band"], strict=True))
        before.update(was["owner"])
        after.update(now["owner"])
        changed = _changed(was, now)
        moved += int(changed.sum())
        for move in _moves(was.filter(changed), now.filter(changed), old, new):
            causes.update(move.why)
            moves.append(move)
        moves = moves[:show]
    return Rerun(
        leads,
        moved,
        flows=_counted(flows),
        bands=_counted(bands),
        owners={name: (before[name], after[name]) for name in sorted(before | after)},
        causes=tuple(causes.most_common()),
        moves=tuple(moves),
    )


def _pairs(folder: RunFolder, new: Bundle, as_of: datetime) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    for index in folder.parts():
        records = folder.read_part(index).filter(pl.col("lead.id").is_not_null())
        if records.height:
            yield decisions_of(records), requalify(inputs_of(records), bundle=new, as_of=as_of)


def _changed(was: pl.DataFrame, now: pl.DataFrame) -> pl.Series:
    same = [was[name].eq_missing(now[name]) for name in _MOVES]
    return (
        ~pl.DataFrame([column.alias(str(at)) for at, column in enumerate(same)])
        .select(pl.all_horizontal(pl.all()))
        .to_series()
    )


def _counted(flows: Counter[tuple[str, str]]) -> tuple[tuple[str, str, int], ...]:
    moved = ((start, end, count) for (start, end), count in flows.items() if start != end)
    return tuple(sorted(moved, key=lambda line: (-line[2], line[:2])))


def _moves(was: pl.DataFrame, now: pl.DataFrame, old: Bundle, new: Bundle) -> Iterator[Move]:
    for before, after in zip(was.iter_rows(named=True), now.iter_rows(named=True), strict=True):
        changes = {name: (before[name], after[name]) for name in _MOVES if before[name] != after[name]}
        yield Move(before["lead.id"], changes, _why(before, after, old, new))


def _why(before: dict[str, object], after: dict[str, object], old: Bundle, new: Bundle) -> tuple[str, ...]:
    """Rules that answer otherwise and terms whose points differ; else it is the bands, routes or owners."""
    reasons = (*_rule_changes(before, after, old, new), *_point_changes(before, after, old, new))
    return reasons or ("other cut-offs, routes, owners or actions",)


def _rule_changes(
    before: dict[str, object], after: dict[str, object], old: Bundle, new: Bundle
) -> Iterator[str]:
    was, now = _answers(before, old), _answers(after, new)
    for rule in dict.fromkeys([*was, *now]):
        said = (was.get(rule), now.get(rule))
        # A rule that was not there and now misses, or missed and is gone, moves nobody.
        if said[0] is not said[1] and set(said) != {None, RuleOutcome.MISS}:
            yield f"rule {rule}: {_said(said[0])}, now {_said(said[1])}"


def _answers(row: dict[str, object], bundle: Bundle) -> dict[str, RuleOutcome]:
    letters = str(row["rules"] or "")
    return {rule.id: RuleOutcome(letter) for rule, letter in zip(bundle.policy.rules, letters, strict=False)}


def _said(outcome: RuleOutcome | None) -> str:
    return "not there" if outcome is None else outcome.word


def _point_changes(
    before: dict[str, object], after: dict[str, object], old: Bundle, new: Bundle
) -> Iterator[str]:
    labels = {term.id: term.label for card in (old.card, new.card) for term in card.terms}
    for column in dict.fromkeys([*before, *after]):
        if column.startswith(TERM) and (was := before.get(column) or 0) != (now := after.get(column) or 0):
            name = column.removeprefix(TERM)
            yield f"{labels.get(name, name)}: {was:+} points, now {now:+}"
