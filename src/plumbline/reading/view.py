"""A readable view of a message whose every character knows where it came from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from plumbline.reading.model import Note, Quote, Removed


class Piece(NamedTuple):
    """A stretch of the view: ``at`` in the view, ``start`` to ``end`` in the original.

    ``exact`` pieces are as long in the view as in the original; others (a line break for ``<br>``, ``&`` for
    ``&amp;``) stand for the whole original stretch. ``after_gap``: hidden or foreign content lies before it.
    """

    at: int
    start: int
    end: int
    exact: bool
    after_gap: bool


@dataclass(slots=True)
class Builder:
    """Collects the pieces of a view. ``notes`` counts what was left out."""

    parts: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    notes: dict[Removed, tuple[int, int]] = field(default_factory=dict)
    length: int = 0
    gap: bool = False

    def copy(self, text: str, start: int) -> None:
        """Text that stands in the original at ``start``, character by character."""
        if text:
            self._add(text, start, start + len(text), exact=True)

    def stand_in(self, text: str, start: int, end: int) -> None:
        """Text that stands for an original stretch of another length."""
        if text and end > start:
            self._add(text, start, end, exact=False)

    def skip(self, what: Removed | None, start: int, end: int, *, gap: bool = True) -> None:
        """Leave an original stretch out; ``None`` is not worth a note."""
        self.gap = self.gap or gap
        if what is not None and end > start:
            characters, first = self.notes.get(what, (0, start))
            self.notes[what] = (characters + end - start, min(first, start))

    def _add(self, text: str, start: int, end: int, *, exact: bool) -> None:
        self.pieces.append(Piece(self.length, start, end, exact, self.gap))
        self.parts.append(text)
        self.length += len(text)
        self.gap = False

    def build(self, original: str) -> View:
        """The finished view."""
        return View(
            "".join(self.parts), original, self.pieces, [piece.at for piece in self.pieces], self.notes
        )


@dataclass(slots=True)
class View:
    """``text`` is what is read; ``original`` is what is quoted."""

    text: str
    original: str
    pieces: list[Piece]
    starts: list[int]
    notes: dict[Removed, tuple[int, int]]

    def start(self, at: int) -> int:
        """Where in the original the character at ``at`` of the view begins."""
        piece = self.pieces[bisect_right(self.starts, at) - 1]
        return piece.start + at - piece.at if piece.exact else piece.start

    def end(self, at: int) -> int:
        """Where in the original the character before ``at`` of the view ends."""
        piece = self.pieces[bisect_right(self.starts, at - 1) - 1]
        return piece.start + at - piece.at if piece.exact else piece.end

    def piece_end(self, piece: Piece) -> int:
        """Where in the view a piece ends."""
        after = bisect_right(self.starts, piece.at)
        return self.starts[after] if after < len(self.starts) else len(self.text)

    def quotes(self, first: int, last: int) -> list[Quote]:
        """The original words of ``[first, last)`` of the view, parted where something hidden lies between."""
        if not self.text[first:last].strip():
            return []
        if len(self.pieces) == 1:
            whole = self._quote(first, last)
            return [] if whole is None else [whole]
        cuts = [first, *self._gaps(first, last), last]
        made = (self._quote(low, high) for low, high in pairwise(cuts))
        return [quote for quote in made if quote is not None]

    def _gaps(self, first: int, last: int) -> list[int]:
        low, high = bisect_right(self.starts, first), bisect_right(self.starts, last - 1)
        return [piece.at for piece in self.pieces[low:high] if piece.after_gap]

    def _quote(self, first: int, last: int) -> Quote | None:
        words = self.text[first:last].rstrip()
        last = first + len(words)
        first = last - len(words.lstrip())
        if first == last:
            return None
        start, end = self.start(first), self.end(last)
        return Quote(self.original[start:end], start, end)

    def note(self, what: Removed, first: int, last: int) -> None:
        """Count a stretch of the view that will not be read."""
        if last > first:
            characters, place = self.notes.get(what, (0, self.start(first)))
            self.notes[what] = (characters + last - first, min(place, self.start(first)))

    def listed(self) -> tuple[Note, ...]:
        """What was left out, in a fixed order."""
        if not self.notes:
            return ()
        return tuple(Note(what, *self.notes[what]) for what in Removed if what in self.notes)
