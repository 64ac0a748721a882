"""The match waterfall of one pair as a page: what speaks for and against two records being one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.identity.weigh import odds_in_words, waterfall
from plumbline.report import words
from plumbline.report.html import page
from plumbline.report.layout import Axis, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbline.identity.model import CutOffs
    from plumbline.identity.weigh import Weighed

#: Free space at both ends of the scale, so that zones show and labels have room.
_MARGIN: Final = 0.12
_VERDICTS: Final = {
    "one": ("One.", "Linked, unless their clusters say otherwise."),
    "asked": ("A person is asked.", "The evidence is too little for one and too much for two."),
    "two": ("Two.", "Nothing is linked and nobody is asked."),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records and how they were weighed.

    ``values``: compared columns by name, as compared, left and right; None is unknown.
    """

    left: str
    right: str
    values: Mapping[str, tuple[str | None, str | None]]
    weighed: Weighed
    cut_offs: CutOffs
    model: str
    model_hash: str

    @property
    def verdict(self) -> str:
        """``one``, ``asked`` or ``two``."""
        weight = self.weighed.weight
        if weight >= self.cut_offs.link:
            return "one"
        return "asked" if weight >= self.cut_offs.ask else "two"


@dataclass(frozen=True, slots=True)
class Fall:
    """A line of the waterfall: ``span`` runs from the sum before it to ``total``; ``side`` is its look."""

    label: str
    said: str
    weight: int
    total: int
    span: Span
    side: str


def pair_html(pair: Pair) -> str:
    """One file without scripts."""
    lines = waterfall(pair.weighed)
    axis = scale_of([total for *_, total in lines], pair.cut_offs)
    short, meaning = _VERDICTS[pair.verdict]
    return page(
        "pair.html",
        styles=("style.css", "pair.css"),
        pair=pair,
        falls=falls(lines, axis),
        silent=[(label, said) for label, said, weight, _ in lines if not weight],
        axis=axis,
        zones=zones(axis, pair.cut_offs),
        short=short,
        meaning=meaning,
        odds=_sentence(odds_in_words(pair.weighed.weight)),
    )


def scale_of(totals: Sequence[int], cut_offs: CutOffs) -> Axis:
    """A scale that holds every sum on the way, zero and both cut-offs."""
    held = (0, cut_offs.ask, cut_offs.link, *totals)
    margin = _MARGIN * (max(held) - min(held) or 1)
    return Axis(min(held) - margin, max(held) + margin)


def zones(axis: Axis, cut_offs: CutOffs) -> tuple[tuple[str, str, Span], ...]:
    """What a sum means, left to right: the verdict, its word, its piece of the scale."""
    edges = (axis.low, cut_offs.ask, cut_offs.link, axis.high)
    named = (("two", "two"), ("asked", "asked"), ("one", "one"))
    return tuple(
        (key, word, axis.span(start, end))
        for (key, word), start, end in zip(named, edges, edges[1:], strict=False)
        if end > start
    )


def falls(lines: Sequence[tuple[str, str, int, int]], axis: Axis) -> tuple[Fall, ...]:
    """Lines that say something, with bars: each begins where the one before ended, the first at zero."""
    return tuple(
        Fall(label, said, weight, total, axis.span(total - weight, total), "for" if weight > 0 else "against")
        for label, said, weight, total in lines
        if weight
    )


def _sentence(text: str) -> str:
    return words.visible(text[:1].upper() + text[1:])
