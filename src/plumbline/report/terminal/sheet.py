"""What every terminal view is made of: text that cannot act, headings, grids, bars and scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from rich.console import Group
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from plumbline.report import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from plumbline.report.layout import Span

#: One hue per dimension, everywhere; red is for "act now" alone.
HUES: Final = {"fit": "blue", "intent": "yellow", "readiness": "green"}
NOW: Final = "bold red"
QUIET: Final = "dim"
STRONG: Final = "bold"

FULL: Final = "\N{FULL BLOCK}"
THIN: Final = "\N{LEFT ONE EIGHTH BLOCK}"
HATCH: Final = "\N{LIGHT SHADE}"
DOT: Final = "\N{BLACK CIRCLE}"
LINE: Final = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
HEAVY: Final = "\N{BOX DRAWINGS HEAVY HORIZONTAL}"
UPRIGHT: Final = "\N{BOX DRAWINGS LIGHT VERTICAL}"
CROSS: Final = "\N{BOX DRAWINGS LIGHT VERTICAL AND HORIZONTAL}"
EMPTY: Final = "\N{MIDDLE DOT}"
BULLET: Final = "\N{BULLET}"
TIMES: Final = "\N{MULTIPLICATION SIGN}"

#: Longer lines are harder to read than a wider window is worth.
_WIDEST: Final = 96
_FANCY: Final = (
    f"{FULL}{THIN}{HATCH}{DOT}{LINE}{HEAVY}{UPRIGHT}{CROSS}{EMPTY}{BULLET}{TIMES}"
    f"{words.MINUS}{words.ELLIPSIS}{words.HARD_SPACE}\N{EN DASH}"
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
)
_ASCII: Final = str.maketrans(_FANCY, '#|:o-=|+.*x-~ -""')


@dataclass(frozen=True)
class Sheet:
    """A page of parts: as wide as can be read, no blanks at line ends, ASCII where nothing else shows."""

    parts: tuple[RenderableType, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The parts line by line."""
        narrow = options.update(width=width(console))
        for line in console.render_lines(Group(*self.parts), narrow, pad=False):
            yield from _trimmed(_plain(line) if options.ascii_only else line)
            yield Segment.line()


def _plain(line: Iterable[Segment]) -> list[Segment]:
    return [
        Segment(text.translate(_ASCII).encode("ascii", "replace").decode("ascii"), style, control)
        for text, style, control in line
    ]


def _trimmed(line: Sequence[Segment]) -> list[Segment]:
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        text, style, control = kept[-1]
        kept[-1] = Segment(text.rstrip(), style, control)
    return kept


def width(console: Console) -> int:
    """The columns a sheet uses."""
    return min(console.width, _WIDEST)


def say(text: str, style: str = "", limit: int = 400) -> Text:
    """One line of data or wording. Markup is not read, control characters are shown, long text is clipped."""
    return Text(
        words.visible(words.clip(" ".join(text.split(" ")), limit)).replace("\n", " "), style, overflow="fold"
    )


def join(*parts: Text, between: str = "  ") -> Text:
    """Pieces of text on one line."""
    return Text(between).join(part for part in parts if part.plain)


def heading(text: str) -> Text:
    """A section's name, with the air before it."""
    return Text(f"\n{text}", STRONG)


def indented(*parts: RenderableType, by: int = 2) -> Padding:
    """Parts moved to the right."""
    return Padding(Group(*parts), (0, 0, 0, by))


Column = Literal["left", "right", "bar"]


def grid(*columns: Column, gap: int = 2) -> Table:
    """Columns without lines. ``bar`` and ``right`` columns never wrap."""
    table = Table.grid(padding=(0, gap, 0, 0), collapse_padding=True, pad_edge=False)
    for column in columns:
        justify: Literal["left", "right"] = "right" if column == "right" else "left"
        table.add_column(justify=justify, no_wrap=column != "left", overflow="fold")
    return table


def bullet(text: Text) -> Table:
    """An item of a list, its later lines hanging under the first."""
    table = grid("bar", "left", gap=1)
    table.add_row(Text(BULLET), text)
    return table


def cell(axis_percent: float, columns: int) -> int:
    """The column of a place on a scale."""
    return round(axis_percent / 100 * (columns - 1))


def bar(span: Span, zero: float, columns: int, style: str) -> Text:
    """A bar from zero to the left or right; something is always drawn."""
    at = cell(zero, columns)
    length = max(1, round(span.width / 100 * (columns - 1)))
    left = span.end <= zero and span.x < zero
    row = [" "] * columns
    row[at] = UPRIGHT
    places = range(max(at - length, 0), at) if left else range(at + 1, min(at + 1 + length, columns))
    text = Text()
    for place, char in enumerate(row):
        text.append(FULL, style) if place in places else text.append(char, QUIET)
    return text


def share(part: int, whole: int, columns: int, char: str = FULL) -> Text:
    """A part of a whole as a bar on a dotted track; something is drawn where there is anything."""
    length = min(columns, round(columns * part / max(whole, 1)))
    drawn = char * length or THIN * int(part > 0)
    return Text(drawn).append(EMPTY * (columns - len(drawn)), QUIET)


def interval(span: Span, mark: float, columns: int, style: str = "") -> Text:
    """A range with a mark in it, on a thin line."""
    row = [LINE] * columns
    row[cell(span.x, columns) : cell(span.end, columns) + 1] = HATCH * (
        cell(span.end, columns) - cell(span.x, columns) + 1
    )
    row[cell(mark, columns)] = DOT
    return Text("".join(row), style)


def place(row: list[str], text: str, at: int) -> None:
    """Write text centred on a column, kept inside the row."""
    start = max(0, min(at - len(text) // 2, len(row) - len(text)))
    row[start : start + len(text)] = text
