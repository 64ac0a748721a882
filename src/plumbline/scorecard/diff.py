"""What differs between two cards, in words."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.scorecard.model import Cap, Scorecard, Term


def diff(old: Scorecard, new: Scorecard) -> list[str]:
    """One sentence per difference; empty when the cards are the same."""
    found = [*_whole(old, new), *_terms(old, new), *_caps(old, new), *_rest(old, new)]
    if not found and old != new:
        return ["Only names or the order of signals and terms differ"]
    return found


def _whole(old: Scorecard, new: Scorecard) -> Iterator[str]:
    for name, before, after in (
        ("Base", old.base, new.base),
        ("Points that double the odds", old.scale, new.scale),
        ("Provenance", str(old.provenance), str(new.provenance)),
    ):
        if before != after:
            yield f"{name}: {before} -> {after}"


def _terms(old: Scorecard, new: Scorecard) -> Iterator[str]:
    before, after = ({term.id: term for term in card.terms} for card in (old, new))
    yield from (f"{before[name].label} no longer counts" for name in before if name not in after)
    for name, term in after.items():
        if name not in before:
            yield f"{term.label} is new: {_listed(_cells(new, term))}"
        else:
            yield from _term(old, before[name], new, term)


def _term(old: Scorecard, before: Term, new: Scorecard, after: Term) -> Iterator[str]:
    if before.dimension != after.dimension:
        yield f"{after.label} moves from {before.dimension} to {after.dimension}"
    if before.label != after.label:
        yield f"{before.label} is now called {after.label}"
    was, now = _cells(old, before), _cells(new, after)
    if list(was) != list(now):
        yield f"{after.label} has other bins: {_listed(was)} -> {_listed(now)}"
    else:
        yield from (
            f"{after.label}, {bin_}: {was[bin_]} -> {now[bin_]} points"
            for bin_ in was
            if was[bin_] != now[bin_]
        )
        yield from _edges(old, new, after)


def _edges(old: Scorecard, new: Scorecard, term: Term) -> Iterator[str]:
    """Bins that keep their names and yet hold other values."""
    if len(term.signals) == 1:
        before, after = old.signal(term.signals[0]), new.signal(term.signals[0])
        if replace(before, label=after.label) != after:
            yield f"{term.label} has bins of the same names that hold other values"


def _cells(card: Scorecard, term: Term) -> dict[str, int]:
    """Points by the words for a cell."""
    axes = [card.signal(name) for name in term.signals]
    words = product(*([axis.bin_label(code) for code in range(axis.axis)] for axis in axes))
    return {", ".join(cell): points for cell, points in zip(words, term.points, strict=True)}


def _listed(cells: dict[str, int]) -> str:
    return "; ".join(f"{bin_} {points}" for bin_, points in cells.items() if points) or "0 points everywhere"


def _caps(old: Scorecard, new: Scorecard) -> Iterator[str]:
    before, after = ({cap.id: cap for cap in card.caps} for card in (old, new))
    yield from (f"Cap {name} is gone" for name in before if name not in after)
    for name, cap in after.items():
        if name not in before:
            yield f"Cap {name} is new: {_cap(cap)}"
        elif before[name] != cap:
            yield f"Cap {name}: {_cap(before[name])} -> {_cap(cap)}"


def _cap(cap: Cap) -> str:
    bounds = [
        f"{word} {bound}"
        for word, bound in (("at least", cap.min), ("at most", cap.max))
        if bound is not None
    ]
    return f"{', '.join(cap.terms)} together {' and '.join(bounds)}"


def _rest(old: Scorecard, new: Scorecard) -> Iterator[str]:
    """Parts that change no points."""
    for name, before, after in (
        ("The calibration", old.calibration, new.calibration),
        ("The mix that unknown signals are drawn from", old.mix, new.mix),
        ("The training manifest", old.manifest, new.manifest),
    ):
        if before != after:
            yield f"{name} is another one"
    evidence = [[(term.id, term.intervals, term.rows) for term in card.terms] for card in (old, new)]
    if evidence[0] != evidence[1] and {t[0] for t in evidence[0]} == {t[0] for t in evidence[1]}:
        yield "The intervals or row counts behind the points are others"
