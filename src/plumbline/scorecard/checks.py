"""Whether a card makes sense as a whole. Everything that scores a card relies on these rules."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from plumbline.domain.words import Kind
from plumbline.scorecard.encode import is_text
from plumbline.scorecard.model import MISSING, MISSING_LABEL, SCHEMA_VERSION, Scorecard, SignalBins, Term
from plumbline.scorecard.problems import Problem, problem
from plumbline.scorecard.ties import tied

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from plumbline.domain.issues import Issue
    from plumbline.domain.words import Dimension
    from plumbline.scorecard.model import Cap

#: Points of one cell, and of a cap's bound, stay inside Int16 even when a cap swallows all its terms.
MAX_POINTS: Final = 1_000
MAX_BOUND: Final = 10_000
MAX_CAP_TERMS: Final = 20
MAX_TERMS: Final = 200
MAX_BINS: Final = 4_096
MAX_LABELS: Final = 20_000
#: Joint bins of the signals that pairs tie together: what exact ranges enumerate. Beyond it, no card.
MAX_JOINT: Final = 65_536
MAX_TEXT: Final = 500

SIGNAL_NAME: Final = r"^[A-Za-z_][A-Za-z0-9_]{0,63}$"
TERM_NAME: Final = r"^[A-Za-z_][A-Za-z0-9_]{0,63}(\*[A-Za-z_][A-Za-z0-9_]{0,63})?$"


def check(card: Scorecard) -> list[Issue]:
    """All problems of a card, in reading order; empty when it can score."""
    found = [*_whole(card), *_names(card)]
    for signal in card.signals:
        found += _signal(signal)
    if found:  # what follows counts cells, which needs sound signals and names
        return found
    by_name = {signal.name: signal for signal in card.signals}
    found = list(chain.from_iterable(_term(term, by_name) for term in card.terms))
    found += [*_used(card), *cap_problems(card.caps, {term.id: term.dimension for term in card.terms})]
    return found or [*_pairs(card), *_joint(card, by_name), *_mix(card)]


def cap_problems(caps: Sequence[Cap], dimensions: Mapping[str, Dimension]) -> Iterator[Issue]:
    """Problems of caps, given the dimension of every term."""
    for name in _twice(cap.id for cap in caps):
        yield problem(Problem.NAME, f"two caps are called '{name}'", f"caps.{name}")
    for term in _twice(chain.from_iterable(cap.terms for cap in caps)):
        yield problem(Problem.CAP, f"'{term}' is capped twice; a term belongs to one cap", "caps")
    for cap in caps:
        for message in _cap(cap, dimensions):
            yield problem(Problem.CAP, message, f"caps.{cap.id}")


def _cap(cap: Cap, dimensions: Mapping[str, Dimension]) -> Iterator[str]:
    if not re.fullmatch(SIGNAL_NAME, cap.id):
        yield "its name needs letters, digits and underscores"
    if not 1 <= len(cap.terms) <= MAX_CAP_TERMS:
        yield f"a cap holds 1 to {MAX_CAP_TERMS} terms, this one {len(cap.terms)}"
    for term in cap.terms:
        if term not in dimensions:
            yield f"'{term}' is not a term of this card"
    if len({dimensions[term] for term in cap.terms if term in dimensions}) > 1:
        yield "all its terms must speak about one dimension"
    yield from _bounds(cap)


def _bounds(cap: Cap) -> Iterator[str]:
    bounds = [bound for bound in (cap.min, cap.max) if bound is not None]
    if not bounds:
        yield "give it a min, a max or both"
    if any(abs(bound) > MAX_BOUND for bound in bounds):
        yield f"its bounds must lie between -{MAX_BOUND} and {MAX_BOUND}"
    # A cap that moved an empty form away from 0 points would give points for missing.
    if (cap.min is not None and cap.min > 0) or (cap.max is not None and cap.max < 0):
        yield "min must be 0 or less and max 0 or more, so that unknown signals count 0"


def _whole(card: Scorecard) -> Iterator[Issue]:
    if card.schema_version != SCHEMA_VERSION:
        yield problem(Problem.VERSION, f"this Plumbline reads version {SCHEMA_VERSION}", "schema_version")
    if not card.terms:
        yield problem(Problem.NO_TERMS, "a scorecard needs at least one term", "terms")
    if max(len(card.terms), len(card.signals)) > MAX_TERMS:
        yield problem(Problem.SIZE, f"at most {MAX_TERMS} terms and {MAX_TERMS} signals", "terms")
    if abs(card.base) > MAX_BOUND:
        yield problem(Problem.POINTS, f"must lie between -{MAX_BOUND} and {MAX_BOUND}", "base")
    if not 1 <= card.scale <= MAX_POINTS:
        yield problem(Problem.POINTS, f"must lie between 1 and {MAX_POINTS}", "scale")


def _names(card: Scorecard) -> Iterator[Issue]:
    for place, pattern, names in (
        ("signals", SIGNAL_NAME, [signal.name for signal in card.signals]),
        ("terms", TERM_NAME, [term.id for term in card.terms]),
    ):
        for name in names:
            if not re.fullmatch(pattern, name):
                yield problem(Problem.NAME, f"'{name}' needs letters, digits and underscores", place)
        for name in _twice(names):
            yield problem(Problem.NAME, f"'{name}' stands here twice", place)
    texts = [card.name, *(signal.label for signal in card.signals), *(term.label for term in card.terms)]
    texts += chain.from_iterable(signal.labels for signal in card.signals)
    if not all(_readable(text) for text in texts):
        yield problem(Problem.NAME, f"names and labels are 1 to {MAX_TEXT} characters of plain text")


def _readable(text: str) -> bool:
    return 0 < len(text) <= MAX_TEXT and is_text(text)


def _signal(signal: SignalBins) -> Iterator[Issue]:
    at = f"signals.{signal.name}"
    if signal.known > MAX_BINS:
        yield problem(Problem.SIZE, f"at most {MAX_BINS} bins", at)
    yield from (problem(Problem.NUMBER, message, at) for message in _numbers(signal))
    yield from (problem(Problem.SIGNAL, message, at) for message in _fit(signal))
    yield from (problem(Problem.LABEL_TWICE, message, at) for message in _groups(signal))


def _fit(signal: SignalBins) -> Iterator[str]:
    number = bool(signal.cuts or signal.specials) or signal.low is not None or signal.high is not None
    if signal.kind is Kind.DATE:
        yield "a date cannot be scored"
    if number and signal.kind is not Kind.NUMBER:
        yield "only numbers have cuts, special values, low and high"
    if signal.groups and signal.kind is not Kind.TEXT:
        yield "only text has groups of labels"
    if signal.completeness and signal.kind is not Kind.NUMBER:
        yield "completeness is a number"
    if len({*signal.labels, MISSING_LABEL, signal.bin_label(signal.unseen)}) < signal.axis:
        yield "labels must tell its bins apart"
    if signal.known != _bins(signal) or not signal.known:
        yield f"{_bins(signal)} known bins need as many labels, not {signal.known}"


def _bins(signal: SignalBins) -> int:
    if signal.kind is Kind.NUMBER:
        return len(signal.cuts) + 1 + len(signal.specials)
    return len(signal.groups) if signal.kind is Kind.TEXT else 2


def _numbers(signal: SignalBins) -> Iterator[str]:
    edges = [edge for edge in (signal.low, *signal.cuts, signal.high) if edge is not None]
    if not all(math.isfinite(value) for value in (*edges, *signal.specials)):
        yield "numbers must be finite"
    if any(left >= right for left, right in pairwise(edges)):
        yield "low, cuts and high must ascend"
    if any(left >= right for left, right in pairwise(signal.specials)):
        yield "special values must ascend"


def _groups(signal: SignalBins) -> Iterator[str]:
    labels = list(chain.from_iterable(signal.groups))
    if len(labels) > MAX_LABELS or not all(signal.groups) or not all(_readable(label) for label in labels):
        yield f"groups hold 1 to {MAX_LABELS} labels of 1 to {MAX_TEXT} characters"
    for label in _twice(labels):
        yield f"'{label}' stands in two groups"


def _term(term: Term, signals: Mapping[str, SignalBins]) -> Iterator[Issue]:
    at = f"terms.{term.id}"
    if len(term.signals) not in {1, 2} or len(set(term.signals)) != len(term.signals):
        yield problem(Problem.TABLE, "a term speaks about one signal, or about a pair", at)
    elif unknown := [name for name in term.signals if name not in signals]:
        yield problem(Problem.UNKNOWN_SIGNAL, f"the card does not describe {', '.join(unknown)}", at)
    else:
        yield from _cells(term, [signals[name] for name in term.signals], at)


def _cells(term: Term, axes: Sequence[SignalBins], at: str) -> Iterator[Issue]:
    cells = math.prod(signal.axis for signal in axes)
    if cells > MAX_JOINT:
        yield problem(Problem.SIZE, f"at most {MAX_JOINT} cells", at)
        return
    for part in (term.points, term.intervals, term.rows):
        if part is not None and len(part) != cells:
            yield problem(Problem.TABLE, f"{cells} cells need as many values, not {len(part)}", at)
            return
    if any(abs(points) > MAX_POINTS for points in term.points):
        yield problem(Problem.POINTS, f"points lie between -{MAX_POINTS} and {MAX_POINTS}", at)
    if any(term.points[cell] for cell in _missing_cells(axes)):
        yield problem(Problem.MISSING_POINTS, "points for missing must be 0", at)
    if any(low > high for low, high in term.intervals or ()) or any(rows < 0 for rows in term.rows or ()):
        yield problem(Problem.TABLE, "an interval is upside down, or a count is below 0", at)


def _missing_cells(axes: Sequence[SignalBins]) -> Iterator[int]:
    strides = (*(signal.axis for signal in axes[1:]), 1)
    for cell in range(math.prod(signal.axis for signal in axes)):
        codes = (cell // stride % signal.axis for signal, stride in zip(axes, strides, strict=True))
        if any(code == MISSING and not axis.completeness for code, axis in zip(codes, axes, strict=True)):
            yield cell


def _used(card: Scorecard) -> Iterator[Issue]:
    used = Counter(term.signals[0] for term in card.terms if len(term.signals) == 1)
    for signal in card.signals:
        if used[signal.name] != 1:
            message = f"needs exactly one term of its own, has {used[signal.name]}"
            yield problem(Problem.SIGNAL, message, f"signals.{signal.name}")


def _pairs(card: Scorecard) -> Iterator[Issue]:
    cap_of = {term: cap.id for cap in card.caps for term in cap.terms}
    home = {t.signals[0]: (t.dimension, cap_of.get(t.id)) for t in card.terms if len(t.signals) == 1}
    pairs = [term for term in card.terms if len(term.signals) == 2]
    for term in pairs:
        if {home[name] for name in term.signals} != {(term.dimension, cap_of.get(term.id))}:
            message = "a pair and both its signals must share dimension and cap"
            yield problem(Problem.PAIR, message, f"terms.{term.id}")
    for names in _twice(" and ".join(sorted(term.signals)) for term in pairs):
        yield problem(Problem.PAIR, f"two pairs speak about {names}", "terms")


def _joint(card: Scorecard, signals: Mapping[str, SignalBins]) -> Iterator[Issue]:
    for block in tied(card):
        cells = math.prod(signals[name].axis for name in block)
        if cells > MAX_JOINT:
            message = (
                f"pairs tie {', '.join(block)} together into {cells} joint bins, more than {MAX_JOINT}: "
                "exact ranges would be too slow; use fewer pairs or bins"
            )
            yield problem(Problem.SIZE, message, "terms")


def _mix(card: Scorecard) -> Iterator[Issue]:
    if card.mix is None:
        return
    for name in sorted(card.mix.keys() ^ {signal.name for signal in card.signals}):
        yield problem(Problem.MIX, f"the mix and the signals differ in '{name}'", "mix")
    for signal in card.signals:
        counts = card.mix.get(signal.name, (0,) * (signal.known + 1))
        if len(counts) != signal.known + 1 or any(not 0 <= count < 2**40 for count in counts):
            message = f"needs {signal.known + 1} counts of 0 or more (unseen last)"
            yield problem(Problem.MIX, message, f"mix.{signal.name}")


def _twice(items: Iterable[str]) -> list[str]:
    return [item for item, count in Counter(items).items() if count > 1]
