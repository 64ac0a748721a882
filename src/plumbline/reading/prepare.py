"""From a message as received to the words that may be read, with everything else set aside and reported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plumbline.reading.beginnings import beginnings
from plumbline.reading.htmltext import html_view, looks_like_html
from plumbline.reading.instructions import addressed_to_machine, encoded_blocks
from plumbline.reading.language import detect_language
from plumbline.reading.layout import Stretch, lay_out
from plumbline.reading.letters import INVISIBLE, TAG_CHARACTERS, fold, small, unmask_letters
from plumbline.reading.masking import masked, masks
from plumbline.reading.model import Removed
from plumbline.reading.opinions import opinions
from plumbline.reading.tokens import split_sentences
from plumbline.reading.view import Builder, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plumbline.reading.model import Message, Note
    from plumbline.reading.tokens import Sentence

#: Characters of the original that are looked at, and characters of the sender's own words that are read.
MAX_ORIGINAL: Final = 400_000
MAX_READ: Final = 20_000
_STRANGE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\ufffd]")
_CONTROLS: Final = (*range(9), 11, 12, 13, *range(14, 32), 127, *range(128, 160))
_CONTROLS_THERE: Final = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL: Final = dict.fromkeys(_CONTROLS, " ") | {0x2028: "\n", 0x2029: "\n"}


@dataclass(slots=True)
class Prepared:
    """The sender's own words as sentences over a view; ``text`` is the view with its masks."""

    view: View
    text: str
    folded: str
    sentences: list[Sentence]
    language: str
    notes: tuple[Note, ...]
    unreadable: bool


def prepare(message: Message, spelling: Mapping[str, str]) -> Prepared:
    """Never raises, for any text, in time linear in its length."""
    view = _view(message.text)
    text, lookalikes = unmask_letters(
        view.text.translate(_CONTROL) if _CONTROLS_THERE.search(view.text) else view.text
    )
    for place in lookalikes[:1]:
        view.note(Removed.LOOKALIKE, place, place + len(lookalikes))
    low = small(text)
    known = beginnings(low)
    planted = list(_planted(text, low, message.channel, view, known))
    laid = lay_out(_blanked(text, planted), _blanked(low, planted), message.channel, message.our_names, known)
    for what, start, end in laid.aside:
        view.note(what, start, end)
    stretches = _without(laid.stretches, planted)
    stretches = _limited(stretches, view)
    covered = _covered(text, low, stretches, view, known)
    folded = _spelt_out(fold(covered))
    sentences = split_sentences(folded, stretches, spelling)
    own = "" if folded.isascii() else "".join(folded[s.start : s.end] for s in stretches)
    language = detect_language(own, set().union(*(sentence.words for sentence in sentences)))
    return Prepared(view, covered, folded, sentences, language, view.listed(), _unreadable(message.text))


def _view(original: str) -> View:
    shown = original[:MAX_ORIGINAL]
    if looks_like_html(shown):
        builder = html_view(shown)
    else:
        builder = Builder()
        builder.copy(shown, 0)
    if len(original) > MAX_ORIGINAL:
        builder.skip(Removed.TRUNCATED, MAX_ORIGINAL, len(original))
    view = builder.build(original)
    return view if view.text.isascii() or not INVISIBLE.search(view.text) else _visible(view)


def _visible(view: View) -> View:
    """The view without invisible characters. Runs of tag characters are a gap: whole sentences hide there."""
    builder = Builder(notes=view.notes)
    for piece in view.pieces:
        text = view.text[piece.at : view.piece_end(piece)]
        builder.gap = builder.gap or piece.after_gap
        if not piece.exact:
            builder.stand_in(INVISIBLE.sub("", text), piece.start, piece.end)
            continue
        at = 0
        for match in INVISIBLE.finditer(text):
            builder.copy(text[at : match.start()], piece.start + at)
            builder.skip(
                Removed.INVISIBLE,
                piece.start + match.start(),
                piece.start + match.end(),
                gap=bool(TAG_CHARACTERS.search(match[0])),
            )
            at = match.end()
        builder.copy(text[at:], piece.start + at)
    return builder.build(view.original)


def _planted(text: str, low: str, channel: str, view: View, known: set[str]) -> Iterable[tuple[int, int]]:
    """Stretches that are no message to us: orders to a machine, encoded walls, a note-taker's opinions."""
    for what, spans in (
        (Removed.INSTRUCTION, addressed_to_machine(text, low, known)),
        (Removed.ENCODED, encoded_blocks(text)),
        (Removed.OPINION, opinions(low) if channel == "call_note" else ()),
    ):
        for start, end in spans:
            view.note(what, start, end)
            yield start, end


def _blanked(text: str, holes: list[tuple[int, int]]) -> str:
    """The text with the holes blank, so that what was planted moves no signature and no quotation."""
    for start, end in holes:
        text = (
            text[:start] + "".join("\n" if letter == "\n" else " " for letter in text[start:end]) + text[end:]
        )
    return text


def _without(stretches: list[Stretch], holes: list[tuple[int, int]]) -> list[Stretch]:
    """Stretches with the holes cut out."""
    if not holes:
        return stretches
    holes.sort()
    kept: list[Stretch] = []
    for stretch in stretches:
        at = stretch.start
        for start, end in holes:
            if end <= at or start >= stretch.end:
                continue
            if start > at:
                kept.append(stretch._replace(start=at, end=start))
            at = max(at, end)
        if at < stretch.end:
            kept.append(stretch._replace(start=at))
    return kept


def _limited(stretches: list[Stretch], view: View) -> list[Stretch]:
    kept: list[Stretch] = []
    room = MAX_READ
    for stretch in stretches:
        length = stretch.end - stretch.start
        if length > room:
            view.note(Removed.TRUNCATED, stretch.start + room, stretches[-1].end)
            return [*kept, stretch._replace(end=stretch.start + room)] if room else kept
        kept.append(stretch)
        room -= length
    return kept


def _covered(text: str, low: str, stretches: list[Stretch], view: View, known: set[str]) -> str:
    """The view with personal data and special-category mentions of the read stretches masked."""
    if not stretches:
        return text
    first = stretches[0].start
    last = min(stretches[-1].end, first + MAX_READ * 3)
    found = [
        (what, start + first, end + first)
        for what, start, end in masks(text[first:last], low[first:last], known)
    ]
    for what, start, end in found:
        view.note(what, start, end)
    return masked(text, found)


def _spelt_out(folded: str) -> str:
    """The strokes of ``w/`` and ``w/o`` are no signs; same length."""
    return (
        _STROKES.sub(lambda match: "w0o" if match[0] == "w/o" else "w ", folded) if "w/" in folded else folded
    )


_STROKES: Final = re.compile(r"\bw/(?:o\b)?")


def _unreadable(text: str) -> bool:
    """Mostly control characters or replacement marks: not text."""
    sample = text[:4000]
    return len(_STRANGE.findall(sample)) * 10 > len(sample) > 0
