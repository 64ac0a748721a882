"""What of a message anybody else may be shown: the sender's own words, masked; and the way back.

Names and closings of a signature stay here. Of it only the words are shown on which the embedded reader
stands, such as a job title. Our own turns and quoted mail are never shown, so no quote can come from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from plumbline.reading.layout import Zone
from plumbline.reading.masking import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbline.reading.model import Quote
    from plumbline.reading.prepare import Prepared
    from plumbline.reading.tokens import Sentence
    from plumbline.reading.view import View

#: A quote this long is no evidence for one thing.
LONGEST_QUOTE: Final = 400
_TAIL: Final = re.compile(r"[.?!…\u3002\uff01\uff1f)\]\"'”\u2019%]+")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MASKED: Final = re.compile(f"{MASK}+")
_WORD: Final = re.compile(r"\w")
#: From here on scripts put no spaces between words, or letters that stand alone: any place is an edge.
_SPACELESS: Final = "\u2e80"


class Span(NamedTuple):
    """``[start, end)`` of the shown text."""

    start: int
    end: int


class _Piece(NamedTuple):
    """The shown text from ``at`` on is the view from ``first`` to ``last``."""

    at: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Shown:
    """``text`` is what may be shown; ``quotes`` finds the original words of a stretch of it."""

    text: str
    view: View
    pieces: tuple[_Piece, ...]

    @property
    def empty(self) -> bool:
        """Whether there is no word in it."""
        return _WORD.search(self.text) is None

    def find(self, quote: str) -> Span | None:
        """Where the quote stands, word for word; only runs of spaces may differ. Else ``None``."""
        words = quote.split()
        if not words or len(quote) > LONGEST_QUOTE or not _WORD.search(quote):
            return None
        for match in re.finditer(r"\s+".join(map(re.escape, words)), self.text):
            if self._whole(*match.span()):
                return Span(*match.span())
        return None

    def quotes(self, span: Span) -> tuple[Quote, ...]:
        """The original words, parted where masked, hidden or foreign words lie between."""
        found: list[Quote] = []
        for piece in self.pieces:
            first = piece.first + max(0, span.start - piece.at)
            last = min(piece.last, piece.first + span.end - piece.at)
            for start, end in _unmasked(self.text, first, last, piece):
                found += self.view.quotes(start, end)
        return tuple(quote for quote in found if _WORD.search(quote.text))

    def line_of(self, span: Span) -> Span:
        """The piece in which a span begins."""
        piece = max((piece for piece in self.pieces if piece.at <= span.start), key=lambda piece: piece.at)
        return Span(piece.at, piece.at + piece.last - piece.first)

    def _whole(self, start: int, end: int) -> bool:
        """No quote begins or ends inside a word."""
        return not (_inside(self.text, start) or _inside(self.text, end))


def show(prepared: Prepared, keep: Iterable[Quote] = ()) -> Shown:
    """The shown words of a prepared message. ``keep`` are quotes; of a signature nothing else is shown."""
    kept = [(quote.start, quote.end) for quote in keep]
    text, pieces, before = "", [], 0
    for first, last in _stretches(prepared, kept):
        if text:
            text += "\n" if "\n" in prepared.view.text[before:first] else " "
        pieces.append(_Piece(len(text), first, last))
        text += _SURROGATE.sub("\ufffd", prepared.text[first:last])
        before = last
    return Shown(text, prepared.view, tuple(pieces))


def _stretches(prepared: Prepared, kept: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for sentence in prepared.sentences:
        if sentence.zone is Zone.OWN:
            yield from _runs(prepared.text, sentence)
        elif sentence.zone is Zone.SIGNATURE:
            yield from _kept(prepared, sentence, kept)


def _runs(text: str, sentence: Sentence) -> Iterator[tuple[int, int]]:
    """A sentence, cut where words lie between its words that were set aside."""
    first, last = sentence.starts[0], sentence.ends[0]
    for start, end in zip(sentence.starts, sentence.ends, strict=True):
        if start > last and _WORD.search(text, last, start):
            yield first, last
            first = start
        last = max(last, end)
    tail = _TAIL.match(text, last)
    yield first, tail.end() if tail else last


def _kept(prepared: Prepared, sentence: Sentence, kept: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The words of a signature's line that a quote covers."""
    places = zip(sentence.starts, sentence.ends, strict=True)
    words = [
        (start, end) for start, end in places
        if any(low <= prepared.view.start(start) and prepared.view.end(end) <= high for low, high in kept)
    ]  # fmt: skip
    if words:
        yield words[0][0], words[-1][1]


def _unmasked(text: str, first: int, last: int, piece: _Piece) -> Iterator[tuple[int, int]]:
    """``[first, last)`` of the view without its masked stretches."""
    if first >= last:
        return
    shift = piece.at - piece.first
    at = first
    for match in _MASKED.finditer(text, first + shift, last + shift):
        yield at, match.start() - shift
        at = match.end() - shift
    yield at, last


def _inside(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    return before.isalnum() and after.isalnum() and before < _SPACELESS and after < _SPACELESS
