"""From counts to what a person should look at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.assurance.quality.alike import Alike, alike_of
from plumbline.assurance.quality.findings import (
    BEFORE_TIME,
    CONTACT_FIRST,
    EMPTY,
    FUTURE,
    OTHER_DOMAIN,
    STALE,
)
from plumbline.assurance.quality.tally import MONTH, ROWS, SEGMENT, SHOWN
from plumbline.domain.intervals import Share, wilson
from plumbline.domain.rowcodes import REJECTING, ROW_EXPLANATIONS, RowCode
from plumbline.triage.suspicion import FLAG_EXPLANATIONS, FlagCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from plumbline.assurance.quality.tally import Tally

_WORDS: Final = {
    EMPTY: "No value.",
    OTHER_DOMAIN: "The address and the website of the company are in different domains.",
    FUTURE: "The date lies in the future.",
    BEFORE_TIME: "The date lies before 1990, where exports put dates they do not have.",
    CONTACT_FIRST: "Contacted before the lead came in.",
    STALE: "The lead came in more than a year ago.",
}
_CONSISTENCY: Final = frozenset({OTHER_DOMAIN, CONTACT_FIRST})
_FRESHNESS: Final = frozenset({STALE, FUTURE, BEFORE_TIME})
_REPEATS: Final = frozenset(
    {RowCode.DUPLICATE.value, RowCode.SHARED_EMAIL.value, RowCode.INDISTINGUISHABLE.value}
)
#: No leads where so many were expected happens by chance once in a thousand (Poisson).
_EXPECTED: Final = -math.log(0.001)
#: Months that say what is usual.
_USUAL: Final = 6
#: A field whose share of values falls by so much is worth a look, where chance does not explain it.
_DROP: Final = 0.2
_Z999: Final = 3.29


@dataclass(frozen=True, slots=True)
class Measure:
    """One number: how many rows have a finding, of how many, the first of them and what stands there."""

    dimension: str
    code: str
    column: str
    words: str
    share: Share
    rows: tuple[int, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """One thing under several spellings: ``GB`` as "UK", "U.K." and "England", with how often each occurs."""

    column: str
    meaning: str
    spellings: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """What stopped coming: a source, or a field from a source. ``since`` is the first month without it."""

    segment: str
    column: str
    since: date
    words: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The share of values of a field in one month or segment."""

    name: str
    rows: int
    share: float


@dataclass(frozen=True, slots=True)
class Quality:
    """The report on a file. Read = accepted + rejected, to the row.

    ``measures`` are counted over all rows, so nothing about them is estimated. ``months`` and ``segments``
    hold the share of cells with a value, over time and per segment. ``suspects`` are what looks suspicious
    among the first ``suspected`` rows, which were looked at one by one. ``alike``: leads that
    nothing tells apart, beside the others.
    """

    source: str
    read: int
    accepted: int
    rejected: int
    segment: str
    today: date
    measures: tuple[Measure, ...]
    blank_words: tuple[tuple[str, str, int], ...]
    spellings: tuple[Spelling, ...]
    lost: tuple[Lost, ...]
    months: tuple[Filled, ...]
    segments: tuple[Filled, ...]
    suspects: tuple[Measure, ...] = ()
    suspected: int = 0
    alike: Alike | None = None

    def of(self, dimension: str) -> tuple[Measure, ...]:
        """The measures of one dimension, most rows first."""
        return tuple(measure for measure in self.measures if measure.dimension == dimension)


def conclude(
    tally: Tally,
    *,
    source: str,
    segment: str,
    today: date,
    meanings: Mapping[str, Callable[[str], str | None]],
) -> Quality:
    """The report of a whole file.

    Args:
        tally: of all its rows.
        source: what people call the file.
        segment: the field by which rows were told apart.
        today: what ages are counted to.
        meanings: per category the function that says what a spelling means, None where it is unclear.
    """
    accepted = int(tally.filled.get_column(ROWS).sum()) if tally.filled.height else 0
    read = accepted + tally.rejected
    blanks = tally.blanks.filter(pl.col("word") != "").sort("rows", descending=True).rows()
    return Quality(
        source=source,
        read=read,
        accepted=accepted,
        rejected=tally.rejected,
        segment=segment,
        today=today,
        measures=tuple(sorted(_measures(tally, read, accepted), key=_most)),
        blank_words=tuple((str(column), str(word), int(rows)) for column, word, rows in blanks),
        spellings=tuple(_spellings(tally.values, meanings)),
        lost=tuple(_lost(tally.filled)),
        months=tuple(_filled(tally.filled.drop_nulls(MONTH).sort(MONTH), MONTH)),
        segments=tuple(sorted(_filled(tally.filled, SEGMENT), key=lambda line: -line.rows)),
        alike=alike_of(tally.alike, tally.filled.select(pl.col(ROWS, *_fields(tally.filled)).sum())),
    )


