"""Random cards and leads, and a slow evaluator in plain Python that shares no code with the fast one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import polars as pl
from hypothesis import strategies as st

from plumbline.domain.bands import Cutoffs
from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard.model import Cap, Scorecard, SignalBins, Term
from plumbline.scorecard.ties import tied

DTYPES = {Kind.NUMBER: pl.Float64, Kind.TEXT: pl.String, Kind.FLAG: pl.Boolean}
LETTERS = ("a", "b", "c", "d", "e")
CUTOFFS = Cutoffs(12, 4, -3)


@dataclass(frozen=True)
class Case:
    """A card, cut-offs and leads (signal to value, ``None`` for unknown)."""

    card: Scorecard
    cutoffs: Cutoffs
    leads: tuple[dict, ...]

    @property
    def frame(self) -> pl.DataFrame:
        return frame(self.card, self.leads)


def frame(card: Scorecard, leads) -> pl.DataFrame:
    schema = {signal.name: DTYPES[signal.kind] for signal in card.signals}
    return pl.DataFrame([{name: lead[name] for name in schema} for lead in leads], schema=schema)


# --- strategies ---------------------------------------------------------------------------------------------


@st.composite
def number_bins(draw, name: str, *, completeness: bool = False) -> SignalBins:
    edges = sorted(draw(st.sets(st.sampled_from((-5.0, -0.5, 0.0, 1.0, 2.5, 10.0)), max_size=4)))
    low = edges.pop(0) if edges and draw(st.booleans()) else None
    high = edges.pop() if edges and draw(st.booleans()) else None
    specials = tuple(draw(st.sets(st.sampled_from((0.0, 1.0, 7.0)), max_size=1)))
    labels = tuple(f"bin {place}" for place in range(len(edges) + 1 + len(specials)))
    ends = (tuple(edges), specials, low, high)
    return SignalBins(name, Kind.NUMBER, name.title(), labels, *ends, completeness=completeness)


@st.composite
def text_bins(draw, name: str) -> SignalBins:
    labels = draw(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=4, unique=True))
    split = draw(st.integers(0, len(labels) - 1))
    groups = tuple(tuple(group) for group in (labels[:split], labels[split:]) if group)
    return SignalBins(name, Kind.TEXT, name.title(), tuple(" | ".join(g) for g in groups), groups=groups)


def flag_bins(name: str) -> st.SearchStrategy[SignalBins]:
    return st.just(SignalBins(name, Kind.FLAG, name.title(), ("no", "yes")))


@st.composite
def tables(draw, axes) -> tuple[int, ...]:
    points = st.integers(-9, 9)
    cells = product(*(range(axis.axis) for axis in axes))
    blank = (
        any(code == 0 and not axis.completeness for code, axis in zip(cell, axes, strict=True))
        for cell in cells
    )
    return tuple(0 if is_blank else draw(points) for is_blank in blank)


@st.composite
def cards(draw, *, signals: int = 4, pairs: bool = True, mix: bool | None = None) -> Scorecard:
    names = [f"s{place}" for place in range(draw(st.integers(1, signals)))]
    bins = [draw(st.one_of(number_bins(name), text_bins(name), flag_bins(name))) for name in names]
    if draw(st.booleans()):
        bins.append(draw(number_bins("filled", completeness=True)))
    dimensions = {each.name: draw(st.sampled_from(Dimension)) for each in bins}
    terms = [Term(b.name, b.label, dimensions[b.name], (b.name,), draw(tables([b]))) for b in bins]
    if pairs:
        terms += draw(pair_terms(bins, dimensions))
    card = Scorecard("card", tuple(bins), tuple(terms), base=draw(st.integers(-5, 5)))
    counts = draw(mixes(bins)) if draw(st.booleans() if mix is None else st.just(mix)) else None
    return Scorecard(card.name, card.signals, card.terms, draw(caps(card)), card.base, mix=counts)


@st.composite
def pair_terms(draw, bins, dimensions) -> list[Term]:
    pairs = [(one, two) for one in bins for two in bins if one.name != two.name]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else []
    terms, seen = [], set()
    for one, two in chosen:
        if dimensions[one.name] == dimensions[two.name] and {one.name, two.name} not in seen:
            seen.add(frozenset((one.name, two.name)))
            names, points = (one.name, two.name), draw(tables([one, two]))
            terms.append(Term("*".join(names), "Pair", dimensions[one.name], names, points))
    return terms


@st.composite
def caps(draw, card: Scorecard) -> tuple[Cap, ...]:
    result = []
    for dimension in Dimension:
        mains = {term.signals[0] for term in card.terms if term.dimension is dimension}
        groups = [group for group in tied(card) if mains & set(group)]
        capped = draw(st.lists(st.sampled_from(groups), unique=True)) if groups else []
        inside = tuple(t.id for t in card.terms if any(t.signals[0] in group for group in capped))
        if inside:
            low, high = draw(st.one_of(st.none(), st.integers(-8, 0))), draw(st.integers(0, 8))
            result.append(Cap(f"cap_{dimension}", inside, low, high))
    return tuple(result)


@st.composite
def mixes(draw, bins) -> dict[str, tuple[int, ...]]:
    return {b.name: tuple(draw(st.integers(0, 6)) for _ in range(b.known + 1)) for b in bins}


def values(signal: SignalBins) -> st.SearchStrategy:
    if signal.kind is Kind.FLAG:
        return st.sampled_from((None, True, False))
    if signal.kind is Kind.TEXT:
        return st.sampled_from((None, *LETTERS, ""))
    edges = [e for e in (signal.low, *signal.cuts, signal.high, *signal.specials, 0.0) if e is not None]
    near = [math.nextafter(e, to) for e in edges for to in (-math.inf, math.inf)]
    return st.one_of(st.none(), st.sampled_from((*edges, *near, -1e15, 1e15)))


def leads(card: Scorecard) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries({signal.name: values(signal) for signal in card.signals})


@st.composite
def cases(draw, *, least: int = 0, **options) -> Case:
    card = draw(cards(**options))
    edges = sorted(draw(st.lists(st.integers(-20, 20), min_size=3, max_size=3)), reverse=True)
    return Case(card, Cutoffs(*edges), tuple(draw(st.lists(leads(card), min_size=least, max_size=6))))


# --- the slow evaluator -------------------------------------------------------------------------------------


def code(signal: SignalBins, value) -> int:
    """The axis position of a value, by definition."""
    if value is None:
        return 0
    if signal.kind is Kind.FLAG:
        return 2 if value else 1
    if signal.kind is Kind.TEXT:
        return next((at for at, group in enumerate(signal.groups, 1) if value in group), signal.unseen)
    if value in signal.specials:
        return len(signal.cuts) + 2 + signal.specials.index(value)
    if (signal.low is not None and value < signal.low) or (signal.high is not None and value >= signal.high):
        return signal.unseen
    return 1 + sum(value >= cut for cut in signal.cuts)


def codes(card: Scorecard, lead: dict) -> dict[str, int]:
    return {signal.name: code(signal, lead[signal.name]) for signal in card.signals}


def parts(card: Scorecard, at: dict[str, int]) -> dict[str, int]:
    """Points of every term and of every clip."""
    axis = {signal.name: signal.axis for signal in card.signals}
    found = {}
    for term in card.terms:
        cell = at[term.signals[0]]
        if len(term.signals) == 2:
            cell = cell * axis[term.signals[1]] + at[term.signals[1]]
        found[term.id] = term.points[cell]
    for cap in card.caps:
        sum_ = sum(found[term] for term in cap.terms)
        low = -math.inf if cap.min is None else cap.min
        high = math.inf if cap.max is None else cap.max
        found[f"cap:{cap.id}"] = int(min(max(sum_, low), high)) - sum_
    return found


def points(card: Scorecard, at: dict[str, int]) -> int:
    return card.base + sum(parts(card, at).values())


def weights(card: Scorecard, signal: SignalBins) -> dict[int, int]:
    """The bins an unknown signal may take, with their weights."""
    if card.mix is None:
        return dict.fromkeys(range(1, signal.known + 1), 1)
    counts = card.mix[signal.name]
    found = {at: counts[at - 1] + 1 for at in range(1, signal.known + 1)}
    if counts[-1]:
        found[signal.unseen] = counts[-1] + 1
    return found


def unknown(card: Scorecard, lead: dict) -> list[SignalBins]:
    return [s for s in card.signals if lead[s.name] is None and not s.completeness]


def answers(card: Scorecard, lead: dict, signals):
    """Every joint answer of some signals, with its weight."""
    at = codes(card, lead)
    for chosen in product(*(weights(card, signal).items() for signal in signals)):
        known = {signal.name: bin_ for signal, (bin_, _) in zip(signals, chosen, strict=True)}
        yield {**at, **known}, math.prod(weight for _, weight in chosen)


def chance(card: Scorecard, cutoffs: Cutoffs, lead: dict, signals) -> Fraction:
    """Chance that the band changes once some signals are known."""
    band = cutoffs.band(points(card, codes(card, lead)))
    every = list(answers(card, lead, signals))
    changed = sum(weight for at, weight in every if cutoffs.band(points(card, at)) is not band)
    return Fraction(changed, sum(weight for _, weight in every))


def ten_thousandths(share: Fraction) -> int:
    return math.floor(share * 10_000 + Fraction(1, 2))
