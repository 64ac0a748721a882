"""Cues found in sentences, with the scopes they stand in."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from plumbline.reading.index import Index
from plumbline.reading.layout import Zone

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from plumbline.reading.cues import Cue, CueFile, Scope
    from plumbline.reading.patterns import Pattern
    from plumbline.reading.tokens import Sentence


class Hit(NamedTuple):
    """A cue that matched words ``[first, last)`` of sentence number ``sentence``; ``scopes`` it stands in."""

    cue: Cue
    sentence: int
    first: int
    last: int
    scopes: frozenset[str]


class Marks(NamedTuple):
    """Where the markers of one scope stand in one sentence."""

    scope: Scope
    spans: list[tuple[int, int]]


_NONE: Final[frozenset[str]] = frozenset()
_QUESTION: Final = frozenset({"question"})
#: Kinds of sentence times channels that are remembered.
_CHANNELS: Final = 64


class Matcher:
    """Finds the hits of a cue file in sentences. Cues come first in the index, then the markers of scopes."""

    def __init__(self, file: CueFile) -> None:
        cues = [(cue, pattern) for cue in file.cues for pattern in cue.patterns]
        scopes = [(scope, pattern) for scope in file.scopes for pattern in scope.patterns]
        self._cues = cues
        self._scopes = scopes
        self._patterns = [pattern for _, pattern in cues] + [pattern for _, pattern in scopes]
        self._index = Index(self._patterns)
        self._all_scopes = ((1 << len(scopes)) - 1) << len(cues)
        self._not_names = file.not_names
        self._wanted: dict[tuple[Zone, str], int] = {}
        self._tried: dict[int, Callable[[str, int], re.Match[str] | None]] = {}

    def hits(self, sentences: list[Sentence], original: str, channel: str) -> list[Hit]:
        """All cue hits of a message; ``original`` is the view with its capitals."""
        found: list[Hit] = []
        before: list[Marks] = []
        everywhere: set[str] = set()
        for number, sentence in enumerate(sentences):
            matches, marks = self._matches(sentence, channel)
            for at in sorted(matches):
                first, match = matches[at]
                if match.lastgroup is not None and not _named(match, sentence, original, self._not_names):
                    continue
                cue, pattern = self._cues[at]
                last = bisect_right(sentence.offsets, match.end() - 1)
                if cue.one_clause and sentence.clauses[first] != sentence.clauses[last - 1]:
                    continue
                scopes = _scopes(sentence, first, last, pattern, marks, before)
                found.append(Hit(cue, number, first, last, scopes))
            before = marks
            everywhere.update(mark.scope.name for mark in marks if mark.scope.where == "message")
        return [hit._replace(scopes=hit.scopes | everywhere) for hit in found] if everywhere else found

    def _matches(
        self, sentence: Sentence, channel: str
    ) -> tuple[dict[int, tuple[int, re.Match[str]]], list[Marks]]:
        """The first match of every pattern of a cue with its first word, and all markers of scopes."""
        found: dict[int, tuple[int, re.Match[str]]] = {}
        marks: dict[int, Marks] = {}
        shadow, patterns, cues, tried = sentence.shadow, self._patterns, len(self._cues), self._tried
        for place, here in self._index.places(sentence.words, self._wanted_in(sentence, channel)):
            at, bits = sentence.offsets[place], here
            while bits:
                number = bits.bit_length() - 1
                bits ^= 1 << number
                if number in found:
                    continue
                if number >= cues and patterns[number].one_word:
                    self._mark(self._scopes[number - cues][0], (place, place + 1), marks)
                    continue
                fits = tried.get(number)
                if fits is None:
                    fits = tried[number] = patterns[number].regex.match
                match = fits(shadow, at)
                if match is not None and number < cues:
                    found[number] = (place, match)
                elif match is not None:
                    last = bisect_right(sentence.offsets, match.end() - 1)
                    self._mark(self._scopes[number - cues][0], (place, last), marks)
        return found, list(marks.values())

    def _mark(self, scope: Scope, span: tuple[int, int], marks: dict[int, Marks]) -> None:
        known = marks.get(id(scope))
        if known is None:
            known = marks[id(scope)] = Marks(scope, [])
        if span not in known.spans:
            known.spans.append(span)

    def _wanted_in(self, sentence: Sentence, channel: str) -> int:
        """The patterns that apply to a kind of sentence, as bits."""
        key = (sentence.zone, channel)
        known = self._wanted.get(key)
        if known is None:
            if len(self._wanted) > _CHANNELS:
                self._wanted.clear()
            bits = (_applies(cue, sentence.zone, channel) << n for n, (cue, _) in enumerate(self._cues))
            known = self._wanted[key] = sum(bits) | self._all_scopes
        return known


def _applies(cue: Cue, zone: Zone, channel: str) -> bool:
    right_zone = cue.zone == "anywhere" or (cue.zone == "signature") == (zone is Zone.SIGNATURE)
    return right_zone and (not cue.channels or channel in cue.channels)


def _named(match: re.Match[str], sentence: Sentence, original: str, not_names: frozenset[str]) -> bool:
    """A pattern with ``<Name>`` holds only for a capitalised word that is no everyday name (Excel)."""
    at, _ = sentence.span(*match.span("name"))
    start = sentence.starts[at]
    word = original[start : sentence.ends[at]]
    if sentence.words[at] in not_names or len(word) < 4 or not word[0].isupper() or word.isupper():
        return False
    return (
        sum(original[begin].isupper() for begin in sentence.starts) < len(sentence.words) * 0.7
        or len(sentence.words) < 4
    )


def _scopes(
    sentence: Sentence, first: int, last: int, pattern: Pattern, marks: list[Marks], before: list[Marks]
) -> frozenset[str]:
    if not marks and not before:
        return _QUESTION if sentence.question else _NONE
    names = {m.scope.name for m in before if m.scope.where == "near"} if before else set()
    if sentence.question:
        names.add("question")
    for scope, spans in marks:
        if scope.where == "clause":
            if _reached(sentence, first, last, pattern, scope, spans):
                names.add(scope.name)
        elif scope.where == "before":
            if any(high <= first for _, high in spans):
                names.add(scope.name)
        elif any(not (low >= first and high <= last) for low, high in spans):
            names.add(scope.name)
    return frozenset(names) if names else _NONE


def _reached(
    sentence: Sentence, first: int, last: int, pattern: Pattern, scope: Scope, spans: list[tuple[int, int]]
) -> bool:
    """Markers shortly before the cue, or inside unless it says so itself. Two negations undo each other."""
    clauses, reach, count = sentence.clauses, scope.reach, 0
    for low, high in spans:
        if high <= first:
            count += first - high <= reach and clauses[low] == clauses[first]
        elif first < low and high <= last and not pattern.negates:
            count += 1
    return count % 2 == 1 if scope.name == "negated" else count > 0