def suspects_of(found: pl.DataFrame, rows: int) -> tuple[Measure, ...]:
    """Suspicions as ``triage.suspicion.whole_file.suspects`` lists them, counted over so many rows."""
    counted = found.group_by("code", "field", maintain_order=True).agg(
        pl.col("row").n_unique().alias("hits"), pl.col("row").head(SHOWN), pl.col("reason").head(SHOWN)
    )
    made = [
        Measure(
            "suspicion", code, column, FLAG_EXPLANATIONS[FlagCode(code)], wilson(hits, rows), *_firsts(*first)
        )
        for code, column, hits, *first in counted.iter_rows()
    ]
    return tuple(sorted(made, key=_most))


def _firsts(rows: list[int], values: list[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    return tuple(dict.fromkeys(rows)), tuple(dict.fromkeys(values))


def _most(measure: Measure) -> tuple[int, str, str]:
    return -measure.share.hits, measure.column, measure.code


def _measures(tally: Tally, read: int, accepted: int) -> Iterator[Measure]:
    for row in tally.found.iter_rows(named=True):
        code = str(row["code"])
        of = read if _is_rejecting(code) else accepted
        values = tuple(dict.fromkeys(str(value) for value in row["values"] or () if value is not None))
        firsts = tuple(int(first) for first in row["first"] or ())
        share = wilson(int(row[ROWS]), max(of, int(row[ROWS])))
        yield Measure(_dimension(code), code, str(row["column"] or ""), _words(code), share, firsts, values)


def _dimension(code: str) -> str:
    if code == EMPTY:
        return "completeness"
    if code in _CONSISTENCY:
        return "consistency"
    if code in _FRESHNESS:
        return "freshness"
    return "duplicates" if code in _REPEATS else "validity"


def _is_rejecting(code: str) -> bool:
    return code in {rejecting.value for rejecting in REJECTING}


def _words(code: str) -> str:
    return _WORDS[code] if code in _WORDS else ROW_EXPLANATIONS[RowCode(code)]


def _spellings(
    values: pl.DataFrame, meanings: Mapping[str, Callable[[str], str | None]]
) -> Iterator[Spelling]:
    for name, meaning in meanings.items():
        groups: dict[str, list[tuple[str, int]]] = {}
        counted = values.filter(pl.col("field") == name).sort(ROWS, "value", descending=[True, False])
        for _, value, rows in counted.iter_rows():
            known = meaning(value)
            if known is not None:
                groups.setdefault(known, []).append((value, rows))
        for known, found in groups.items():
            if len(found) > 1:
                yield Spelling(name, known, tuple(found))


def _filled(filled: pl.DataFrame, key: str) -> Iterator[Filled]:
    fields = _fields(filled)
    if not fields:
        return
    totals = filled.group_by(key, maintain_order=True).agg(pl.col(ROWS, *fields).sum())
    cells = totals.select(key, ROWS, pl.sum_horizontal(fields) / (pl.col(ROWS) * len(fields)))
    for name, rows, share in cells.iter_rows():
        yield Filled(str(name), int(rows), float(share))


def _fields(filled: pl.DataFrame) -> list[str]:
    return [name for name in filled.columns if name not in {MONTH, SEGMENT, ROWS, "lead.id"}]


def _lost(filled: pl.DataFrame) -> Iterator[Lost]:
    """Sources that stopped, and fields that a source stopped to fill, in the last whole month."""
    dated = filled.drop_nulls(MONTH)
    months = dated.get_column(MONTH).unique().sort().to_list()
    if len(months) < 3:
        return
    last, usual = months[-2], months[-2 - _USUAL : -2]
    for (segment,), rows in dated.group_by([SEGMENT], maintain_order=True):
        before, now = rows.filter(pl.col(MONTH).is_in(usual)), rows.filter(pl.col(MONTH) == last)
        expected = before.get_column(ROWS).sum() / len(usual)
        if not now.height and expected > _EXPECTED:
            words = f"usually {expected:.0f} leads a month, none since"
            yield Lost(str(segment), "", _after(rows, months), words)
        elif now.height:
            yield from _emptied(str(segment), before, now, last)


def _after(rows: pl.DataFrame, months: Sequence[date]) -> date:
    newest = rows.filter(pl.col(MONTH) <= months[-2]).get_column(MONTH).max()
    return next(month for month in months if newest is None or month > newest)  # type: ignore[operator]


def _emptied(segment: str, before: pl.DataFrame, now: pl.DataFrame, month: date) -> Iterator[Lost]:
    rows, later = int(before.get_column(ROWS).sum()), int(now.get_column(ROWS).sum())
    if not rows:
        return
    for name in _fields(before):
        was = wilson(int(before.get_column(name).sum()), rows, _Z999)
        is_now = wilson(int(now.get_column(name).sum()), later, _Z999)
        if is_now.high < was.low and was.hits / rows - is_now.hits / later >= _DROP:
            words = f"{was.hits / rows:.0%} of leads had it, {is_now.hits / later:.0%} do"
            yield Lost(segment, name, month, words)
