"""The report of readiness in a terminal."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from rich.text import Text

from plumbline.assurance.leakage import LEAK_WORDS, Leak
from plumbline.assurance.readiness import Answer
from plumbline.report import words
from plumbline.report.readiness import ORDERS, SHARES, VERDICTS, Drawn, interval_words
from plumbline.report.terminal.sheet import (
    HATCH,
    QUIET,
    STRONG,
    Sheet,
    bullet,
    grid,
    heading,
    indented,
    interval,
    join,
    say,
    share,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType

    from plumbline.assurance.ranking import Auc
    from plumbline.assurance.readiness import Check, Readiness

_DRAWN: Final = 21
_SIGNALS: Final = 15
_SIGNS: Final = {
    Answer.READY: "\N{BLACK CIRCLE}",
    Answer.PARTLY: "\N{CIRCLE WITH LEFT HALF BLACK}",
    Answer.NOT_YET: "\N{WHITE CIRCLE}",
    Answer.NOT_KNOWN: HATCH,
}


def print_readiness(report: Readiness, console: Console) -> None:
    """Print whether a history can be learned from, and what shows it."""
    parts = chain(
        _header(report),
        _areas(report),
        _steps(report),
        _checks(report),
        _leaks(report),
        _signals(report),
        _supply(report),
        _outcomes(report),
        _notes(report),
    )
    console.print(Sheet(tuple(parts)))


def _header(report: Readiness) -> Iterator[RenderableType]:
    yield join(say("Plumbline readiness", QUIET), say(f"{report.name}, as of {report.as_of[:10]}", QUIET))
    yield say(f"A good lead: {report.definition}", QUIET)
    yield Text()
    yield join(say(f"{VERDICTS[report.conclusion]}.", STRONG), say(report.statement), between=" ")
    for reason in report.blocking:
        yield indented(bullet(say(reason)))
    found = report.lift
    yield Text()
    yield say(
        f"Earlier leads put later ones in order {found.auc.value:.2f} ({found.auc.low:.2f} to "
        f"{found.auc.high:.2f}); 0.50 is chance, 1.00 perfect."
    )


def _areas(report: Readiness) -> Iterator[RenderableType]:
    yield heading("Five areas")
    table = grid("bar", "left", "left", "left")
    for area in report.areas:
        table.add_row(
            _SIGNS[area.answer], say(area.title, STRONG), say(area.answer.value), say(area.because, QUIET)
        )
    yield indented(table)


def _steps(report: Readiness) -> Iterator[RenderableType]:
    yield heading("Do first")
    table = grid("right", "left", gap=1)
    for number, step in enumerate(report.steps, 1):
        table.add_row(say(f"{number}."), say(step))
    yield indented(table)


def _checks(report: Readiness) -> Iterator[RenderableType]:
    yield heading("Seven checks")
    for check in report.checks:
        yield Text()
        yield indented(
            join(Text(_SIGNS[check.answer]), say(check.title, STRONG), say(check.answer.value, QUIET)),
            *_measured(check),
            *(bullet(say(_fact(fact.text, fact.share), QUIET)) for fact in check.evidence),
            say(f"Next: {check.next_step}"),
        )


def _measured(check: Check) -> Iterator[RenderableType]:
    if check.measure is None or not check.measure.of:
        return
    measure = check.measure
    drawn = interval(SHARES.span(measure.low, measure.high), SHARES.at(measure.rate or 0.0), _DRAWN)
    yield join(
        drawn, say(f"{interval_words(measure.rate or 0.0, measure.low, measure.high)} {check.measured}")
    )


def _fact(text: str, part: object) -> str:
    return text if part is None else f"{text} {part}."


def _leaks(report: Readiness) -> Iterator[RenderableType]:
    drawn = Drawn(report)
    for verdict in (Leak.LEAK, Leak.ASK, Leak.AS_OF):
        lines = drawn.leaking(verdict.value)
        if not lines:
            continue
        yield heading(f"Columns: {verdict.value} ({len(lines)})")
        yield indented(say(LEAK_WORDS[verdict], QUIET))
        table = grid("left", "left")
        for line in lines:
            said = " ".join(tell.evidence for tell in line.leak.tells)
            table.add_row(say(line.name, STRONG, 60), say(said, "", 300))
        yield indented(table)


def _signals(report: Readiness) -> Iterator[RenderableType]:
    lines = Drawn(report).signals()
    yield heading(f"Signals a score could stand on ({len(lines)})")
    if not lines:
        yield indented(say("None is left."))
        return
    table = grid("left", "right", "left", "bar", "right")
    table.add_row("", say("reliable", QUIET), "", say("order it gives", QUIET), "")
    for line in lines[:_SIGNALS]:
        useful = line.reliability.usefulness
        table.add_row(
            say(line.name, "", 50),
            say(f"{line.reliability.score:.0f}"),
            say(line.reliability.use, QUIET),
            _order(useful),
            say(f"{useful.value:.2f}"),
        )
    yield indented(table)
    if len(lines) > _SIGNALS:
        yield indented(say(f"and {len(lines) - _SIGNALS} more", QUIET))


def _order(found: Auc) -> Text:
    return interval(ORDERS.span(found.low, found.high), ORDERS.at(found.value), _DRAWN)


def _supply(report: Readiness) -> Iterator[RenderableType]:
    there, drawn = report.supply, Drawn(report)
    yield heading("Enough outcomes?")
    known = f"{words.count(there.good, 'good lead')} and {words.count(there.bad, 'bad one')} are known"
    rate = f", {there.per_week[0]:.1f} more of the rarer kind a week" if there.per_week else ""
    yield indented(say(f"{known}{rate}."))
    table = grid("left", "bar", "right", "left")
    for step in there.steps:
        part = min(there.rarer / step.need.rarer, (there.good + there.bad) / step.need.known, 1.0)
        table.add_row(
            say(step.need.what),
            share(round(1000 * part), 1000, 12),
            say(f"{step.need.rarer:,} / {step.need.known:,}", QUIET),
            say(drawn.when(step)),
        )
    yield indented(table)


def _outcomes(report: Readiness) -> Iterator[RenderableType]:
    yield heading("What is known of outcomes")
    table = grid("left", "bar", "right", "left")
    for state, what, leads, _ in Drawn(report).states():
        drawn = share(leads, report.leads, _DRAWN)
        table.add_row(say(state), drawn, say(words.whole(leads)), say(what, QUIET))
    yield indented(table)
    yield indented(say(f"Good: {report.rate}."))
    if report.young_rate is not None:
        yield indented(say(f"Good among younger ones: {report.young_rate}."))
    for one in report.reviewed:
        value = one.raters.gwet
        pair = f"{' and '.join(one.names)} on {words.count(one.raters.leads, 'lead')}"
        yield indented(
            say(
                f"{pair}: same verdict {one.raters.same}; "
                f"{value.value:.2f} beyond chance ({value.low:.2f} to {value.high:.2f})."
            )
        )
    for code, lines in report.outcome_issues.items():
        yield indented(say(f"{code}: {lines:,}", QUIET))


def _notes(report: Readiness) -> Iterator[RenderableType]:
    if report.notes:
        yield heading("What this report cannot see")
        yield from (indented(bullet(say(note, QUIET))) for note in report.notes)
