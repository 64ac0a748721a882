"""A message with what was read in it, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from plumbline.report import letters, words
from plumbline.report.terminal.sheet import HUES, QUIET, STRONG, Sheet, bullet, heading, indented, join, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from plumbline.qualify.packet import AnswerLine, MessageLine
    from plumbline.reading.brief import Brief


def print_messages(messages: Sequence[MessageLine], brief: Brief, console: Console) -> None:
    """Print messages with what was read in them, and what they say together."""
    parts: list[RenderableType] = [say(letters.headline(brief), STRONG)]
    for message in messages:
        parts += [heading(letters.where(message)), *message_sheet(message)]
    for statements in brief.contradictions:
        told = "; ".join(f"{one.message_id}: {one.words}" for one in statements)
        parts += [heading("Contradiction"), indented(say(f"{told}. The newest counts.", limit=600))]
    console.print(Sheet(tuple(parts)))


def message_sheet(message: MessageLine) -> Iterator[RenderableType]:
    """Its text with the quotes marked, what it says, and what cannot be told."""
    if message.stretches:
        yield indented(_text(message), by=4)
    for answer in letters.said(message):
        yield indented(bullet(_answer(answer)))
    if not letters.said(message):
        yield indented(say("Nothing in it speaks for or against."))
    if letters.silent(message):
        yield indented(say(letters.silent(message), QUIET, 600))
    yield indented(say(letters.beside(message), QUIET, 600))


def _text(message: MessageLine) -> Text:
    shown = Text(overflow="fold")
    for stretch in letters.shortened(message.stretches):
        hue = letters.hue(stretch.fields)
        style = f"underline {HUES.get(hue, '')}".strip() if hue else ""
        shown.append(words.visible(stretch.text), style)
    return shown


def _answer(answer: AnswerLine) -> Text:
    quotes = " ".join(
        f"\N{LEFT DOUBLE QUOTATION MARK}{quote}\N{RIGHT DOUBLE QUOTATION MARK}" for quote in answer.quotes
    )
    return join(say(answer.words, STRONG), say(quotes, limit=300), say(letters.certainty(answer), QUIET))
