"""The points scale in characters: bands, cut-offs, the score and its exact range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from plumbline.report import layout, words
from plumbline.report.terminal.sheet import (
    CROSS,
    DOT,
    HATCH,
    HEAVY,
    LINE,
    QUIET,
    STRONG,
    cell,
    place,
)

if TYPE_CHECKING:
    from plumbline.qualify.packet import Score


def points_scale(score: Score, columns: int) -> tuple[Text, ...]:
    """Four lines: the score, its range, the bands, the cut-offs."""
    axis = layout.points_axis(score)
    mark = cell(axis.at(score.points), columns)
    top = [" "] * columns
    place(top, words.whole(score.points), mark)
    ends = cell(axis.at(score.lowest), columns), cell(axis.at(score.highest), columns)
    cuts = {tick.points: cell(tick.x, columns) for tick in layout.ticks(score, axis)}
    labels = [" "] * columns
    for points, at in cuts.items():
        _place_apart(labels, words.whole(points), at)
    return (
        Text("".join(top), STRONG),
        Text("".join(_range(score, ends, mark, columns))),
        _bands(score, axis, cuts, columns),
        Text("".join(labels), QUIET),
    )


def _range(score: Score, ends: tuple[int, int], mark: int, columns: int) -> list[str]:
    row = [" "] * columns
    low, high = ends
    if score.lowest != score.highest:
        row[low : high + 1] = HATCH * (high - low + 1)
        lowest, highest = f"{words.whole(score.lowest)} ", f" {words.whole(score.highest)}"
        row[max(low - len(lowest), 0) : low] = lowest[-low:] if low < len(lowest) else lowest
        row[high + 1 : high + 1 + len(highest)] = highest
    row[mark] = DOT
    return row[:columns]


def _bands(score: Score, axis: layout.Axis, cuts: dict[int, int], columns: int) -> Text:
    text = Text()
    for zone in layout.zones(score, axis):
        start, end = cell(zone.span.x, columns), cell(zone.span.end, columns)
        here = zone.band == score.band
        row = [HEAVY if here else LINE] * (end - start + (end == columns - 1))
        place(row, f" {zone.band} " if len(row) > 4 else zone.band, len(row) // 2)
        if row and start in cuts.values():
            row[0] = CROSS
        text.append("".join(row), STRONG if here else QUIET)
    return text


def _place_apart(row: list[str], text: str, at: int) -> None:
    """Write a label unless it would touch one that stands already."""
    start = max(0, min(at - len(text) // 2, len(row) - len(text)))
    if not "".join(row[max(start - 1, 0) : start + len(text) + 1]).strip():
        place(row, text, at)
