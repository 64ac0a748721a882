"""What the card would have said of leads whose outcome is known by now, beside what anybody else would."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.assurance.calibration import calibration_fit, reliability
from plumbline.assurance.training import SEGMENT
from plumbline.learning import baselines
from plumbline.learning.chances import interval_of
from plumbline.learning.contest import later_than, part_of
from plumbline.learning.cuts import Cuts, Judgeable, cuts
from plumbline.learning.fitting import POINT, Task
from plumbline.learning.judged import NEWEST, Asked, Backtest, Example, Line, Segment, Share, Wanted
from plumbline.learning.learn import Learned, Options, learn, told_of
from plumbline.learning.metrics import Figure, Told, auc, auc_difference, brier, capture, chance, level_of
from plumbline.learning.routed import note_of, routing_of
from plumbline.learning.rows import AT, LEAD, Rows
from plumbline.learning.trial import written_odds
from plumbline.learning.words import CannotLearnError, Code, Note
from plumbline.scorecard import explain, score
from plumbline.scorecard.own_bands import own_bands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbline.assurance.calibration import Interval
    from plumbline.domain.bands import Cutoffs
    from plumbline.scorecard.model import Scorecard

_EXAMPLES: Final = 5
_LEAST_SEGMENT: Final = 50
_PARTS: Final = 5
_DRAWS: Final = 400
_DAY: Final = 86_400.0
OUTCOME: Final = "outcome."


def backtest(
    rows: Rows,
    written: Scorecard,
    cutoffs: Cutoffs,
    *,
    card: Scorecard | None = None,
    asked: Asked | None = None,
    options: Options | None = None,
) -> Backtest:
    """Judge a card on the newest fifth of a history; without a card, one learned on the rest.

    ``CannotLearnError`` where the newest leads have one outcome only, where a given card was learned on all
    of them, or where costs are told and no chance can be.
    """
    asked = asked or Asked()
    cut = int((1 - NEWEST) * rows.label.size)
    older, newer = part_of(rows, slice(None, cut)), part_of(rows, slice(cut, None))
    notes = list(rows.notes)
    learned = None
    if card is None:
        learned = learn(older, written, name=written.name, cutoffs=cutoffs, options=options)
        notes += learned.notes
        card, used = _used(learned, written, cutoffs)
    else:
        notes += _foreign(card, asked.policy)
        newer = _later(newer, card)
        used = own_bands(card) or cutoffs
    if newer.label.size == 0 or newer.label.min() == newer.label.max():
        raise CannotLearnError(Note(Code.ONE_CLASS, "On the newest leads there is nothing to judge by."))
    mimicry = routing_of(card, asked.everyone, newer)
    notes += note_of(mimicry)
    report = _report(older, newer, card, used, written, learned, notes)
    return replace(report, cuts=_cuts(card, older, newer, asked.wanted), mimicry=mimicry)


def _used(learned: Learned, written: Scorecard, cutoffs: Cutoffs) -> tuple[Scorecard, Cutoffs]:
    """The card that would be in charge: the learned one only where the gate said yes."""
    if learned.promoted and learned.card is not None:
        return learned.card, learned.bands or cutoffs
    return written, cutoffs


def _foreign(card: Scorecard, policy: str | None) -> Iterator[Note]:
    made = (card.manifest or {}).get("policy")
    if policy is not None and made is not None and made != policy:
        yield Note(Code.OTHER_POLICY, f"It was {str(made)[:12]}, this one is {policy[:12]}.")


def _later(newer: Rows, card: Scorecard) -> Rows:
    """Leads decided after those that the card was learned from."""
    after = later_than(newer, [card])
    if not after.size:
        last = (card.manifest or {}).get("window")
        raise CannotLearnError(Note(Code.NOTHING_LATER, f"It was learned on leads of {last}."))
    return newer if after.size == newer.label.size else part_of(newer, after)


def _report(
    older: Rows,
    newer: Rows,
    card: Scorecard,
    cutoffs: Cutoffs,
    written: Scorecard,
    learned: Learned | None,
    notes: list[Note],
) -> Backtest:
    told = _told(card, older, newer)
    scored = score(_with_columns(newer.frame, card), card, cutoffs)
    bands, pursued = scored["band"].to_list(), scored["band"].is_in(["A", "B"]).to_numpy()
    said = chance(told.odds)
    order = np.argsort(-said, kind="stable")
    tenth = np.empty(said.size, dtype=int)
    tenth[order] = np.arange(said.size) * 10 // said.size
    by_tenth = reliability([f"tenth {at + 1}" for at in tenth[order]], said[order], newer.label[order])
    by_band = {each.name: each for each in reliability(bands, said, newer.label)}
    spans = interval_of(card, told.odds)
    return Backtest(
        card=card,
        cutoffs=cutoffs,
        learned=learned,
        older=older.label.size,
        newer=newer.label.size,
        base=Share("Good leads", "of all newest leads", int(newer.label.sum()), newer.label.size),
        window=newer.window,
        lines=tuple(_lines(older, newer, told, written, card)),
        bands=tuple(by_band[band] for band in "ABCD" if band in by_band),
        reliability=by_tenth,
        fit=calibration_fit(said, newer.label),
        errors=_errors(pursued, newer.label),
        wasted=tuple(_examples(newer, card, cutoffs, scored, pursued & (newer.label == 0), best=True)),
        missed=tuple(_examples(newer, card, cutoffs, scored, ~pursued & (newer.label == 1), best=False)),
        segments=tuple(_segments(newer, told)),
        parts=tuple(_over_time(newer, told)),
        other_outcomes=_other(newer.frame, bands),
        gains=_gains(told),
        notes=tuple(dict.fromkeys(notes)),
        spans={} if spans is None else _by_band(spans, scored["band"]),
        cuts=Cuts(Wanted()),
        mimicry=None,
    )


def _by_band(spans: Interval, bands: pl.Series) -> dict[str, tuple[float, float]]:
    named = pl.DataFrame({"band": bands, "low": spans.low, "high": spans.high})
    means = named.group_by("band").agg(pl.col("low").mean(), pl.col("high").mean())
    return {band: (low, high) for band, low, high in means.sort("band").iter_rows()}


def _cuts(card: Scorecard, older: Rows, newer: Rows, wanted: Wanted) -> Cuts:
    told = _told(card, older, newer)
    spans = interval_of(card, told.odds)
    points = np.round(written_odds(newer.frame, card) / POINT)
    span = None if spans is None else (spans.low, spans.high)
    days = None
    if newer.timed and newer.frame.schema[AT].is_temporal():
        days = (newer.frame[AT][-1] - newer.frame[AT][0]).total_seconds() / _DAY
    judged = older.label.size if card.calibration is None else card.calibration.rows
    leads = Judgeable(points, told.odds, newer.label, newer.weight, judged, span)
    return cuts(leads, wanted, days or None)


def _with_columns(frame: pl.DataFrame, card: Scorecard) -> pl.DataFrame:
    absent = [s.name for s in card.signals if s.name not in frame.columns]
    return frame.with_columns(pl.lit(None).alias(name) for name in absent)


def _told(card: Scorecard, older: Rows, newer: Rows) -> Told:
    """What a card says of the newer leads; without calibration its level is that of the older ones."""
    told = told_of(card, _with_columns(newer.frame, card), newer.label, newer.weight)
    if card.calibration is not None:
        return told
    before = told_of(card, _with_columns(older.frame, card), older.label, older.weight)
    return replace(told, odds=told.odds + level_of(before.odds, older.label, older.weight))


def _lines(older: Rows, newer: Rows, told: Told, written: Scorecard, card: Scorecard) -> Iterator[Line]:
    task = Task(older.frame, older.label, older.weight, older.signals, None, 0, 1)
    rivals = {
        "Arrival order": (baselines.arrival(newer.label.size), False),
        "Logistic regression": (baselines.logistic(task, newer.frame), True),
        "Naive Bayes, as in Odoo": (baselines.naive_bayes(task, newer.frame), True),
    }
    if card is not written:
        points = written_odds(older.frame, written)
        level = level_of(points, older.label, older.weight)
        rivals["Written scorecard"] = (written_odds(newer.frame, written) + level, True)
    name = "Written scorecard" if card is written else "This scorecard"
    yield _line(name, told, None, chances=True)
    for rival, (odds, chances) in rivals.items():
        yield _line(rival, Told(odds, newer.label, newer.weight), told, chances=chances)


def _line(name: str, told: Told, card: Told | None, *, chances: bool) -> Line:
    ahead = None if card is None else auc_difference([card], [told])
    return Line(name, auc(told), captured(told), brier(told) if chances else None, ahead)


def captured(told: Told, seed: int = 7) -> Figure:
    """Good leads in the first fifth, with a bootstrap interval over leads."""
    rng = np.random.default_rng(seed)
    size = told.label.size
    drawn = []
    for _ in range(_DRAWS):
        times = np.bincount(rng.integers(0, size, size), minlength=size)
        drawn.append(capture(Told(told.odds, told.label, told.weight * times)))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Figure(capture(told), float(low), float(high))


def _errors(pursued: np.ndarray, label: np.ndarray) -> tuple[Share, ...]:
    """All four names, apart: what is missed and what is wasted."""
    good = label == 1
    missed, wasted = int((~pursued & good).sum()), int((pursued & ~good).sum())
    return (
        Share("Missed", "of all good leads stand in C or D (FNR)", missed, int(good.sum())),
        Share("Left behind", "of the leads in C or D are good (FOR)", missed, int((~pursued).sum())),
        Share("Wasted", "of the leads in A or B are bad (FDR)", wasted, int(pursued.sum())),
        Share("Let through", "of all bad leads stand in A or B (FPR)", wasted, int((~good).sum())),
    )


def _examples(
    rows: Rows, card: Scorecard, cutoffs: Cutoffs, scored: pl.DataFrame, which: np.ndarray, *, best: bool
) -> Iterator[Example]:
    """The clearest errors: bad leads with the most points, good leads with the fewest."""
    found = np.flatnonzero(which)
    points = scored["points"].to_numpy()[found]
    for at in found[np.argsort(-points if best else points, kind="stable")][:_EXAMPLES]:
        lead = _with_columns(rows.frame[int(at)], card).row(0, named=True)
        told = explain({s.name: lead[s.name] for s in card.signals}, card, cutoffs)
        reasons = tuple(str(reason) for reason in told.reasons if reason.points)[:3]
        yield Example(str(lead.get(LEAD, f"row {at + 1}")), told.points, told.band, reasons)


def _segments(rows: Rows, told: Told) -> Iterator[Segment]:
    for name in (column for column in rows.frame.columns if column.startswith(SEGMENT)):
        values = rows.frame[name].cast(pl.String).fill_null("not known")
        for value in values.unique().sort():
            some = np.flatnonzero((values == value).to_numpy())
            if some.size >= _LEAST_SEGMENT and told.part(some).both:
                yield _segment(f"{name.removeprefix(SEGMENT)}: {value}", told.part(some))


def _over_time(rows: Rows, told: Told) -> Iterator[Segment]:
    """The newest leads in parts of equal size, in order."""
    for at, some in enumerate(np.array_split(np.arange(rows.label.size), _PARTS)):
        if some.size and told.part(some).both:
            since = f" from {str(rows.frame[AT][int(some[0])])[:10]}" if rows.timed else ""
            yield _segment(f"Part {at + 1}{since}", told.part(some))


def _segment(name: str, told: Told) -> Segment:
    return Segment(name, told.label.size, int(told.label.sum()), auc(told))


def _other(frame: pl.DataFrame, bands: list[str]) -> dict[str, tuple[Share, ...]]:
    """Other outcomes by band: accepted, opportunity, disqualified, followed up, where columns tell."""
    found = {}
    for name in (column for column in frame.columns if column.startswith(OUTCOME)):
        known = pl.DataFrame({"band": bands, "came": frame[name].cast(pl.Boolean)}).drop_nulls()
        found[name.removeprefix(OUTCOME)] = tuple(
            Share(band, "of the leads in this band", int(part["came"].sum()), part.height)
            for band in "ABCD"
            if (part := known.filter(pl.col("band") == band)).height
        )
    return found


def _gains(told: Told) -> tuple[tuple[float, float], ...]:
    """Of the good leads, the share among the first so many, for every twentieth."""
    return tuple((at / 20, capture(told, at / 20) if at else 0.0) for at in range(21))
