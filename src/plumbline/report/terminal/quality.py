"""The data-quality report in a terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rich.text import Text

from plumbline.report import words
from plumbline.report.quality import alike, first_rows, lost, month, shown, statement
from plumbline.report.terminal.sheet import QUIET, STRONG, Sheet, bullet, grid, heading, indented, say, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from plumbline.assurance.quality import Measure, Quality
    from plumbline.assurance.quality.report import Filled

_LINES: Final = 12
_SPELLINGS: Final = 8
_BAR: Final = 20


def print_quality(report: Quality, console: Console) -> None:
    """Print what the data of a file are like. Texts from the data cannot act on the terminal."""
    console.print(Sheet(tuple(_parts(report))))


def _parts(report: Quality) -> Iterator[RenderableType]:
    yield say(f"Data of {words.clip(report.source, 120)}", QUIET)
    yield say(statement(report), STRONG)
    if report.lost:
        yield heading("Stopped coming")
        yield from (indented(bullet(say(lost(line)))) for line in report.lost)
    for title, question, measures in shown(report):
        yield heading(title)
        yield indented(say(question, QUIET))
        yield indented(_measures(measures))
        if title == "Repeated" and report.alike:
            yield indented(Text(), say(alike(report), limit=1200))
    if report.blank_words:
        told = [
            f"{word!r} in {column} {words.whole(rows)}" for column, word, rows in report.blank_words[:_LINES]
        ]
        yield indented(Text(), say(f"Read as no value: {'; '.join(told)}.", QUIET, 1000))
    if report.spellings:
        yield heading("One thing, spelt in several ways")
        yield from (indented(line) for line in _spellings(report))
    yield heading(f"Cells with a value, by {report.segment}")
    yield indented(_filled(report.segments))
    if report.months:
        yield heading("Cells with a value, by month")
        yield indented(_filled([replace(line, name=month(line.name)) for line in report.months[-_LINES:]]))


def _measures(measures: Sequence[Measure]) -> RenderableType:
    if not measures:
        return say("Nothing was found.")
    table = grid("left", "right", "right", "left")
    for line in measures[:_LINES]:
        name = say(f"{line.column or 'the row'}: {line.words}", limit=120)
        rows = words.whole(line.share.hits), words.share(line.share.hits, line.share.of)
        table.add_row(name, *rows, say(first_rows(line), QUIET, 90))
    return table


def _spellings(report: Quality) -> Iterator[RenderableType]:
    for line in report.spellings[:_LINES]:
        ways = ", ".join(
            f"{words.clip(text, 40)} {words.whole(rows)}" for text, rows in line.spellings[:_SPELLINGS]
        )
        yield bullet(say(f"{line.meaning} ({line.column}): {ways}", limit=400))


def _filled(lines: Sequence[Filled]) -> RenderableType:
    table = grid("left", "bar", "right", "right")
    for line in lines:
        part = round(1000 * line.share)
        drawn = share(part, 1000, _BAR)
        table.add_row(say(line.name, limit=60), drawn, words.share(part, 1000), words.whole(line.rows))
    return table
