"""A card as plain SQL: the same points, dimensions, band and reasons inside a warehouse.

One ``SELECT`` over a table with a column per signal. Its steps are common table expressions that a person can
read from top to bottom: the bin of every signal, the points of every term, the sums, the largest reasons. All
results are whole numbers and text, so engines agree to the bit; what could differ is spelled out:

- numbers are cast to double before they meet a cut, and cuts with decimals are written as doubles, because a
  decimal of another scale rounds elsewhere;
- NaN counts as not known (Polars refuses it, SQL cannot);
- PostgreSQL compares text with ``COLLATE "C"``, so that a column's own collation does not change a score.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from plumbline.domain.errors import InvalidScorecardError
from plumbline.domain.words import Dimension, Kind
from plumbline.scorecard.checks import check
from plumbline.scorecard.encode import number_text
from plumbline.scorecard.model import MISSING, Scorecard, SignalBins, Term
from plumbline.scorecard.problems import Problem, problem
from plumbline.scorecard.sqlparts import (
    DIALECTS,
    Dialect,
    added,
    as_text,
    call,
    case,
    column,
    greatest,
    joined,
    signed,
    stage,
    text,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbline.domain.bands import Cutoffs
    from plumbline.domain.issues import Issue
    from plumbline.scorecard.model import Cap

#: Room for the place of a term below its points, in the key that puts reasons in order.
_PLACES: Final = 1_000
#: A table, with or without schema and database; BigQuery's projects have hyphens.
_TABLE: Final = r"[A-Za-z_][\w$-]*(\.[A-Za-z_][\w$-]*){0,2}"
#: PostgreSQL cuts longer names off.
_NAME: Final = 50


def to_sql(
    card: Scorecard,
    cutoffs: Cutoffs | None,
    *,
    dialect: Dialect,
    table: str = "signals",
    key: str = "lead_id",
    reasons: int = 3,
) -> str:
    """One query over ``table``: ``key``, ``points``, ``points_<dimension>``, ``band``, ``reason_1`` and on.

    ``table`` may name a schema (``sales.signals``) and holds one column per signal of the card, called like
    it; ``ValueError`` when that is no name. Without cut-offs there is no ``band``. Reasons come largest first
    as ``+15 Employees: >= 250``, null where a lead has no more terms with points. ``InvalidScorecardError``
    when the card makes no sense or the engine could not tell its signals apart.
    """
    if issues := [*check(card), *_alike(card, dialect)]:
        raise InvalidScorecardError(issues)
    writer = _Writer(card, cutoffs, dialect, key, reasons)
    query = writer.query(_table(table))
    return query.sql(dialect=dialect.value, pretty=True, identify=True) + ";\n"


def _table(name: str) -> exp.Table:
    if not re.fullmatch(_TABLE, name):
        raise ValueError(f"'{name}' is no name of a table")
    parts = [exp.to_identifier(part, quoted=True) for part in name.split(".")]
    return exp.Table(**dict(zip(("this", "db", "catalog"), reversed(parts), strict=False)))


def _alike(card: Scorecard, dialect: Dialect) -> Iterator[Issue]:
    if DIALECTS[dialect].minds_case:
        return
    for name, times in Counter(signal.name.lower() for signal in card.signals).items():
        if times > 1:
            yield problem(Problem.NAME, f"{dialect} does not tell apart signals called '{name}'", "signals")


@dataclass(frozen=True, slots=True)
class _Part:
    """A term or a clip: the name of its column, where it belongs, its words."""

    name: str
    dimension: Dimension
    points: exp.Expr
    words: exp.Expr


@dataclass(frozen=True, slots=True)
class _Writer:
    card: Scorecard
    cutoffs: Cutoffs | None
    dialect: Dialect
    key: str
    reasons: int

    def query(self, table: exp.Table) -> exp.Select:
        """The steps in order."""
        terms, clips = list(self._terms()), list(self._clips())
        steps = {
            "card_bins": [column(self.key), *(self._bin(at, s) for at, s in enumerate(self.card.signals))],
            "card_terms": _with_parts(terms),
            **(self._limits(clips) if clips else {}),
            "card_sums": [exp.Star(), *self._sums([*terms, *clips])],
            **self._ranks(),
        }
        result = self._result([*terms, *clips])
        return stage(table, steps, result, keeps=DIALECTS[self.dialect].keeps)

    def _bin(self, at: int, signal: SignalBins) -> exp.Expr:
        value = DIALECTS[self.dialect].typed(column(signal.name), signal.kind)
        return case(list(self._tests(signal, value)), self._else(signal)).as_(_bin_name(at, signal))

    def _tests(self, signal: SignalBins, value: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
        """Conditions in order, each with the axis position it means."""
        engine = DIALECTS[self.dialect]
        yield exp.Is(this=column(signal.name), expression=exp.Null()), whole(MISSING)
        if signal.kind is Kind.FLAG:
            yield column(signal.name), whole(2)
        for place, group in enumerate(signal.groups, start=1):
            yield exp.In(this=value, expressions=[text(label) for label in group]), whole(place)
        if signal.kind is Kind.NUMBER:
            yield engine.is_nan(value), whole(MISSING)
            yield from self._ranges(signal, value)

    def _ranges(self, signal: SignalBins, value: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
        def number(edge: float) -> exp.Expr:
            return DIALECTS[self.dialect].double(number_text(edge))

        for place, special in enumerate(signal.specials, start=len(signal.cuts) + 2):
            yield exp.EQ(this=value, expression=number(special)), whole(place)
        if signal.low is not None:
            yield exp.LT(this=value, expression=number(signal.low)), whole(signal.unseen)
        if signal.high is not None:
            yield exp.GTE(this=value, expression=number(signal.high)), whole(signal.unseen)
        for place, cut in enumerate(signal.cuts, start=1):
            yield exp.LT(this=value, expression=number(cut)), whole(place)

    def _else(self, signal: SignalBins) -> exp.Expr:
        if signal.kind is Kind.NUMBER:
            return whole(len(signal.cuts) + 1)
        return whole(1 if signal.kind is Kind.FLAG else signal.unseen)

    def _terms(self) -> Iterator[_Part]:
        place = {signal.name: at for at, signal in enumerate(self.card.signals)}
        for at, term in enumerate(self.card.terms):
            axes = [self.card.signals[place[name]] for name in term.signals]
            bins = [column(_bin_name(place[axis.name], axis)) for axis in axes]
            cell = (
                bins[0]
                if len(bins) == 1
                else exp.Add(this=exp.Mul(this=bins[0], expression=whole(axes[1].axis)), expression=bins[1])
            )
            points = case(
                [(whole(code), whole(points)) for code, points in enumerate(term.points) if points],
                whole(0),
                of=cell,
            )
            yield _Part(_name("t", at, term.id), term.dimension, points, _words(term, axes, cell))

    def _limits(self, clips: list[_Part]) -> dict[str, list[exp.Expr]]:
        """What a capped group adds together, and what of it counts."""
        column_of = {term.id: _name("t", at, term.id) for at, term in enumerate(self.card.terms)}
        sums = [added([column(column_of[term]) for term in cap.terms]) for cap in self.card.caps]
        held = [_clipped(column(f"sum_{at}"), cap) for at, cap in enumerate(self.card.caps)]
        return {
            "card_groups": [exp.Star(), *(each.as_(f"sum_{at}") for at, each in enumerate(sums))],
            "card_limits": [exp.Star(), *(each.as_(f"held_{at}") for at, each in enumerate(held))],
            "card_clips": _with_parts(clips),
        }

    def _clips(self) -> Iterator[_Part]:
        by_id = {term.id: term for term in self.card.terms}
        for at, cap in enumerate(self.card.caps):
            total, held = column(f"sum_{at}"), column(f"held_{at}")
            labels = " and ".join(by_id[name].label for name in self._in_order(cap))
            words = [text(f"Limit of {labels}: "), as_text(total), text(" counts as "), as_text(held)]
            points = exp.Sub(this=held, expression=total)
            yield _Part(_name("k", at, cap.id), by_id[cap.terms[0]].dimension, points, joined(words))

    def _in_order(self, cap: Cap) -> list[str]:
        """Signals of a cap as an explanation names them: in the order of the card."""
        return [t.id for t in self.card.terms if t.id in cap.terms and len(t.signals) == 1]

    def _sums(self, parts: list[_Part]) -> Iterator[exp.Expr]:
        for dimension in Dimension:
            mine = [column(part.name) for part in parts if part.dimension is dimension]
            yield added(mine).as_(f"points_{dimension}")
        every = [column(part.name) for part in parts]
        yield added([whole(self.card.base), *every]).as_("points")
        for at, part in enumerate(parts):
            size = exp.Mul(this=exp.Abs(this=column(part.name)), expression=whole(_PLACES))
            rank = exp.Add(this=size, expression=whole(_PLACES - 1 - at))
            none = exp.EQ(this=column(part.name), expression=whole(0))
            yield case([(none, whole(0))], rank).as_(f"rank_{at}")

    def _ranks(self) -> Mapping[str, list[exp.Expr]]:
        """One step per reason: the largest key below the one before."""
        keys = [column(f"rank_{at}") for at in range(len(self.card.terms) + len(self.card.caps))]
        steps: dict[str, list[exp.Expr]] = {}
        for place in range(1, self.reasons + 1):
            left = [
                case([(exp.LT(this=key, expression=column(f"top_{place - 1}")), key)], whole(0))
                if place > 1
                else key
                for key in keys
            ]
            steps[f"card_rank_{place}"] = [exp.Star(), greatest([whole(0), *left]).as_(f"top_{place}")]
        return steps

    def _result(self, parts: list[_Part]) -> list[exp.Expr]:
        dimensions = [column(f"points_{dimension}") for dimension in Dimension]
        reasons = [self._reason(parts, place) for place in range(1, self.reasons + 1)]
        return [column(self.key), column("points"), *dimensions, *self._band(), *reasons]

    def _band(self) -> Iterator[exp.Expr]:
        if self.cutoffs is not None:
            edges = (("A", self.cutoffs.a), ("B", self.cutoffs.b), ("C", self.cutoffs.c))
            tests = [
                (exp.GTE(this=column("points"), expression=whole(edge)), text(band)) for band, edge in edges
            ]
            yield case(tests, text("D")).as_("band")

    def _reason(self, parts: list[_Part], place: int) -> exp.Expr:
        top = column(f"top_{place}")
        which = exp.Mod(this=top, expression=whole(_PLACES))
        whens = [
            (whole(_PLACES - 1 - at), joined([signed(column(part.name)), text(" "), part.words]))
            for at, part in enumerate(parts)
        ]
        words = case(whens, exp.Null(), of=which)
        none = exp.EQ(this=top, expression=whole(0))
        return case([(none, exp.Null())], words).as_(f"reason_{place}")


def _words(term: Term, axes: list[SignalBins], cell: exp.Expr) -> exp.Expr:
    """Label and value; only cells with points can be reasons."""
    labels = (
        ", ".join(axis.bin_label(code) for axis, code in zip(axes, codes, strict=True))
        for codes in product(*(range(axis.axis) for axis in axes))
    )
    whens = [
        (whole(code), text(f"{term.label}: {label}"))
        for code, (label, points) in enumerate(zip(labels, term.points, strict=True))
        if points
    ]
    return case(whens, text(""), of=cell)


def _clipped(total: exp.Expr, cap: Cap) -> exp.Expr:
    held = total
    if cap.min is not None:
        held = call("GREATEST", [held, whole(cap.min)])
    if cap.max is not None:
        held = call("LEAST", [held, whole(cap.max)])
    return held


def _with_parts(parts: list[_Part]) -> list[exp.Expr]:
    return [exp.Star(), *(part.points.as_(part.name) for part in parts)]


def _name(letter: str, at: int, word: str) -> str:
    """A column name of a step: numbered, so that cutting a long name short keeps it unique."""
    return f"{letter}{at}_{word.replace('*', '_x_')}"[:_NAME]


def _bin_name(at: int, signal: SignalBins) -> str:
    return _name("b", at, signal.name)
